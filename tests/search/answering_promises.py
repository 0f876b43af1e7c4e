"""What every search index promises beyond hits: counts, second chances, completions and reasons, as inherited tests."""

from dataclasses import replace as changed

import pytest

from kb.rules.pages import Audience
from kb.search.port import Explanation, Match, Query, SearchIndex, Synonym
from tests.search.shop import PUBLIC, STAFF, SV, ids, page


class AnsweringPromises:
    def test_confidence_and_audience_narrow_and_never_widen(self, index: SearchIndex) -> None:
        index.replace(
            [
                page(1, title="返品"),
                page(2, title="返品", confidence="unvalidated"),
                page(3, title="返品", audience=STAFF),
                page(4, title="返品", audience=SV, confidence="unvalidated"),
            ]
        )
        every = Query("返品", SV)
        assert set(ids(index.search(changed(every, confidence="unvalidated")))) == {2, 4}
        assert ids(index.search(changed(every, held_by="staff"))) == [3]
        assert ids(index.search(changed(every, held_by="staff", audience=STAFF))) == [3]
        for beyond in ("staff", "sv", "nobody"):
            assert index.search(changed(every, held_by=beyond, audience=PUBLIC)).total == 0

    def test_facets_count_all_hits_by_value_and_nothing_else(self, index: SearchIndex) -> None:
        index.replace(
            [
                page(1, title="返品", tags=("急ぎ", "大型"), kind="faq"),
                page(2, title="返品", tags=("急ぎ",), kind="case", confidence="unvalidated"),
                page(3, body="返品", category="商品", kind="faq"),
                page(4, title="配達", tags=("急ぎ",)),
                page(5, title="返品", audience=STAFF, kind="script", category="秘密", tags=("極秘",)),
            ]
        )
        found = index.search(Query("返品", PUBLIC, facets=True, limit=1))
        assert found.facets == {
            "kind": {"faq": 2, "case": 1},
            "category": {"配送": 2, "商品": 1},
            "tag": {"急ぎ": 2, "大型": 1},
            "confidence": {"validated": 2, "unvalidated": 1},
            "audience": {"public": 3},
        }
        narrowed = index.search(Query("返品", STAFF, kinds=("script",), facets=True))
        assert narrowed.facets["category"] == {"秘密": 1}
        assert index.search(Query("返品", PUBLIC)).facets == {}

    def test_a_half_typed_word_finds_by_headings_alone(self, index: SearchIndex) -> None:
        index.replace(
            [
                page(1, title="返品の送料"),
                page(2, phrases=("返品したい",)),
                page(3, tags=("返品",)),
                page(4, body="返品"),
            ]
        )
        for typed in ("返品", "へんぴ", "henpi", "返"):
            assert set(ids(index.search(Query(typed, PUBLIC, half_typed=True)))) == {1, 2, 3}, typed
        assert set(ids(index.search(Query("返品", PUBLIC)))) == {1, 2, 3, 4}

    def test_a_typing_error_is_mended_told_and_stands_below_what_was_typed(self, index: SearchIndex) -> None:
        index.replace([page(i, title="パスワード", body="パスワードを変える。") for i in range(1, 12)])
        found = index.search(Query("パスワアド", PUBLIC))
        assert found.total == 11 and found.corrected == "パスワード"
        assert index.search(Query("パスワード", PUBLIC)).corrected == ""
        index.replace([page(20, body="長い話。" * 30 + "パスワアド")])
        found = index.search(Query("パスワアド", PUBLIC))
        assert (ids(found)[0], found.total) == (20, 12)
        only = index.search(Query("パスワアド", PUBLIC, kinds=("case",)))
        assert (only.total, only.corrected) == (0, "")

    def test_nothing_is_mended_by_a_word_that_the_reader_may_not_read(self, index: SearchIndex) -> None:
        index.replace([page(i, title="配達", staff="パスワードの話") for i in range(1, 12)])
        assert index.search(Query("パスワアド", PUBLIC)).corrected == ""
        assert index.search(Query("パスワアド", STAFF)).corrected == "パスワード"

    def test_synonyms_work_both_ways_or_one_way_as_their_keeper_says(self, shop: SearchIndex) -> None:
        both, one = Synonym(("ボンダイ", "返品")), Synonym(("ボンダイ", "返品"), one_way=True)
        other = Synonym(("返品", "ボンダイ"), one_way=True)
        assert shop.search(Query("ボンダイ", PUBLIC, kinds=("faq",))).total == 0
        for known, finds in (((both,), True), ((one,), True), ((other,), False)):
            assert (2 in ids(shop.search(Query("ボンダイ", PUBLIC, synonyms=known)))) == finds, known

    @pytest.mark.parametrize("typed", ["返", "へんぴ", "henp", "ヘンピ"])
    def test_a_half_typed_word_is_completed_by_letters_kana_and_romaji(self, shop: SearchIndex, typed: str) -> None:
        (best, *_) = shop.complete(typed, PUBLIC)
        assert (best.word, best.pages, best.start) == ("返品", 1, 0)

    def test_only_the_last_word_is_completed(self, shop: SearchIndex) -> None:
        (best, *_) = shop.complete("返品の送", PUBLIC)
        assert "返品の送"[: best.start] + best.word == "返品の送料"

    def test_no_completion_tells_a_word_of_hidden_pages_or_counts_them(self, index: SearchIndex) -> None:
        index.replace(
            [
                page(1, title="返品の送料"),
                page(2, audience=STAFF, title="返品の査定"),
                page(3, title="配達", staff="返本の規則", body="返却の話"),
            ]
        )
        told = {audience: {one.word: one.pages for one in index.complete("へん", audience)} for audience in Audience}
        assert told[PUBLIC] == {"返品": 1}
        assert told[STAFF] == told[SV] == {"返品": 2}
        assert "査定" not in {one.word for one in index.complete("さて", PUBLIC)}
        assert "査定" in {one.word for one in index.complete("さて", STAFF)}

    def test_completions_are_few_of_one_language_and_never_an_error(self, shop: SearchIndex) -> None:
        assert len(shop.complete("で", PUBLIC, limit=1)) <= 1
        shop.replace([page(20, language="en", title="Zapier connector")])
        assert shop.complete("返", PUBLIC, language="en") == ()
        for language in ("en", None):
            assert [one.word for one in shop.complete("zap", PUBLIC, language=language)] == ["zapier"]
        for typed in ("", " ", "*", '"', "\ud800", "あ" * 5_000, "-返", "¶", "¬"):
            shop.complete(typed, PUBLIC)

    def test_an_explanation_adds_up_to_the_score_of_the_hit(self, shop: SearchIndex) -> None:
        for words in ("返品の送料 不良", "電源が入らない", "プリンカー", "届ける日", "宇宙 返品"):
            query = Query(words, STAFF)
            for rank, hit in enumerate(shop.search(query).hits, 1):
                told = shop.explain(query, hit.page_id)
                assert (told.held, told.rank, told.score, told.barred_by) == (True, rank, hit.score, ())
                assert sum(reason.score for reason in told.reasons) == pytest.approx(hit.score, rel=1e-6)

    def test_an_explanation_names_word_field_and_way(self, shop: SearchIndex) -> None:
        told = shop.explain(Query("宇宙 返品", PUBLIC), 2)
        ways = {(reason.asked, reason.found, reason.how, reason.field) for reason in told.reasons}
        assert {("返品", "返品", Match.WORD, field) for field in ("title", "tags", "body")} <= ways
        assert told.missing == ("宇宙",)
        mended = shop.explain(Query("プリンカー", PUBLIC), 6)
        assert [(one.found, one.how) for one in mended.reasons] == [("プリンター", Match.TYPO)]

    def test_an_explanation_tells_what_bars_a_page(self, shop: SearchIndex) -> None:
        for narrowed, barrier in (
            ({"language": "en"}, "language"),
            ({"kinds": ("case",)}, "kind"),
            ({"category": "商品"}, "category"),
            ({"tag": "日時指定"}, "tag"),
            ({"confidence": "unvalidated"}, "confidence"),
            ({"held_by": "staff"}, "audience"),
            ({"words": '返品 "無料の返品"'}, "phrase"),
            ({"words": "返品 -送料"}, "excluded"),
        ):
            query = changed(Query("返品", STAFF), **narrowed)  # type: ignore[arg-type]
            told = shop.explain(query, 2)
            assert (told.held, told.rank, told.barred_by) == (True, None, (barrier,)), narrowed
            assert 2 not in ids(shop.search(query))

    def test_a_hidden_page_and_a_missing_one_are_explained_alike(self, shop: SearchIndex) -> None:
        assert shop.explain(Query("返金", PUBLIC), 4) == shop.explain(Query("返金", PUBLIC), 999) == Explanation(False)
        assert shop.explain(Query("返金", STAFF), 4).held

    def test_a_hidden_text_explains_nothing(self, shop: SearchIndex) -> None:
        told = shop.explain(Query("倉庫 免除", PUBLIC), 1)
        assert (told.held, told.reasons, told.missing) == (True, (), ("倉庫", "免除"))
        fields = {one.field for one in shop.explain(Query("倉庫 免除", STAFF), 1).reasons}
        assert "staff" in fields and "sv" not in fields

    def test_warming_and_tidying_change_no_answer(self, shop: SearchIndex) -> None:
        for at in range(30, 42):
            shop.replace([page(at, title="送料の話", body="返品" * at)])
        shop.replace([], removed=[31, 33])
        query = Query("返品 送料", STAFF, facets=True, limit=50)
        before, held = shop.search(query), shop.contents()
        shop.warm()
        assert shop.search(query) == before
        for _ in range(20):
            if not shop.tidy():
                break
        assert not shop.tidy()
        shop.warm()
        assert (shop.search(query), shop.contents()) == (before, held)
        shop.close()
        shop.warm()
        assert shop.search(query) == before
