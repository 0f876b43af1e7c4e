"""Sixteen SVs press different buttons of one item at the same moment: one is led on, fifteen get 409 and a sentence."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kb.rules.review_states import DECISIONS
from kb.rules.roles import Role
from kb.services import accounts
from kb.store import events, users
from kb.store.base import Store
from kb.store.messages import Message
from kb.store.pages import Page, Revision
from tests.conftest import Browser
from tests.make import make_actor, make_page, make_story, make_user

SVS = 16
REASON = {"reason": "理由はこうです。"}
# What each decision sends, and where to; the SVs take them in turn.
FORMS: tuple[Callable[[Page], tuple[str, dict[str, Any]]], ...] = (
    lambda page: ("", {"decision": "approve", "current": "", **REASON}),
    lambda page: ("", {"decision": "return", **REASON}),
    lambda page: ("", {"decision": "reject", **REASON}),
    lambda page: ("/duplicate", {"of": page.id, **REASON}),
    lambda page: ("/faq", {"title": "いつ届きますか", "body": "三日で届きます。", "audience": "public", **REASON}),
    lambda page: (
        "/merge",
        {"into": page.id, "base": page.current_revision_id, "title": "配送の日数", "audience": "public"}
        | {"body": "三日です。土日を除きます。", **REASON},
    ),
)


@pytest.fixture
def svs(app: Flask, store: Store) -> list[Browser]:
    """Sixteen browsers, each signed in as another SV."""
    browsers: list[Browser] = []
    for number in range(SVS):
        with store.writing() as db:
            identity = accounts.identity_of(make_user(db, Role.SV, name=f"sv{number}"))
        browser: Any = app.test_client()
        with browser.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = identity, True
        browsers.append(browser)
    return browsers


def race(store: Store, svs: list[Browser], first: int) -> None:
    """One new story, everybody at once; what is left of it is one decision, one event and one message."""
    with store.writing() as db:
        author, page = make_actor(db), make_page(db, "配送の日数", "三日です。")
        item = make_story(db, title="届かない荷物の話", by=author)
    tokens = [browser.token() for browser in svs]
    together = Barrier(SVS)

    def press(number: int) -> Any:
        path, fields = FORMS[(number + first) % len(FORMS)](page)
        sent = {"revision": item.id, "csrf_token": tokens[number], **fields}
        together.wait()
        return svs[number].post(f"/ja/review/{item.id}{path}", data=sent)

    with ThreadPoolExecutor(SVS) as pool:
        answers = list(pool.map(press, range(SVS)))
    assert Counter(answer.status_code for answer in answers) == {302: 1, 409: SVS - 1}
    assert all("Traceback" not in answer.text for answer in answers)
    with store.reading() as db:
        winner = users.by_name(db, f"sv{[answer.status_code for answer in answers].index(302)}")
        revision = db.get_one(Revision, item.id)
        assert winner is not None and revision.state in DECISIONS and revision.decided_by_id == winner.id
        verbs = [one.verb for one in events.of_page(db, item.page_id) if one.revision_id == item.id]
        deciding = {f"revision {state.value}" for state in DECISIONS}
        assert [verb for verb in verbs if verb in deciding] == [f"revision {revision.state.value}"]
        told = db.scalars(select(Message).where(Message.revision_id == item.id)).all()
        assert [(one.user_id, one.from_id) for one in told] == [(author.id, winner.id)]


@pytest.mark.parametrize("rounds", [2, pytest.param(200, marks=pytest.mark.long)])
def test_of_sixteen_svs_at_their_screens_one_decides_and_fifteen_are_told(
    store: Store, svs: list[Browser], rounds: int
) -> None:
    for turn in range(rounds):
        race(store, svs, first=turn)
