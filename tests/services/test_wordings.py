"""Wordings: what a typed line or a row of a file is read as, and what of it would do nothing."""

import pytest

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.services import wordings
from kb.services.sheets import Row
from kb.services.wordings import Draft


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("返品＝返却", Draft(("返品", "返却"))),
        ("返品=返却", Draft(("返品", "返却"))),
        (" 返品 、返却，お返し ", Draft(("返品", "返却", "お返し"))),
        ("返品|返却｜お返し\n返送", Draft(("返品", "返却", "お返し", "返送"))),
        ("スマホ→iPhone＝Android", Draft(("スマホ", "iPhone", "Android"), one_way=True)),
        ("スマホ->iPhone、Android", Draft(("スマホ", "iPhone", "Android"), one_way=True)),
        ("スマホ => iPhone", Draft(("スマホ", "iPhone"), one_way=True)),
        ("スマホ＞iPhone", Draft(("スマホ", "iPhone"), one_way=True)),
        ("Wi-Fi ルーター＝無線の箱", Draft(("Wi-Fi ルーター", "無線の箱"))),
        ("ハンコ＝ﾊﾝｺ＝印鑑＝ハンコ", Draft(("ハンコ", "印鑑"))),
        ("返品＝返却＝返品", Draft(("返品", "返却"))),
    ],
)
def test_a_line_is_read_however_its_words_are_parted(line: str, read: Draft) -> None:
    assert wordings.read(line) == read
    assert wordings.read(wordings.read(line).line) == read


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "二つ以上"),
        ("返品", "二つ以上"),
        ("返品＝", "二つ以上"),
        ("ハンコ＝ﾊﾝｺ", "二つ以上"),
        ("＝→、", "左に言葉を一つ"),
        ("→返品", "左に言葉を一つ"),
        ("返品＝返却→返送", "左に言葉を一つ"),
        ("返品→返却→返送", "左に言葉を一つ"),
        ("＝".join(f"言葉{number}" for number in range(limits.SYNONYM_WORDINGS + 1)), "20個まで"),
        (f"返品＝{'長' * (limits.SYNONYM + 1)}", "60文字まで"),
        ("返品＝お願いします", "「お願いします」は検索で読み飛ばす言葉"),
        ("お願いします→返品＝返却", "「お願いします」は検索で読み飛ばす言葉"),
        ("の＝を＝お願いします", "どれも検索で読み飛ばす言葉"),
        ("引っ越し＝引越し", "組にしなくても見つかります"),
        ("サーバ→サーバー", "組にしなくても見つかります"),
    ],
)
def test_a_line_that_would_change_no_search_is_refused_at_its_field(line: str, told: str) -> None:
    with pytest.raises(Invalid, match=told) as refused:
        wordings.read(line)
    assert refused.value.field == "line"


def test_a_note_has_an_end() -> None:
    assert wordings.read("返品＝返却", " 店で\nよく聞く ").note == "店で よく聞く"
    with pytest.raises(Invalid) as refused:
        wordings.read("返品＝返却", "長" * (limits.NOTE + 1))
    assert refused.value.field == "note"


def test_what_would_do_nothing_is_told() -> None:
    advice = wordings.advise(wordings.read("引っ越し＝引越し＝転居＝お願いします"))
    assert advice.ignored == ("お願いします",)
    assert advice.same == (("引っ越し", "引越し"),)
    assert wordings.advise(wordings.read("返品＝返却")) == wordings.Advice((), ())


def test_order_width_and_case_make_no_other_entry_and_direction_does() -> None:
    assert wordings.read("wi-fi＝無線").key == wordings.read("無線＝Ｗｉ－Ｆｉ").key
    assert wordings.read("返品→返却").key != wordings.read("返品＝返却").key
    assert wordings.read("返品→返却").key != wordings.read("返却→返品").key


def test_two_entries_become_one_only_where_both_go_the_same_way() -> None:
    both = wordings.joined(wordings.read("返品＝返却", "店"), wordings.read("返却＝返送", "倉庫"))
    assert both == Draft(("返品", "返却", "返送"), note="店")
    assert wordings.joined(wordings.read("返品→返却"), wordings.read("返品→返送")) == Draft(
        ("返品", "返却", "返送"), one_way=True
    )
    assert wordings.joined(wordings.read("返品→返却"), wordings.read("返却→返送")) is None
    assert wordings.joined(wordings.read("返品→返却"), wordings.read("返品＝返送")) is None
    many = Draft(tuple(f"言葉{number}" for number in range(limits.SYNONYM_WORDINGS)))
    assert wordings.joined(many, wordings.read("言葉1＝返送")) is None


@pytest.mark.parametrize(
    ("values", "read"),
    [
        ({"wordings": "返品|返却"}, Draft(("返品", "返却"))),
        ({"wordings": "返品|返却", "one_way": "0", "note": "店"}, Draft(("返品", "返却"), note="店")),
        ({"wordings": "返品|返却|返送", "one_way": "1"}, Draft(("返品", "返却", "返送"), one_way=True)),
        ({"wordings": "返品→返却"}, Draft(("返品", "返却"), one_way=True)),
    ],
)
def test_a_row_of_a_file_is_read(values: dict[str, str], read: Draft) -> None:
    assert wordings.of_row(Row("a.csv", 2, values)) == read


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"words": "返品|返却"}, "「words」という項目はありません"),
        ({"wordings": "返品|返却", "one_way": "yes"}, "片方向なら 1"),
        ({"wordings": "返品"}, "二つ以上"),
        ({}, "二つ以上"),
        ({"wordings": "引っ越し|引越し", "one_way": "1"}, "組にしなくても"),
    ],
)
def test_a_bad_row_of_a_file_is_refused(values: dict[str, str], told: str) -> None:
    with pytest.raises(Invalid, match=told):
        wordings.of_row(Row("a.csv", 2, values))
