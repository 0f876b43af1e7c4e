"""What was drawn for customers holds until something in it changes: by somebody's hand, or by the clock."""

from datetime import date, timedelta

from kb.rules.pages import Audience, Language
from kb.rules.roles import Role
from kb.services import drafting
from kb.services.freshness import Freshness
from kb.store import tallies
from kb.store.base import Store, open_store
from kb.store.notices import Notice
from tests.conftest import StoppedClock
from tests.make import make_page, make_user


def test_the_mark_stays_until_ten_minutes_are_over(store: Store, clock: StoppedClock) -> None:
    fresh = Freshness(store)
    first = fresh()
    assert first is not None
    clock.advance(minutes=9, seconds=59)
    assert fresh() == first
    clock.advance(seconds=1)
    assert fresh() not in (None, first)


def test_midnight_in_japan_is_one_of_the_moments(store: Store, clock: StoppedClock) -> None:
    fresh = Freshness(store)
    clock.time = clock.time.replace(hour=14, minute=59, second=59)
    first = fresh()
    clock.advance(seconds=1)
    assert fresh() != first


def test_it_changes_at_the_moments_when_a_notice_of_customers_begins_and_ends(
    store: Store, clock: StoppedClock
) -> None:
    with store.writing() as db:
        by = make_user(db, Role.SV).id
        for audience, start, end in ((Audience.PUBLIC, 3, 5), (Audience.STAFF, 1, 7)):
            span = {"starts_at": clock.time + timedelta(minutes=start), "ends_at": clock.time + timedelta(minutes=end)}
            facts = {"text": "停電", "language": Language.JA, "created_by_id": by, "created_at": clock.time}
            db.add(Notice(audience=audience, **span, **facts))
    fresh, changes = Freshness(store), []
    last = fresh()
    for minute in range(1, 9):
        clock.advance(minutes=1)
        now = fresh()
        if now != last:
            changes.append(minute)
        last = now
    assert changes == [3, 5]


def test_a_page_changes_it_and_counts_and_drafts_do_not(store: Store, clock: StoppedClock) -> None:
    fresh = Freshness(store)
    first = fresh()
    with store.writing() as db:
        tallies.add(db, {(date(2030, 4, 1), "view", "1"): 3})
        drafting.keep(db, "new", {"title": "x"}, base_id=None, by=make_user(db, Role.SV).actor)
    assert fresh() == first
    with store.writing() as db:
        make_page(db)
    assert fresh() not in (None, first)


def test_a_database_without_a_file_has_no_mark() -> None:
    memory = open_store("sqlite://")
    assert Freshness(memory)() is None
    memory.close()
