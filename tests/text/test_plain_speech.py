"""Internal words, abbreviations nobody explains and long sentences are found, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.plain_speech import SENTENCE, abbreviations, internal, long_sentences

KNOWN = ("FAQ", "ID", "PC", "QR", "URL", "USB")


def shortened(text: str, page: str = "") -> list[str]:
    return [text[place.start : place.end] for place in abbreviations(text, KNOWN, page or text)]


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("検品落ちの品です。", "検品落ち＝検査で外した品", [("検品落ち", "検査で外した品")]),
        ("検品落ちの品です。", "検品落ち = 検査で外した品", [("検品落ち", "検査で外した品")]),
        ("バックヤードで調べます。", "バックヤード", [("バックヤード", "")]),
        ("ＢＯに回します。", "bo＝裏の担当", [("ＢＯ", "裏の担当")]),
        ("赤伝と赤伝です。", "赤伝＝取り消しの伝票", [("赤伝", "取り消しの伝票")] * 2),
        ("棚番をお調べします。", "棚＝置き場所", []),
        ("赤伝処理をします。", "赤伝", [("赤伝", "")]),
        ("棚にございます。", "棚＝置き場所", [("棚", "置き場所")]),
        ("荷物を送ります。", "荷＝荷物", []),
        ("ABOUTです。", "BO", []),
        ("何もありません。", "検品落ち", []),
        ("何もありません。", "", []),
        ("何もありません。", "＝言い換え", []),
    ],
)
def test_an_internal_word_is_found_where_it_stands_by_itself(
    text: str, words: str, found: list[tuple[str, str]]
) -> None:
    places = internal(text, [words])
    assert [(text[place.start : place.end], place.instead) for place in places] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NVRの電源を入れてください。", ["NVR"]),
        ("ＮＶＲの電源を、NVRの電源を。", ["ＮＶＲ"]),
        ("URLとQRコードとUSBです。", []),
        ("ＵＳＢです。", []),
        ("型番はAB-1200、注文番号はAA-123456です。", []),
        ("MK08とWi-Fiです。", []),
        ("info@ABC.COM と https://EX.AMPLE.com/ABC をご覧ください。", []),
        ("NVR（録画機）をお使いですか。", []),
        ("録画機（NVR）をお使いですか。", []),
        ("録画機 (ＮＶＲ) をお使いですか。", []),
        ("NVR（N/A）をお使いですか。", ["NVR"]),
        ("ABCDEFGHとAとabcです。", []),
    ],
)
def test_an_abbreviation_is_found_unless_it_is_known_or_explained(text: str, found: list[str]) -> None:
    assert shortened(text) == found


def test_the_page_may_explain_what_the_sentence_does_not() -> None:
    assert shortened("NVRはお手元にございますか。", "本文\n録画機（NVR）は、…") == []
    assert shortened("NVRはお手元にございますか。", "本文\n録画機は、…") == ["NVR"]


def test_a_sentence_is_long_by_itself_and_only_in_japanese() -> None:
    fits = "あ" * (SENTENCE - 1) + "。"
    text = fits + "い" * SENTENCE + "。" + fits
    assert [text[place.start : place.end] for place in long_sentences(text)] == ["い" * SENTENCE + "。"]
    assert long_sentences("May I ask you when you would need it by, and what it is that you need it for?") == []


@given(st.text(), st.lists(st.text(), max_size=3))
def test_every_place_lies_in_the_text(text: str, words: list[str]) -> None:
    for place in (*internal(text, words), *abbreviations(text, words, text), *long_sentences(text)):
        assert 0 <= place.start < place.end <= len(text)
