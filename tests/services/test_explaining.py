"""Why a page is found or not: every share, every obstacle, and nothing about a page that the asker may not know."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kb.rules.errors import NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Audience, Kind, Language
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.search.port import IndexBroken, Match, Query
from kb.services import editing, explaining, indexing, searching
from kb.services.explaining import Obstacle, Why
from kb.services.house import House
from kb.services.searching import Wanted
from kb.store.base import Session, Store
from tests.make import make_category, make_page, make_story, make_user


@pytest.fixture
def people(store: Store) -> dict[Role, Actor]:
    with store.writing() as db:
        return {role: make_user(db, role).actor for role in (Role.OPERATOR, Role.SV)}


def why(house: House, words: str, page: int, viewer: Actor, reader: Audience | None = None, **wanted: Any) -> Why:
    with house.store.reading() as db:
        return explaining.why(db, house, Wanted(words, **wanted), page, reader=reader, viewer=viewer)


def made(store: Store, house: House, make: Callable[[Session], int], *, drained: bool = True) -> int:
    with store.writing() as db:
        page = make(db)
    if drained:
        indexing.drain_all(store, house.index)
    return page


def test_a_hit_is_explained_word_by_word_and_its_shares_make_the_score(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    page = made(store, house, lambda db: make_page(db, "返品の手順", "送料は無料です。", phrases=("返したい",)).id)
    made(store, house, lambda db: make_page(db, "修理の手順").id)
    found = why(house, "返品の送料と宇宙", page, people[Role.OPERATOR])
    told = {(one.asked, one.field, one.how) for one in found.explanation.reasons}
    assert {("返品", "title", Match.WORD), ("送料", "body", Match.WORD)} <= told
    assert found.explanation.missing == ("宇宙",)
    assert found.obstacles == () and found.explanation.rank == 1
    with store.reading() as db:
        hit = searching.search(db, house, Wanted("返品の送料と宇宙"), viewer=people[Role.OPERATOR]).results[0]
    assert sum(one.score for one in found.explanation.reasons) == pytest.approx(hit.score)


@pytest.mark.parametrize(("words", "how"), [("パスワド", Match.TYPO), ("ぱすわーど", Match.READING)])
def test_it_is_told_how_a_word_was_matched(
    store: Store, house: House, people: dict[Role, Actor], words: str, how: Match
) -> None:
    page = made(store, house, lambda db: make_page(db, "パスワードを変える").id)
    assert how in {one.how for one in why(house, words, page, people[Role.SV]).explanation.reasons}


# What was made, the words and filters asked with, and what stands in the way.
OBSTACLES: dict[str, tuple[Callable[[Session], int], str, dict[str, Any], set[Obstacle]]] = {
    "no shared word": (lambda db: make_page(db, "返品の手順").id, "宇宙", {}, {Obstacle.NO_SHARED_WORD}),
    "no words": (lambda db: make_page(db, "返品の手順").id, "のを", {}, {Obstacle.NO_WORDS}),
    "kind": (lambda db: make_page(db, "返品", kind=Kind.CASE).id, "返品", {"kind": "faq"}, {Obstacle.KIND}),
    "language": (
        lambda db: make_page(db, "返品", language=Language.EN).id, "返品", {"language": "ja"}, {Obstacle.LANGUAGE},
    ),
    "category": (lambda db: make_page(db, "返品").id, "返品", {"category": "x"}, {Obstacle.CATEGORY}),
    "tag": (lambda db: make_page(db, "返品", tags=("別",)).id, "返品", {"tag": "札"}, {Obstacle.TAG}),
    "confidence": (
        lambda db: make_page(db, "返品").id, "返品", {"confidence": "unvalidated"}, {Obstacle.CONFIDENCE},
    ),
    "audience": (lambda db: make_page(db, "返品").id, "返品", {"audience": "staff"}, {Obstacle.AUDIENCE}),
    "phrase": (lambda db: make_page(db, "送料と返品").id, '"返品 送料"', {}, {Obstacle.PHRASE}),
    "excluded": (lambda db: make_page(db, "返品と送料").id, "返品 -送料", {}, {Obstacle.EXCLUDED}),
    "archived": (lambda db: make_page(db, "返品", archived=True).id, "返品", {}, {Obstacle.ARCHIVED}),
    "returned": (
        lambda db: make_story(db, in_state=State.RETURNED, title="返品").page_id, "返品", {}, {Obstacle.STATE},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OBSTACLES)
def test_what_stands_in_the_way_is_told(store: Store, house: House, people: dict[Role, Actor], case: str) -> None:
    make, words, narrowed, expected = OBSTACLES[case]
    page = made(store, house, make)
    found = why(house, words, page, people[Role.SV], **narrowed)
    assert set(found.obstacles) == expected
    assert found.explanation.rank is None
    # The control: a page like it that nothing stands in the way of.
    other = made(store, house, lambda db: make_page(db, "宇宙の返品").id)
    plain = why(house, "宇宙の返品", other, people[Role.SV])
    assert (plain.obstacles, plain.explanation.rank) == ((), 1)


def test_words_are_told_as_they_are_written_and_not_as_the_index_keeps_them(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    page = made(store, house, lambda db: make_page(db, "フクロウの引っ越し").id)
    found = why(house, "ふくろうの引越しとペンギン", page, people[Role.OPERATOR]).explanation
    assert {(one.asked, one.found) for one in found.reasons} >= {("引越し", "引っ越し")}
    assert found.missing == ("ペンギン",)


def test_a_page_that_shares_no_word_is_told_by_the_words_it_has(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    page = made(store, house, lambda db: make_page(db, "電源が入らない").id)
    assert why(house, "宇宙", page, people[Role.OPERATOR]).has == ("電源", "入る")


def test_a_change_that_the_index_has_not_heard_of_is_told(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    page = made(store, house, lambda db: make_page(db, "返品の手順").id, drained=False)
    assert why(house, "返品", page, people[Role.SV]).obstacles == (Obstacle.WAITING,)
    indexing.drain_all(store, house.index)
    assert why(house, "返品", page, people[Role.SV]).obstacles == ()
    house.index.replace((), [page])
    assert why(house, "返品", page, people[Role.SV]).obstacles == (Obstacle.NOT_HELD,)


def test_an_index_that_can_not_be_asked_is_told(store: Store, house: House, people: dict[Role, Actor]) -> None:
    class NoIndex:
        def explain(self, query: Query, page_id: int) -> None:
            raise IndexBroken

    page = made(store, house, lambda db: make_page(db, "返品の手順").id)
    broken = replace(house, index=NoIndex())  # type: ignore[arg-type]
    assert why(broken, "返品", page, people[Role.SV]).obstacles == (Obstacle.NO_INDEX,)


def test_whoever_may_know_is_told_why_a_narrower_circle_does_not_find_a_page(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    body = "公開の文。\n\n:::staff\nカナリアの決まり\n:::\n\n:::sv\nフクロウの決まり\n:::"
    page = made(store, house, lambda db: make_page(db, "返品の手順", body).id)
    staff = made(store, house, lambda db: make_page(db, "返品の内規", audience=Audience.STAFF).id)
    operator, sv = people[Role.OPERATOR], people[Role.SV]
    assert why(house, "返品", staff, operator, Audience.PUBLIC).obstacles == (Obstacle.HIDDEN,)
    hidden = why(house, "カナリア", page, operator, Audience.PUBLIC)
    assert set(hidden.obstacles) == {Obstacle.HIDDEN_WORDS, Obstacle.NO_SHARED_WORD}
    assert hidden.hidden == ("カナリア",)
    assert why(house, "フクロウ", page, sv, Audience.STAFF).hidden == ("フクロウ",)
    # An operator knows nothing of the SV's block, whoever is asked for.
    for reader in (Audience.PUBLIC, Audience.STAFF, Audience.SV, None):
        found = why(house, "フクロウ", page, operator, reader)
        assert (found.hidden, set(found.obstacles)) == ((), {Obstacle.NO_SHARED_WORD})
        assert found.reader is not Audience.SV


def test_a_page_that_the_asker_may_not_know_is_like_one_that_never_was(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    with store.writing() as db:
        author = make_user(db).actor
        draft = make_story(db, in_state=State.DRAFT, title="返品の下書き", by=author).page_id
        hidden = {
            "for SVs": make_page(db, "返品", audience=Audience.SV).id,
            "archived": make_page(db, "返品", archived=True).id,
            "somebody's draft": draft,
            "returned": make_story(db, in_state=State.RETURNED, title="返品").page_id,
            "missing": 999,
        }
    indexing.drain_all(store, house.index)
    for page in hidden.values():
        with pytest.raises(NotFound) as refused:
            why(house, "返品", page, people[Role.OPERATOR])
        assert refused.value.sentence == NotFound().sentence
        with store.reading() as db:
            assert explaining.choices(db, house, f"#{page}", viewer=people[Role.OPERATOR]) == []
    assert why(house, "返品", draft, author).obstacles == (Obstacle.STATE,)
    known = {name for name, page in hidden.items() if _is_known(house, page, people[Role.SV])}
    assert known == {"for SVs", "archived", "returned"}


def _is_known(house: House, page: int, viewer: Actor) -> bool:
    try:
        return bool(why(house, "返品", page, viewer))
    except NotFound:
        return False


def test_customers_may_not_ask(store: Store, house: House) -> None:
    page = made(store, house, lambda db: make_page(db, "返品").id)
    with pytest.raises((NotSignedIn, NotAllowed)):
        why(house, "返品", page, VISITOR)
    with store.reading() as db, pytest.raises((NotSignedIn, NotAllowed)):
        explaining.choices(db, house, "返品", viewer=VISITOR)


def test_a_page_is_chosen_by_number_or_by_words_of_its_title(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    with store.writing() as db:
        shelf = make_category(db)
        first, second = make_page(db, "返品の手順", category=shelf).id, make_page(db, "返品の手順と送料").id
        year = make_page(db, "2026 年の休み").id
    indexing.drain_all(store, house.index)

    def chosen(typed: str) -> list[int]:
        with store.reading() as db:
            return [page.id for page in explaining.choices(db, house, typed, viewer=people[Role.OPERATOR])]

    assert chosen(f"#{second}") == chosen(f"＃{second}") == chosen(str(second)) == [second]
    assert set(chosen("返品")) == {first, second}
    assert chosen("返品の手順") == [first]
    assert chosen("2026") == [year]
    assert chosen("#2026") == []
    with store.writing() as db:
        editing.archive(db, first, by=SYSTEM)
    assert chosen("返品") == [second]
