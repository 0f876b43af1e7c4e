"""Write down what happened in a call, step by step: what comes twice is kept once, what can't be read is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.rules import limits
from kb.rules.calls import OF_PAGE, UNDONE, StepKind
from kb.rules.roles import Actor
from kb.services import masking
from kb.store import calls, pages
from kb.store.base import Session
from kb.store.calls import Call, CallStep

# Done once or not at all; a demand counts as often as it is made.
ONCE = frozenset({StepKind.USE, StepKind.PURPOSE, StepKind.ASK, StepKind.DONE})
# What somebody typed; the words of the others stand on the page.
TYPED = frozenset({StepKind.SEARCH, StepKind.GAP, StepKind.DEMAND, StepKind.BOUNDARY})


@dataclass(frozen=True)
class Step:
    """One thing that happened; `key` is its browser's own, `at` by its browser's clock, `undone`: it was taken back."""

    key: str
    kind: StepKind
    at: datetime
    words: str = ""
    count: int | None = None
    page: int | None = None
    revision: int | None = None
    undone: bool = False


def between(at: datetime, first: datetime, last: datetime) -> datetime:
    """The time itself, or the end that it lies beyond: the clock of a browser may be wrong."""
    return min(max(at, first), last)


def add(db: Session, call: Call, steps: Sequence[Step], *, by: Actor, now: datetime) -> None:
    """Write steps down that are not there yet, and take back those that were undone.

    A step on a page that `by` may not read, and whatever comes after the most steps that a call can have, is left out.
    """
    known = {step.key: step for step in call.steps}
    readable = pages.by_ids(db, [step.page for step in steps if step.page is not None], viewer=by)
    homes = calls.pages_of_revisions(db, [step.revision for step in steps if step.revision is not None])
    for step in steps:
        page = step.page if step.page in readable else None
        if step.undone:
            _undo(call, step, now)
        elif step.key not in known and len(known) < limits.CALL_STEPS and (page or step.kind not in OF_PAGE):
            made = CallStep(
                key=step.key,
                kind=step.kind,
                at=between(step.at, call.started_at, now),
                words=_words(db, step),
                count=step.count,
                page_id=page,
                revision_id=step.revision if page is not None and homes.get(step.revision or 0) == page else None,
            )
            if step.kind not in ONCE or not _same(call, made.kind, page, made.words):
                known[step.key] = made
                call.steps.append(made)


def standing(call: Call) -> list[CallStep]:
    """The steps that can be taken back, and were not."""
    return [step for step in call.steps if step.kind in UNDONE and step.undone_at is None]


def _same(call: Call, kind: StepKind, page: int | None, words: str) -> list[CallStep]:
    return [step for step in standing(call) if (step.kind, step.page_id, step.words) == (kind, page, words)]


def _undo(call: Call, step: Step, now: datetime) -> None:
    """Take the step with this key back, or what says the same: another tab may have been first to write it down."""
    named = [one for one in standing(call) if one.key == step.key]
    for one in named or _same(call, step.kind, step.page, " ".join(step.words.split())[: limits.QUERY]):
        one.undone_at = now


def _words(db: Session, step: Step) -> str:
    words = " ".join(step.words.split())
    if step.kind in TYPED:
        words = masking.masked(db, words)
    return words[: limits.QUERY]
