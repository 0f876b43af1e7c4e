"""What a query asks for, and what may stand for its words."""

import pytest

from kb.rules import limits
from kb.rules.pages import Audience
from kb.search import lexicon, vocabulary
from kb.search.lexicon import Lexicon
from kb.search.plan import OTHERS, Plan, plan
from kb.search.port import Match, Query, Synonym
from kb.search.synonyms import Run
from kb.search.vocabulary import Words

_WORDS = """
    返品 返金 送料 印鑑 判子 パスワード 変更 電源 入る ¬入る プリンター 内容 コール センター 相談 室 方法 解約 料金 費用
"""
HELD = dict.fromkeys(_WORDS.split(), 20)
SYNONYMS = (Synonym(("コールセンター", "相談室")), Synonym(("退会", "解約")), Synonym(("送料", "幻の言葉")))


class Pages(Words):
    """A vocabulary in which every word of HELD stands on so many pages."""

    def __init__(self, **also: int) -> None:
        held = HELD | also

        def holding(run: Run) -> int:
            return min((held.get(term, 0) for term in run), default=0)

        super().__init__([Lexicon(lexicon.build({word: (count, count) for word, count in held.items()}))], holding)


def planned(words: str, pages: Words | None = None, *, half_typed: bool = False) -> Plan:
    return plan(Query(words, Audience.PUBLIC, synonyms=SYNONYMS, half_typed=half_typed), pages or Pages())


def others(found: Plan, asked: str) -> dict[Run, Match]:
    (clause,) = (clause for clause in found.clauses if clause.asked == asked)
    assert clause.alternatives[0].weight == 1.0
    return {alternative.run: alternative.how for alternative in clause.alternatives[1:]}


def test_each_word_is_a_clause_with_the_word_itself_first() -> None:
    found = planned("返品の送料")
    assert [clause.alternatives[0].run for clause in found.clauses] == [("返品",), ("送料",)]
    assert found.terms == ("返品", "送料")
    assert found.pairs == (("返品", "送料"),)
    assert found.corrected == ""


def test_words_of_one_sense_stand_for_each_other_below_the_word() -> None:
    found = planned("印鑑")
    assert others(found, "印鑑") == {("判子",): Match.SYNONYM}
    assert found.clauses[0].alternatives[1].weight < 1


def test_a_lone_kanji_stands_for_the_words_it_is_part_of_and_no_more_of_them_are_counted_than_are_taken() -> None:
    among = [f"品{sign}" for sign in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"]
    counted: list[Run] = []
    pages = Pages(**dict.fromkeys(among, 5))
    honest = pages.holding
    pages.holding = lambda run: counted.append(run) or honest(run)  # type: ignore[func-returns-value]
    found = others(planned("品", pages), "品")
    assert len(found) == OTHERS and set(found.values()) == {Match.PART}
    assert ("返品",) in found and len({run for run in counted if run[0] in among}) == OTHERS - 1


def test_kept_synonyms_stand_for_one_word_or_for_several() -> None:
    assert others(planned("退会"), "退会")[("解約",)] is Match.SYNONYM
    found = planned("コールセンターの受付")
    assert others(found, "コールセンター") == {("相談", "室"): Match.SYNONYM}


def test_a_synonym_that_no_page_holds_is_not_looked_for() -> None:
    assert others(planned("送料"), "送料") == {}


def test_a_kept_synonym_is_worth_more_than_a_sense_of_the_dictionary() -> None:
    kept = planned("退会").clauses[0].alternatives[1].weight
    sensed = planned("印鑑").clauses[0].alternatives[1].weight
    assert sensed < kept < 1


@pytest.mark.parametrize(
    ("typed", "asked", "meant", "corrected"),
    [
        ("パスワドの変更", "パスワド", "パスワード", "パスワードの変更"),
        ("バスワード 変更", "バスワード", "パスワード", "パスワード 変更"),
        ("ﾌﾟﾘﾝﾄ", "プリント", "プリンター", "プリンター"),
    ],
)
def test_a_typing_error_is_mended_and_told(typed: str, asked: str, meant: str, corrected: str) -> None:
    found = planned(typed)
    assert others(found, asked) == {(meant,): Match.TYPO}
    assert found.corrected == corrected


def test_a_word_that_pages_hold_is_no_typing_error() -> None:
    pages = Pages(パスワド=5)
    assert others(planned("パスワド", pages), "パスワド") == {}
    assert planned("パスワド", pages).corrected == ""


def test_a_rare_word_may_be_a_typing_error_of_a_frequent_one() -> None:
    assert others(planned("パスワド", Pages(パスワド=1)), "パスワド") == {("パスワード",): Match.TYPO}
    assert others(planned("パスワド", Pages(パスワド=2, パスワード=10)), "パスワド") == {}


@pytest.mark.parametrize("typed", ["へんぴん", "henpin", "ヘンピン"])
def test_a_word_spelt_out_is_found_by_its_reading(typed: str) -> None:
    found = planned(typed)
    assert ("返品",) in others(found, found.clauses[0].asked)
    assert found.corrected == "返品"


def test_what_is_quoted_is_meant_as_it_stands() -> None:
    found = planned('"パスワド" 印鑑')
    assert others(found, "パスワド") == {}
    assert found.phrases == (("パスワド",),)
    assert others(found, "印鑑")


def test_a_lone_kanji_finds_the_words_around_it_but_not_in_a_sentence() -> None:
    assert {("返品",), ("返金",)} <= set(others(planned("返"), "返す"))
    assert others(planned("印"), "印") == {("印鑑",): Match.PART}
    assert others(planned("印の色と返品", Pages(印=3)), "印") == {}


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("へんぴ", {"返品"}),
        ("henp", {"返品"}),
        ("へんp", {"返品"}),
        ("返", {"返品", "返金"}),
        ("パス", {"パスワード"}),
        ("pasu", {"パスワード"}),
        ("返品のそうr", {"返品", "送料"}),
        ("返品 sour", {"返品", "送料"}),
        ("返品の送", {"返品", "送料"}),
    ],
)
def test_a_half_typed_word_stands_for_what_it_may_become(typed: str, terms: set[str]) -> None:
    runs = {other.run for clause in planned(typed, half_typed=True).clauses for other in clause.alternatives}
    assert {(term,) for term in terms} <= runs


@pytest.mark.parametrize("typed", ["電源が入らない", "返品したい", "電源が入りますか"])
def test_a_finished_sentence_becomes_nothing_else(typed: str) -> None:
    assert vocabulary.complete(typed, Pages(), 8) == ()
    runs = {other.run for clause in planned(typed, half_typed=True).clauses for other in clause.alternatives}
    assert ("内容",) not in runs


def test_completions_tell_from_where_on_they_replace() -> None:
    (found,) = vocabulary.complete("返品 sour", Pages(), 8)
    assert ("返品 sour"[: found.start] + found.word, found.how, found.pages) == ("返品 送料", Match.READING, 20)
    assert vocabulary.complete("返品", Pages(), 8) == ()


def test_hidden_words_complete_nothing() -> None:
    words = Pages()
    words.holding = lambda run: 0
    assert vocabulary.complete("へんぴ", words, 8) == ()
    assert all(len(clause.alternatives) == 1 for clause in planned("パスワド 印鑑", words).clauses)


def test_a_plan_is_bounded() -> None:
    found = planned(" ".join(f"語{number}番" for number in range(200)))
    assert len(found.clauses) <= limits.QUERY_TERMS
