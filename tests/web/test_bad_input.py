"""Whatever is sent is answered by a clear sentence with the right status, and nothing is half-written."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.rules import limits
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM
from kb.services import editing
from kb.store.base import Store
from kb.store.events import Event
from kb.store.pages import Page, Revision
from kb.store.users import User
from tests.conftest import Browser
from tests.make import edit_page, make_page, make_story

JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")
MAIN = re.compile(r"<main.*?</main>", re.S)
TRAVERSALS = Path(__file__).resolve().parents[3] / "shared" / "data" / "other" / "traversal_directory_traversal.txt"


def counts(store: Store) -> tuple[int, ...]:
    with store.reading() as db:
        return tuple(db.query(table).count() for table in (Page, Revision, Event, User))


@pytest.fixture
def page(store: Store) -> Page:
    with store.writing() as db:
        return make_page(db, "配送の日数", "三日です。")


def sentence(answer: Any) -> str:
    """What a page of refusal, or the form drawn again, tells its reader."""
    found = MAIN.search(answer.text)
    return re.sub(r"<[^>]+>", "", found[0]) if found else answer.text


Send = Callable[[Browser, Page], Any]
CASES: dict[str, tuple[int, str, Send]] = {
    "a missing title": (422, "題名を書いてください", lambda b, p: b.submit(
        "/ja/pages/new", {"action": "save", "title": " ", "body": "大切な文"})),
    "a missing body": (422, "本文を書いてください", lambda b, p: b.submit(
        "/ja/pages/new", {"action": "save", "title": "題", "body": "\n \n"})),
    "an unknown action": (422, "できない操作です", lambda b, p: b.submit(f"/ja/pages/{p.id}", {"action": "explode"})),
    "an unknown decision": (404, "見つかりません", lambda b, p: b.submit(
        f"/ja/review/{p.id}", {"decision": "explode"})),
    "a redirect to itself": (422, "この記事に戻ってしまいます", lambda b, p: b.submit(
        f"/ja/pages/{p.id}", {"action": "archive", "moved_to": p.id})),
    "a redirect to nowhere": (422, "移動先の記事が見つかりません", lambda b, p: b.submit(
        f"/ja/pages/{p.id}", {"action": "archive", "moved_to": 999})),
    "a body of 5 MB": (422, "200000文字まで", lambda b, p: b.submit(
        "/ja/pages/new", {"action": "save", "title": "題", "body": "x" * 5_000_000})),
    "a request over the limit": (413, "大きすぎます", lambda b, p: b.post(
        f"/ja/pages/{p.id}", data=bytes(limits.REQUEST + 1), content_type="multipart/form-data; boundary=x")),
    "an image that is none": (422, "この画像は開けませんでした", lambda b, p: b.submit(
        f"/ja/pages/{p.id}", {"action": "attach", "file": (io.BytesIO(b"no image"), "photo.png")})),
    "a program for a picture": (422, "この種類のファイルは添付できません", lambda b, p: b.submit(
        f"/ja/pages/{p.id}", {"action": "attach", "file": (io.BytesIO(b"MZ"), "photo.exe")})),
    "an empty file": (422, "ファイルが空です", lambda b, p: b.submit(
        f"/ja/pages/{p.id}", {"action": "attach", "file": (io.BytesIO(b""), "empty.txt")})),
    "no file": (422, "添付するファイルを選んでください", lambda b, p: b.submit(
        f"/ja/pages/{p.id}", {"action": "attach"})),
    "text for a number": (422, "番号として読めません", lambda b, p: b.submit(
        f"/ja/pages/{p.id}", {"action": "archive", "moved_to": "二"})),
    "a number in the query": (422, "番号として読めません", lambda b, p: b.get("/ja/pages?page=two")),
    "an unknown kind": (422, "選び直してください", lambda b, p: b.get("/ja/pages?kind=poem")),
    "an unknown audience": (422, "選び直してください", lambda b, p: b.submit(
        "/ja/pages/new", {"action": "save", "title": "題", "body": "文", "audience": "everyone"})),
    "a category that is none": (422, "分類を選び直してください", lambda b, p: b.submit(
        "/ja/pages/new", {"action": "save", "title": "題", "body": "文", "category": "999"})),
    "a block that is not closed": (422, "閉じていません", lambda b, p: b.submit(
        "/ja/pages/new", {"action": "save", "title": "題", "body": ":::say\n大切な文"})),
    "no base": (422, "画面が古くなっています", lambda b, p: b.submit(
        f"/ja/pages/{p.id}/edit", {"action": "save", "title": "題", "body": "文"})),
    "an unknown address": (404, "見つかりません", lambda b, p: b.get("/ja/nothing/here")),
    "an unknown page": (404, "見つかりません", lambda b, p: b.get("/ja/pages/999")),
    "a page number beyond all": (404, "見つかりません", lambda b, p: b.get(f"/ja/pages/{10**30}")),
    "a method that is not meant": (405, "この使い方ができません", lambda b, p: b.delete(f"/ja/pages/{p.id}")),
    "a story for everybody": (422, "体験は社内のものです", lambda b, p: b.submit(
        "/ja/stories/new", {"title": "題", "words": "文", "done": "文", "audience": "public"})),
    "a name that is taken": (409, "もう使われています", lambda b, p: b.submit(
        "/ja/admin/people", {"action": "add", "name": "admin", "role": "sv"})),
    "the last admin": (409, "管理者がいなくなってしまいます", lambda b, p: b.submit(
        "/ja/admin/people", {"action": "disable", "id": b.actor.id if b.actor else 0})),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_with_a_sentence_that_says_what_to_do(
    as_admin: Browser, store: Store, page: Page, case: str
) -> None:
    status, told, send = CASES[case]
    before = counts(store)
    with send(as_admin, page) as answer:
        answer.get_data()
    assert answer.status_code == status
    assert told in sentence(answer)
    assert "Traceback" not in answer.text
    assert counts(store) == before


@pytest.mark.parametrize("case", CASES)
def test_the_same_is_told_in_english(as_admin: Browser, page: Page, case: str) -> None:
    status, told, send = CASES[case]
    with send(English(as_admin), page) as answer:  # type: ignore[arg-type]
        answer.get_data()
    assert answer.status_code == status
    assert '<html lang="en"' in answer.text
    ours = re.sub(r"配送の日数|三日です。|大切な文|題|文|二", "", sentence(answer))
    assert not JAPANESE.search(ours), JAPANESE.findall(ours)


class English:
    """A browser whose reader has chosen English."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.actor = browser, browser.actor

    def get(self, path: str) -> Any:
        return self.browser.get(path.replace("/ja/", "/en/"))

    def delete(self, path: str) -> Any:
        return self.browser.delete(path.replace("/ja/", "/en/"))

    def post(self, path: str, **more: Any) -> Any:
        return self.browser.post(path.replace("/ja/", "/en/"), **more)

    def submit(self, path: str, data: dict[str, Any]) -> Any:
        return self.browser.submit(path.replace("/ja/", "/en/"), data)


def test_what_was_typed_is_still_there_after_a_refusal(as_sv: Browser, as_operator: Browser) -> None:
    answer = as_sv.submit(
        "/ja/pages/new", {"action": "save", "title": "", "body": "大切な<文>", "phrases": "早く\n要る"}
    )
    assert "大切な&lt;文&gt;</textarea>" in answer.text and "早く\n要る</textarea>" in answer.text
    answer = as_operator.submit("/ja/stories/new", {"title": "", "words": "まだ\n届かない", "done": "聞いた"})
    assert "まだ\n届かない</textarea>" in answer.text and "聞いた</textarea>" in answer.text


def test_a_circle_of_redirects_is_refused(as_sv: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        first, second = make_page(db), make_page(db)
        editing.archive(db, first.id, moved_to=page.id, by=SYSTEM)
        found = db.get(Page, second.id)
        assert found is not None
        # A circle that somebody made outside the app must not hang its readers either.
        found.moved_to_id, found.archived_at = second.id, page.updated_at
    assert as_sv.get(f"/ja/pages/{second.id}").status_code in (200, 410)
    answer = as_sv.submit(f"/ja/pages/{page.id}", {"action": "archive", "moved_to": first.id})
    assert answer.status_code == 422


def test_a_stale_revision_is_a_conflict_that_loses_nothing(as_sv: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page.id), "四日です。")
    before = counts(store)
    fields = {"action": "save", "title": "配送の日数", "body": "五日です。", "base": page.current_revision_id}
    answer = as_sv.submit(f"/ja/pages/{page.id}/edit", fields)
    assert answer.status_code == 409
    assert "四日です。" in answer.text and "五日です。" in answer.text
    assert counts(store) == before


def test_a_program_is_told_in_json(as_operator: Browser, client: Browser) -> None:
    for path, status, code in (
        ("/api/v1/search?limit=0", 422, "invalid"),
        ("/api/v1/search?limit=101", 422, "invalid"),
        ("/api/v1/search?offset=-1", 422, "invalid"),
        ("/api/v1/search?kind=poem", 422, "invalid"),
        ("/api/v1/pages?limit=many", 422, "invalid"),
        ("/api/v1/pages/999", 404, "not_found"),
        ("/api/v1/nothing", 404, "http_404"),
    ):
        answer = as_operator.get(path)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code), path
        assert answer.get_json()["error"]["message"]
    assert client.get("/api/v1/pages/1/revisions").get_json()["error"]["code"] == "not_signed_in"


@pytest.mark.parametrize(
    "query",
    ["endpoint=x", "_external=1&_scheme=javascript", "lang=xx", "_anchor=a&_method=POST", "id=7&title=x", "q[]=1"],
)
def test_no_argument_breaks_the_door_to_the_other_language(client: Browser, page: Page, query: str) -> None:
    answer = client.get(f"/ja/?{query}")
    assert answer.status_code == 200
    door = re.search(r'<a href="([^"]*)" lang="en"', answer.text)
    assert door is not None and door[1].startswith("/en/?")
    address = client.get(f"/ja/faq/{page.id}").location
    assert client.get(f"{address}?{query}").status_code == 200


def test_a_traversal_reaches_no_file(client: Browser, as_operator: Browser) -> None:
    if not TRAVERSALS.is_file():
        pytest.skip("NO LIST OF TRAVERSAL STRINGS: shared/data/other is missing")
    strings = TRAVERSALS.read_text("utf-8", "replace").split("\n")
    assert len(strings) > 100
    for string in strings:
        for start in ("/static/", "/files/", "/ja/category/"):
            with client.get(start + string) as answer:
                assert answer.status_code in (301, 302, 308, 404, 405), (start, string)
                assert "root:" not in answer.text


def test_a_broken_database_is_one_sentence(as_operator: Browser, client: Browser, store: Store) -> None:
    with store.writer.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE users RENAME TO lost")
        connection.exec_driver_sql("ALTER TABLE pages RENAME TO gone")
        connection.commit()
    for browser in (as_operator, client):
        for path in ("/ja/console", "/ja/", "/api/v1/pages"):
            answer = browser.get(path)
            assert answer.status_code in (302, 500)
            assert "Traceback" not in answer.text and "sqlite" not in answer.text.lower()
    assert client.get("/health/live").status_code == 200
    assert as_operator.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code in (200, 503)


def test_a_decision_on_somebody_elses_item_is_refused(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        story = make_story(db, in_state=State.IN_REVIEW)
    answer = as_sv.submit(f"/ja/review/{story.id}", {"decision": "return", "reason": "理由", "revision": story.id})
    assert answer.status_code == 409
    assert "さんが確認しています" in sentence(answer)
