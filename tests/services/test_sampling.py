"""A few directly published changes are looked at afterwards: spread, drawn once, and the note is its author's alone."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from kb.rules import clock as real_clock
from kb.rules import limits
from kb.rules.desk import Check, Mark, MessageKind
from kb.rules.errors import Conflict, Faults, NotAllowed, NotFound
from kb.rules.pages import Audience, Significance
from kb.rules.review_states import State
from kb.rules.roles import MAY, SYSTEM, Actor, Permission, Role
from kb.services import editing, messaging, sampling
from kb.store.base import Session
from kb.store.events import Event
from kb.store.looks import Sample
from kb.store.pages import Page
from tests.conftest import StoppedClock
from tests.make import edit_page, make_actor, make_page, make_proposal

GOOD = dict.fromkeys(Check, Mark.YES)
_number = iter(range(1_000))


@pytest.fixture
def editor(db: Session, clock: StoppedClock) -> Actor:
    clock.time = datetime(2030, 3, 2, 3, tzinfo=UTC)
    return make_actor(db, Role.EDITOR)


@pytest.fixture
def page(db: Session, editor: Actor) -> Page:
    return make_page(db, audience=Audience.STAFF)


def change(db: Session, page: Page, by: Actor, *days: int, **more: object) -> None:
    """One change on each of these days of March."""
    stopped = real_clock.now()
    for day in days:
        real_clock.now.__self__.time = datetime(2030, 3, day, 3, tzinfo=UTC)  # type: ignore[attr-defined]
        edit_page(db, page, f"新しい文です。その{next(_number)}", by=by, **more)
    assert stopped <= real_clock.now()


def drawn(db: Session) -> list[Sample]:
    return db.query(Sample).order_by(Sample.id).all()


def test_an_editor_is_sampled_and_a_reviewer_is_not() -> None:
    assert sampling.sampled_roles() == (Role.EDITOR,)
    assert Permission.SAMPLE not in MAY[Role.EDITOR]


def test_three_are_drawn_of_a_month_one_of_each_part_however_often_it_is_asked(
    db: Session, clock: StoppedClock, editor: Actor, page: Page
) -> None:
    change(db, page, editor, 3, 4, 5, 12, 13, 22, 23, 24)
    clock.time = datetime(2030, 4, 1, 3, tzinfo=UTC)
    assert [sampling.draw(db) for _time in range(3)] == [3, 0, 0]
    parts = Counter((one.revision.created_at.day - 1) // 10 for one in drawn(db))
    assert parts == {0: 1, 1: 1, 2: 1}
    assert {one.month for one in drawn(db)} == {date(2030, 3, 1)}


def test_a_part_of_a_month_is_drawn_from_once_it_is_over(
    db: Session, clock: StoppedClock, editor: Actor, page: Page
) -> None:
    change(db, page, editor, 3, 4)
    assert sampling.draw(db) == 0
    clock.time = datetime(2030, 3, 11, 3, tzinfo=UTC)
    assert sampling.draw(db) == 1
    clock.time = datetime(2030, 3, 30, 3, tzinfo=UTC)
    assert sampling.draw(db) == 0


def test_who_changes_things_in_one_part_alone_has_two_drawn(
    db: Session, clock: StoppedClock, editor: Actor, page: Page
) -> None:
    change(db, page, editor, 3, 4, 5, 6)
    clock.time = datetime(2030, 4, 2, 3, tzinfo=UTC)
    assert [sampling.draw(db), sampling.draw(db)] == [limits.SAMPLES_LEAST, 0]


def test_each_author_has_their_own(db: Session, clock: StoppedClock, editor: Actor, page: Page) -> None:
    other = make_actor(db, Role.EDITOR)
    change(db, page, editor, 3, 4, 5)
    change(db, page, other, 6)
    clock.time = datetime(2030, 4, 2, 3, tzinfo=UTC)
    sampling.draw(db)
    assert Counter(one.author_id for one in drawn(db)) == {editor.id: 2, other.id: 1}


def test_what_was_reviewed_or_is_a_slip_of_the_pen_or_gone_is_not_drawn(
    db: Session, clock: StoppedClock, editor: Actor, page: Page, sv: Actor, operator: Actor
) -> None:
    gone = make_page(db, audience=Audience.STAFF, by=editor)
    editing.archive(db, gone.id, by=SYSTEM)
    change(db, page, editor, 3, significance=Significance.TYPO)
    change(db, page, sv, 4)
    make_proposal(db, page, in_state=State.APPROVED, by=operator, reviewer=sv)
    db.expire_all()
    assert page.current is not None
    chosen = edit_text(page)
    proposed = editing.save(db, page.id, chosen, base_id=page.current.id, propose=True, by=editor)
    assert proposed.outcome is editing.Outcome.PROPOSED
    clock.time = datetime(2030, 4, 2, 3, tzinfo=UTC)
    assert sampling.draw(db) == 0
    clock.time = datetime(2030, 4, 3, 3, tzinfo=UTC)
    db.expire_all()
    edit_page(db, page, "これは抜き取られます。", by=editor)
    clock.time = datetime(2030, 4, 12, 3, tzinfo=UTC)
    assert sampling.draw(db) == 1


def edit_text(page: Page) -> editing.Text:
    assert page.current is not None
    return editing.Text(page.current.title, "提案の文です。", page.audience)


@pytest.fixture
def sample(db: Session, clock: StoppedClock, editor: Actor, page: Page) -> Sample:
    change(db, page, editor, 3)
    clock.time = datetime(2030, 3, 11, 3, tzinfo=UTC)
    sampling.draw(db)
    return drawn(db)[0]


def test_a_note_reaches_its_author_and_nobody_else_but_its_writer(
    db: Session, sample: Sample, editor: Actor, sv: Actor, operator: Actor
) -> None:
    sampling.finish(db, sample.id, GOOD | {Check.SPOKEN: Mark.NO}, "言いやすい文です。もう一息。", by=sv)
    db.flush()
    for who in (editor, sv):
        assert sampling.note(db, sample.id, viewer=who).note == "言いやすい文です。もう一息。"
    for who in (operator, make_actor(db, Role.EDITOR), make_actor(db, Role.SV), make_actor(db, Role.ADMIN)):
        with pytest.raises(NotFound):
            sampling.note(db, sample.id, viewer=who)
    assert sampling.show(db, sample.id, viewer=sv).note
    assert sampling.show(db, sample.id, viewer=make_actor(db, Role.ADMIN)).note == ""
    item = messaging.inbox(db, limit=1, by=editor)[1][0]
    assert (item.message.kind, item.message.facts) == (MessageKind.COACHED, {"sample": sample.id})
    events = db.query(Event).filter_by(verb="change sampled").all()
    assert [(event.actor_id, event.user_id, event.facts) for event in events] == [(sv.id, None, {})]


def test_without_a_note_nobody_is_told_anything(db: Session, sample: Sample, editor: Actor, sv: Actor) -> None:
    sampling.finish(db, sample.id, GOOD, "  \n", by=sv)
    assert messaging.unread(db, by=editor) == 0
    with pytest.raises(NotFound):
        sampling.note(db, sample.id, viewer=editor)


def test_a_sample_is_looked_at_once(db: Session, sample: Sample, editor: Actor, sv: Actor) -> None:
    sampling.finish(db, sample.id, GOOD, "一つめ", by=sv)
    with pytest.raises(Conflict):
        sampling.finish(db, sample.id, GOOD, "二つめ", by=make_actor(db, Role.SV))
    assert messaging.unread(db, by=editor) == 1
    assert sample.note == "一つめ"
    assert sampling.waiting_count(db, viewer=sv) == 0


def test_every_question_needs_an_answer_and_the_note_an_end(db: Session, sample: Sample, sv: Actor) -> None:
    answers = {check: mark for check, mark in GOOD.items() if check not in (Check.FOUND, Check.PRIVATE)}
    with pytest.raises(Faults) as refused:
        sampling.finish(db, sample.id, answers, "あ" * (limits.REASON + 1), by=sv)
    assert set(refused.value.each) == {"found", "private", "note"}
    assert sample.looked_at is None


def test_nobody_looks_at_their_own_change_or_without_the_permission(
    db: Session, sample: Sample, editor: Actor, operator: Actor
) -> None:
    for who in (operator, editor):
        with pytest.raises(NotAllowed):
            sampling.show(db, sample.id, viewer=who)
    promoted = Actor(editor.id, editor.name, editor.display_name, Role.SV)
    with pytest.raises(NotAllowed, match="ほかの人"):
        sampling.finish(db, sample.id, GOOD, "", by=promoted)


def test_the_first_version_of_a_page_is_shown_as_added(db: Session, clock: StoppedClock, editor: Actor) -> None:
    made = make_page(db, "編集者の記事", "一行目。\n\n二行目。", audience=Audience.PUBLIC, by=editor)
    assert made.audience is Audience.STAFF
    clock.time = datetime(2030, 3, 11, 3, tzinfo=UTC)
    sampling.draw(db)
    look = sampling.show(db, drawn(db)[0].id, viewer=SYSTEM)
    assert look.before is None
    assert {row.kind for row in look.rows} == {"ins"}
