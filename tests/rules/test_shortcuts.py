"""The table of single keys: no two usual keys alike, and what somebody chose stands over it."""

from kb.rules import shortcuts
from kb.rules.shortcuts import OFF, USUAL, Deed


def test_no_key_does_two_deeds_in_the_usual_table() -> None:
    assert {key: deeds for key, deeds in shortcuts.taken(USUAL).items() if len(deeds) > 1} == {}


def test_every_usual_key_may_be_chosen() -> None:
    assert shortcuts.taken(USUAL).keys() <= shortcuts.KEYS


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
    assert shortcuts.taken({**USUAL, Deed.COPY: "5"})["5"] == [Deed.OPEN, Deed.COPY]
    assert shortcuts.taken({**USUAL, Deed.COPY: "5", Deed.OPEN: ""})["5"] == [Deed.COPY]
