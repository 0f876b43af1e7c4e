"""Two people never decide one thing twice, however many try at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from kb.rules.desk import MessageKind
from kb.rules.errors import Conflict, KbError
from kb.rules.review_states import DECISIONS
from kb.rules.roles import Actor, Role
from kb.services import reviewing, submitting
from kb.services.reviewing import TOLD
from kb.store import events
from kb.store.base import Store
from kb.store.messages import Message
from kb.store.pages import Page, Revision
from tests.make import make_actor, make_page, make_proposal, make_story, story, text

WHY = {"reason": "理由はこうです。"}
SVS = 16
MADE: dict[str, Callable[..., Revision]] = {
    "story": make_story,
    "proposal": lambda db, by: make_proposal(db, make_page(db), by=by),
}


def decide(store: Store, turn: int, item: Revision, seen: int | None, target: Page, by: Actor) -> str:
    """One SV's decision, each turn another one; "refused" stands for the 409 that the door would give."""
    why: dict[str, Any] = {**WHY, "by": by}
    base = target.current_revision_id or 0
    acts: list[Callable[[Any], Any]] = [
        lambda db: reviewing.approve(db, item.id, seen_current=seen, by=by),
        lambda db: reviewing.send_back(db, item.id, **why),
        lambda db: reviewing.mark_duplicate(db, item.id, of=target.id, **why),
        lambda db: reviewing.make_faq(db, item.id, text(), category_id=None, **why),
        lambda db: reviewing.reject(db, item.id, **why),
        lambda db: reviewing.merge(db, item.id, text(body="足した文"), into=target.id, base_id=base, **why),
    ]
    try:
        with store.writing() as db:
            acts[turn % len(acts)](db)
    except Conflict as refused:
        assert refused.status == 409
        return "refused"
    return "won"


def race(store: Store, made: Callable[..., Revision], author: Actor, svs: list[Actor], first: int) -> None:
    """All SVs decide one new item at once; exactly one decision is left of it, and its author heard of that once."""
    with store.writing() as db:
        item = made(db, by=author)
        seen, target = item.page.current_revision_id, make_page(db)
    together = Barrier(SVS)

    def run(turn: int) -> str:
        together.wait()
        return decide(store, turn + first, item, seen, target, svs[turn])

    with ThreadPoolExecutor(SVS) as pool:
        answers = list(pool.map(run, range(SVS)))
    assert Counter(answers) == {"won": 1, "refused": SVS - 1}
    with store.reading() as db:
        revision = db.get_one(Revision, item.id)
        winner = svs[answers.index("won")].id
        assert (revision.state in DECISIONS, revision.decided_by_id) == (True, winner)
        verbs = [one.verb for one in events.of_page(db, item.page_id) if one.revision_id == item.id]
        deciding = {f"revision {state.value}" for state in DECISIONS}
        assert [verb for verb in verbs if verb in deciding] == [f"revision {revision.state.value}"]
        told = list(db.scalars(select(Message).where(Message.revision_id == item.id)))
        assert [(one.user_id, one.from_id, one.kind) for one in told] == [(author.id, winner, TOLD[revision.state])]


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.long)])
def test_of_sixteen_svs_who_decide_at_once_exactly_one_wins(store: Store, made: str, rounds: int) -> None:
    with store.writing() as db:
        author, svs = make_actor(db), [make_actor(db, Role.SV) for _ in range(SVS)]
    for turn in range(rounds):
        race(store, MADE[made], author, svs, first=turn)


def test_of_sixteen_svs_who_take_one_item_at_once_exactly_one_has_it(store: Store) -> None:
    with store.writing() as db:
        item, svs = make_story(db), [make_actor(db, Role.SV) for _ in range(SVS)]
    together = Barrier(SVS)

    def take(by: Actor) -> bool:
        together.wait()
        try:
            with store.writing() as db:
                reviewing.take(db, item.id, by=by)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(SVS) as pool:
        got = list(pool.map(take, svs))
    assert got.count(True) == 1
    with store.reading() as db:
        assert db.get_one(Revision, item.id).taken_by_id == svs[got.index(True)].id
        told = list(db.scalars(select(Message).where(Message.revision_id == item.id)))
        assert [one.kind for one in told] == [MessageKind.TAKEN]


def test_a_withdrawal_and_an_approval_at_once_do_not_both_happen(store: Store) -> None:
    with store.writing() as db:
        author, sv = make_actor(db), make_actor(db, Role.SV)
        waiting = [submitting.submit(db, story(), by=author).id for _ in range(8)]

    for revision_id in waiting:
        together = Barrier(2)

        def race(by: Actor, revision_id: int = revision_id, together: Barrier = together) -> bool:
            together.wait()
            try:
                with store.writing() as db:
                    if by.role is Role.SV:
                        reviewing.approve(db, revision_id, seen_current=None, by=by)
                    else:
                        submitting.withdraw(db, revision_id, by=by)
            except KbError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(race, (author, sv))) == [False, True]
