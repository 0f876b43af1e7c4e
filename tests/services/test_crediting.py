"""Once a month authors hear in how many calls their stories were of use: each once, and nobody of none."""

from datetime import UTC, datetime

import pytest

from kb.rules import clock as real_clock
from kb.rules.calls import Outcome, StepKind
from kb.rules.desk import MessageKind
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, Actor
from kb.services import accounts, calling, crediting, lineage, messaging
from kb.services.calling import End, Message
from kb.services.recording import Step
from kb.store.base import Session
from kb.store.messages import Message as Told
from kb.store.pages import Page
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page, make_story

_keys = iter(range(1_000))


def use(db: Session, *pages: Page, by: Actor, undone: bool = False) -> None:
    """A call that these pages answered, or seemed to."""
    now = real_clock.now()
    steps = [Step(f"u{next(_keys)}", StepKind.USE, now, page=page.id, undone=undone) for page in pages]
    calling.keep(db, Message(f"call-{next(_keys)}", now, {}, steps, End(Outcome.SOLVED, now), wrapped=True), by=by)


def told(db: Session, who: Actor) -> list[dict[str, object]]:
    return [one.facts for one in db.query(Told).filter_by(user_id=who.id, kind=MessageKind.USED)]


@pytest.fixture
def teller(db: Session, clock: StoppedClock) -> Actor:
    clock.time = datetime(2030, 3, 10, 3, tzinfo=UTC)
    return make_actor(db)


def case(db: Session, by: Actor) -> Page:
    return make_story(db, in_state=State.APPROVED, by=by).page


def test_an_author_hears_of_the_month_before_once(db: Session, clock: StoppedClock, teller: Actor, sv: Actor) -> None:
    page = case(db, teller)
    for _time in range(3):
        use(db, page, by=sv)
    assert crediting.thank(db) == 0
    clock.time = datetime(2030, 4, 1, 3, tzinfo=UTC)
    assert [crediting.thank(db), crediting.thank(db)] == [1, 0]
    assert told(db, teller) == [{"month": "2030-03", "calls": 3}]


def test_a_story_counts_in_the_pages_that_it_supports_and_a_call_once_for_a_person(
    db: Session, clock: StoppedClock, teller: Actor, sv: Actor
) -> None:
    story = make_story(db, in_state=State.APPROVED, by=teller)
    faq = make_page(db, "お届けの日数", "お届けは三日です。")
    lineage.support(db, faq, story, ["お届けは三日です。"], by=sv)
    use(db, faq, story.page, by=sv)
    use(db, faq, by=sv)
    clock.time = datetime(2030, 4, 2, 3, tzinfo=UTC)
    crediting.thank(db)
    assert told(db, teller) == [{"month": "2030-03", "calls": 2}]


def test_a_story_that_contradicts_a_page_gets_no_thanks_for_it(
    db: Session, clock: StoppedClock, teller: Actor, sv: Actor
) -> None:
    story = make_story(db, in_state=State.APPROVED, by=teller)
    faq = make_page(db, "お届けの日数", "お届けは三日です。")
    lineage.contradict(db, faq, story, ["お届けは三日です。"], by=sv)
    use(db, faq, by=sv)
    clock.time = datetime(2030, 4, 2, 3, tzinfo=UTC)
    assert crediting.thank(db) == 0


def test_nobody_hears_of_none_nor_of_another_month_nor_when_their_account_is_closed(
    db: Session, clock: StoppedClock, teller: Actor, sv: Actor
) -> None:
    gone = make_actor(db)
    used, unused, closed = case(db, teller), case(db, make_actor(db)), case(db, gone)
    accounts.close(db, gone.id or 0, by=SYSTEM)
    use(db, closed, by=sv)
    use(db, unused, by=sv, undone=True)
    clock.time = datetime(2030, 4, 1, 3, tzinfo=UTC)
    use(db, used, unused, by=sv)
    assert crediting.thank(db) == 0
    clock.time = datetime(2030, 5, 1, 3, tzinfo=UTC)
    assert crediting.thank(db) == 2


def test_months_begin_in_japan(db: Session, clock: StoppedClock, teller: Actor, sv: Actor) -> None:
    page = case(db, teller)
    clock.time = datetime(2030, 3, 31, 15, 30, tzinfo=UTC)  # 00:30 on 1 April in Japan
    use(db, page, by=sv)
    clock.time = datetime(2030, 4, 2, 3, tzinfo=UTC)
    assert crediting.thank(db) == 0
    clock.time = datetime(2030, 5, 2, 3, tzinfo=UTC)
    assert crediting.thank(db) == 1


def test_what_is_found_out_late_in_the_month_makes_no_message(
    db: Session, clock: StoppedClock, teller: Actor, sv: Actor
) -> None:
    use(db, case(db, teller), by=sv)
    clock.time = datetime(2030, 4, 20, 3, tzinfo=UTC)
    assert crediting.thank(db) == 0
    assert messaging.unread(db, by=teller) == 1  # That it was published.
