"""What a search may be narrowed by: counted for this reader, and without numbers while the index says too much."""

from typing import Any

import pytest

from kb.rules.pages import Audience, Kind
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import editing, indexing, searching
from kb.services.house import House
from kb.services.searching import Wanted
from kb.store.base import Store
from kb.store.pages import Page
from tests.make import edit_page, make_category, make_page, make_story, make_user

WORD = "カナリア"
Told = dict[str, dict[str, int | None]]


@pytest.fixture
def people(store: Store) -> dict[Role, Actor]:
    with store.writing() as db:
        return {role: make_user(db, role).actor for role in (Role.OPERATOR, Role.SV)} | {Role.CUSTOMER: VISITOR}


@pytest.fixture
def pages(store: Store, house: House) -> dict[str, int]:
    with store.writing() as db:
        shelf, secret = make_category(db, "Return Items"), make_category(db, "secret", audience=Audience.STAFF)
        made = {
            "open": make_page(db, f"{WORD} 一", category=shelf, tags=("Wi-Fi", "返品")).id,
            "guide": make_page(db, f"{WORD} 二", kind=Kind.PROCEDURE, category=shelf, tags=("返品",)).id,
            "staff": make_page(db, f"{WORD} 三", audience=Audience.STAFF, category=secret, tags=("内規",)).id,
            "sv": make_page(db, f"{WORD} 四", audience=Audience.SV, tags=("極秘",)).id,
            "story": make_story(db, title=f"{WORD} 五").page_id,
        }
    indexing.drain_all(store, house.index)
    return made


def told(house: House, viewer: Actor, **wanted: Any) -> Told:
    with house.store.reading() as db:
        found = searching.search(db, house, Wanted(WORD, facets=True, **wanted), viewer=viewer)
    return {name: {one.value: one.count for one in values} for name, values in found.facets.items()}


def test_every_reader_is_told_what_they_may_read(
    house: House, pages: dict[str, int], people: dict[Role, Actor]
) -> None:
    assert told(house, people[Role.CUSTOMER]) == {
        "kind": {"faq": 1, "procedure": 1},
        "category": {"Return Items": 2},
        "tag": {"返品": 2, "Wi-Fi": 1},
    }
    assert told(house, people[Role.OPERATOR]) == {
        "kind": {"faq": 2, "procedure": 1, "case": 1},
        "category": {"Return Items": 2, "secret": 1},
        "tag": {"返品": 2, "Wi-Fi": 1, "内規": 1},
        "confidence": {"validated": 3, "unvalidated": 1},
        "audience": {"public": 2, "staff": 2},
    }
    by_sv = told(house, people[Role.SV])
    assert by_sv["audience"] == {"public": 2, "staff": 2, "sv": 1} and by_sv["tag"]["極秘"] == 1


def test_a_field_that_narrows_already_shows_its_other_values_too(
    house: House, pages: dict[str, int], people: dict[Role, Actor]
) -> None:
    narrowed = told(house, people[Role.OPERATOR], kind="faq")
    assert narrowed["kind"] == {"faq": 2, "procedure": 1, "case": 1}
    assert narrowed["category"] == {"Return Items": 1, "secret": 1}
    assert narrowed["audience"] == {"public": 1, "staff": 1}
    assert told(house, VISITOR, category="Return Items", kind="procedure")["category"] == {"Return Items": 1}


def test_each_value_told_narrows_to_as_many_pages_as_it_says(
    house: House, pages: dict[str, int], people: dict[Role, Actor]
) -> None:
    for name, values in told(house, people[Role.SV]).items():
        assert values
        for value, count in values.items():
            with house.store.reading() as db:
                found = searching.search(db, house, Wanted(WORD, **{name: value}), viewer=people[Role.SV])
            assert found.total == count, (name, value)


def test_while_the_index_counts_a_hidden_page_no_number_is_told_and_no_value_of_it(
    store: Store, house: House, pages: dict[str, int], people: dict[Role, Actor]
) -> None:
    with store.writing() as db:
        edit_page(db, db.get_one(Page, pages["guide"]), "文", audience=Audience.SV, tags=("極秘の札",))
    assert told(house, VISITOR) == {
        "kind": {"faq": None},
        "category": {"Return Items": None},
        "tag": {"Wi-Fi": None, "返品": None},
    }
    indexing.drain_all(store, house.index)
    assert told(house, VISITOR)["kind"] == {"faq": 1}
    with store.writing() as db:
        editing.archive(db, pages["staff"], by=SYSTEM)
    late = told(house, people[Role.OPERATOR])
    assert "secret" not in late["category"] and "内規" not in late["tag"]
    assert {count for values in late.values() for count in values.values()} == {None}


def test_who_does_not_ask_for_facets_gets_none(store: Store, house: House, pages: dict[str, int]) -> None:
    with store.reading() as db:
        assert searching.search(db, house, Wanted(WORD), viewer=VISITOR).facets == {}
