"""The words of a call: channel, direction, whom it is with, how it ended, and what happens in between."""

from enum import StrEnum

from kb.rules.errors import Conflict


class Channel(StrEnum):
    """How the customer reached us."""

    PHONE = "phone"
    MAIL = "mail"
    CHAT = "chat"
    SNS = "sns"
    STORE = "store"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Customer(StrEnum):
    """What kind of customer it is: the only thing about them that is kept."""

    INDIVIDUAL = "individual"
    BUSINESS = "business"
    PARTNER = "partner"
    INTERNAL = "internal"


class Outcome(StrEnum):
    """How a call ended: solved, to be called back, handed over, or none of these."""

    SOLVED = "solved"
    CALLBACK = "callback"
    HANDED_OVER = "handed_over"
    UNSOLVED = "unsolved"


class StepKind(StrEnum):
    """What happened in a call: a search, a page opened, used or copied, a purpose picked, a question or an instruction
    ticked, nothing found, a demand repeated, a boundary named."""

    SEARCH = "search"
    OPEN = "open"
    USE = "use"
    COPY = "copy"
    PURPOSE = "purpose"
    ASK = "ask"
    DONE = "done"
    GAP = "gap"
    DEMAND = "demand"
    BOUNDARY = "boundary"


# What can be taken back by doing it again: 使った, a picked purpose, a ticked question or instruction.
UNDONE = frozenset(
    {StepKind.USE, StepKind.PURPOSE, StepKind.ASK, StepKind.DONE, StepKind.GAP, StepKind.DEMAND, StepKind.BOUNDARY}
)
# What names a page; a gap names none, and a search may not.
OF_PAGE = frozenset({StepKind.OPEN, StepKind.USE, StepKind.COPY, StepKind.PURPOSE, StepKind.ASK, StepKind.DONE})


class Fault(StrEnum):
    """What is wrong with a page, in a flag."""

    WRONG = "wrong"
    UNCLEAR = "unclear"
    OUT_OF_DATE = "out_of_date"


class HelpKind(StrEnum):
    """What an operator sends to the SVs: a question, a call that they hand over, a record of harassment."""

    QUESTION = "question"
    HANDOVER = "handover"
    HARASSMENT = "harassment"


class Mood(StrEnum):
    """How the customer was when the call was handed over."""

    CALM = "calm"
    HURRIED = "hurried"
    TROUBLED = "troubled"
    ANGRY = "angry"


class Ending(StrEnum):
    """How harassment came to its end: it calmed down, an SV took over, we ended the call, the customer did."""

    CALMED = "calmed"
    HANDED_OVER = "handed_over"
    ENDED = "ended"
    LEFT = "left"


class HelpState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


MOVES: dict[HelpState, frozenset[HelpState]] = {
    HelpState.OPEN: frozenset({HelpState.TAKEN, HelpState.ANSWERED, HelpState.WITHDRAWN}),
    HelpState.TAKEN: frozenset({HelpState.OPEN, HelpState.ANSWERED, HelpState.WITHDRAWN}),
    HelpState.ANSWERED: frozenset(),
    HelpState.WITHDRAWN: frozenset(),
}


def require_move(state: HelpState, to: HelpState) -> None:
    """Raise Conflict for a move that the table does not have: somebody else was first."""
    if to not in MOVES[state]:
        raise Conflict("先にほかの人が進めていました。いまの状態を確かめてください。")
