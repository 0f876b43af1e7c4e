"""What many ask now: counted pages first, the latest days first, filled up honestly, and never a hidden one."""

from datetime import timedelta

import pytest

from kb.rules.pages import Audience, Language
from kb.rules.roles import SYSTEM, VISITOR
from kb.services import editing, indexing, popular
from kb.services.house import House
from kb.services.popular import Asked
from kb.store import tallies
from kb.store.base import Store
from kb.store.pages import Page
from tests.conftest import StoppedClock
from tests.make import make_category, make_page


@pytest.fixture(autouse=True)
def at_a_known_time(clock: StoppedClock) -> StoppedClock:
    return clock


@pytest.fixture
def made(store: Store) -> dict[str, int]:
    """Four public pages; the fill-up list has the first of the shelf, validated."""
    with store.writing() as db:
        shelf = make_category(db)
        ids = {title: make_page(db, title, category=shelf).id for title in ("返品", "配送", "修理", "保証")}
        for page_id in ids.values():
            editing.validate(db, page_id, by=SYSTEM)
    return ids


def count(store: Store, clock: StoppedClock, name: str, key: str, times: int, *, ago: int = 0) -> None:
    with store.writing() as db:
        tallies.add(db, {(clock.now().date() - timedelta(days=ago), name, key): times})


def asked(house: House, *, language: str = "ja", limit: int = 4) -> Asked:
    with house.store.reading() as db:
        return popular.asked(db, house, viewer=VISITOR, language=language, limit=limit)


def titles(found: Asked) -> list[str]:
    return [page.shown.title for page in found.pages if page.shown]


def test_without_any_count_it_is_the_first_choice_and_says_so(house: House, made: dict[str, int]) -> None:
    found = asked(house)
    assert (titles(found), found.counted) == (["返品", "配送", "修理", "保証"], 0)


def test_counted_pages_come_first_and_the_rest_fills_up(
    store: Store, house: House, clock: StoppedClock, made: dict[str, int]
) -> None:
    count(store, clock, "view", str(made["保証"]), 9)
    count(store, clock, "view", str(made["修理"]), 5)
    found = asked(house)
    assert (titles(found), found.counted) == (["保証", "修理", "返品", "配送"], 2)
    assert titles(asked(house, limit=1)) == ["保証"]


def test_a_few_views_are_chance(store: Store, house: House, clock: StoppedClock, made: dict[str, int]) -> None:
    count(store, clock, "view", str(made["保証"]), popular.LEAST - 1)
    assert asked(house).counted == 0


def test_a_recent_day_counts_more_than_an_old_one_and_a_very_old_one_not_at_all(
    store: Store, house: House, clock: StoppedClock, made: dict[str, int]
) -> None:
    count(store, clock, "view", str(made["保証"]), 10, ago=12)
    count(store, clock, "view", str(made["修理"]), 4)
    count(store, clock, "view", str(made["配送"]), 500, ago=popular.DAYS)
    found = asked(house)
    assert (titles(found)[:2], found.counted) == (["修理", "保証"], 2)


def test_a_search_that_led_to_a_page_counts_beside_its_view(
    store: Store, house: House, clock: StoppedClock, made: dict[str, int]
) -> None:
    count(store, clock, "view", str(made["修理"]), 6)
    count(store, clock, "view", str(made["保証"]), 4)
    count(store, clock, "led", f"{made['保証']} こわれた", 4)
    assert titles(asked(house))[:2] == ["保証", "修理"]


def test_a_page_that_answers_what_many_searched_in_vain_is_among_them(
    store: Store, house: House, clock: StoppedClock, made: dict[str, int]
) -> None:
    indexing.drain_all(store, house.index)
    count(store, clock, "zero", "修理", 5)
    count(store, clock, "zero", "だれも書いていない", 50)
    found = asked(house)
    assert (titles(found)[0], found.counted) == ("修理", 1)


def test_a_page_hidden_since_is_no_longer_shown_even_while_the_ranking_is_remembered(
    store: Store, house: House, clock: StoppedClock, made: dict[str, int]
) -> None:
    count(store, clock, "view", str(made["保証"]), 9)
    assert titles(asked(house))[0] == "保証"
    with store.writing() as db:
        editing.archive(db, made["保証"], by=SYSTEM)
        hidden = make_page(db, "社内", audience=Audience.STAFF).id
    count(store, clock, "view", str(hidden), 99)
    clock.advance(minutes=2)
    assert titles(asked(house)) == ["返品", "配送", "修理"]


def test_each_language_has_its_own(store: Store, house: House, clock: StoppedClock, made: dict[str, int]) -> None:
    with store.writing() as db:
        english = make_page(db, "Returns", language=Language.EN).id
    count(store, clock, "view", str(english), 9)
    assert titles(asked(house, language="en")) == ["Returns"]
    assert asked(house).counted == 0


def test_new_counts_are_seen_once_the_ranking_is_a_minute_old(
    store: Store, house: House, clock: StoppedClock, made: dict[str, int]
) -> None:
    assert asked(house).counted == 0
    count(store, clock, "view", str(made["保証"]), 9)
    assert asked(house).counted == 0
    clock.advance(seconds=61)
    assert asked(house).counted == 1


def test_what_readers_went_on_to_is_told_as_far_as_it_may_be_read(
    store: Store, house: House, clock: StoppedClock, made: dict[str, int]
) -> None:
    with store.writing() as db:
        hidden = make_page(db, audience=Audience.STAFF).id
    start = made["返品"]
    for page_id, times in ((made["配送"], 5), (made["保証"], 8), (hidden, 9), (made["修理"], popular.LEAST - 1)):
        count(store, clock, "next", f"{start}>{page_id}", times)
    with store.reading() as db:
        found: list[Page] = popular.read_next(db, start, viewer=VISITOR, limit=5)
    assert [page.id for page in found] == [made["保証"], made["配送"]]
