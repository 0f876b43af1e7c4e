"""The ranking on arrays is the ranking of the reference: the same pages, order, scores, terms, facets and reasons."""

import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.rules.pages import Audience
from kb.search import reference, scorer, weighing
from kb.search.plan import Alternative, Clause, Plan
from kb.search.port import Found, Match, Query
from kb.search.reference import Entry, Reader
from kb.search.view import View
from tests.search.shop import PUBLIC, STAFF, SV, ids
from tests.search.written import Written, entry

TERMS = ("a", "b", "届く", "届け出", "e")
WORDS = st.lists(st.sampled_from([*TERMS, "¶"]), max_size=7).map(" ".join)
RUNS = st.lists(st.sampled_from([*TERMS, "x"]), min_size=1, max_size=3).map(tuple)
ALTERNATIVES = st.builds(Alternative, RUNS, st.sampled_from([1.0, 0.7, 0.5, 1 / 3]), st.sampled_from(list(Match)))
CLAUSES = st.builds(Clause, st.sampled_from("ABC"), st.lists(ALTERNATIVES, min_size=1, max_size=3).map(tuple))
PLANS = st.builds(
    Plan,
    st.lists(CLAUSES, min_size=1, max_size=4).map(tuple),
    st.lists(RUNS, max_size=1).map(tuple),
    st.lists(RUNS, max_size=1).map(tuple),
    st.lists(st.permutations(TERMS).map(lambda terms: (terms[0], terms[1])), max_size=2).map(tuple),
    st.sampled_from([(), ("届",), ("届", "出", "無")]),
    terms=st.just(("a",)),
    corrected=st.sampled_from(["", "mended"]),
)
QUERIES = st.builds(
    Query,
    st.just("?"),
    st.sampled_from(Audience),
    st.sampled_from([None, None, "ja", "en"]),
    st.sampled_from([(), (), ("faq",), ("case", "faq"), ("none",)]),
    st.sampled_from([None, None, "配送"]),
    st.sampled_from([None, None, "x", "Ｙ y"]),
    st.sampled_from([None, None, "validated"]),
    st.sampled_from([None, None, "staff"]),
    half_typed=st.booleans(),
    facets=st.booleans(),
    limit=st.sampled_from([0, 1, 2, 3, 50]),
    offset=st.sampled_from([0, 0, 1, 3]),
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "revision_id": st.integers(1, 2**62),
        "audience": st.sampled_from(Audience),
        "language": st.sampled_from(["ja", "ja", "en"]),
        "kind": st.sampled_from(["faq", "case"]),
        "category": st.sampled_from(["配送", "支払い", ""]),
        "confidence": st.sampled_from(["validated", "unvalidated"]),
        "tags": st.lists(st.sampled_from(["x", "Y Y", "z"]), max_size=2, unique=True).map(tuple),
    }
)
ENTRIES = st.builds(
    entry,
    st.integers(0, 14),
    DOCUMENTS,
    **dict.fromkeys(("title", "phrases", "tags", "body", "staff", "sv"), WORDS),  # type: ignore[arg-type]
)
COMMITS = st.lists(
    st.tuples(
        st.lists(ENTRIES, max_size=8, unique_by=lambda one: one.document.page_id),
        st.sets(st.integers(0, 14), max_size=3),
        st.booleans(),
        st.sampled_from([False, False, False, True]),
    ),
    min_size=1,
    max_size=3,
)


@given(
    COMMITS,
    st.lists(st.tuples(PLANS, QUERIES), min_size=1, max_size=2),
    st.sampled_from([0.002, 16]),
    st.integers(0, 12),
    st.sampled_from([0, 2, 200]),
)
@settings(max_examples=40, deadline=None)
def test_it_finds_scores_and_explains_what_the_reference_does(
    commits: list[tuple[list[Entry], set[int], bool, bool]],
    asked: list[tuple[Plan, Query]],
    megabytes: float,
    some: int,
    closer: int,
) -> None:
    with tempfile.TemporaryDirectory() as folder, patch.object(weighing, "CLOSER", closer):
        index = Written(Path(folder), megabytes=megabytes)
        for entries, removed, batches, merged in commits:
            segments = index.commit(entries, removed, batches=batches, merged=merged).segments
            for plan, query in asked:
                reader = Reader(index.entries.values(), query.audience, half_typed=query.half_typed)
                right = reference.found(reader, plan, query)
                for _ in range(2):  # The second time, from what was kept.
                    found = scorer.search(segments, plan, query)
                    assert found == right
                    assert [list(found.facets[field]) for field in found.facets] == [
                        list(right.facets[field]) for field in right.facets
                    ]
                view = View(segments, query.audience, half_typed=query.half_typed, language=query.language)
                seen = Reader(
                    index.entries.values(), query.audience, half_typed=query.half_typed, language=query.language
                )
                for clause in plan.clauses:
                    assert view.holding(clause.alternatives[0].run) == seen.holding(clause.alternatives[0].run)
                for page_id in range(some, some + 3):
                    why = scorer.explain(segments, plan, query, page_id)
                    assert why == reference.explained(reader, plan, query, page_id)


def words(*terms: str, how: Match = Match.WORD) -> Plan:
    return Plan(tuple(Clause(term, (Alternative((term,), 1.0, how),)) for term in terms), terms=terms)


def search(index: Written, plan: Plan, audience: Audience = PUBLIC, **asked: object) -> Found:
    assert index.snapshot
    return scorer.search(index.snapshot.segments, plan, Query("?", audience, **asked))  # type: ignore[arg-type]


@pytest.fixture
def index(tmp_path: Path) -> Written:
    return Written(tmp_path)


def test_a_word_in_the_title_is_worth_more_than_one_in_the_text(index: Written) -> None:
    index.commit([entry(1, body="a"), entry(2, title="a")])
    assert ids(search(index, words("a"))) == [2, 1]


def test_the_best_alternative_counts_and_not_their_sum(index: Written) -> None:
    index.commit([entry(1, body="a b"), entry(2, body="a c"), entry(3, body="c c")])
    both = Clause("a", (Alternative(("a",), 1.0, Match.WORD), Alternative(("b",), 0.8, Match.SYNONYM)))
    found = search(index, Plan((both,)))
    assert [hit.page_id for hit in found.hits] == [1, 2]
    assert found.hits[0].score == found.hits[1].score
    assert found.hits[0].terms == ("a", "b")


def test_a_rare_synonym_does_not_outweigh_the_common_word_itself(index: Written) -> None:
    index.commit([*(entry(number, body="a") for number in range(1, 9)), entry(9, body="b")])
    clause = Clause("a", (Alternative(("a",), 1.0, Match.WORD), Alternative(("b",), 0.9, Match.SYNONYM)))
    assert ids(search(index, Plan((clause,))))[-1] == 9
    nowhere = Clause("x", (Alternative(("x",), 1.0, Match.WORD), Alternative(("b",), 0.9, Match.SYNONYM)))
    found = search(index, Plan((nowhere,)))
    assert found.hits[0].score > search(index, Plan((clause,)), offset=8).hits[0].score


@pytest.mark.parametrize("how", sorted(scorer.LOOSE))
def test_what_only_answers_loosely_comes_after_all_others(index: Written, how: Match) -> None:
    index.commit([entry(1, body=" ".join(["a", *"bbbbbbbbb"])), entry(2, title="b"), entry(3, title="c")])
    clauses = (*words("a").clauses, *words("b", how=how).clauses)
    found = search(index, Plan(clauses))
    assert ids(found) == [1, 2]
    assert found.hits[1].score < 0.01
    firm = search(index, Plan((*words("a").clauses, *words("b").clauses)))
    assert firm.hits[1].score > 0.01


def test_the_mended_query_is_told_only_where_a_hit_rests_on_it(index: Written) -> None:
    index.commit([entry(1, body="a"), entry(2, body="b")])
    mended = Clause("a", (Alternative(("a",), 1.0, Match.WORD), Alternative(("b",), 0.7, Match.TYPO)))
    assert search(index, Plan((mended,), corrected="b")).corrected == "b"
    assert search(index, Plan((mended,), excluded=(("b",),), corrected="b")).corrected == ""


def test_terms_next_to_each_other_answer_as_one(index: Written) -> None:
    index.commit(
        [entry(1, body="b a"), entry(2, body="a b x x"), entry(3, title="a", body="b"), entry(4, tags="a ¶ b")]
    )
    run = Plan((Clause("ab", (Alternative(("a", "b"), 1.0, Match.WORD),)),))
    assert ids(search(index, run)) == [2]
    index.commit([entry(5, body="b a"), entry(6, body="a b a b")])
    assert ids(search(index, run)) == [6, 2]
    assert search(index, run).hits[0].terms == ("a", "b")


def test_scores_that_hardly_differ_are_equal_and_go_by_page(index: Written) -> None:
    index.commit([entry(number, body="a b") for number in (7, 3, 9)])
    index.commit([entry(number, body="b a") for number in (8, 2)])
    for limit in range(6):
        assert ids(search(index, words("a", "b"), limit=limit)) == [2, 3, 7, 8, 9][:limit]
        assert ids(search(index, words("b", "a"), limit=limit, offset=2)) == [7, 8, 9][:limit]


def test_an_edit_hardly_ever_moves_what_is_kept(index: Written) -> None:
    many = [entry(number, body=" ".join(["a", *"bcd" * (number % 7)])) for number in range(200)]
    index.commit(many)
    search(index, words("a", "b"))
    assert index.snapshot
    whole = index.snapshot.segments[0]
    index.commit([entry(7, body="a b c d e f")])
    assert index.snapshot.segments[0].pages is whole.pages
    view = View(index.snapshot.segments, PUBLIC)
    kept: list[object] = []
    index.cache.get((whole.name, ("a",), view._recipe), lambda: kept.append("made anew"))
    assert kept == []


def test_facets_count_the_hits_and_nothing_else(index: Written) -> None:
    index.commit(
        [
            entry(1, {"tags": ("x", "Y"), "kind": "faq"}, body="a"),
            entry(2, {"tags": ("x",), "kind": "case"}, body="a"),
            entry(3, {"tags": ("x",), "kind": "case", "audience": STAFF}, body="a"),
            entry(4, {"tags": ("x",), "kind": "case"}, body="b"),
        ]
    )
    facets = search(index, words("a"), facets=True).facets
    assert facets["tag"] == {"x": 2, "y": 1}
    assert facets["kind"] == {"case": 1, "faq": 1}
    assert facets["audience"] == {"public": 2}
    assert search(index, words("a"), SV, facets=True).facets["audience"] == {"public": 2, "staff": 1}
    assert search(index, words("a")).facets == {}


def test_an_explanation_tells_field_by_field_and_adds_up(index: Written) -> None:
    index.commit([entry(1, title="a", body="a a b"), entry(2, body="c")])
    assert index.snapshot
    why = scorer.explain(index.snapshot.segments, words("a", "b", "z"), Query("?", PUBLIC), 1)
    assert (why.held, why.rank, why.missing, why.barred_by) == (True, 1, ("z",), ())
    assert [(reason.found, reason.field) for reason in why.reasons] == [("a", "title"), ("a", "body"), ("b", "body")]
    assert sum(reason.score for reason in why.reasons) == pytest.approx(why.score)


def test_an_explanation_tells_nothing_of_what_the_reader_may_not_see(index: Written) -> None:
    index.commit([entry(1, {"audience": STAFF}, title="a"), entry(2, title="b", staff="a")])
    assert index.snapshot
    segments = index.snapshot.segments
    for page_id in (1, 9):
        why = scorer.explain(segments, words("a"), Query("?", PUBLIC), page_id)
        assert why == scorer.explain(segments, words("nowhere"), Query("?", PUBLIC), 9)
    assert scorer.explain(segments, words("a"), Query("?", STAFF), 1).rank == 1
    assert scorer.explain(segments, words("a"), Query("?", PUBLIC), 2).missing == ("a",)
    assert scorer.explain(segments, words("a"), Query("?", STAFF), 2).reasons[0].field == "staff"


def test_an_explanation_names_what_bars_the_page(index: Written) -> None:
    index.commit([entry(1, title="a b")])
    assert index.snapshot
    plan = Plan(words("a").clauses, phrases=(("b", "a"),), excluded=(("a", "b"),))
    query = Query("?", SV, "en", ("case",), "支払い", "x", "unvalidated", "staff")
    why = scorer.explain(index.snapshot.segments, plan, query, 1)
    assert why.rank is None
    assert why.barred_by == ("language", "kind", "category", "tag", "confidence", "audience", "phrase", "excluded")


def test_averages_have_two_digits() -> None:
    assert weighing.average(12_345, 1_000) == 12.0
    assert weighing.average(0, 0) == 1.0
