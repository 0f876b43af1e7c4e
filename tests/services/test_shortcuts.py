"""One's own single keys: what may be chosen, and that nobody else's change."""

import pytest

from kb.rules.errors import NotSignedIn
from kb.rules.roles import VISITOR, Actor
from kb.rules.shortcuts import USUAL, Deed
from kb.services import shortcuts
from kb.services.shortcuts import Unfit
from kb.store.base import Session
from kb.store.users import User


def chosen(db: Session, **keys: str) -> dict[Deed, str]:
    return {**USUAL, **{Deed(name): key for name, key in keys.items()}}


def test_a_choice_is_ones_own(db: Session, operator: Actor, sv: Actor) -> None:
    shortcuts.choose(db, chosen(db, copy="y", next="j", previous="l"), by=operator)
    found = shortcuts.keys(db, by=operator)
    assert (found[Deed.COPY], found[Deed.NEXT], found[Deed.PREVIOUS]) == ("y", "j", "l")
    assert shortcuts.keys(db, by=sv) == USUAL


def test_full_width_and_capitals_are_the_same_key(db: Session, operator: Actor) -> None:
    shortcuts.choose(db, chosen(db, copy="Ｙ", why="？", help=""), by=operator)
    found = shortcuts.keys(db, by=operator)
    assert (found[Deed.COPY], found[Deed.WHY]) == ("y", "?")


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        ({"copy": "w"}, Deed.WHY),
        ({"help": "/"}, Deed.HELP),
        ({"copy": "5"}, Deed.COPY),
        ({"search": "5"}, Deed.SEARCH),
        ({"copy": "cc"}, Deed.COPY),
        ({"copy": "あ"}, Deed.COPY),
        ({"copy": "é"}, Deed.COPY),
        ({"copy": "\x07"}, Deed.COPY),
        ({"open": "y"}, Deed.OPEN),
    ],
)
def test_a_key_that_can_not_be_used_changes_nothing(
    db: Session, operator: Actor, keys: dict[str, str], at: Deed
) -> None:
    with pytest.raises(Unfit) as refused:
        shortcuts.choose(db, chosen(db, **keys), by=operator)
    assert list(refused.value.faults) == [at]
    assert shortcuts.keys(db, by=operator) == USUAL


def test_a_digit_may_be_chosen_once_it_opens_nothing(db: Session, operator: Actor) -> None:
    shortcuts.choose(db, chosen(db, copy="5", open=""), by=operator)
    assert shortcuts.keys(db, by=operator)[Deed.COPY] == "5"


def test_all_keys_go_off_and_come_back_as_they_were(db: Session, operator: Actor) -> None:
    shortcuts.choose(db, chosen(db, copy="y"), by=operator)
    shortcuts.switch(db, on=False, by=operator)
    assert set(shortcuts.keys(db, by=operator).values()) == {""}
    keys, is_off = shortcuts.choices(db, by=operator)
    assert is_off and keys[Deed.COPY] == "y"
    shortcuts.switch(db, on=True, by=operator)
    assert shortcuts.keys(db, by=operator)[Deed.COPY] == "y"
    shortcuts.reset(db, by=operator)
    assert shortcuts.keys(db, by=operator) == USUAL
    assert db.get(User, operator.id).shortcuts is None  # type: ignore[union-attr]


def test_what_was_chosen_can_be_read_from_the_database_again(db: Session, operator: Actor) -> None:
    shortcuts.choose(db, chosen(db, copy="y"), by=operator)
    shortcuts.switch(db, on=False, by=operator)
    db.commit()
    db.expire_all()
    assert shortcuts.choices(db, by=operator)[1]


def test_a_visitor_has_no_keys_and_can_choose_none(db: Session) -> None:
    assert set(shortcuts.keys(db, by=VISITOR).values()) == {""}
    for deed in (
        lambda: shortcuts.choose(db, USUAL, by=VISITOR),
        lambda: shortcuts.switch(db, on=False, by=VISITOR),
        lambda: shortcuts.reset(db, by=VISITOR),
        lambda: shortcuts.choices(db, by=VISITOR),
    ):
        with pytest.raises(NotSignedIn):
            deed()
