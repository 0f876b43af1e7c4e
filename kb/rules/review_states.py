"""The review states of a revision and every move between them."""

from enum import StrEnum

from kb.rules.errors import WrongState


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    MERGED = "merged"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"


# To change the workflow, change this table; nothing else knows the order.
MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SUBMITTED, State.WITHDRAWN}),
    State.SUBMITTED: frozenset({State.IN_REVIEW, State.WITHDRAWN}),
    State.IN_REVIEW: frozenset({State.APPROVED, State.RETURNED, State.REJECTED, State.MERGED, State.DUPLICATE}),
    State.RETURNED: frozenset({State.SUBMITTED}),
    State.APPROVED: frozenset(),
    State.REJECTED: frozenset(),
    State.MERGED: frozenset(),
    State.DUPLICATE: frozenset(),
    State.WITHDRAWN: frozenset(),
}

WAITING = (State.SUBMITTED, State.IN_REVIEW)
DECISIONS = (State.APPROVED, State.RETURNED, State.REJECTED, State.MERGED, State.DUPLICATE)
# Every decision but approval tells the author why.
NEEDS_REASON = tuple(state for state in DECISIONS if state is not State.APPROVED)


def require_move(old: State, new: State) -> None:
    """Raise WrongState unless the table lets a revision go from `old` to `new`."""
    if new not in MOVES[old]:
        raise WrongState("この提案はすでに「%(state)s」になっています。開き直して確かめてください。", state=old.value)
