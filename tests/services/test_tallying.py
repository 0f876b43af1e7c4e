"""Counting without persons: threads lose nothing, nothing hidden or personal is kept, and nothing grows for ever."""

import threading
from datetime import timedelta

import pytest

from kb.rules import limits
from kb.rules.pages import Audience
from kb.services import tallying
from kb.services.tallying import Keeper, Tallies
from kb.store import tallies as store_tallies
from kb.store.base import Store
from kb.store.tallies import Tally
from tests.conftest import StoppedClock
from tests.make import make_page, make_story


def rows(store: Store) -> dict[tuple[str, str], int]:
    with store.reading() as db:
        return {(row.name, row.key): row.count for row in db.query(Tally)}


@pytest.fixture
def page(store: Store) -> int:
    with store.writing() as db:
        return make_page(db).id


@pytest.fixture
def other(store: Store) -> int:
    with store.writing() as db:
        return make_page(db).id


def test_a_page_read_after_another_by_a_search_is_counted_three_ways(store: Store, page: int, other: int) -> None:
    held = Tallies()
    held.viewed(page, before=other, words="いつ 届く？")
    held.viewed(page)
    assert rows(store) == {}
    assert held.flush(store) == 3
    assert rows(store) == {("view", f"{page}"): 2, ("next", f"{other}>{page}"): 1, ("led", f"{page} いつ 届く?"): 1}
    assert held.flush(store) == 0


def test_a_page_is_not_read_after_itself(store: Store, page: int) -> None:
    held = Tallies()
    held.viewed(page, before=page)
    held.flush(store)
    assert rows(store) == {("view", f"{page}"): 1}


def test_searches_that_find_and_that_find_nothing_are_counted_apart(store: Store) -> None:
    held = Tallies()
    held.searched("ヘンピン", is_empty=False)
    held.searched("ﾍﾝﾋﾟﾝ　", is_empty=False)
    held.searched("みつからない", is_empty=True)
    held.flush(store)
    assert rows(store) == {("search", "ヘンピン"): 2, ("zero", "みつからない"): 1}


def test_pages_that_customers_can_not_read_are_not_counted(store: Store, page: int) -> None:
    with store.writing() as db:
        hidden = [make_page(db, audience=audience).id for audience in (Audience.STAFF, Audience.SV)]
        hidden += [make_page(db, archived=True).id, make_story(db).page_id, 777]
    held = Tallies()
    for one in hidden:
        held.viewed(one, words="返品")
        held.viewed(page, before=one)
    held.flush(store)
    assert rows(store) == {("view", f"{page}"): len(hidden)}


@pytest.mark.parametrize(
    "words",
    [
        "090-1234-5678",
        "０９０−１２３４−５６７８ に電話して",
        "taro@example.com",
        "4111 1111 1111 1111",
        "",
        " 　",
        "あ" * 81,
    ],
)
def test_words_that_tell_of_a_person_or_are_a_letter_are_not_counted(store: Store, page: int, words: str) -> None:
    held = Tallies()
    held.searched(words, is_empty=True)
    held.viewed(page, words=words)
    held.flush(store)
    assert rows(store) == {("view", f"{page}"): 1}


def test_words_that_grow_when_folded_are_measured_as_they_are_kept() -> None:
    assert tallying.countable("ﷺ" * 5) == ""
    assert tallying.countable("あ" * limits.TALLY_WORDS) == "あ" * limits.TALLY_WORDS


def test_threads_that_count_while_others_write_lose_nothing(store: Store, page: int, other: int) -> None:
    held = Tallies()

    def count() -> None:
        for _ in range(500):
            held.viewed(page, before=other)

    def write() -> None:
        for _ in range(20):
            held.flush(store)

    threads = [threading.Thread(target=work) for work in (count, count, count, count, write, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held.flush(store)
    assert rows(store) == {("view", f"{page}"): 2000, ("next", f"{other}>{page}"): 2000}


def test_a_flood_of_different_words_is_bounded_and_what_is_known_goes_on_counting(
    store: Store, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TALLIES_HELD", 3)
    held = Tallies()
    held.viewed(page)
    for number in range(10):
        held.searched(f"言葉{number}", is_empty=True)
    held.viewed(page)
    assert held.flush(store) == 3
    assert rows(store)["view", f"{page}"] == 2


def test_what_a_failing_database_refuses_is_written_the_next_time(
    store: Store, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Tallies()
    held.viewed(page)
    with monkeypatch.context() as broken:
        broken.setattr(store_tallies, "add", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            held.flush(store)
    held.viewed(page)
    held.flush(store)
    assert rows(store) == {("view", f"{page}"): 2}


def test_the_keeper_writes_at_its_end_and_forgets_what_is_old(store: Store, page: int, clock: StoppedClock) -> None:
    held = Tallies()
    held.viewed(page)
    Keeper(store, held, pause=600).stop()
    clock.advance(days=limits.TALLY_DAYS)
    held.searched("きょう", is_empty=False)
    keeper = Keeper(store, held, pause=600)
    keeper.start()
    keeper.stop()
    assert rows(store) == {("view", f"{page}"): 1, ("search", "きょう"): 1}
    clock.advance(days=1)
    keeper.stop()
    assert rows(store) == {("search", "きょう"): 1}


def test_the_day_is_that_of_japan(store: Store, page: int, clock: StoppedClock) -> None:
    held = Tallies()
    # The clock stands at 9 in the morning UTC, which is 18 o'clock in Japan; six hours on it is the next day there.
    before = clock.now().date()
    held.viewed(page)
    clock.advance(hours=6)
    assert clock.now().date() == before
    held.viewed(page)
    held.flush(store)
    with store.reading() as db:
        assert sorted(row.day for row in db.query(Tally)) == [before, before + timedelta(days=1)]
