"""Tallies: what is counted adds up, whoever adds it, and days weigh as they are told to."""

import threading
from datetime import date, timedelta

from kb.store import tallies
from kb.store.base import Session, Store

TODAY = date(2030, 4, 1)


def add(db: Session, key: str, count: int, *, ago: int = 0, name: str = "view") -> None:
    tallies.add(db, {(TODAY - timedelta(days=ago), name, key): count})


def test_counts_of_one_day_and_of_several_add_up(db: Session) -> None:
    for ago, count in ((0, 1), (0, 2), (1, 4), (3, 8)):
        add(db, "12", count, ago=ago)
    add(db, "12", 16, name="zero")
    assert tallies.total(db, "view", "12", since=TODAY) == 3
    assert tallies.total(db, "view", "12", since=TODAY - timedelta(days=1)) == 7
    assert tallies.total(db, "view", "12", since=TODAY - timedelta(days=9)) == 15
    assert tallies.total(db, "view", "13", since=TODAY - timedelta(days=9)) == 0


def test_nothing_counted_writes_nothing(db: Session) -> None:
    tallies.add(db, {})
    assert tallies.most(db, "view", since=TODAY, limit=9) == []


def test_the_most_frequent_come_first_and_only_with_the_right_beginning(db: Session) -> None:
    for key, count in (("1>2", 3), ("1>3", 5), ("11>2", 9), ("1_>2", 9)):
        add(db, key, count, name="next")
    assert tallies.most(db, "next", since=TODAY, limit=9, start="1>") == [("1>3", 5), ("1>2", 3)]
    assert tallies.most(db, "next", since=TODAY, limit=9, start="1_") == [("1_>2", 9)]
    assert tallies.most(db, "next", since=TODAY, limit=1) == [("11>2", 9)]


def test_a_day_counts_by_its_weight_and_a_day_without_one_not_at_all(db: Session) -> None:
    add(db, "old", 5, ago=1)
    add(db, "new", 3)
    add(db, "older", 99, ago=2)
    weights = {TODAY: 2, TODAY - timedelta(days=1): 1}
    assert tallies.weighed(db, "view", weights, limit=9) == [("new", 6, 3), ("old", 5, 5)]


def test_what_was_counted_before_a_day_is_forgotten_and_the_rest_kept(db: Session) -> None:
    add(db, "old", 1, ago=5)
    add(db, "new", 1, ago=4)
    assert tallies.forget(db, before=TODAY - timedelta(days=4)) == 1
    assert [key for key, _ in tallies.most(db, "view", since=TODAY - timedelta(days=9), limit=9)] == ["new"]


def test_many_who_add_to_the_same_key_at_once_lose_nothing(store: Store) -> None:
    def work() -> None:
        for _ in range(10):
            with store.writing() as db:
                add(db, "12", 1)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as db:
        assert tallies.total(db, "view", "12", since=TODAY) == 60
