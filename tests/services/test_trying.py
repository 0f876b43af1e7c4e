"""Trying an entry: the same search without it and with it, as the SV who asks would have it, and nothing is kept."""

import pytest

from kb.rules.errors import NotAllowed
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM, Actor, Role
from kb.search.memory_index import MemoryIndex
from kb.search.port import Found, Query, Synonym
from kb.services import indexing, synonyms, trying, wordings
from kb.store.base import Store
from kb.store.pages import Page
from tests.make import make_actor, make_page

# A name of the house, which no dictionary takes for the other word.
DRAFT = wordings.read("クマール＝冷蔵庫")


class Listening(MemoryIndex):
    """The real index, which remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Query] = []

    def search(self, query: Query) -> Found:
        self.asked.append(query)
        return super().search(query)


@pytest.fixture
def sv(store: Store) -> Actor:
    with store.writing() as db:
        return make_actor(db, Role.SV)


def test_both_searches_are_the_svs_own_and_differ_by_the_draft_alone(store: Store, sv: Actor) -> None:
    index = Listening()
    with store.writing() as db:
        kept = synonyms.add(db, wordings.read("返品＝返却"), by=SYSTEM)
        synonyms.add(db, wordings.read("スマホ→iPhone"), by=SYSTEM)
    known = (Synonym(("返品", "返却")), Synonym(("スマホ", "iPhone"), one_way=True))
    tried = Synonym(("クマール", "冷蔵庫"))
    with store.reading() as db:
        assert trying.trial(db, index, DRAFT, viewer=sv).words == "クマール"
        assert trying.trial(db, index, DRAFT, words=" 冷蔵庫の\n登録 ", viewer=sv).words == "冷蔵庫の 登録"
        trying.trial(db, index, DRAFT, but=kept.id, viewer=sv)
        assert index.asked[0].synonyms is synonyms.current(db)
    assert [query.words for query in index.asked] == ["クマール"] * 2 + ["冷蔵庫の 登録"] * 2 + ["クマール"] * 2
    assert {query.audience for query in index.asked} == {Audience.SV}
    assert [query.synonyms for query in index.asked[:2]] == [known, (*known, tried)]
    assert set(index.asked[4].synonyms) == {known[1]}
    assert set(index.asked[5].synonyms) == {known[1], tried}


def test_what_only_the_entry_finds_is_marked(store: Store, index: MemoryIndex, sv: Actor) -> None:
    with store.writing() as db:
        by_word = make_page(db, "クマールの貸し出し").id
        by_entry = make_page(db, "冷蔵庫の登録", audience=Audience.SV).id
        make_page(db, "再配達を頼む")
    indexing.drain_all(store, index)
    with store.reading() as db:
        trial = trying.trial(db, index, DRAFT, viewer=sv)
        assert (trial.without.total, trial.within.total) == (1, 2)
        assert [page.id for page in trial.within.best] == [by_word, by_entry]
        assert (trial.without.only_here, trial.within.only_here) == (frozenset(), {by_entry})
        assert synonyms.current(db) == ()


def test_a_page_that_the_index_still_has_and_the_store_hides_is_not_told(
    store: Store, index: MemoryIndex, sv: Actor
) -> None:
    with store.writing() as db:
        page_id = make_page(db, "クマールの貸し出し").id
    indexing.drain_all(store, index)
    with store.writing() as db:
        db.get_one(Page, page_id).archived_at = db.get_one(Page, page_id).updated_at
    with store.reading() as db:
        trial = trying.trial(db, index, DRAFT, viewer=sv)
    assert (trial.without.total, trial.without.best) == (0, [])


def test_an_operator_may_not_try(store: Store, index: MemoryIndex) -> None:
    with store.writing() as db:
        operator = make_actor(db)
        with pytest.raises(NotAllowed):
            trying.trial(db, index, DRAFT, viewer=operator)
