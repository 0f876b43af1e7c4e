"""What every search index promises, as tests that each index inherits."""

import random
from collections.abc import Iterator
from dataclasses import replace as changed

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.rules import limits
from kb.rules.pages import Audience
from kb.search.port import Found, Query, SearchIndex
from tests.search.answering_promises import AnsweringPromises
from tests.search.shop import PUBLIC, SHOP, STAFF, SV, ids, page
from tests.search.writing_promises import WritingPromises

# Both indexes run the same test, and the pages are put once for all examples.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]


class IndexPromises(WritingPromises, AnsweringPromises):
    @pytest.fixture
    def index(self) -> Iterator[SearchIndex]:
        raise NotImplementedError
        yield

    @pytest.fixture
    def shop(self, index: SearchIndex) -> SearchIndex:
        index.replace(SHOP)
        return index

    def test_a_new_index_is_empty_and_answers(self, index: SearchIndex) -> None:
        assert index.search(Query("返品", SV)) == Found(0, (), ("返品",))
        assert index.contents() == {}

    def test_a_customers_own_words_find_the_page(self, shop: SearchIndex) -> None:
        assert ids(shop.search(Query("プリンタの電源が入りません", PUBLIC)))[0] == 6
        assert ids(shop.search(Query("届くのはいつ？", PUBLIC)))[0] == 1
        assert 3 in ids(shop.search(Query("振込", PUBLIC)))

    def test_a_hit_tells_page_revision_score_and_terms(self, shop: SearchIndex) -> None:
        found = shop.search(Query("返品 送料 宇宙", PUBLIC))
        (hit, *_) = found.hits
        assert (hit.page_id, hit.revision_id, hit.terms) == (2, 20, ("返品", "送料"))
        assert hit.score > 0
        assert found.terms == ("返品", "送料", "宇宙")

    @pytest.mark.parametrize("field", ["title", "phrases", "tags", "body"])
    def test_words_of_a_public_field_find_the_page_for_everybody(self, index: SearchIndex, field: str) -> None:
        value = ("茜色マンドリル",) if field in ("phrases", "tags") else "茜色マンドリル"
        index.replace([page(1, **{field: value})])
        for audience in Audience:
            assert ids(index.search(Query("マンドリル", audience))) == [1]

    @pytest.mark.parametrize(
        ("where", "readers"),
        [
            ({"staff": "カナリア"}, {STAFF, SV}),
            ({"sv": "カナリア"}, {SV}),
            ({"audience": STAFF, "title": "カナリア"}, {STAFF, SV}),
            ({"audience": STAFF, "body": "カナリア"}, {STAFF, SV}),
            ({"audience": STAFF, "sv": "カナリア"}, {SV}),
            ({"audience": SV, "phrases": ("カナリア",)}, {SV}),
            ({"audience": SV, "staff": "カナリア"}, {SV}),
        ],
    )
    def test_a_hidden_word_finds_nothing_and_counts_nothing(
        self, index: SearchIndex, where: dict[str, object], readers: set[Audience]
    ) -> None:
        index.replace([page(1, **({"title": "返品の手順"} | where)), page(2, title="返品の送料")])
        for audience in Audience:
            found = index.search(Query("カナリア", audience))
            assert (found.total, ids(found)) == ((1, [1]) if audience in readers else (0, []))
            beside = index.search(Query("カナリア 返品", audience))
            told = {term for hit in beside.hits for term in hit.terms}
            assert ("カナリア" in told) == (audience in readers)
            assert index.search(Query('"カナリア"', audience)).total == (1 if audience in readers else 0)

    def test_hidden_text_moves_no_score_order_or_count(self, index: SearchIndex) -> None:
        public = [page(i, title="返品の送料", body="送料は無料です。" * i) for i in range(1, 6)]
        queries = [Query(words, PUBLIC) for words in ("返品 送料", "無料", '"返品の送料"')]
        index.rebuild(public)
        alone = [index.search(query) for query in queries]
        hidden = [page(i, audience=STAFF, title="返品", body="送料の話。" * 30, staff="無料") for i in range(6, 12)]
        index.rebuild([*hidden, *(changed(one, sv="返品の送料", staff="返品 無料 送料") for one in public)])
        assert [index.search(query) for query in queries] == alone
        assert index.search(changed(queries[0], audience=STAFF)) != alone[0]

    def test_a_hidden_word_excludes_nothing(self, index: SearchIndex) -> None:
        index.replace([page(1, title="返品の送料", staff="機密")])
        assert index.search(Query("返品 -機密", PUBLIC)).total == 1
        assert index.search(Query("返品 -機密", STAFF)).total == 0

    def test_a_negated_verb_prefers_the_negated_text_and_still_finds_the_other(self, shop: SearchIndex) -> None:
        assert ids(shop.search(Query("電源が入らない", PUBLIC)))[:2] == [6, 7]
        assert set(ids(shop.search(Query("電源が入る", PUBLIC)))) == {6, 7}

    def test_a_quoted_phrase_must_stand_as_it_is(self, index: SearchIndex) -> None:
        index.replace(
            [
                page(1, body="返品の送料は無料です。"),
                page(2, body="送料を払って返品します。"),
                page(3, title="返品", body="送料"),
                page(4, phrases=("返品", "送料")),
                page(5, tags=("返品", "送料")),
            ]
        )
        assert index.search(Query("返品 送料", PUBLIC)).total == 5
        assert ids(index.search(Query('"返品の送料"', PUBLIC))) == [1]
        assert ids(index.search(Query("“返品 送料”", PUBLIC))) == [1]
        assert index.search(Query("「返品 送料」", PUBLIC)).total == 5
        assert ids(index.search(Query('"送料" "払って返品"', PUBLIC))) == [2]

    def test_an_excluded_word_takes_pages_out(self, shop: SearchIndex) -> None:
        assert set(ids(shop.search(Query("電源 -プリンター", PUBLIC)))) == {7}
        assert set(ids(shop.search(Query("電源 -入らない", PUBLIC)))) == {7}
        assert set(ids(shop.search(Query("電源 －プリンタ", PUBLIC)))) == {7}
        assert shop.search(Query("-プリンター", PUBLIC)).total == 0

    def test_an_unclosed_quote_or_a_lone_hyphen_means_nothing(self, shop: SearchIndex) -> None:
        plain = ids(shop.search(Query("返品 送料", PUBLIC)))
        assert plain and ids(shop.search(Query('"返品 送料', PUBLIC))) == plain
        assert ids(shop.search(Query("返品 - 送料", PUBLIC))) == plain

    def test_model_names_are_found_however_they_are_typed(self, shop: SearchIndex) -> None:
        for words in ("AB-1200", "ab1200", "ＡＢ－１２００", "AB 1200", '"AB-1200"'):
            assert 6 in ids(shop.search(Query(words, PUBLIC))), words

    def test_filters_narrow_and_do_not_widen(self, shop: SearchIndex) -> None:
        every = Query("返金 返品 送料 手数料 お届け 電源 delivery", STAFF)
        assert set(ids(shop.search(every))) == {1, 2, 3, 4, 6, 7, 8}
        assert ids(shop.search(changed(every, language="en"))) == [8]
        assert ids(shop.search(changed(every, kinds=("procedure", "case")))) == [4]
        assert set(ids(shop.search(changed(every, category="支払い")))) == {3, 4}
        assert ids(shop.search(changed(every, category="支払い", audience=PUBLIC))) == [3]
        assert ids(shop.search(changed(every, tag="送料"))) == [2]
        assert shop.search(changed(every, tag="無い")).total == 0
        assert shop.search(changed(every, language="en", category="支払い")).total == 0

    def test_a_filter_value_with_spaces_and_capitals_is_one_value(self, index: SearchIndex) -> None:
        index.replace([page(1, title="返品", category="Small Parts", tags=("a, b", "急ぎ 便"))])
        assert index.search(Query("返品", PUBLIC, category="small parts")).total == 1
        assert index.search(Query("返品", PUBLIC, category="small")).total == 0
        assert index.search(Query("返品", PUBLIC, tag="急ぎ　便")).total == 1
        assert index.search(Query("返品", PUBLIC, tag="急ぎ")).total == 0
        assert index.search(Query("返品", PUBLIC, tag="a, b")).total == 1

    def test_pages_of_hits_follow_each_other_without_gap_or_double(self, index: SearchIndex) -> None:
        index.replace([page(i, title="返品", body="送料" * (i % 4)) for i in range(1, 26)])
        whole = index.search(Query("返品 送料", PUBLIC, limit=100))
        parts = [index.search(Query("返品 送料", PUBLIC, limit=7, offset=at)) for at in range(0, 28, 7)]
        assert [hit for part in parts for hit in part.hits] == list(whole.hits)
        assert {part.total for part in parts} == {25}
        assert index.search(Query("返品", PUBLIC, limit=0)).hits == ()
        assert index.search(Query("返品", PUBLIC, offset=1_000)) == Found(25, (), ("返品",))

    def test_equal_scores_go_by_page_id_whatever_the_order_of_arrival(self, index: SearchIndex) -> None:
        pages = [page(i, title="返品について") for i in range(1, 31)]
        random.Random(5).shuffle(pages)
        for at in range(0, 30, 10):
            index.replace(pages[at : at + 10])
        assert ids(index.search(Query("返品", PUBLIC, limit=30))) == list(range(1, 31))

    def test_a_validated_page_stands_above_an_unvalidated_one_with_the_same_words(self, index: SearchIndex) -> None:
        index.replace(
            [page(1, title="返品の送料", confidence="unvalidated"), page(2, title="返品の送料"), page(3, title="配達")]
        )
        assert ids(index.search(Query("返品 送料", PUBLIC))) == [2, 1]

    def test_a_much_better_unvalidated_page_stands_above(self, index: SearchIndex) -> None:
        index.replace(
            [page(1, title="返品の送料", confidence="unvalidated"), page(2, body="返品。" + "長い話。" * 50)]
            + [page(i, body="返品") for i in range(3, 9)]
        )
        assert ids(index.search(Query("返品 送料", PUBLIC)))[0] == 1

    def test_a_title_counts_more_than_a_body(self, index: SearchIndex) -> None:
        index.replace([page(1, title="配達", body="返品"), page(2, title="返品", body="配達"), page(3, title="保証")])
        assert ids(index.search(Query("返品", PUBLIC))) == [2, 1]

    @pytest.mark.parametrize(
        "words",
        [
            "",
            " \t\n　",
            "*",
            "?*?*",
            "**返品**",
            "[",
            "](((",
            "返品 AND OR NOT TO",
            "[返品 TO 送料]",
            "title:返品",
            "返品~2^9",
            '"' * 399,
            '"-' * 200,
            "「「「」",
            "-" * 400,
            "¬",
            "¬入る ¶",
            "\x00\x01\x7f返品",
            "\ud800返品\udfff",
            "\u202e返品\u202c\u200f",
            "👨‍👩‍👧🎉",
            "ﷺ" * 400,
            "a" * 100_000,
            "あ" * 100_000,
            "返品 " * 50_000,
            "a-" * 50_000,
            "() {} \\ / && || !",
        ],
    )
    def test_no_words_are_an_error(self, shop: SearchIndex, words: str) -> None:
        for audience in Audience:
            found = shop.search(Query(words, audience))
            assert len(found.hits) <= found.total
            assert len(found.terms) <= limits.QUERY_TERMS

    def test_operators_of_other_engines_are_only_words(self, shop: SearchIndex) -> None:
        plain = shop.search(Query("返品", PUBLIC))
        for words in ("返品*", "返?品 返品", "title:返品", "[返品 TO 返品]", "返品~2"):
            assert 2 in ids(shop.search(Query(words, PUBLIC))), words
        assert shop.search(Query("返*", PUBLIC)).total < plain.total + 1
        assert shop.search(Query("*", PUBLIC)).total == 0

    @settings(max_examples=40, deadline=None, suppress_health_check=SHARED)
    @given(st.text(max_size=80), st.sampled_from(Audience), st.text(max_size=5))
    def test_any_words_and_any_filter_answer(
        self, shop: SearchIndex, words: str, audience: Audience, value: str
    ) -> None:
        shop.search(Query(words, audience))
        shop.search(Query(f"返品 {words}", audience, language=value, kinds=(value,), category=value, tag=value))
