"""What wears the support of pages off, and what is listed of it: for the tests of looks."""

from collections.abc import Callable
from datetime import datetime
from itertools import count

from kb.rules import limits
from kb.rules.calls import Fault, Outcome, StepKind
from kb.rules.desk import Bond
from kb.rules.looks import Sign
from kb.rules.roles import SYSTEM, Actor
from kb.services import flagging, looking, weighing
from kb.services.looking import Seen
from kb.services.weighing import WHOLE, Wanted
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.store.events import Event
from kb.store.lineages import Lineage
from kb.store.pages import Page
from kb.store.votes import Vote
from tests.make import make_actor, make_story

_keys = count(1)
ENDED = "送料の案内です。\n\n:::limit operator 〜2030-03-31\n- 500円まで\n:::\n\n:::limit operator\n- 速達便\n:::"


def call(db: Session, page: Page, outcome: Outcome, at: datetime) -> None:
    key = f"call-{next(_keys)}"
    step = CallStep(key=key, kind=StepKind.USE, page_id=page.id, at=at)
    db.add(Call(key=key, started_at=at, ended_at=at, outcome=outcome, steps=[step]))
    db.flush()


def vote(db: Session, page: Page, at: datetime, *, helpful: bool = False) -> None:
    visitor = f"visitor-{next(_keys)}"
    revision = page.current_revision_id
    db.add(Vote(page_id=page.id, revision_id=revision, visitor=visitor, is_helpful=helpful, created_at=at))
    db.flush()


def contradict(db: Session, page: Page, at: datetime, *passages: str) -> None:
    story = make_story(db)
    bond = Lineage(page_id=page.id, story_id=story.page_id, story_revision_id=story.id, bond=Bond.CONTRADICTS)
    bond.passages, bond.at = list(passages), at
    db.add(bond)
    db.flush()


def listed(
    db: Session, *, sign: Sign | None = None, viewer: Actor = SYSTEM, wanted: Wanted | None = None
) -> list[tuple[int, str]]:
    found = weighing.find(db, wanted or Wanted(), sign=sign, limit=100, viewer=viewer)
    return [(row.page.id, row.candidate.passage) for row in found.rows]


def seen(db: Session, page: Page, key: str = WHOLE) -> Seen:
    screen = looking.screen(db, page.id, key, viewer=SYSTEM)
    assert page.current_revision_id is not None
    return Seen(screen.seen, page.current_revision_id)


def events_of(db: Session) -> list[str]:
    return [event.verb for event in db.query(Event).order_by(Event.id)]


def flag(db: Session, page: Page, at: datetime) -> None:
    flagging.flag(db, page.id, None, Fault.WRONG, "", by=make_actor(db))


def call_in_vain(db: Session, page: Page, at: datetime) -> None:
    for _ in range(limits.LOOK_CALLS):
        call(db, page, Outcome.UNSOLVED, at)


def vote_no(db: Session, page: Page, at: datetime) -> None:
    for _ in range(limits.LOOK_VOTES):
        vote(db, page, at)


Wear = Callable[[Session, Page, datetime], None]
WAYS: dict[Sign, Wear] = {
    Sign.CONTRADICTED: contradict,
    Sign.FLAGGED: flag,
    Sign.UNSOLVED: call_in_vain,
    Sign.UNHELPFUL: vote_no,
}
