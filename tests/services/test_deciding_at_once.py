"""Two people never decide one thing twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from kb.rules.errors import Conflict, KbError
from kb.rules.review_states import DECISIONS
from kb.rules.roles import Actor, Role
from kb.services import reviewing, submitting
from kb.store import events
from kb.store.base import Store
from kb.store.pages import Revision
from tests.make import make_actor, make_page, make_proposal, make_story, story, text

WHY = {"reason": "理由はこうです。"}


@pytest.mark.parametrize("made", [make_story, lambda db: make_proposal(db, make_page(db))])
def test_of_sixteen_svs_who_decide_at_once_exactly_one_wins(store: Store, made: Callable[..., Revision]) -> None:
    with store.writing() as db:
        revision = made(db)
        revision_id, page_id, seen = revision.id, revision.page_id, revision.page.current_revision_id
        svs = [make_actor(db, Role.SV) for _ in range(16)]
        target_id = make_page(db).id
    together = Barrier(16)

    def decide(turn: int) -> str:
        why: dict[str, Any] = {**WHY, "by": svs[turn]}
        together.wait()
        try:
            with store.writing() as db:
                if turn % 4 == 0:
                    reviewing.approve(db, revision_id, seen_current=seen, by=svs[turn])
                elif turn % 4 == 1:
                    reviewing.send_back(db, revision_id, **why)
                elif turn % 4 == 2:
                    reviewing.mark_duplicate(db, revision_id, of=target_id, **why)
                else:
                    reviewing.make_faq(db, revision_id, text(), category_id=None, **why)
        except Conflict:
            return "refused"
        return "won"

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(decide, range(16)))
    assert sorted(answers) == ["refused"] * 15 + ["won"]
    with store.reading() as db:
        revision = db.get_one(Revision, revision_id)
        assert revision.decided_by_id == svs[answers.index("won")].id
        deciding = {f"revision {state.value}" for state in DECISIONS}
        assert [one.verb in deciding for one in events.of_page(db, page_id)].count(True) == 1


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
