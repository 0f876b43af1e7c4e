"""Every decision at the desk and every wrong turn before it: one outcome, one event, and the author told once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from kb.rules.review_states import DECISIONS, State
from kb.rules.roles import Role
from kb.services import reviewing
from kb.services.reviewing import TOLD
from kb.store.base import Store
from kb.store.events import Event
from kb.store.messages import Message
from kb.store.pages import Page, Revision
from tests.conftest import Browser
from tests.make import edit_page, make_actor, make_page, make_proposal, make_story

REASON, THANKS = "理由はこうです。", "ありがとう。"
DECIDING = {f"revision {state.value}" for state in DECISIONS}


@dataclass(frozen=True)
class Way:
    """One decision as its form is sent: where to, with what, and what becomes of the item."""

    state: State
    fields: Callable[["Desk"], dict[str, Any]]
    place: str = ""
    publishes: bool = False
    kept: str = REASON


WAYS = {
    "approve": Way(State.APPROVED, lambda desk: {"current": desk.seen or ""}, publishes=True, kept=THANKS),
    "return": Way(State.RETURNED, lambda desk: {}),
    "reject": Way(State.REJECTED, lambda desk: {}),
    "duplicate": Way(State.DUPLICATE, lambda desk: {"other": desk.target}),
    "merge": Way(
        State.MERGED,
        lambda desk: {
            "into": desk.target,
            "base": desk.base,
            "title": "配送の日数",
            "audience": "public",
            "body": "三日です。雨の日は電話します。",
        },
        place="/merge",
        publishes=True,
    ),
    "faq": Way(
        State.MERGED,
        lambda desk: {"title": "雨の日は届きますか", "body": "お届けします。", "audience": "public", "phrases": ""},
        place="/faq",
        publishes=True,
    ),
}


@dataclass
class Desk:
    """An item that waits and a page beside it; `seen` is the live version that the SV saw, `base` that of the page."""

    store: Store
    item: int
    page: int
    target: int
    base: int
    author: int
    seen: int | None = None
    writer: Browser | None = field(default=None, repr=False)

    def send(self, browser: Browser, name: str, **more: Any) -> Any:
        """Send the form of a decision, as its screen would."""
        way = WAYS[name]
        typed = {"decision": name, "revision": self.item, "thanks": THANKS, **way.fields(self)}
        if name != "approve":
            typed["reason"] = REASON
        return browser.submit(f"/ja/review/{self.item}{way.place}", typed | more)

    def outcome(self) -> tuple[State, list[str], list[str]]:
        """The state, the verbs of decisions, and what the author was told."""
        with self.store.reading() as db:
            verbs = db.scalars(select(Event.verb).where(Event.revision_id == self.item).order_by(Event.id))
            told = db.scalars(
                select(Message.kind).where(Message.revision_id == self.item, Message.user_id == self.author)
            )
            state = db.get_one(Revision, self.item).state
            return state, [verb for verb in verbs if verb in DECIDING], [kind.value for kind in told]

    def is_untouched(self) -> bool:
        return self.outcome() == (State.SUBMITTED, [], [])

    def is_decided_once(self, name: str) -> bool:
        state = WAYS[name].state
        return self.outcome() == (state, [f"revision {state.value}"], [TOLD[state].value])


@pytest.fixture
def desk(request: pytest.FixtureRequest, store: Store, as_operator: Browser) -> Desk:
    """A new story, or an edit of a live page where a test asks for that."""
    with store.writing() as db:
        target = make_page(db, "配送の日数", "三日です。")
        by = as_operator.actor
        is_edit = getattr(request, "param", "story") == "edit"
        item = make_proposal(db, make_page(db), by=by) if is_edit else make_story(db, by=by)
        assert by is not None and by.id is not None and target.current_revision_id is not None
        seen = item.page.current_revision_id
        return Desk(store, item.id, item.page_id, target.id, target.current_revision_id, by.id, seen, as_operator)


@pytest.fixture
def other_sv(store: Store) -> Any:
    with store.writing() as db:
        return make_actor(db, Role.SV)


@pytest.mark.parametrize("desk", ["story", "edit"], indirect=True)
@pytest.mark.parametrize("name", WAYS)
def test_a_decision_is_one_outcome_one_event_and_one_message(desk: Desk, as_sv: Browser, name: str) -> None:
    assert desk.is_untouched()
    assert desk.send(as_sv, name).status_code in (302, 303)
    assert desk.is_decided_once(name)
    with desk.store.reading() as db:
        revision = db.get_one(Revision, desk.item)
        assert (revision.thanks, revision.reason) == (THANKS, "" if name == "approve" else REASON)
    assert desk.writer is not None
    shown = desk.writer.get(f"/ja/stories/{desk.item}").text
    assert THANKS in shown and (name in ("approve", "merge", "faq") or REASON in shown)


@pytest.mark.parametrize("name", WAYS)
def test_deciding_twice_is_deciding_once(desk: Desk, as_sv: Browser, name: str) -> None:
    desk.send(as_sv, name)
    again = desk.send(as_sv, name)
    assert again.status_code == 409 and desk.is_decided_once(name)
    assert "あなたがもう決めた提案です" in again.text


@pytest.mark.parametrize("name", WAYS)
def test_what_somebody_else_decided_meanwhile_is_told_with_who_and_what(
    desk: Desk, as_sv: Browser, as_admin: Browser, name: str
) -> None:
    desk.send(as_admin, "reject")
    late = desk.send(as_sv, name)
    assert late.status_code == 409 and desk.is_decided_once("reject")
    assert as_admin.actor is not None
    assert f"先に{as_admin.actor.display_name}さんが見送りました" in late.text
    assert WAYS[name].kept in late.text


@pytest.mark.parametrize("name", WAYS)
def test_what_another_sv_has_taken_is_theirs(desk: Desk, as_sv: Browser, other_sv: Any, name: str) -> None:
    with desk.store.writing() as db:
        reviewing.take(db, desk.item, by=other_sv)
    before = desk.outcome()
    refused = desk.send(as_sv, name)
    assert refused.status_code == 409 and desk.outcome() == before == (State.IN_REVIEW, [], ["taken"])
    assert f"いまは{other_sv.display_name}さんが確認しています" in refused.text
    assert WAYS[name].kept in refused.text
    with desk.store.writing() as db:
        reviewing.give_back(db, desk.item, by=other_sv)
    desk.send(as_sv, name)
    state = WAYS[name].state
    assert desk.outcome() == (state, [f"revision {state.value}"], ["taken", TOLD[state].value])


@pytest.mark.parametrize("name", WAYS)
def test_whoever_has_no_right_decides_nothing(desk: Desk, as_operator: Browser, client: Browser, name: str) -> None:
    assert desk.send(as_operator, name).status_code == 403
    assert desk.send(client, name).status_code == 401
    assert desk.is_untouched()


@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.publishes])
def test_nobody_publishes_what_they_wrote(store: Store, as_sv: Browser, name: str) -> None:
    with store.writing() as db:
        item, target = make_story(db, by=as_sv.actor), make_page(db)
        assert item.author_id is not None and target.current_revision_id is not None
        own = Desk(store, item.id, item.page_id, target.id, target.current_revision_id, item.author_id)
    assert own.send(as_sv, name).status_code == 403
    assert own.is_untouched()


@pytest.mark.parametrize("desk", ["edit"], indirect=True)
@pytest.mark.parametrize("name", ["approve", "merge"])
def test_what_moved_on_is_shown_beside_what_was_seen(desk: Desk, as_sv: Browser, name: str) -> None:
    page = desk.target if name == "merge" else desk.page
    with desk.store.writing() as db:
        edit_page(db, db.get_one(Page, page), "あいだに直した文です。")
    stale = desk.send(as_sv, name)
    assert stale.status_code == 409 and desk.is_untouched()
    assert "あいだに" in stale.text and WAYS[name].kept in stale.text
    desk.send(as_sv, "return")
    assert desk.is_decided_once("return")


@pytest.mark.parametrize("name", ["approve", "return", "reject", "duplicate"])
def test_a_form_of_another_version_decides_nothing(desk: Desk, as_sv: Browser, name: str) -> None:
    for revision in ("", desk.item + 1):
        assert desk.send(as_sv, name, revision=revision).status_code == 422
    assert desk.is_untouched()


@pytest.mark.parametrize("name", ["return", "reject", "duplicate"])
def test_a_decision_without_its_reason_comes_back_with_what_was_typed(desk: Desk, as_sv: Browser, name: str) -> None:
    refused = desk.send(as_sv, name, reason=" ", comment="ここまで書いた")
    assert refused.status_code == 422 and desk.is_untouched()
    assert "理由を書いてください" in refused.text and THANKS in refused.text and "ここまで書いた" in refused.text


@pytest.mark.parametrize("name", ["approve", "return", "duplicate"])
def test_words_on_a_passage_go_with_the_decision_or_not_at_all(desk: Desk, as_sv: Browser, name: str) -> None:
    assert desk.send(as_sv, name, comment="ここ", quote="どこにもない言葉").status_code == 422
    assert desk.is_untouched()
    with desk.store.reading() as db:
        quote = db.get_one(Revision, desk.item).title
    desk.send(as_sv, name, comment="ここが良いです", quote=quote)
    assert desk.is_decided_once(name)
    assert desk.writer is not None
    assert "ここが良いです" in desk.writer.get(f"/ja/stories/{desk.item}").text


def test_personal_data_is_published_only_when_each_piece_was_confirmed(store: Store, as_sv: Browser) -> None:
    with store.writing() as db:
        item = make_story(db, done="折り返しは 090-1234-5678、控えは 03-9876-5432 とのこと。")
        keys = [one.key for one in reviewing.unsettled(db, item, viewer=make_actor(db, Role.SV))]
        assert item.author_id is not None
        desk = Desk(store, item.id, item.page_id, 0, 0, item.author_id)
    assert len(keys) == 2
    for some in ([], keys[:1], ["", "guess"]):
        refused = desk.send(as_sv, "approve", keep=some)
        assert refused.status_code == 422 and desk.is_untouched()
        assert "090-1234-5678" in refused.text and "一つずつ確かめてください" in refused.text
    assert refused.text.count('name="keep"') == 2
    desk.send(as_sv, "approve", keep=keys)
    assert desk.is_decided_once("approve")
    with store.reading() as db:
        event = db.scalars(select(Event).where(Event.verb == "revision approved")).one()
        assert event.facts["kept"] == {"phone": 2}
        assert "1234" not in str([one.facts for one in db.scalars(select(Event))])


def test_what_is_live_already_needs_no_second_yes(store: Store, as_sv: Browser) -> None:
    with store.writing() as db:
        page = make_page(db, body="窓口は 03-9876-5432 です。")
        item = make_proposal(db, page, "窓口は 03-9876-5432 です。夜は 090-1234-5678 です。")
        found = reviewing.unsettled(db, item, viewer=make_actor(db, Role.SV))
        assert [one.value for one in found] == ["090-1234-5678"]


@pytest.mark.parametrize("desk", ["edit"], indirect=True)
@pytest.mark.parametrize("name", WAYS)
def test_of_four_who_send_one_decision_at_once_one_wins(desk: Desk, app: Any, as_sv: Browser, name: str) -> None:
    browsers: list[Any] = [app.test_client() for _ in range(4)]
    for browser in browsers:
        with as_sv.session_transaction() as known, browser.session_transaction() as cookie:
            cookie.update(known)
    tokens = [browser.token() for browser in browsers]
    together = Barrier(4)
    way = WAYS[name]
    typed = {"decision": name, "revision": desk.item, "thanks": THANKS, "reason": REASON, **way.fields(desk)}

    def send(turn: int) -> int:
        together.wait()
        answer = browsers[turn].post(f"/ja/review/{desk.item}{way.place}", data={**typed, "csrf_token": tokens[turn]})
        return int(answer.status_code)

    with ThreadPoolExecutor(4) as pool:
        answers = Counter(pool.map(send, range(4)))
    assert answers[409] == 3 and answers[302] + answers[303] == 1
    assert desk.is_decided_once(name)
