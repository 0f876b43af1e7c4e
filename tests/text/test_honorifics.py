"""Double honorifics are found and said with one; what the guideline lets pass is let pass."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text import blocks
from kb.text.honorifics import doubled
from kb.text.plain import plain

CONTENT = Path(__file__).resolve().parents[2] / "content" / "ja"

DOUBLED = [
    ("お客様がおっしゃられました。", "おっしゃられました", "おっしゃいました"),
    ("おっしゃられるとおりです。", "おっしゃられる", "おっしゃる"),
    ("先ほど仰られた件です。", "仰られた", "仰った"),
    ("ご本人様でいらっしゃられますか。", "いらっしゃられます", "いらっしゃいます"),
    ("ご注文なさられた商品です。", "なさられた", "なさった"),
    ("何を召し上がられますか。", "召し上がられます", "召し上がります"),
    ("ご覧になられましたか。", "ご覧になられました", "ご覧になりました"),
    ("ご覧になられて、いかがでしたか。", "ご覧になられて", "ご覧になって"),
    ("お見えになられる際に、お持ちください。", "お見えになられる", "お見えになる"),
    ("お帰りになられますか。", "お帰りになられます", "お帰りになります"),
    ("お越しになられない場合", "お越しになられない", "お越しにならない"),
    ("お召し上がりになられますか。", "お召し上がりになられます", "お召し上がりになります"),
    ("おいでになられましたら、お声がけください。", "おいでになられましたら", "おいでになりましたら"),
    ("お求めになられたのは、こちらですか。", "お求めになられた", "お求めになった"),
    ("ご利用になられる方は、お申し出ください。", "ご利用になられる", "ご利用になる"),
    ("ご購入になられた日を教えてください。", "ご購入になられた", "ご購入になった"),
    ("お決まりになられましたか。", "お決まりになられました", "お決まりになりました"),
    ("ご確認になられれば、分かります。", "ご確認になられれば", "ご確認になれば"),
    ("お受け取りになられましたら、ご連絡ください。", "お受け取りになられましたら", "お受け取りになりましたら"),
    ("修理にお伺いさせていただきます。", "お伺いさせていただきます", "伺います"),
    ("お伺いさせていただいてもよろしいですか。", "お伺いさせていただいて", "伺って"),
    ("書類をご拝見します。", "ご拝見", "拝見"),
    ("ご注文をお承りいたします。", "お承り", "承り"),
    ("結果をお申し上げます。", "お申し上げ", "申し上げ"),
]
# Named by the guideline as settled; honorific only once; joined by て; or なる in its own sense.
SINGLE = [
    "どうぞお召し上がりになってください。",
    "担当の者がお見えになるお時間をお知らせします。",
    "明日、お伺いします。",
    "ご自宅にお伺いいたします。",
    "改めてお伺い申し上げます。",
    "お元気になられたとのこと、何よりです。",
    "ご病気になられたのですね。",
    "いつもお世話になられているそうですね。",
    "ご担当になられた方をお願いできますか。",
    "お子様が社長になられたのですね。",
    "お医者様になられたそうですね。",
    "ご立派になられましたね。",
    "ご一緒になられた方はいらっしゃいますか。",
    "お二人になられたのですね。",
    "お礼申し上げます。",
    "よろしくお願い申し上げます。",
    "なお申し上げにくいのですが、期限を過ぎております。",
    "お手元の説明書をお読みになっていらっしゃいますか。",
    "ご案内して差し上げてください。",
    "お手紙を拝見しました。",
    "画面を拝見させていただきます。",
    "お名前を頂戴できますか。",
    "ご意見を頂戴いたします。",
    "ご存じでしょうか。",
    "以前から存じ上げております。",
    "そのように言われましたか。",
    "何時ごろ来られますか。",
    "お届け先を変えられますか。",
    "ご覧になれますか。",
    "お受け取りになれる時間をお知らせください。",
    "お選びになりましたら、お知らせください。",
    "ご利用いただけます。",
    "お見積もりを差し上げます。",
    "ご注文を承りました。",
    "ご連絡させていただきます。",
    "お差し支えなければ、ご用件をうかがえますか。",
    "お使いにならないときは、電源をお切りください。",
]


@pytest.mark.parametrize(("text", "words", "instead"), DOUBLED)
def test_a_double_honorific_is_found_and_said_with_one(text: str, words: str, instead: str) -> None:
    found = doubled(text)
    assert [(one.words, one.instead) for one in found] == [(words, instead)]
    assert text[found[0].start : found[0].end] == words


@pytest.mark.parametrize("text", SINGLE)
def test_what_is_honorific_once_is_left_alone(text: str) -> None:
    assert doubled(text) == []


def test_what_is_said_instead_is_not_doubled_itself() -> None:
    assert [text for text, words, instead in DOUBLED if doubled(text.replace(words, instead))] == []


def test_the_content_of_the_house_has_none() -> None:
    texts = [plain(part.source) for path in CONTENT.rglob("*.md") for part in blocks.split(path.read_text("utf-8"))]
    assert len(texts) > 300
    assert [found for text in texts for found in doubled(text)] == []


def test_all_of_a_text_are_found_in_their_order() -> None:
    found = doubled("おっしゃられました。\nお伺いさせていただきます。ご覧になられましたか。")
    assert [one.instead for one in found] == ["おっしゃいました", "伺います", "ご覧になりました"]


@given(st.text(alphabet="おごにならられ御伺いさせていただきますっしゃ覧見。\n"))
def test_a_place_is_always_a_part_of_the_text(text: str) -> None:
    for one in doubled(text):
        assert text[one.start : one.end] == one.words and one.words
