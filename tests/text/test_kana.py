"""What is typed in kana or romaji, finished or not."""

import pytest

from kb.text import kana


@pytest.mark.parametrize(
    ("typed", "spelt"),
    [
        ("へんぴん", "へんぴん"),
        ("ヘンピン", "へんぴん"),
        ("ﾍﾝﾋﾟﾝ", "へんぴん"),
        ("henpin", "へんぴん"),
        ("ＨＥＮＰＩＮ", "へんぴん"),
        ("pasuwa-do", "ぱすわーど"),
        ("ryoushuusho", "りょうしゅうしょ"),
        ("kippu", "きっぷ"),
        ("kon'ya", "こんや"),
        ("返品", ""),
        ("へん品", ""),
        ("password", ""),
        ("henp", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_kana_and_whole_romaji_are_spelt_in_hiragana(typed: str, spelt: str) -> None:
    assert kana.hiragana(typed) == spelt


@pytest.mark.parametrize(
    ("typed", "holds", "lacks"),
    [
        ("へんぴ", ["へんぴ"], ["へんぴん"]),
        ("henpi", ["へんぴ"], []),
        ("henp", ["へんぱ", "へんぴ", "へんぽ"], ["へん"]),
        ("へんp", ["へんぴ"], []),
        ("hen", ["へん", "へね"], []),
        ("sh", ["し"], ["す"]),
        ("ry", ["り"], []),
        ("kitt", ["きった", "きって"], ["きた"]),
        ("h", ["は", "ほ"], []),
    ],
)
def test_half_a_syllable_is_the_beginning_of_several_readings(typed: str, holds: list[str], lacks: list[str]) -> None:
    found = kana.beginnings(typed)
    assert set(holds) <= set(found)
    assert not set(lacks) & set(found)


@pytest.mark.parametrize("typed", ["返", "返p", "12", "x1", "", "#", "quick brown"])
def test_what_is_no_kana_begins_no_reading(typed: str) -> None:
    assert kana.beginnings(typed) == ()


def test_words_that_are_spelt_out_are_looked_at_for_typing_errors() -> None:
    text = "パスワド を忘れた pasword へんぴん したい"
    assert [text[start:end] for start, end in kana.spelt_runs(text)] == ["パスワド", "pasword", "へんぴん", "したい"]
    assert kana.spelt_runs("返品したい") == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("へんぴ", ["へんぴ"]),
        ("返", ["返"]),
        ("返品 そうr", ["そうr", "r"]),
        ("henp", ["henp"]),
    ],
)
def test_a_half_typed_word_begins_at_the_border_of_a_word(typed: str, words: list[str]) -> None:
    assert [typed[start:] for start in kana.starts(typed)] == words


def test_an_ending_that_grammar_explains_begins_no_word() -> None:
    assert not [start for start in kana.starts("返品したい") if "返品したい"[start:] in ("したい", "たい", "い")]
    assert not [start for start in kana.starts("電源が入らない") if "電源が入らない"[start:] in ("らない", "い")]
