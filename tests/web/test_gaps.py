"""A gap on its screen: a page is written for it, a synonym kept, a page named, or it is dismissed; each once."""

import re
from typing import Any

import pytest

from kb.rules import clock as real_clock
from kb.rules.desk import GapDecision
from kb.store.base import Store
from kb.store.gaps import Gap
from kb.store.pages import Page
from kb.store.synonyms import Entry
from tests.conftest import Browser
from tests.make import make_page


def make_gap(store: Store, **more: Any) -> int:
    with store.writing() as db:
        at = {"first_at": real_clock.now(), "last_at": real_clock.now()}
        made = Gap(key="適格請求書", words="適格請求書", times=2, **at, **more)
        db.add(made)
        db.flush()
        return made.id


@pytest.fixture
def gap(store: Store) -> int:
    return make_gap(store)


def decide(browser: Browser, gap: int, action: str, **more: Any) -> Any:
    return browser.submit(f"/ja/review/gaps/{gap}", {"action": action, **more})


def now(store: Store, gap: int) -> Gap:
    with store.reading() as db:
        return db.get_one(Gap, gap)


def test_a_gap_becomes_a_page_with_its_words_as_a_phrase(as_sv: Browser, store: Store, gap: int) -> None:
    form = as_sv.get(f"/ja/pages/new?gap={gap}").text
    assert re.search(r'<textarea[^>]*name="phrases"[^>]*>\s*適格請求書</textarea>', form)
    fields = {
        "action": "save",
        "title": "請求書の宛名",
        "body": "変えられます。",
        "phrases": "適格請求書",
        "kind": "faq",
    }
    sent = as_sv.submit(f"/ja/pages/new?gap={gap}", {**fields, "audience": "public", "place": f"new:gap {gap}"})
    assert sent.status_code == 302
    found = now(store, gap)
    assert found.decision is GapDecision.PAGE and found.closed_at is not None
    with store.reading() as db:
        page = db.get_one(Page, found.page_id)
        assert page.current is not None and page.current.phrases == ["適格請求書"]
    assert f"gap-{gap}" not in as_sv.get("/ja/review").text


def test_a_gap_becomes_a_synonym(as_sv: Browser, store: Store, gap: int) -> None:
    assert decide(as_sv, gap, "synonym", line="").status_code == 422
    assert decide(as_sv, gap, "synonym", line="インボイス").location == "/ja/review"
    assert now(store, gap).decision is GapDecision.SYNONYM
    with store.reading() as db:
        assert sorted(db.query(Entry).one().wordings) == sorted(["インボイス", "適格請求書"])
    assert "同義語にした" in as_sv.get(f"/ja/review/gaps/{gap}").text


def test_a_gap_is_answered_by_a_page_that_is_there(as_sv: Browser, store: Store, gap: int) -> None:
    with store.writing() as db:
        page = make_page(db, "領収書と請求書")
    for number in ("", "x", "999"):
        refused = decide(as_sv, gap, "page", page=number)
        assert refused.status_code == 422
    assert decide(as_sv, gap, "page", page=page.id).status_code == 303
    assert now(store, gap).page_id == page.id


def test_a_gap_is_dismissed_with_a_reason_and_only_once(
    as_sv: Browser, as_admin: Browser, store: Store, gap: int
) -> None:
    empty = decide(as_sv, gap, "dismiss", reason=" ")
    assert empty.status_code == 422 and 'id="f-reason-error"' in empty.text
    assert decide(as_sv, gap, "dismiss", reason="扱わないサービス").status_code == 303
    late = decide(as_admin, gap, "dismiss", reason="わたしも")
    assert late.status_code == 409 and "扱わないサービス" in late.text
    assert now(store, gap).reason == "扱わないサービス"
    assert decide(as_sv, gap, "burn").status_code == 422
    assert as_sv.get("/ja/review/gaps/999").status_code == 404


def test_a_gap_that_came_back_tells_what_was_decided_before(as_sv: Browser, store: Store) -> None:
    id = make_gap(store, decision=GapDecision.DISMISSED, reason="扱わないサービス")
    for path in ("/ja/review", f"/ja/review/gaps/{id}"):
        shown = as_sv.get(path).text
        assert "また探されています" in shown and "扱わないサービス" in shown
