"""Personal data: found in the forms in which people write it, and nothing else taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.personal_data import Kind, find, is_luhn, is_my_number, mask
from tests.text.marked import assert_marked

CARD = "4242 4242 4242 4242"
MY_NUMBER = "1234 5678 9018"


def my_number(body: str) -> str:
    """The eleven digits with their check digit, found by trying."""
    (right,) = (body + last for last in "0123456789" if is_my_number(body + last))
    return right


@pytest.mark.parametrize(
    "sentence",
    [
        "電話は<03-1234-5678>です。",
        "電話は<０３－１２３４－５６７８>です。",
        "電話は<０３ー１２３４ー５６７８>です",
        "<03(1234)5678>まで",
        "<(03)1234-5678>へ",
        "（<03-1234-5678>）へ折り返し",
        "<(０６) 6123 4567>",
        "<0466-12-3456>に",
        "<01234-5-6789>に",
        "<0466-123456>",
        "<03.1234.5678>",
        "<03・1234・5678>",
        "<03の1234の5678>です",
        "<03 1234 5678>",
        "<0312345678>に電話をください",
        "携帯<09012345678>",
        "携帯<090-1234-5678>と自宅<03-1234-5678>",
        "<080-12345678>",
        "<07012345678>でも<060-1234-5678>でも",
        "<050-1234-5678>",
        "<0120-123-456>にかけた",
        "<0120123456>",
        "<0800-123-4567>",
        "<+81 90 1234 5678>",
        "<+81-3-1234-5678>",
        "<+81(0)3-1234-5678>",
        "<(+81) 90-1234-5678>",
        "<+819012345678>",
        "<81-90-1234-5678>",
        "<+1 415 555 2671>",
        "TEL:<03-1234-5678> FAX:<03-1234-5679>",
        "TEL<03-1234-5678>",
        "tel-<03-1234-5678>",
        "<03-1234-5678>/<090-1234-5678>",
        "2台買いました。5 <090-1234-5678>",
        "<090-1234-5678>(9時以降)",
        "<09012345678>\n<0312345678>",
        "お問い合わせ番号は忘れました。<03-1234-5678>です",
        "注文番号：<090-1234-5678>",
    ],
)
def test_this_is_a_phone_number(sentence: str) -> None:
    assert_marked(sentence, Kind.PHONE)


@pytest.mark.parametrize(
    "sentence",
    [
        "<taro.yamada@example.com>に送って",
        "メールは<taro+shop@mail.example.co.jp>です。",
        "<ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ>",
        "<taro..y.@docomo.ne.jp>",
        "<taro@example.com>、<jiro@example.com>",
        "To: <<taro@example.com>>".replace("<<", "＜<").replace(">>", ">＞"),
        "・<taro@example.jp>。",
        "https://example.com/?to=<taro@example.com>",
        f"<{'a' * 90}@example.com>",
    ],
)
def test_this_is_a_mail_address(sentence: str) -> None:
    assert_marked(sentence, Kind.MAIL)


@pytest.mark.parametrize(
    "sentence",
    [
        f"カードは<{CARD}>です",
        "<4242424242424242>",
        "<４２４２－４２４２－４２４２－４２４２>で払った",
        "<5555 5555 5555 4444>",
        "<3782 822463 10005>",
        "<378282246310005>",
        "<3530111333300000>",
        "カード番号は <1234-5678-9012-3456> のはず",
        f"{CARD[:0]}<{CARD}> 03月",
    ],
)
def test_this_is_a_card_number(sentence: str) -> None:
    assert_marked(sentence, Kind.CARD)


@pytest.mark.parametrize(
    "sentence",
    [
        f"番号は<{MY_NUMBER}>です",
        "<123456789018>",
        "<１２３４ー５６７８ー９０１８>",
        "マイナンバー：<1234 5678 9012>",
        "個人番号は<987654321098>",
    ],
)
def test_this_is_a_my_number(sentence: str) -> None:
    assert_marked(sentence, Kind.MY_NUMBER)


@pytest.mark.parametrize(
    "sentence",
    [
        "<〒150-0001>",
        "<〒 １５０－０００１> 東京都渋谷区",
        "<〒1500001>",
        "郵便番号は<150-0001>です",
        "郵便番号<1500001>",
        "<150-0001>東京都渋谷区神宮前",
        "<540-0008> 大阪府大阪市",
        "<150-0001>　渋谷区神宮前",
        "<330-0001>さいたま市",
    ],
)
def test_this_is_a_postal_code(sentence: str) -> None:
    assert_marked(sentence, Kind.POSTAL_CODE)


@pytest.mark.parametrize(
    "sentence",
    [
        "注文番号は 2026-0312-4567 です",
        "注文番号：0312345678",
        "ご注文番号は「0312345678」です",
        "注文番号0466-12-3456",
        "伝票番号 4242-4242-4242-4242",
        "送り状番号は1234 5678 9018",
        "お問い合わせ番号：123456789018",
        "会員番号4242424242424242",
        "order number: 0312345678",
        "ORD-0312345678",
        "AB-1200 と AB-1200-0312-3456",
        "型番 MN-090-1234-5678 の部品",
        "WH-1000XM5を2台",
        "12,800円でした",
        "合計 1,234,567,890円",
        "0312345678円",
        "2026年11月21日 10:30",
        "2026-11-21 09:10:11",
        "2026/11/21",
        "20261121093011",
        "03-12-2026 10:30",
        "9:00-18:00、0900-1800",
        "192.168.10.20",
        "100.64.0.1 から 10.0.0.1",
        "4901234567894",
        "JAN 4901234567894",
        "ISBN 978-4-00-310101-8",
        "1234 5678 9012",
        "1234-5678-9012-3456",
        "4242 4242 4242 4241",
        "111111111111",
        "0000 0000 0000 0000",
        "3.14159265358979",
        "1600×1200、3840-2160",
        "100-2000円ぐらい",
        "100-2000個",
        "150-0001番の商品",
        "1500001回",
        "https://example.com/orders/0312345678?card=4242424242424242",
        "@minamo_support に聞いた",
        "1個@100.50円",
        "pkg@1.2.3",
        "容量は 0.312345678 でした",
        "10 20 30 40 50",
        "1-2-3 4-5-6",
        "神宮前1-2-3-405",
        "010-1234-5678",
        "012-3456-78901",
        "+10,000円",
        "+12345",
        "バージョン 10.15.7.2026",
        "シリアル番号 SN090-1234-5678A",
        "エラー E-0120-123-456",
    ],
)
def test_this_is_no_personal_data(sentence: str) -> None:
    assert mask(sentence) == sentence
    assert find(sentence) == ()


def test_several_kinds_are_masked_each_by_its_word() -> None:
    text = f"山田です。〒150-0001 東京都渋谷区9-9、03-1234-5678、taro@example.com、{CARD}、{MY_NUMBER}。AB-123456"
    assert mask(text, ("AA-999999",)) == (
        "［氏名］です。［郵便番号］ ［住所］、［電話番号］、［メールアドレス］、［カード番号］、［マイナンバー］。"
        "［注文番号］"
    )


def test_the_check_digits_follow_their_rules() -> None:
    # Worked out by hand: 1×6+2×5+3×4+4×3+5×2+6×7+7×6+8×5+9×4+0×3+1×2 = 212, 212 mod 11 = 3, 11 − 3 = 8.
    assert is_my_number("123456789018")
    assert not is_my_number("123456789019")
    assert is_luhn("79927398713")
    assert not is_luhn("79927398710")


@given(st.text("0123456789", min_size=11, max_size=11).filter(lambda body: len(set(body)) > 1))
def test_eleven_digits_have_one_right_check_digit_and_are_found_with_it(body: str) -> None:
    right = my_number(body)
    assert sum(is_my_number(body + last) for last in "0123456789") == 1
    assert [finding.kind for finding in find(right)] == [Kind.MY_NUMBER]


@given(st.text(alphabet="0123456789０９ー-の() +@.〒〇aZ区県\n円[]:/#・ \ufdd0", max_size=60))
def test_findings_are_in_order_apart_and_inside_the_text(text: str) -> None:
    done = 0
    for finding in find(text):
        assert done <= finding.start < finding.end <= len(text)
        done = finding.end


@pytest.mark.parametrize(
    "unit",
    [
        *[
            "0",
            "09",
            "03-",
            "0 ",
            "(",
            "((0",
            "+",
            "+81",
            "@",
            "a@",
            "a.",
            "a@a.",
            "@a.a",
            "〒",
            "1 ",
            "4242 ",
            "1-1 (",
            "の0",
        ],
        *["https://", "注文番号", "03-1234-5678 ", "150-0001東", "1234567 一一一一一", "0)", "-.", "taro@example.com"],
        *[
            "市",
            "市1-1",
            "東京都1丁目",
            "渋谷区渋谷1-1-1 あ",
            "1-",
            "様",
            "田中様",
            "山田 太郎",
            "ア・",
            "名前は",
            "AB-12345",
        ],
    ],
)
def test_hostile_text_is_done_in_linear_time(unit: str) -> None:
    # Quadratic work on 60,000 characters would not end while anybody waits.
    mask(unit * (60_000 // len(unit)), ("AA-999999", "9-9-9"))
