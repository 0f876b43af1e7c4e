"""The shapes that people script against, and one shape for every error."""

import re

import pytest

from kb.rules.pages import Audience, Kind, Language
from kb.services import indexing
from kb.services.house import House
from kb.store.base import Store
from kb.store.pages import Page
from tests.conftest import Browser
from tests.make import edit_page, make_category, make_page, make_story

JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")
HIT = {"id", "external_id", "title", "kind", "confidence", "score", "snippet", "url", "why"}


@pytest.fixture
def page(store: Store, house: House) -> Page:
    with store.writing() as db:
        shelf = make_category(db)
        body = "返品は三十日まで。\n\n:::staff\n例外あり\n:::"
        more = {"phrases": ("返したい",), "tags": ("返品",), "external_id": "faq-return"}
        made = make_page(db, "返品の手順", body, category=shelf, **more)  # type: ignore[arg-type]
        make_page(db, "返品の社内手順", audience=Audience.STAFF, kind=Kind.PROCEDURE)
        make_page(db, "How to return", "返品 in English", language=Language.EN)
        make_story(db, title="返品の体験")
    indexing.drain_all(house.store, house.index)
    return made


def test_search_answers_in_the_promised_shape(client: Browser, page: Page) -> None:
    answer = client.get("/api/v1/search?q=返品&language=ja")
    assert answer.mimetype == "application/json"
    found = answer.get_json()
    assert found.keys() == {"query", "total", "took_ms", "hits", "did_you_mean", "zero", "fallback"}
    assert (found["query"], found["total"], found["zero"], found["did_you_mean"]) == ("返品", 1, False, None)
    assert found["took_ms"] >= 0
    hit = found["hits"][0]
    assert hit.keys() == HIT
    assert (hit["id"], hit["external_id"], hit["title"]) == (page.id, "faq-return", "返品の手順")
    assert (hit["kind"], hit["confidence"]) == ("faq", "validated")
    assert hit["score"] > 0 and "三十日" in hit["snippet"] and "例外" not in hit["snippet"]
    assert hit["why"] and all(isinstance(term, str) for term in hit["why"])
    assert client.get(hit["url"]).status_code == 200


def test_staff_find_more_and_are_led_to_their_own_side(as_operator: Browser, page: Page) -> None:
    found = as_operator.get("/api/v1/search?q=返品").get_json()
    assert {hit["title"] for hit in found["hits"]} == {"返品の手順", "返品の社内手順", "How to return", "返品の体験"}
    assert all("/ja/pages/" in hit["url"] for hit in found["hits"])
    assert {hit["confidence"] for hit in found["hits"] if hit["kind"] == "case"} == {"unvalidated"}
    assert as_operator.get("/api/v1/search?q=返品&kind=case").get_json()["total"] == 1


def test_search_pages_through_its_hits(as_operator: Browser, page: Page) -> None:
    whole = as_operator.get("/api/v1/search?q=返品").get_json()["hits"]
    parts = [as_operator.get(f"/api/v1/search?q=返品&limit=1&offset={n}").get_json() for n in range(5)]
    assert [hit for part in parts for hit in part["hits"]] == whole
    assert {part["total"] for part in parts} == {4}
    assert parts[4]["hits"] == [] and parts[4]["zero"] is False


def test_nothing_found_says_zero(client: Browser) -> None:
    for query in ("", "zqnothing", "x" * 5000):
        found = client.get("/api/v1/search", query_string={"q": query}).get_json()
        assert (found["total"], found["hits"], found["zero"]) == (0, [], True)


def test_search_tells_what_it_mended(client: Browser, store: Store, house: House) -> None:
    with store.writing() as db:
        make_page(db, "パスワードを変える")
    indexing.drain_all(house.store, house.index)
    found = client.get("/api/v1/search?q=パスワド").get_json()
    assert (found["did_you_mean"], found["total"], found["zero"]) == ("パスワード", 1, False)


def test_search_tells_facets_to_whoever_asks_for_them(client: Browser, as_operator: Browser, page: Page) -> None:
    facets = client.get("/api/v1/search?q=返品&facets=1&language=ja").get_json()["facets"]
    assert facets == {
        "kind": [{"value": "faq", "count": 1}],
        "category": [{"value": "delivery", "count": 1}],
        "tag": [{"value": "返品", "count": 1}],
    }
    by_staff = as_operator.get("/api/v1/search?q=返品&facets=1").get_json()["facets"]
    assert {one["value"]: one["count"] for one in by_staff["audience"]} == {"public": 2, "staff": 2}
    narrowed = as_operator.get("/api/v1/search?q=返品&audience=staff&confidence=unvalidated").get_json()
    assert [hit["title"] for hit in narrowed["hits"]] == ["返品の体験"]
    assert client.get("/api/v1/search?q=返品&audience=staff").get_json()["total"] == 0


def test_suggest(client: Browser, page: Page) -> None:
    found = client.get("/api/v1/suggest?q=返品の").get_json()
    assert found.keys() == {"q", "completions", "suggestions"}
    assert found["q"] == "返品の"
    assert found["suggestions"][0].keys() == {"id", "title", "url"}
    assert found["suggestions"][0]["id"] == page.id
    assert "社内" not in str(found)
    by_phrase = client.get("/api/v1/suggest?q=返したい").get_json()["suggestions"]
    assert ("返品の手順", "返したい") in [(one["title"], one.get("phrase")) for one in by_phrase]
    assert client.get("/api/v1/suggest?q=へんp").get_json()["completions"] == [{"word": "返品"}]


def test_a_page_and_the_list_of_pages(client: Browser, as_operator: Browser, page: Page) -> None:
    answer = client.get(f"/api/v1/pages/{page.id}")
    told = answer.get_json()
    assert told.keys() == {
        "id", "external_id", "revision", "number", "title", "kind", "language", "audience", "confidence",
        "category", "tags", "phrases", "updated_at", "url", "body",
    }  # fmt: skip
    assert (told["body"], told["category"], told["tags"]) == ("返品は三十日まで。", "delivery", ["返品"])
    assert "例外あり" in as_operator.get(f"/api/v1/pages/{page.id}").get_json()["body"]
    assert answer.headers["ETag"] != as_operator.get(f"/api/v1/pages/{page.id}").headers["ETag"]
    listed = client.get("/api/v1/pages?limit=1").get_json()
    assert (listed["total"], len(listed["pages"])) == (2, 1)
    assert client.get("/api/v1/pages?tag=返品").get_json()["total"] == 1
    assert client.get("/api/v1/pages?language=en").get_json()["pages"][0]["title"] == "How to return"


def test_the_revisions_of_a_page_are_for_staff(client: Browser, as_operator: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page.id), "別の文", note="直した")
    told = as_operator.get(f"/api/v1/pages/{page.id}/revisions").get_json()
    assert [one["number"] for one in told["revisions"]] == [2, 1]
    assert told["revisions"][0]["is_current"] and told["revisions"][0]["note"] == "直した"
    refused = client.get(f"/api/v1/pages/{page.id}/revisions")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("path", "status", "code", "field"),
    [
        ("/api/v1/search?limit=500", 422, "invalid", "limit"),
        ("/api/v1/search?offset=x", 422, "invalid", "offset"),
        ("/api/v1/search?language=fr", 422, "invalid", "language"),
        ("/api/v1/pages/999", 404, "not_found", None),
        ("/api/v1/unknown", 404, "http_404", None),
    ],
)
def test_every_error_has_one_shape(client: Browser, path: str, status: int, code: str, field: str | None) -> None:
    for language in ("ja", "en"):
        answer = client.get(path, headers={"Accept-Language": language})
        assert answer.status_code == status
        error = answer.get_json()["error"]
        assert answer.get_json().keys() == {"error"} and error.keys() == {"code", "message", "field"}
        assert (error["code"], error["field"]) == (code, field)
        assert bool(JAPANESE.search(error["message"])) == (language == "ja")


def test_a_wrong_method_is_told_in_json(client: Browser) -> None:
    answer = client.delete("/api/v1/pages")
    assert answer.status_code in (400, 405)
    assert answer.get_json()["error"]["message"]
