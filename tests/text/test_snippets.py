"""A snippet shows the best passage as it was written, with what was searched for marked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text import snippets
from kb.text.japanese import terms
from kb.text.snippets import ELLIPSIS, Piece, mark, snippet

TEXT = (
    "ご注文ありがとうございます。\n\n"
    "お届け日は、ご注文の画面でお選びいただけます。離島へのお届けは二日ほど遅れます。\n"
    "お引越し先へ送る場合は、マイページで住所を変更してください。\n"
    "電源が入りませんときは、ケーブルを抜いて一分待ちます。型番はAB-1200です。"
)
LONG = (
    "当店では、お引越し先の住所へ直接お届けすることもできますが、その場合は、出荷の三日前までに、"
    "マイページのご注文履歴から送り先を変更していただくか、またはお電話でご連絡いただく必要がございますので、"
    "あらかじめご了承くださいますようお願いいたします。"
)


def shown(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in pieces)


def plain(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ("引っ越し", "[引越し]"),
        ("引っ越しの住所変更", "[住所]を[変更]"),
        ("電源が入らない", "[電源]が[入りません]"),
        ("ab1200", "[AB-1200]"),
        ("離島 届く 遅れる", "[離島]へのお届けは二日ほど[遅れ]"),
    ],
)
def test_the_best_sentence_is_shown_with_its_hits_marked(words: str, marked: str) -> None:
    assert marked in shown(snippet(TEXT, terms(words), 60))


def test_more_different_terms_beat_one_term_often() -> None:
    text = "返品、返品、返品、返品のことです。\n返品の送料は当店が負担します。"
    assert plain(snippet(text, terms("返品 送料 負担"), 20)) == "返品の送料は当店が負担します。"


def test_the_earlier_of_two_equal_sentences_is_shown() -> None:
    assert plain(snippet("はじめの返品です。\n二つ目の返品です。", ["返品"], 10)) == "はじめの返品です。"


def test_what_room_is_left_is_filled_with_whole_sentences() -> None:
    assert (
        plain(snippet(TEXT, terms("届け日"), 40))
        == "お届け日は、ご注文の画面でお選びいただけます。離島へのお届けは二日ほど遅れます。"
    )
    assert plain(snippet(TEXT, terms("届け日"), 30)) == "お届け日は、ご注文の画面でお選びいただけます。"


def test_a_long_sentence_is_cut_around_the_hits_between_words() -> None:
    assert shown(snippet(LONG, terms("電話で連絡"), 60)) == (
        "…またはお[電話]でご[連絡]いただく必要がございますので、あらかじめご了承くださいますようお願いいたします。"
    )
    assert shown(snippet(LONG, terms("引っ越し"), 50)).startswith("当店では、お[引越し]先の住所へ")
    assert shown(snippet(LONG, terms("履歴"), 30)) == "…マイページのご注文[履歴]から送り先を変更していただくか、…"
    assert shown(snippet(LONG, terms("了承"), 50)).endswith("お願いいたします。")


def test_no_hit_shows_the_beginning() -> None:
    for wanted in ([], ["宇宙"]):
        pieces = snippet(TEXT, wanted, 40)
        assert plain(pieces).startswith("ご注文ありがとうございます。")
        assert not any(piece.hit for piece in pieces)


def test_a_hit_written_quite_differently_is_found_among_a_few_sentences() -> None:
    assert "[こわれ]" in shown(snippet("一つ目の文です。画面がこわれた。", ["壊れる"], 20))


def test_nothing_to_show_is_no_piece() -> None:
    assert snippet("", ["返品"]) == ()
    assert snippet(" \n　\n", ["返品"]) == ()


def test_a_title_is_shown_whole() -> None:
    assert shown(mark("プリンターの電源が入りません（AB-1200）", terms("電源が入らない ab-1200"))) == (
        "プリンターの[電源]が[入りません]（[AB-1200]）"
    )
    assert mark("返品", []) == (Piece("返品", False),)
    assert mark("", ["返品"]) == ()


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.text(), st.text(alphabet="返品送料、。無い入らないAB-12\n 「」", max_size=400)),
    st.lists(st.sampled_from(["返品", "送料", "入る", "¬入る", "ab12", "", "¬"]), max_size=4),
    st.integers(1, 120),
)
def test_a_snippet_is_a_passage_of_the_text(text: str, wanted: list[str], length: int) -> None:
    pieces = snippet(text, wanted, length)
    body = plain(pieces).removeprefix(ELLIPSIS) if pieces and pieces[0].text.startswith(ELLIPSIS) else plain(pieces)
    one_line = "".join(" " if sign.isspace() else sign for sign in text)
    assert body.removesuffix(ELLIPSIS) in one_line or plain(pieces) in one_line
    assert len(plain(pieces)) <= length + 2 * len(ELLIPSIS)
    assert all(piece.text for piece in pieces)
    assert all(one.hit != other.hit for one, other in zip(pieces, pieces[1:], strict=False))
    assert plain(mark(text, wanted)) == one_line


def test_only_promising_sentences_are_read_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "関係のない話が続きます。" * 500 + "返品の送料は無料です。" + "まだ続きます。" * 500
    read: list[int] = []
    honest = snippets.japanese.tokens

    def counted(part: str) -> list[snippets.Token]:
        read.append(len(part))
        return honest(part)

    monkeypatch.setattr(snippets.japanese, "tokens", counted)
    assert "[返品]の[送料]" in shown(snippet(text, ["返品", "送料"], 60))
    assert sum(read) < 300


@pytest.mark.parametrize(
    ("text", "shown_first"),
    [
        ("返品のときの手順と、そのほかに送料も。\n返品の送料は無料。", "返品の送料は無料。"),
        ("返品の送料は無料。\n返品のときの手順と、そのほかに送料も。", "返品の送料は無料。"),
        ("返品と送料のほかに、手順もあります。\n返品の送料は無料。", "返品と送料のほかに、手順もあります。"),
    ],
)
def test_of_equally_rich_sentences_the_one_with_its_words_nearest_is_shown(text: str, shown_first: str) -> None:
    wanted = ["返品", "送料", *(["手順"] if shown_first.endswith("手順もあります。") else [])]
    assert plain(snippet(text, wanted, 22)).startswith(shown_first)


def test_a_page_found_again_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "一度だけ読む文です。返品の送料のことも書きます。"
    first = snippet(text, ["返品", "送料"], 60), mark("返品の送料の題名", ["返品"])
    monkeypatch.setattr(snippets.japanese, "tokens", lambda part: pytest.fail(f"read again: {part}"))
    assert (snippet(text, ["返品", "送料"], 60), mark("返品の送料の題名", ["返品"])) == first
