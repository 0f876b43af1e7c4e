"""Readings and senses of terms."""

from kb.text import meanings


def test_words_of_one_meaning_share_a_sense() -> None:
    for one, other in (("印鑑", "判子"), ("引っ越す", "転居"), ("故障", "壊れる"), ("料金", "費用")):
        assert set(meanings.senses(one)) & set(meanings.senses(other)), (one, other)
    assert not set(meanings.senses("返品")) & set(meanings.senses("送料"))


def test_a_word_with_many_senses_or_none_says_nothing() -> None:
    assert meanings.senses("ぴょろぴょろ") == ()
    assert len(meanings.senses("pc")) <= meanings.SENSES


def test_terms_are_read_in_hiragana_and_verbs_as_their_nouns_too() -> None:
    assert ("へんぴん", "返品") in meanings.readings("返品")
    assert {("ひっこす", "引っ越す"), ("ひっこし", "引っ越し")} <= set(meanings.readings("引っ越す"))
    assert ("といあわせ", "問い合わせ") in meanings.readings("問い合わせる")
    assert ("ぱすわーど", "パスワード") in meanings.readings("パスワード")


def test_an_unknown_word_is_read_as_it_is_spelt_or_not_at_all() -> None:
    assert meanings.readings("ピョロロン") == (("ぴょろろん", "ピョロロン"),)
    assert meanings.readings("ab1200") == ()
