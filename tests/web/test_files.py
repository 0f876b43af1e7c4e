"""Attachments: pictures are made anew, everything else is only saved, and rights follow the page at every request."""

import io
from typing import Any

import pytest
from PIL import Image

from kb.rules.pages import Audience
from kb.store.attachments import Attachment
from kb.store.base import Store
from kb.store.pages import Page
from tests.conftest import Browser
from tests.make import edit_page, make_page


@pytest.fixture
def page(store: Store) -> Page:
    with store.writing() as db:
        return make_page(db, "配送の日数", "三日です。")


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(file, "PNG", comment="secret place")
    return file.getvalue() + b"<script>trailing</script>"


def attach(browser: Browser, page: Page, name: str, content: bytes) -> Any:
    return browser.submit(f"/ja/pages/{page.id}", {"action": "attach", "file": (io.BytesIO(content), name)})


def newest(store: Store) -> Attachment:
    with store.reading() as db:
        found = db.query(Attachment).order_by(Attachment.id.desc()).first()
        assert found is not None
        return found


def test_a_picture_is_made_anew_and_shown(as_operator: Browser, store: Store, page: Page) -> None:
    assert attach(as_operator, page, "../地図.PNG", png()).status_code == 302
    file = newest(store)
    assert (file.file_name, file.is_image, file.media_type) == ("地図.PNG", True, "image/png")
    with as_operator.get(f"/files/{file.id}") as answer:
        content = answer.get_data()
        assert Image.open(io.BytesIO(content)).size == (4, 4)
        assert b"script" not in content and b"secret place" not in content
        assert answer.headers["Content-Type"] == "image/png"
        assert "attachment" not in answer.headers.get("Content-Disposition", "")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("一覧.csv", b"a,b\n=1+1"),
        ("page.txt", b"<html><script>alert(1)</script>"),
        ("手引き.pdf", b"%PDF-1.7 <script>"),
    ],
)
def test_everything_else_is_only_saved_and_can_do_nothing(
    as_operator: Browser, store: Store, page: Page, name: str, content: bytes
) -> None:
    assert attach(as_operator, page, name, content).status_code == 302
    with as_operator.get(f"/files/{newest(store).id}") as answer:
        assert answer.get_data() == content
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "html" not in answer.headers["Content-Type"]


@pytest.mark.parametrize(
    "name", ["page.html", "run.exe", "picture.svg", "noending", ".htaccess", "a.pdf\x00.exe", "x.php"]
)
def test_other_kinds_are_refused(as_operator: Browser, store: Store, page: Page, name: str) -> None:
    assert attach(as_operator, page, name, b"content").status_code == 422
    with store.reading() as db:
        assert db.query(Attachment).count() == 0


def test_files_lie_under_names_that_nobody_can_guess(
    as_operator: Browser, store: Store, page: Page, house: Any
) -> None:
    attach(as_operator, page, "open.txt", b"text")
    names = [path.name for path in house.files.rglob("*") if path.is_file()]
    assert names == [newest(store).storage_name] and len(names[0]) == 48


def test_customers_get_what_the_public_text_shows_and_nothing_else(
    as_operator: Browser, client: Browser, store: Store, page: Page
) -> None:
    ids = []
    for name in ("shown.txt", "hidden.txt", "lying.txt"):
        attach(as_operator, page, name, b"text")
        ids.append(newest(store).id)
    body = f"[表](attachment:{ids[0]})\n\n:::staff\n[表](attachment:{ids[1]})\n:::"
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page.id), body)
    assert [_status(client, number) for number in ids] == [200, 404, 404]
    assert [_status(as_operator, number) for number in ids] == [200, 200, 200]
    assert f'href="/files/{ids[0]}"' in client.get(f"/ja/faq/{page.id}", follow_redirects=True).text
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page.id), body, audience=Audience.STAFF)
    assert _status(client, ids[0]) == 404


def _status(browser: Browser, number: int) -> int:
    with browser.get(f"/files/{number}") as answer:
        return int(answer.status_code)


def test_a_removed_file_is_gone_for_everybody(as_operator: Browser, as_sv: Browser, store: Store, page: Page) -> None:
    attach(as_sv, page, "open.txt", b"text")
    file = newest(store)
    assert as_operator.submit(f"/ja/pages/{page.id}", {"action": "detach", "file": file.id}).status_code == 403
    assert as_sv.submit(f"/ja/pages/{page.id}", {"action": "detach", "file": file.id}).status_code == 302
    assert _status(as_sv, file.id) == _status(as_operator, file.id) == 404


def test_a_picture_of_a_hidden_page_is_not_shown(as_operator: Browser, as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        secret = make_page(db, audience=Audience.SV)
    attach(as_sv, secret, "secret.png", png())
    assert _status(as_operator, newest(store).id) == 404
    assert attach(as_operator, secret, "mine.png", png()).status_code == 404
