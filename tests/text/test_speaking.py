"""What is read aloud is as long as a person who counts finds it: morae, rests, seconds."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text import numerals, speaking
from kb.text.speaking import COMMA, STOP, Length, aloud, html_text, length, morae, source_text

# Each sentence with its reading and its morae, written and counted by hand.
COUNTED = [
    ("お調べいたします。", "オシラベイタシマス", 9),
    ("少々お待ちください。", "ショウショウオマチクダサイ", 11),
    ("お電話ありがとうございます。", "オデンワアリガトウゴザイマス", 14),
    ("お届け予定日をお調べいたします。", "オトドケヨテイビヲオシラベイタシマス", 18),
    ("いつまでにご入用か、お聞かせいただけますか。", "イツマデニゴニュウヨウカオキカセイタダケマスカ", 22),
    ("ご不便をおかけして、申し訳ございません。", "ゴフベンヲオカケシテモウシワケゴザイマセン", 21),
    ("すぐに荷物の場所をお調べいたします。", "スグニニモツノバショヲオシラベイタシマス", 19),
    ("ご注文番号は、お分かりになりますか。", "ゴチュウモンバンゴウハオワカリニナリマスカ", 20),
    ("部品をお調べいたします。", "ブヒンヲオシラベイタシマス", 13),
    ("きょう発送いたします。", "キョウハッソウイタシマス", 11),
    ("送料は全国一律550円です。", "ソウリョウハゼンコクイチリツゴヒャクゴジュウエンデス", 23),
    ("5,500円以上で無料です。", "ゴセンゴヒャクエンイジョウデムリョウデス", 17),
    ("3,000円をお支払いください。", "サンゼンエンヲオシハライクダサイ", 16),
    ("受付は19時までです。", "ウケツケハジュウクジマデデス", 13),
    ("9時から18時まで承ります。", "クジカラジュウハチジマデウケタマワリマス", 19),
    ("10:30にうかがいます。", "ジュウジサンジュップンニウカガイマス", 16),
    ("購入から30日以内なら入れます。", "コウニュウカラサンジュウニチイナイナラハイレマス", 22),
    ("到着後8日以内にご連絡ください。", "トウチャクゴヨウカイナイニゴレンラククダサイ", 21),
    ("11月1日にお届けします。", "ジュウイチガツツイタチニオトドケシマス", 18),
    ("2026年12月24日までです。", "ニセンニジュウロクネンジュウニガツニジュウヨッカマデデス", 25),
    ("お預かりは14日間です。", "オアズカリハジュウヨッカカンデス", 15),
    ("1か月ほどかかります。", "イッカゲツホドカカリマス", 12),
    ("2台ご購入ですね。", "ニダイゴコウニュウデスネ", 11),
    ("お一人様1個までです。", "オヒトリサマイッコマデデス", 13),
    ("3回までお試しください。", "サンカイマデオタメシクダサイ", 14),
    ("4人でお使いになりますか。", "ヨニンデオツカイニナリマスカ", 14),
    ("20分ほどお待ちください。", "ニジュップンホドオマチクダサイ", 14),
    ("48時間以内にお返事します。", "ヨンジュウハチジカンイナイニオヘンジシマス", 20),
    ("合計50,000円までです。", "ゴウケイゴマンエンマデデス", 13),
    ("10%お安くなります。", "ジュッパーセントオヤスクナリマス", 15),
    ("3〜5日でお届けします。", "サンカライツカデオトドケシマス", 15),
    ("2つのうち、どちらがよろしいですか。", "フタツノウチドチラガヨロシイデスカ", 17),
    ("電話番号は0120-000-123です。", "デンワバンゴウハゼロイチニーゼロノゼロゼロゼロノイチニーサンデス", 32),
    ("型番はAB-1200でしょうか。", "カタバンハエービーイチニーゼロゼロデショウカ", 21),
    ("Wi-Fiのランプは光っていますか。", "ワイファイノランプハヒカッテイマスカ", 17),
    ("USBのケーブルを抜いてください。", "ユーエスビーノケーブルヲヌイテクダサイ", 19),
    ("NVRの電源を入れてください。", "エヌブイアールノデンゲンヲイレテクダサイ", 20),
    ("QRコードを読み取ってください。", "キューアールコードヲヨミトッテクダサイ", 18),
    ("延長保証ですね。", "エンチョウホショウデスネ", 10),
    ("みなも電機の○○と申します。", "ミナモデンキノマルマルトモウシマス", 17),
    ("何時ごろがよろしいでしょうか。", "ナンジゴロガヨロシイデショウカ", 14),
    ("領収書は注文履歴から発行できます。", "リョウシュウショハチュウモンリレキカラハッコウデキマス", 23),
    ("ログインできず、お困りですね。", "ログインデキズオコマリデスネ", 14),
    ("パスワードは、おっしゃらないでください。", "パスワードハオッシャラナイデクダサイ", 17),
    ("冷蔵庫の上から2段目です。", "レイゾウコノウエカラニダンメデス", 16),
    ("千円ほどお安くなります。", "センエンホドオヤスクナリマス", 14),
]


@pytest.mark.parametrize(("sentence", "reading", "count"), COUNTED)
def test_a_reading_written_by_hand_has_the_morae_counted_by_hand(sentence: str, reading: str, count: int) -> None:
    assert morae(reading) == count, sentence


def test_sentences_are_as_long_as_counted_by_hand_within_one_mora_each_and_one_per_cent_in_all() -> None:
    found = {sentence: length(sentence).morae - count for sentence, _, count in COUNTED}
    assert len(found) >= 40
    assert {sentence: error for sentence, error in found.items() if abs(error) > 1} == {}
    assert sum(map(abs, found.values())) <= 0.01 * sum(count for _, _, count in COUNTED)


def test_nearly_every_reading_is_the_one_written_by_hand() -> None:
    wrong = [(aloud(one).strip("。").replace("、", ""), reading) for one, reading, _ in COUNTED]
    assert [pair for pair in wrong if pair[0] != pair[1]] == [
        ("コウニュウカラサンジュウニチイナイナライレマス", "コウニュウカラサンジュウニチイナイナラハイレマス"),
        ("ジュウパーセントオヤスクナリマス", "ジュッパーセントオヤスクナリマス"),
    ]


@pytest.mark.parametrize(
    ("reading", "count"), [("キャ", 1), ("ガッコウ", 4), ("シンブン", 4), ("コーヒー", 4), ("ファ", 1), ("、。 a", 0)]
)
def test_a_small_kana_is_no_mora_and_the_others_are(reading: str, count: int) -> None:
    assert morae(reading) == count


@pytest.mark.parametrize(
    ("number", "counter", "reading"),
    [
        ("1", "日", "イチニチ"),
        ("20", "日", "ハツカ"),
        ("7", "月", "シチガツ"),
        ("4", "月", "シガツ"),
        ("1", "分", "イップン"),
        ("100", "個", "ヒャクコ"),
        ("1万2,000", "円", "イチマンニセンエン"),
        ("1,000万", "円", "イッセンマンエン"),
        ("1.5", "倍", "イチテンゴーバイ"),
        ("0", "円", "ゼロエン"),
        ("0.5", "度", "レイテンゴード"),
        ("007", "", "ゼロゼロナナ"),
        ("12345678", "", "イチニーサンヨンゴーロクナナハチ"),
        ("二〇二六", "年", "ニセンニジュウロクネン"),
        ("9" * 5_000, "", "キュー" * 5_000),
    ],
)
def test_a_number_is_read_with_its_counter(number: str, counter: str, reading: str) -> None:
    assert numerals.spoken(number, counter) == reading


def test_between_words_there_is_a_rest_and_behind_the_last_there_is_none() -> None:
    assert length("はい。") == Length(2, 0)
    assert length("はい、ええ。") == Length(4, COMMA)
    assert length("はい。ええ。") == Length(4, STOP)
    assert length("はい。\n\nええ！？") == Length(4, STOP)


def test_seconds_follow_the_pace() -> None:
    text = "お届け予定日をお調べいたします。よろしければ、いつまでにご入用か、お聞かせいただけますか。"
    assert length(text) == Length(18 + 6 + 22, STOP + COMMA + COMMA)
    assert length(text).seconds(7.5) == pytest.approx(54 / 7.5)
    assert length(text).seconds(5) == pytest.approx(10.8)


@pytest.mark.parametrize(
    ("word", "count"), [("minamo", 3), ("Sakura", 3), ("KX", 6), ("blorq", 4), ("zqv", 3), ("x", 4)]
)
def test_a_latin_word_that_no_dictionary_has_is_spelt_or_sounded(word: str, count: int) -> None:
    assert length(f"{word}の件").morae == count + length("の件").morae


def test_addresses_are_not_said() -> None:
    plain = length("くわしくはこちらへ。")
    assert length("くわしくはhttps://example.com/a?b=1こちらへ。").morae == plain.morae
    assert length("くわしくはinfo@example.comこちらへ。").morae == plain.morae


def test_a_reading_above_a_word_is_said_in_its_place() -> None:
    assert source_text("**{解約|かいやく}**の[件](https://example.com)") == "かいやくの件"
    rendered = "<p><ruby>解約<rp>(</rp><rt>かいやく</rt><rp>)</rp></ruby>&amp;件<br>次</p><p>終</p>"
    assert html_text(rendered) == "かいやく&件\n次\n終"
    assert html_text('<p><a href="/x" title="a<b>c">件</a></p>') == "件"


def test_english_is_measured_by_its_words() -> None:
    assert length("May I ask when you need it by?") == Length(0, 0, 8)
    assert length("May I ask when you need it by?").seconds(7.5) == pytest.approx(8 / 2.5)


def test_a_very_long_text_is_measured_by_its_beginning() -> None:
    once = length("あ" * speaking.MOST)
    assert length("あ" * speaking.MOST * 3).morae == once.morae * 3 == speaking.MOST * 3


@given(st.text())
def test_no_text_makes_the_reading_fail(text: str) -> None:
    assert length(text).seconds(7.5) >= 0
    aloud(text)


@given(st.text(alphabet="0123456789,.-:/〜年月日時分円つ一十百千万億AbZ%@○ 、。"))
def test_no_number_makes_the_reading_fail(text: str) -> None:
    aloud(text)


def test_threads_may_read_at_the_same_time() -> None:
    found: list[str] = []

    def read() -> None:
        found.extend(aloud(sentence) for sentence, _, _ in COUNTED[:10])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted([aloud(sentence) for sentence, _, _ in COUNTED[:10]] * 4)
