"""What is offered where nothing was found: it leads somewhere, and never to what is hidden."""

import pytest

from kb.rules.pages import Audience, Language
from kb.rules.roles import VISITOR
from kb.services import indexing, searching, widening
from kb.services.house import House
from kb.services.searching import Wanted
from kb.services.widening import Help
from kb.store.base import Store
from tests.make import make_category, make_page


@pytest.fixture
def shop(store: Store, house: House) -> None:
    with store.writing() as db:
        returns, delivery = make_category(db, "returns"), make_category(db, "delivery")
        make_page(db, "返品の手順", "冷蔵庫はお引き取りします。", category=returns)
        make_page(db, "配送の日数", "三日です。", category=delivery, phrases=("いつ着くの",))
        make_page(db, "Battery safety", "Keep it dry.", language=Language.EN)
        make_page(db, "返送の内規", "梟", audience=Audience.STAFF)
    indexing.drain_all(store, house.index)


def offered(house: House, words: str, **more: str) -> Help:
    wanted = Wanted(words, language="ja", **more)
    with house.store.reading() as db:
        assert searching.search(db, house, wanted, viewer=VISITOR).total == 0
        return widening.instead_of(db, house, wanted, viewer=VISITOR)


def near(found: Help) -> list[str]:
    return [one.revision.title for one in found.near]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("typed", ["へんぴ", "henp", "へんぴm", "へんぴqqq"])
def test_a_word_half_typed_or_with_a_wrong_end_is_completed(house: House, typed: str) -> None:
    found = offered(house, typed)
    assert found.meant == ("返品",)
    assert near(found) == ["返品の手順"]


@pytest.mark.usefixtures("shop")
def test_quotes_and_excluded_words_are_dropped_and_each_word_is_tried_alone(house: House) -> None:
    found = offered(house, '"返品 配送"')
    assert [(one.words, one.total) for one in found.wider] == [("返品 配送", 2), ("返品", 1), ("配送", 1)]
    assert set(near(found)) == {"返品の手順", "配送の日数"}
    assert [one.words for one in offered(house, "返品 -返品").wider] == ["返品 返品"]


@pytest.mark.usefixtures("shop")
def test_a_category_is_dropped(house: House) -> None:
    found = offered(house, "返品", category="delivery")
    assert [(one.words, one.category, one.total) for one in found.wider] == [("返品", None, 1)]


@pytest.mark.usefixtures("shop")
def test_the_other_language_is_tried(house: House) -> None:
    found = offered(house, "battery")
    assert [(one.language, one.total) for one in found.wider] == [("en", 1)]
    assert near(found) == []


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("typed", ["梟", "返送の内規", "\x00", "-", '"', "ん" * 400, "😀"])
def test_what_nobody_may_know_and_what_means_nothing_is_answered_alike(house: House, typed: str) -> None:
    found = offered(house, typed) if typed != "返送の内規" else offered(house, '"返送の内規"')
    assert "返送の内規" not in near(found)
    assert all("返送" not in words and "梟" not in words for words in found.meant)
