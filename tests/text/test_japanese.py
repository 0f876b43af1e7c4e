"""Terms, words and readings of real Japanese, and of anything else that somebody may paste."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text import japanese
from kb.text.japanese import NEGATED, terms, tokens, words

CONTENT = Path(__file__).parents[2] / "content"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("振り込む", "振り込み"),
        ("振込", "振り込みました"),
        ("支払う", "お支払い"),
        ("引越し", "引っ越しました"),
        ("お問い合わせ", "問合せ"),
        ("お問い合わせ", "問い合わせる"),
        ("申込", "申し込みたい"),
        ("払い戻し", "払戻"),
        ("取り消し", "取消す"),
        ("受取", "受け取る"),
        ("引き落とし", "引き落とされる"),
        ("取替え", "取り替えたい"),
        ("見積もり", "お見積"),
        ("お届け", "届ける"),
        ("お客様", "客"),
        ("ご返金", "返金"),
        ("こわれた", "壊れています"),
        ("つながる", "繋がる"),
        ("サーバ", "サーバー"),
        ("プリンタ", "プリンター"),
        ("ﾌﾟﾘﾝﾀｰ", "プリンター"),
        ("ヘッドフォン", "ヘッドホン"),
        ("１，０００円", "千円"),
        ("２０２４年", "2024年"),
        ("cards", "card"),
        ("boxes", "box"),
        ("ＮＥＷ ＡＤＤＲＥＳＳ", "new addresses"),
    ],
)
def test_two_spellings_of_one_thing_meet(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


@pytest.mark.parametrize("spelling", ["Wi-Fi", "ＷｉＦｉ", "wifi", "WI-FI", "Ｗｉ－Ｆｉ", "Wi‐Fi"])
def test_wifi_is_one_term_however_it_is_spelt(spelling: str) -> None:
    assert terms(spelling) == ["wifi"]


@pytest.mark.parametrize("spelling", ["AB-1200", "ab1200", "ＡＢ－１２００", "ab‐1200", "Ab_1200"])
def test_a_model_name_is_one_term_and_its_parts_stay_findable(spelling: str) -> None:
    assert terms(spelling) == ["ab1200", "ab", "1200"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("電源が入る", ["電源", "入る"]),
        ("電源が入らない", ["電源", "入る", "¬入る"]),
        ("電源が入りません。", ["電源", "入る", "¬入る"]),
        ("電源が入らん", ["電源", "入る", "¬入る"]),
        ("まだ届いていないのですが", ["未だ", "届く", "¬届く"]),
        ("荷物が届かず困っています", ["荷物", "届く", "¬届く", "困る"]),
        ("在庫がない", ["在庫", "¬在庫"]),
        ("在庫がございません", ["在庫", "¬在庫"]),
        ("ログインできない", ["ログイン", "¬ログイン"]),
        ("支払わなければなりません", ["支払う"]),
        ("返品できませんか", ["返品"]),
        ("壊れたかもしれません", ["壊れる"]),
        ("すみません、返品したいのですが", ["返品"]),
        ("返品したい。ないです。", ["返品"]),
    ],
)
def test_a_negation_belongs_to_its_word(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("電話番号を教えてください", ["電話", "番号"]),
        ("送料を教えて", ["送料"]),
        ("送料を教えてほしい", ["送料"]),
        ("送料をお教えいただけますか", ["送料"]),
        ("送料が知りたいです", ["送料"]),
        ("ご返金についてお願いいたします", ["返金"]),
        ("えっと、あのー、返品したいんですけど", ["返品"]),
        ("交換していただくことはできますか", ["交換"]),
        ("領収書の宛名を変えておく", ["領収", "書", "宛て名", "変える"]),
        ("How do I return the item?", ["リターン", "アイテム"]),
        ("は、が、です。", []),
        ("", []),
    ],
)
def test_function_words_are_dropped(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_a_verb_of_asking_stays_where_it_is_the_matter_itself() -> None:
    assert "教える" in terms("暗証番号を他人に教えてしまった")
    assert "聞く" in terms("音が小さくて聞こえない、よく聞く曲")


def test_numbers_are_kept() -> None:
    assert terms("1.5リットル、3-5日、①番") == ["1.5", "リットル", "3", "5", "日", "一番"]
    assert "0312345678" in terms("03-1234-5678")
    assert terms("〒105-0011")[0] == "1050011"


def test_a_token_tells_its_place_in_the_original_text() -> None:
    text = "①ＷｉＦｉ（AB-1200）の\n電源がﾊﾟｯﾀﾘ入りません。"
    places = {token.term: text[token.start : token.end] for token in tokens(text)}
    assert places["wifi"] == "ＷｉＦｉ"
    assert places["ab1200"] == "AB-1200"
    assert places["入る"] + places["¬入る"] == "入りません"
    assert {token.term: (token.start, token.end) for token in tokens("㍿の前に")}["会社"] == (0, 1)


def test_places_hold_across_the_pieces_of_a_long_text() -> None:
    text = "配送が遅れています。" * 400 + "返品" + "あ" * 3_000 + "、送料の話"
    assert {text[token.start : token.end] for token in tokens(text) if token.term in ("返品", "送料", "配送")} == {
        "返品",
        "送料",
        "配送",
    }


def test_the_same_text_gives_the_same_terms_in_any_surroundings() -> None:
    for sentence in ("電源が入らない", "AB-1200の振込手数料", "How do I return it?"):
        assert terms(f"{sentence}\n{sentence}") == terms(sentence) * 2


def test_every_title_of_the_real_content_has_terms() -> None:
    titles = [
        line.removeprefix("title:").strip()
        for path in sorted(CONTENT.rglob("*.md"))
        for line in path.read_text(encoding="utf-8").splitlines()[:12]
        if line.startswith("title:")
    ]
    assert len(titles) > 50
    assert [title for title in titles if not terms(title)] == []


_HARD = st.one_of(
    st.text(),
    st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Co", "Mn", "Lo", "Nd"])),
    st.text(alphabet="御お教えてくださいないですん入らAB-12・ーﷺ㍿①。\n \ud800\u3099"),
)


@settings(max_examples=200, deadline=None)
@given(_HARD)
def test_no_text_is_too_strange(text: str) -> None:
    found = tokens(text)
    assert [token.term for token in found] == terms(text)
    for token in found:
        assert 0 <= token.start < token.end <= len(text)
        bare = token.term.removeprefix(NEGATED)
        assert bare and not any(sign.isspace() for sign in bare) and any(sign.isalnum() for sign in bare)
        assert len(bare) <= japanese.TERM
        token.term.encode("utf-8")
    assert "".join(words(text)) == text
    assert all(words(text))
    japanese.reading(text)
    japanese.fold(text)


@pytest.mark.parametrize(
    "sign", ["あ", "ﷺ", "a", "1", "\U0001f600", "。", "\n", " ", "-", "a-", "あ。", "\ud800", "㍿"]
)
def test_no_text_is_too_long(sign: str) -> None:
    text = sign * 20_000
    tokens(text)
    assert "".join(words(text)) == text
    japanese.reading(text)


def test_words_are_what_a_reader_would_call_words() -> None:
    assert words("返品の送料は、当店が負担します。\n") == [
        *("返品", "の", "送料", "は", "、", "当店", "が", "負担", "し", "ます", "。", "\n"),
    ]


def test_a_reading_is_hiragana_and_keeps_signs() -> None:
    assert japanese.reading("配送の日、プリンター") == "はいそうのひ、ぷりんたー"
    assert japanese.reading("お支払い方法は？\n") == "おしはらいほうほうは？\n"


def test_folding_makes_widths_and_cases_alike() -> None:
    assert japanese.fold("ＡＢ－ｃ ｶﾞｽ Straße") == "ab-c ガス strasse"


def test_many_threads_may_read_at_once() -> None:
    text = "電源が入らないので返品したい。" * 30
    expected = terms(text)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(terms, [text] * 64)) == [expected] * 64


def test_the_fingerprint_names_rules_and_dictionary() -> None:
    assert japanese.fingerprint().startswith(f"terms {japanese.VERSION}, sudachipy ")
    assert "sudachidict-core 20" in japanese.fingerprint()
