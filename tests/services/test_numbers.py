"""The number of a page, typed as #123: it comes first for whoever may read it, and is nothing to everybody else."""

import pytest

from kb.rules.pages import Audience
from kb.rules.roles import VISITOR, Actor, Role
from kb.services import indexing, searching, suggesting
from kb.services.house import House
from kb.services.searching import Results, Wanted
from kb.store.base import Store
from tests.make import make_page, make_user


@pytest.fixture
def people(store: Store) -> dict[Role, Actor]:
    with store.writing() as db:
        return {role: make_user(db, role).actor for role in (Role.OPERATOR, Role.SV)}


def found(house: House, words: str, viewer: Actor, **wanted: int) -> Results:
    with house.store.reading() as db:
        return searching.search(db, house, Wanted(words, **wanted), viewer=viewer)  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", ["#{}", "＃{}", " #{} ", "# {}", "wide"])
def test_the_number_of_a_page_opens_it_first_for_those_who_may_read_it(
    store: Store, house: House, people: dict[Role, Actor], typed: str
) -> None:
    with store.writing() as db:
        staff = make_page(db, "社内の手順", audience=Audience.STAFF).id
        other = make_page(db, f"型番 {staff} の使い方").id
        archived = make_page(db, "前の手順", archived=True).id

    def of(number: int) -> str:
        wide = str(number).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
        return f"＃{wide}" if typed == "wide" else typed.format(number)

    indexing.drain_all(store, house.index)
    by_operator = found(house, of(staff), people[Role.OPERATOR])
    assert by_operator.direct is not None and by_operator.direct.id == staff
    assert [one.page.id for one in by_operator.results] == [staff, other]
    assert by_operator.total == 2
    by_customer = found(house, of(staff), VISITOR)
    assert by_customer.direct is None
    assert [one.page.id for one in by_customer.results] == [other]
    for nothing in (archived, 10**9 + 1, 0):
        assert found(house, of(nothing), people[Role.SV]).direct is None
    assert found(house, str(staff), people[Role.SV]).direct is None


def test_a_number_stands_once_on_the_screens_of_its_search(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    with store.writing() as db:
        pages = [make_page(db, f"型番 2 の話 {number}").id for number in range(5)]
    indexing.drain_all(store, house.index)
    screens = [found(house, "#2", people[Role.SV], limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    told = [one.page.id for screen in screens for one in screen.results]
    assert told[0] == 2 and sorted(told) == pages
    assert {screen.total for screen in screens} == {5}


def test_a_number_is_suggested_to_those_alone_who_may_read_the_page(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    with store.writing() as db:
        page = make_page(db, "社内の手順", audience=Audience.STAFF).id
    with store.reading() as db:
        told = {
            viewer.role: [one.page.id for one in suggesting.suggest(db, house, f"#{page}", viewer=viewer).pages]
            for viewer in (VISITOR, people[Role.OPERATOR])
        }
    assert told == {Role.CUSTOMER: [], Role.OPERATOR: [page]}
