"""What machines are told: addresses, maps, descriptions and data; well-formed, and for customers alone."""

import json
import re
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask import Flask

from kb.app import create_app
from kb.config import Settings
from kb.rules import limits
from kb.rules.pages import Audience, Kind, Language
from kb.services.house import House
from kb.store.base import Store
from kb.store.pages import Page
from kb.text import audience as audiences
from tests.conftest import Browser
from tests.make import make_category, make_page, make_story

SITE = "https://kb.example.jp"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
BODY = "五千円から</script>無料です。\u2028続き & <b>太い</b>\n\n:::staff\n社内の文\n:::"


@pytest.fixture
def outside(settings: Settings, house: House) -> Flask:
    """The app as the outside knows it, under an address of its own."""
    return create_app(Settings(**{**vars(settings), "base_url": SITE}), house)


@pytest.fixture(autouse=True)
def pages(store: Store) -> None:
    with store.writing() as db:
        shelf = make_category(db)
        page = make_page(db, '送料 <無料> "&" 返品', BODY, category=shelf)
        english = make_page(db, "Shipping", "Free from 5,000 yen.", language=Language.EN, category=shelf)
        english.translates_id = page.id
        make_page(db, "手順の題", kind=Kind.PROCEDURE)
        make_page(db, "社内の題", "社内の文", audience=Audience.STAFF)
        make_page(db, "消えた題", archived=True)
        make_story(db, title="体験の題")


def head(outside: Flask, path: str) -> dict[str, list[str]]:
    """What the head tells, by name: links by rel (and language), metas by name or property."""
    text = outside.test_client().get(path, follow_redirects=True).text.partition("</head>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<(?:link|meta) [^>]+>", text):
        facts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        name = facts.get("property") or facts.get("name") or " ".join([facts.get("rel", ""), facts.get("hreflang", "")])
        found.setdefault(name.strip(), []).append(facts.get("content") or facts.get("href", ""))
    return found


def data(text: str) -> list[dict[str, Any]]:
    (told,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    graph: list[dict[str, Any]] = json.loads(told)["@graph"]
    return graph


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/ja/", "/ja/"),
        ("/en/?utm_source=mail", "/en/"),
        ("/ja/category/delivery?page=1", "/ja/category/delivery"),
        ("/ja/category/delivery?page=2&x=1", "/ja/category/delivery?page=2"),
        ("/ja/search?q=x", "/ja/search"),
    ],
)
def test_every_screen_names_its_one_address_and_both_languages(outside: Flask, path: str, canonical: str) -> None:
    told = head(outside, path)
    assert told["canonical"] == [SITE + canonical]
    assert told["og:url"] == told["canonical"]
    other = {"/ja/": "/en/", "/en/": "/ja/"}
    both = {path[:4], other[path[:4]]}
    assert {urlsplit(told[f"alternate {one}"][0]).path[:4] for one in ("ja", "en")} == both
    assert told["alternate x-default"] == told["alternate ja"]
    assert told["og:type"] == ["website"] and told["og:locale"] == [{"/ja/": "ja_JP", "/en/": "en_US"}[path[:4]]]
    assert told["description"][0] and told["og:site_name"][0] and told["og:title"][0]


def test_a_page_names_its_translation_and_previews_its_first_sentence(outside: Flask) -> None:
    told = head(outside, "/ja/faq/1")
    assert told["canonical"][0].startswith(f"{SITE}/ja/faq/1-")
    assert told["alternate en"] == [f"{SITE}/en/faq/2-shipping"]
    assert told["alternate ja"] == told["canonical"]
    assert told["og:type"] == ["article"]
    assert told["og:title"] == ["送料 &lt;無料&gt; &#34;&amp;&#34; 返品"]
    assert "五千円から" in told["og:description"][0]
    # A page that is there in one language alone has no other one to name.
    assert not [name for name in head(outside, "/ja/faq/3") if name.startswith("alternate ") and name[10:]]


def test_what_is_not_there_names_no_address(outside: Flask) -> None:
    for path in ("/ja/faq/999", "/ja/nothing", "/ja/faq/5"):
        assert "canonical" not in head(outside, path), path


def test_feed_search_and_manifest_are_linked_and_answer(outside: Flask) -> None:
    told = head(outside, "/ja/")
    for name in ("alternate", "search", "manifest", "icon"):
        for address in told[name]:
            with outside.test_client().get(address) as answer:
                assert answer.status_code == 200, address


def test_data_about_a_page_is_json_that_no_text_can_break_out_of(outside: Flask) -> None:
    text = outside.test_client().get("/ja/faq/1", follow_redirects=True).text
    trail, article, faq = data(text)
    assert [step["name"] for step in trail["itemListElement"]] == ["よくある質問", "delivery", '送料 <無料> "&" 返品']
    assert all(step["item"].startswith(SITE) for step in trail["itemListElement"])
    assert article["headline"] == faq["mainEntity"][0]["name"] == '送料 <無料> "&" 返品'
    assert article["dateModified"] and article["inLanguage"] == "ja"
    answer = faq["mainEntity"][0]["acceptedAnswer"]["text"]
    assert "五千円から" in answer and "社内" not in answer
    element = text.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert not re.search("[<>&\u2028\u2029]", element)
    assert data(outside.test_client().get("/ja/").text)[0]["@type"] == "WebSite"


def test_only_questions_are_told_as_questions(outside: Flask) -> None:
    answer = outside.test_client().get("/ja/faq/3", follow_redirects=True)
    assert [one["@type"] for one in data(answer.text)] == ["BreadcrumbList", "Article"]


def test_without_the_cut_data_would_tell_what_staff_read(outside: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiences, "cut", lambda body, audience: body)
    answer = outside.test_client().get("/ja/faq/1", follow_redirects=True)
    assert "社内の文" in str(data(answer.text))


def test_the_map_lists_what_customers_may_read_with_dates_and_nothing_else(outside: Flask) -> None:
    client = outside.test_client()
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    places = {}
    for entry in ElementTree.fromstring(answer.get_data()).findall(f"{MAP}url"):
        places[str(entry.findtext(f"{MAP}loc"))] = entry.findtext(f"{MAP}lastmod")
    assert all(place.startswith(f"{SITE}/") and changed for place, changed in places.items())
    pages = [place for place in places if "/faq/" in place]
    assert [place.split("/faq/")[1].split("-")[0] for place in pages] == ["1", "2", "3"]
    assert f"{SITE}/ja/" in places and f"{SITE}/en/category/delivery" in places
    for place in places:
        assert client.get(place.removeprefix(SITE)).status_code == 200, place


def test_a_long_map_comes_in_parts_that_join_to_all(
    client: Browser, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SITEMAP_PART", 2)
    index = ElementTree.fromstring(client.get("/sitemap.xml").get_data())
    parts = [str(part.findtext(f"{MAP}loc")) for part in index.findall(f"{MAP}sitemap")]
    assert len(parts) == 2 and all(part.findtext(f"{MAP}lastmod") for part in index.findall(f"{MAP}sitemap"))
    texts = [client.get(urlsplit(part).path).text for part in parts]
    assert [len(re.findall("/faq/", text)) for text in texts] == [2, 1]
    assert client.get("/sitemap-3.xml").status_code == client.get("/sitemap-0.xml").status_code == 404


def test_the_map_of_an_empty_house_is_a_map(app: Flask, store: Store) -> None:
    with store.writing() as db:
        for page in db.query(Page):
            page.audience = Audience.STAFF
    text = app.test_client().get("/sitemap.xml").text
    assert "/faq/" not in text and ElementTree.fromstring(text).findall(f"{MAP}url")


def test_browsers_learn_how_to_search_and_to_suggest(outside: Flask, house: House) -> None:
    told = ElementTree.fromstring(outside.test_client().get("/ja/opensearch.xml").get_data())
    assert len(str(told.findtext(f"{SEARCH}ShortName"))) <= 16
    urls = {url.attrib["type"]: url.attrib["template"] for url in told.findall(f"{SEARCH}Url")}
    assert urls["text/html"] == f"{SITE}/ja/search?q={{searchTerms}}"
    suggest = urls["application/x-suggestions+json"].removeprefix(SITE).replace("{searchTerms}", "送料")
    answer = outside.test_client().get(suggest)
    assert answer.mimetype == "application/x-suggestions+json"
    words, titles, about, places = answer.get_json()
    assert words == "送料" and len(titles) == len(about) == len(places)


def test_crawlers_are_kept_from_staffs_rooms_and_shown_the_map(outside: Flask) -> None:
    text = outside.test_client().get("/robots.txt").text
    shut = re.findall(r"^Disallow: (\S+)$", text, re.M)
    for room in ("/ja/console", "/en/review/1", "/ja/pages", "/ja/admin/people", "/api/v1/search", "/ja/sign-in"):
        assert any(room.startswith(one) for one in shut), room
    for room in ("/ja/", "/en/faq/1-x", "/ja/search", "/ja/category/x", "/sitemap.xml", "/static/app.css", "/files/1"):
        assert not any(room.startswith(one) for one in shut), room
    assert f"Sitemap: {SITE}/sitemap.xml" in text


def test_machines_are_told_the_same_whoever_asks(client: Browser, as_sv: Browser) -> None:
    for path in (
        "/sitemap.xml",
        "/robots.txt",
        "/ja/opensearch.xml",
        "/ja/manifest.webmanifest",
        "/ja/opensearch.json?q=社内",
    ):
        told = client.get(path)
        assert told.get_data() == as_sv.get(path).get_data(), path
    assert told.get_json() == ["社内", [], [], []]
