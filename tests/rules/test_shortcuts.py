"""The table of single keys: no two usual keys alike, and what somebody chose stands over it."""

import pytest

from kb.rules import shortcuts
from kb.rules.shortcuts import OFF, USUAL, Deed, Room

ROOMS = (Room.SERVING, Room.DESK)


@pytest.mark.parametrize("room", ROOMS)
def test_no_key_does_two_deeds_of_one_room_in_the_usual_table(room: Room) -> None:
    assert {key: deeds for key, deeds in shortcuts.taken(USUAL, room).items() if len(deeds) > 1} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_every_usual_key_may_be_chosen(room: Room) -> None:
    assert shortcuts.taken(USUAL, room).keys() <= shortcuts.KEYS


def test_a_key_may_do_one_thing_at_the_desk_and_another_where_customers_are_answered() -> None:
    assert shortcuts.taken(USUAL, Room.DESK)["k"] == [Deed.UP]
    assert shortcuts.taken(USUAL, Room.SERVING)["k"] == [Deed.HARASSMENT]


def test_what_is_done_everywhere_shares_its_key_with_nothing() -> None:
    both = {**USUAL, Deed.MERGE: "/"}
    assert shortcuts.taken(both, Room.DESK)["/"] == [Deed.SEARCH, Deed.MERGE]
    assert {*shortcuts.at_work(Room.DESK)} | {*shortcuts.at_work(Room.SERVING)} == {*Deed}


def test_nothing_chosen_means_the_usual_keys() -> None:
    assert shortcuts.effective(None) == shortcuts.effective({}) == USUAL


def test_a_chosen_key_stands_over_the_usual_one_and_an_empty_one_does_nothing() -> None:
    found = shortcuts.effective({"copy": "x", "why": ""})
    assert (found[Deed.COPY], found[Deed.WHY], found[Deed.SEARCH]) == ("x", "", "/")


def test_switched_off_means_no_key_at_all_and_what_was_chosen_is_remembered() -> None:
    chosen = {OFF: "1", "copy": "x"}
    assert set(shortcuts.effective(chosen).values()) == {""}
    assert shortcuts.remembered(chosen)[Deed.COPY] == "x"


def test_only_what_differs_is_kept() -> None:
    assert shortcuts.differing(USUAL) == {}
    assert shortcuts.differing({**USUAL, Deed.COPY: "x", Deed.OPEN: ""}) == {"copy": "x", "open": ""}


def test_the_digits_count_as_nine_keys() -> None:
    assert shortcuts.taken({**USUAL, Deed.COPY: "5"}, Room.SERVING)["5"] == [Deed.OPEN, Deed.COPY]
    assert shortcuts.taken({**USUAL, Deed.COPY: "5", Deed.OPEN: ""}, Room.SERVING)["5"] == [Deed.COPY]
