"""Searching: whatever a stale or lying index says, only what the reader may read now leaves the house."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.pages import Audience, Kind, Language
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.search.port import Completion, Found, Hit, Query
from kb.services import editing, indexing, searching, suggesting
from kb.services.house import House
from kb.services.searching import Wanted
from kb.store.base import Session, Store
from kb.store.pages import Page
from tests.make import edit_page, make_category, make_page, make_story, make_user

CANARY = "カナリア"


@pytest.fixture
def people(store: Store) -> dict[Role, Actor]:
    with store.writing() as db:
        return {role: make_user(db, role).actor for role in (Role.OPERATOR, Role.SV)} | {Role.CUSTOMER: VISITOR}


def found(house: House, words: str, viewer: Actor, **wanted: object) -> searching.Results:
    with house.store.reading() as db:
        return searching.search(db, house, Wanted(words, **wanted), viewer=viewer)  # type: ignore[arg-type]


def everything_told(results: searching.Results) -> str:
    """All text that such an answer hands to a door."""
    pieces = [(one.title, one.phrase, one.snippet) for one in results.results]
    return "".join(piece.text for fields in pieces for field in fields for piece in field)


def test_a_page_is_found_by_its_words_with_the_words_marked(store: Store, house: House) -> None:
    with store.writing() as db:
        page_id = make_page(db, "再配達を頼む", "不在票の番号で再配達を頼めます。", phrases=("もう一度届けて",)).id
        make_page(db, "返品する", "返品は三十日まで。")
    indexing.drain_all(store, house.index)
    results = found(house, "再配達", VISITOR)
    assert (results.total, [one.page.id for one in results.results]) == (1, [page_id])
    assert [piece.text for piece in results.results[0].title if piece.hit] == ["再配達"]
    assert any(piece.hit for piece in results.results[0].snippet)
    phrase = found(house, "もう一度届けて", VISITOR).results[0].phrase
    assert "".join(piece.text for piece in phrase) == "もう一度届けて"


def archive(db: Session, page: Page) -> None:
    editing.archive(db, page.id, by=SYSTEM)


def to(audience: Audience) -> Callable[[Session, Page], None]:
    return lambda db, page: void(edit_page(db, page, f"{CANARY}の決まり、いまは社内だけ。", audience=audience))


def into_block(kind: str) -> Callable[[Session, Page], None]:
    return lambda db, page: void(edit_page(db, page, f"公開の文。\n\n:::{kind}\n{CANARY}\n:::", title="ふつうの題名"))


def void(_value: object) -> None:
    return None


# What happened after the index was written → who may still find the page by the word, and be shown the word.
CHANGES: dict[str, tuple[Callable[[Session, Page], None], str, str]] = {
    "nothing": (lambda db, page: None, "cos", "cos"),
    "made staff": (to(Audience.STAFF), "os", "os"),
    "made SV": (to(Audience.SV), "s", "s"),
    "archived": (archive, "", ""),
    "moved into a staff block": (into_block("staff"), "cos", "os"),
    "moved into an SV block": (into_block("sv"), "cos", "s"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_stale_index_gives_away_no_title_snippet_or_count(
    store: Store, house: House, people: dict[Role, Actor], change: str
) -> None:
    act, finders, told = CHANGES[change]
    with store.writing() as db:
        page_id = make_page(db, f"{CANARY}の題名", f"{CANARY}について。").id
    indexing.drain_all(store, house.index)
    with store.writing() as db:
        act(db, db.get_one(Page, page_id))
    for key, role in (("c", Role.CUSTOMER), ("o", Role.OPERATOR), ("s", Role.SV)):
        results = found(house, CANARY, people[role])
        assert (results.total, len(results.results)) == ((1, 1) if key in finders else (0, 0))
        assert (CANARY in everything_told(results)) is (key in told)
        with store.reading() as db:
            suggested = suggesting.suggest(db, house, CANARY, viewer=people[role])
        assert len(suggested.pages) == (key in finders)
        assert not suggested.completions


class LyingIndex:
    """An index that gives every page to everybody, as one left behind by an older version might."""

    def __init__(self, ids: list[int], total: int | None = None) -> None:
        self._found = Found(total or len(ids), tuple(Hit(one, 1, 1.0, (CANARY,)) for one in ids), (CANARY,))

    def search(self, query: Query) -> Found:
        return self._found

    def complete(self, words: str, audience: Audience, **more: object) -> tuple[Completion, ...]:
        return ()


def test_an_index_without_any_audience_still_gives_nobody_a_hidden_page(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    with store.writing() as db:
        public = make_page(db, f"{CANARY}公開").id
        staff = make_page(db, f"{CANARY}社内", audience=Audience.STAFF).id
        for_sv = make_page(db, f"{CANARY}SV", audience=Audience.SV).id
        others = [make_story(db, in_state=state, title=f"{CANARY}{state}").page_id for state in State]
        others.append(make_page(db, f"{CANARY}保管", archived=True).id)
        waiting = [page.id for page in map(db.get_one, [Page] * len(others), others) if page.shown]
    house = replace(house, index=LyingIndex([public, staff, for_sv, *others, 10**6]))  # type: ignore[arg-type]
    expected = {
        Role.CUSTOMER: {public},
        Role.OPERATOR: {public, staff, *waiting} - {others[-1]},
        Role.SV: {public, staff, for_sv, *waiting} - {others[-1]},
    }
    for role, pages in expected.items():
        results = found(house, CANARY, people[role])
        assert {one.page.id for one in results.results} == pages
        assert results.total == len(pages)
        with store.reading() as db:
            shown = {one.page.id for one in suggesting.suggest(db, house, CANARY, viewer=people[role]).pages}
            related = searching.related(db, house, db.get_one(Page, public), viewer=people[role])
        assert shown <= pages and {page.id for page in related} <= pages


def test_a_word_of_a_staff_block_finds_the_page_for_staff_alone(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    with store.writing() as db:
        make_page(db, "送料", f"公開の文。\n\n:::staff\n{CANARY}\n:::\n\n:::sv\nフクロウ\n:::")
    indexing.drain_all(store, house.index)
    counts = [[found(house, word, people[role]).total for role in people] for word in (CANARY, "フクロウ")]
    assert dict(zip(people, counts[0], strict=True)) == {Role.CUSTOMER: 0, Role.OPERATOR: 1, Role.SV: 1}
    assert dict(zip(people, counts[1], strict=True)) == {Role.CUSTOMER: 0, Role.OPERATOR: 0, Role.SV: 1}


def test_a_story_is_ranked_under_a_validated_page_that_says_the_same(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    with store.writing() as db:
        story = make_story(db, title="雨の日の配達", words="雨です", done="雨の日の配達", purpose="")
        page = make_page(db, "雨の日の配達", story.body)
        ids = [page.id, story.page_id]
    indexing.drain_all(store, house.index)
    results = found(house, "雨の日の配達", people[Role.OPERATOR])
    assert [one.page.id for one in results.results] == ids
    assert results.results[0].score > results.results[1].score


@pytest.mark.parametrize("words", ["", " ", "　", "。", '"', "-", '""', "の", "*", "AND", "title:"])
def test_words_that_say_nothing_find_nothing_and_are_no_fault(store: Store, house: House, words: str) -> None:
    with store.writing() as db:
        make_page(db)
    indexing.drain_all(store, house.index)
    assert found(house, words, VISITOR).total == 0


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (limits.PAGE_SIZE_MAX + 1, 0), (20, -1)])
def test_a_limit_or_offset_out_of_range_is_refused_by_name(store: Store, house: House, limit: int, offset: int) -> None:
    with pytest.raises(Invalid) as refused:
        found(house, "配送", VISITOR, limit=limit, offset=offset)
    assert refused.value.field == ("offset" if offset else "limit")


def test_the_pages_of_a_search_follow_each_other_without_gap_or_twin(store: Store, house: House) -> None:
    with store.writing() as db:
        ids = {make_page(db, f"{CANARY} {number}").id for number in range(7)}
        hidden = make_page(db, f"{CANARY}をいまは隠す")
    indexing.drain_all(store, house.index)
    with store.writing() as db:
        editing.archive(db, hidden.id, by=SYSTEM)
    screens = [found(house, CANARY, VISITOR, limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    told = [one.page.id for screen in screens for one in screen.results]
    assert (len(told), set(told)) == (7, ids)
    assert {screen.total for screen in screens} == {7}
    assert [len(screen.results) for screen in screens] == [3, 3, 1, 0]


@pytest.mark.parametrize(
    ("narrowed", "titles"),
    [
        ({"kind": "case"}, {"事例", "体験"}),
        ({"language": "en"}, {"英語"}),
        ({"tag": "不在"}, {"札"}),
        ({"category": "x"}, {"棚"}),
        ({"confidence": "unvalidated"}, {"体験"}),
        ({"audience": "staff"}, {"社内", "体験"}),
        ({"kind": "case", "confidence": "validated"}, {"事例"}),
        ({"tag": "ほか"}, set()),
    ],
)
def test_a_search_is_narrowed_by_what_the_reader_chose(
    store: Store, house: House, people: dict[Role, Actor], narrowed: dict[str, str], titles: set[str]
) -> None:
    with store.writing() as db:
        make_page(db, f"{CANARY} 事例", kind=Kind.CASE)
        make_page(db, f"{CANARY} 英語", language=Language.EN)
        make_page(db, f"{CANARY} 札", tags=("不在",))
        make_page(db, f"{CANARY} 棚", category=make_category(db, "x"))
        make_page(db, f"{CANARY} 社内", audience=Audience.STAFF)
        make_story(db, title=f"{CANARY} 体験")
    indexing.drain_all(store, house.index)

    def told(viewer: Actor) -> set[str]:
        results = found(house, CANARY, viewer, **narrowed).results
        return {one.revision.title.removeprefix(f"{CANARY} ") for one in results}

    assert told(people[Role.OPERATOR]) == titles
    # A customer who asks for more than they may read gets nothing more.
    assert told(VISITOR) == titles - {"社内", "体験"}


def test_a_typing_error_is_mended_and_told_but_never_what_was_asked_for_exactly(store: Store, house: House) -> None:
    with store.writing() as db:
        make_page(db, "パスワードを変える")
    indexing.drain_all(store, house.index)
    mended = found(house, "パスワド", VISITOR)
    assert (mended.corrected, mended.total) == ("パスワード", 1)
    assert [piece.text for piece in mended.results[0].title if piece.hit] == ["パスワード"]
    exact = found(house, '"パスワド"', VISITOR)
    assert (exact.corrected, exact.total) == ("", 0)
    assert found(house, "パスワード", VISITOR).corrected == ""


def test_a_word_that_only_a_hidden_page_has_mends_nothing(
    store: Store, house: House, people: dict[Role, Actor]
) -> None:
    with store.writing() as db:
        page_id = make_page(db, "パスワードを変える").id
        make_page(db, "フクロウのこと", ":::staff\nスピーカーのこと\n:::\n\n文")
    indexing.drain_all(store, house.index)
    assert found(house, "スピーカ゛ー", VISITOR).corrected == ""
    assert found(house, "スピカー", VISITOR).corrected == ""
    assert found(house, "スピカー", people[Role.OPERATOR]).corrected == "スピーカー"
    with store.writing() as db:
        editing.archive(db, page_id, by=SYSTEM)
    # The index has not heard of it yet.
    late = found(house, "パスワド", VISITOR)
    assert (late.total, late.corrected) == (0, "")


def test_related_pages_are_others_in_the_same_language(store: Store, house: House) -> None:
    with store.writing() as db:
        page = make_page(db, "再配達を頼む", phrases=("-もう一度", '"届けて"'))
        other = make_page(db, "再配達の時間")
        make_page(db, "再配達 English", language=Language.EN)
        page_id, other_id = page.id, other.id
    indexing.drain_all(store, house.index)
    with store.reading() as db:
        related = searching.related(db, house, db.get_one(Page, page_id), viewer=VISITOR)
        assert [one.id for one in related] == [other_id]


def test_a_reading_that_a_writer_put_above_a_name_finds_the_page(store: Store, house: House) -> None:
    with store.writing() as db:
        page = make_page(db, "取り扱う店", "{水面堂|みなもどう}で買えます。")
        make_page(db, "別の店", "水辺の店です。")
        hidden = make_page(db, "仕入れ", "文\n\n:::staff\n{谺屋|こだまや}から。\n:::")
    indexing.drain_all(store, house.index)
    for words in ("みなもどう", "水面堂"):
        assert [one.page.id for one in found(house, words, VISITOR).results] == [page.id]
    assert hidden.id not in [one.page.id for one in found(house, "こだまや", VISITOR).results]
    assert hidden.id in [one.page.id for one in found(house, "こだまや", SYSTEM).results]
