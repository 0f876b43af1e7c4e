"""The feed is well-formed Atom with what customers may read, and nothing else."""

from xml.etree import ElementTree

from kb.app import create_app
from kb.config import Settings
from kb.rules.pages import Audience, Kind, Language
from kb.services.house import House
from kb.store.base import Store
from tests.conftest import Browser
from tests.make import make_page, make_story

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_tells_of_public_questions_of_its_language(client: Browser, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db, "送料 <無料> & 返品", "五千円から無料です。\n\n:::staff\n社内の文\n:::")
        make_page(db, "社内の題", audience=Audience.STAFF)
        make_page(db, "手順の題", kind=Kind.PROCEDURE)
        make_page(db, "English title", language=Language.EN)
        make_story(db, title="体験の題")
    answer = client.get("/ja/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.get_data())
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["送料 <無料> & 返品"]
    assert entries[0].findtext(f"{ATOM}summary") == "五千円から無料です。"
    assert entries[0].findtext(f"{ATOM}id") == f"tag:kb,2026:page:{page.id}"
    link = entries[0].find(f"{ATOM}link")
    assert link is not None
    assert client.get(link.attrib["href"]).status_code == 200
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")


def test_an_empty_feed_is_a_feed(client: Browser) -> None:
    feed = ElementTree.fromstring(client.get("/en/feed.atom").get_data())
    assert feed.findtext(f"{ATOM}title") and feed.findtext(f"{ATOM}updated")
    assert feed.findall(f"{ATOM}entry") == []


def test_the_feed_is_the_same_for_staff(client: Browser, as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        make_page(db, "公開の題")
        make_page(db, "社内の題", audience=Audience.STAFF)
    assert as_sv.get("/ja/feed.atom").get_data() == client.get("/ja/feed.atom").get_data()


def test_outside_addresses_follow_the_setting_and_never_the_host_header(
    settings: Settings, house: House, store: Store
) -> None:
    with store.writing() as db:
        make_page(db, "配送の日数")
    app = create_app(Settings(**{**vars(settings), "base_url": "https://kb.example.jp"}), house)
    answers = [app.test_client().get(path, headers={"Host": "evil.example"}).text for path in ("/ja/feed.atom", "/ja/")]
    assert "https://kb.example.jp/ja/faq/" in answers[0]
    assert not any("evil.example" in answer for answer in answers)
