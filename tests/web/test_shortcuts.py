"""The screen of one's own keys, and that every screen shows the keys of whoever reads it."""

import re
from typing import Any

from kb.store.base import Store
from tests.conftest import Browser
from tests.make import make_page

SAY = "お届けは三日です。\n\n:::say\n三日で届きます。\n:::"


def save(browser: Browser, **fields: str) -> Any:
    known = {"search": "/", "copy": "c", "why": "w", "help": "?", "open": "1", "action": "save"}
    return browser.submit("/ja/shortcuts", {**known, **fields})


def field(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, name
    return found[1]


def test_a_chosen_key_stands_in_the_form_in_the_hints_and_for_the_scripts(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db, body=SAY)
        page_id = page.id
    assert "<kbd>c</kbd>" in as_operator.get(f"/ja/pages/{page_id}").text
    assert save(as_operator, copy="y").status_code == 303
    assert field(as_operator.get("/ja/shortcuts").text, "copy") == "y"
    shown = as_operator.get(f"/ja/pages/{page_id}").text
    assert "<kbd>y</kbd>" in shown and "<kbd>c</kbd>" not in shown and 'data-copy="y"' in shown
    assert "<kbd>y</kbd>" in as_operator.get("/ja/console").text


def test_with_all_keys_off_no_hint_of_one_is_left_and_those_that_write_nothing_stay(as_operator: Browser) -> None:
    assert as_operator.submit("/ja/shortcuts", {"action": "off"}).status_code == 303
    room = as_operator.get("/ja/console").text
    assert re.findall(r"<kbd>(.)</kbd>", room) == ["↓", "↑"]
    assert "<kbd>Esc</kbd>" in room
    assert "すべて切ってあります" in as_operator.get("/ja/shortcuts").text
    as_operator.submit("/ja/shortcuts", {"action": "on"})
    assert "<kbd>/</kbd>" in as_operator.get("/ja/console").text


def test_a_double_key_is_told_at_its_field_and_what_was_typed_stays(as_operator: Browser) -> None:
    answer = save(as_operator, copy="w", search="y")
    assert answer.status_code == 422
    assert 'id="f-why-error"' in answer.text and 'href="#f-why"' in answer.text
    assert (field(answer.text, "copy"), field(answer.text, "search")) == ("w", "y")
    assert field(as_operator.get("/ja/shortcuts").text, "copy") == "c"


def test_the_usual_keys_come_back(as_operator: Browser) -> None:
    save(as_operator, copy="y", open="")
    assert 'name="action" value="usual"' in as_operator.get("/ja/shortcuts").text
    as_operator.submit("/ja/shortcuts", {"action": "usual"})
    again = as_operator.get("/ja/shortcuts").text
    assert field(again, "copy") == "c" and 'name="action" value="usual"' not in again
    assert re.search(r'name="open" value="1" checked', again)


def test_an_unknown_deed_and_a_lost_token_change_nothing(as_operator: Browser) -> None:
    assert as_operator.submit("/ja/shortcuts", {"action": "burn"}).status_code == 422
    assert as_operator.post("/ja/shortcuts", data={"action": "off"}).status_code == 400
    assert "<kbd>/</kbd>" in as_operator.get("/ja/console").text


def test_the_screen_is_english_too_and_customers_get_no_keys(as_operator: Browser, client: Browser) -> None:
    shown = as_operator.get("/en/shortcuts").text
    assert "Switch all off" in shown and "-error" not in shown
    home = client.get("/ja/").text
    assert "<kbd>" not in home and "data-deed" not in home and 'id="shortcuts"' not in home
    # Whoever is signed in sees what customers see.
    assert "data-deed" not in as_operator.get("/ja/").text
