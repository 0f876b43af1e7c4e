"""The moves of a revision through the review: every pair of states."""

import pytest

from kb.rules.errors import WrongState
from kb.rules.review_states import DECISIONS, MOVES, NEEDS_REASON, WAITING, State, require_move

# State → the states that may follow; every other pair is refused.
EXPECTED = {
    "draft": "submitted withdrawn",
    "submitted": "in_review withdrawn",
    "in_review": "approved returned rejected merged duplicate",
    "returned": "submitted",
    "approved": "",
    "rejected": "",
    "merged": "",
    "duplicate": "",
    "withdrawn": "",
}


def test_the_table_names_every_state() -> None:
    assert set(EXPECTED) == {state.value for state in State}
    assert set(MOVES) == set(State)


@pytest.mark.parametrize(("old", "new"), [(old, new) for old in State for new in State])
def test_a_revision_moves_only_where_the_table_says(old: State, new: State) -> None:
    if new.value in EXPECTED[old.value].split():
        require_move(old, new)
    else:
        with pytest.raises(WrongState) as refused:
            require_move(old, new)
        assert refused.value.status == 409


def test_every_decision_but_approval_needs_a_reason() -> None:
    assert set(NEEDS_REASON) == set(DECISIONS) - {State.APPROVED}


def test_only_what_is_in_review_can_be_decided() -> None:
    assert [state for state in State if MOVES[state] & {State.APPROVED, State.MERGED}] == [State.IN_REVIEW]
    assert set(WAITING) == {State.SUBMITTED, State.IN_REVIEW}
