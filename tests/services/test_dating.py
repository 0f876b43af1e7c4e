"""What staff see of dated limits is as of the day in Japan, in the page, on the card for an SV, and among the hits."""

from datetime import UTC, date, datetime

import pytest

from kb.rules.calls import StepKind
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM, Actor, Role
from kb.services import carding, dating, indexing, reading, searching
from kb.services.house import House
from kb.services.searching import Wanted
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.store.pages import Page
from kb.text import dated_limits
from kb.text.blocks import BlockKind
from tests.conftest import StoppedClock
from tests.make import edit_page, make_page, make_user

BODY = """送料についての案内です。

:::limit sv 〜2030-06-30
- 送料の負担は480円まで
:::

:::limit sv 2030-07-01〜
- 送料の負担は960円まで
:::
"""
MIDNIGHT = datetime(2030, 6, 30, 15, tzinfo=UTC)  # in Japan it is the first of July now


@pytest.fixture
def shop(house: House, clock: StoppedClock) -> House:
    clock.time = datetime(2030, 6, 1, tzinfo=UTC)
    with house.store.writing() as db:
        make_page(db, "送料の負担", BODY)
        make_user(db, name="one")
    indexing.drain_all(house.store, house.index)
    return house


def found(house: House, words: str) -> tuple[str, date | None]:
    """The passage of the only hit, and until when what was searched for held."""
    with house.store.reading() as db:
        (result,) = searching.search(db, house, Wanted(words), viewer=SYSTEM).results
        aged = dating.aged(result, "【旧】", viewer=SYSTEM)
        return "".join(piece.text for piece in aged.passage), aged.until


def shown(house: House) -> list[str]:
    with house.store.reading() as db:
        page = db.query(Page).one()
        address = reading.Address(lambda page: f"/{page.id}")
        view = reading.page(db, page.id, viewer=SYSTEM, renderer=house.renderer, address=address)
        parts = [part for part in view.body.parts if part.kind is BlockKind.LIMIT]
        return [one.block.html for one in dating.today(parts).now]


def test_at_midnight_in_japan_the_next_limit_holds_although_nothing_was_rendered_anew(
    shop: House, clock: StoppedClock
) -> None:
    clock.time = MIDNIGHT.replace(hour=14, minute=59)
    assert ["480円" in html for html in shown(shop)] == [True]
    clock.time = MIDNIGHT
    assert ["960円" in html for html in shown(shop)] == [True]


def test_the_old_value_is_still_found_and_marked_old(shop: House, clock: StoppedClock) -> None:
    passage, until = found(shop, "480円")
    assert until is None and "【旧】" not in passage
    clock.time = MIDNIGHT
    passage, until = found(shop, "480円")
    assert until == date(2030, 6, 30) and "【旧】送料の負担は480円まで" in passage


def test_what_the_page_says_elsewhere_is_not_old(shop: House, clock: StoppedClock) -> None:
    clock.time = MIDNIGHT
    passage, until = found(shop, "960円")
    assert until is None and "【旧】送料の負担は960円" not in passage and "960円" in passage


def test_a_value_that_still_holds_is_not_old(shop: House, clock: StoppedClock) -> None:
    with shop.store.writing() as db:
        edit_page(db, db.query(Page).one(), BODY.replace("960円", "480円"))
    clock.time = MIDNIGHT
    passage, until = found(shop, "480円")
    assert until is None and "【旧】" not in passage


def test_a_card_for_an_sv_carries_the_limit_of_the_day(shop: House, clock: StoppedClock) -> None:
    clock.time = MIDNIGHT
    with shop.store.reading() as db:
        page = db.query(Page).one()
        step = CallStep(key="one", kind=StepKind.USE, page_id=page.id, at=clock.now())
        known = carding.known(db, Call(key="one", started_at=clock.now(), steps=[step]), viewer=_operator(db))
    assert [one.text for one in known.limits] == ["送料の負担は960円まで"]


def _operator(db: Session) -> Actor:
    return Actor(1, "one", "one", Role.OPERATOR)


def test_operators_are_not_told_what_has_ended_for_svs_alone(house: House, clock: StoppedClock) -> None:
    told = f"返金は480円まで。\n\n:::sv\n{BODY}"
    assert dated_limits.past(told, date(2030, 7, 1)) == ()
    with house.store.writing() as db:
        page = make_page(db, "返金", BODY, audience=Audience.STAFF)
        # An import of former days may have kept what the editor refuses now.
        assert page.current is not None
        page.current.body = told
    indexing.drain_all(house.store, house.index)
    clock.time = MIDNIGHT
    with house.store.reading() as db:
        (result,) = searching.search(db, house, Wanted("返金"), viewer=_operator(db)).results
        aged = dating.aged(result, "【旧】", viewer=_operator(db))
    assert aged.until is None and "960円" not in "".join(piece.text for piece in aged.passage)
