"""Numbers in Japanese as they are spoken, with the counters that change how a number is read."""

import re

DIGITS = dict(
    zip("0123456789", ["ゼロ", "イチ", "ニー", "サン", "ヨン", "ゴー", "ロク", "ナナ", "ハチ", "キュー"], strict=True)
)
KANJI = "〇一二三四五六七八九十百千万億兆"

_ONES = ("", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
_HUNDREDS = ("", "ヒャク", "ニヒャク", "サンビャク", "ヨンヒャク", "ゴヒャク", "ロッピャク", "ナナヒャク", "ハッピャク")
_THOUSANDS = ("", "セン", "ニセン", "サンゼン", "ヨンセン", "ゴセン", "ロクセン", "ナナセン", "ハッセン", "キュウセン")
_LARGE = {10**12: "チョウ", 10**8: "オク", 10**4: "マン"}
_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10**4, "億": 10**8, "兆": 10**12}
_PIECE = re.compile(r"[0-9.]+|[〇一二三四五六七八九]|[十百千万億兆]")
_LONGEST = 24  # characters; what is longer is no amount
_LONG = 7  # digits without a comma: nobody counts in them, they are read one by one

# How the last digit is read before a counter, where it is not as in _ONES; 0 is a whole ten (10, 20, 30).
# The sound changes leave the number of morae alone (イチフン, イップン), but a reading is there to be read.
_P = {1: "イッ", 6: "ロッ", 8: "ハッ", 0: "ジュッ"}
_K = {1: "イッ", 6: "ロッ", 8: "ハッ", 0: "ジュッ"}
_S = {1: "イッ", 8: "ハッ", 0: "ジュッ"}
_DAYS = {1: "イチニチ", 2: "フツカ", 3: "ミッカ", 4: "ヨッカ", 5: "イツカ", 6: "ムイカ", 7: "ナノカ", 8: "ヨウカ"}
_DAYS |= {9: "ココノカ", 10: "トオカ", 14: "ジュウヨッカ", 20: "ハツカ", 24: "ニジュウヨッカ"}
_THINGS = {1: "ヒトツ", 2: "フタツ", 3: "ミッツ", 4: "ヨッツ", 5: "イツツ", 6: "ムッツ", 7: "ナナツ", 8: "ヤッツ"}
_THINGS |= {9: "ココノツ", 10: "トオ"}
_WHOLE = {"日": _DAYS, "つ": _THINGS, "人": {1: "ヒトリ", 2: "フタリ"}}
_COUNTERS: dict[str, tuple[str, dict[int, str]]] = {
    "円": ("エン", {4: "ヨ"}),
    "日": ("ニチ", {4: "ヨ", 7: "シチ", 9: "ク"}),
    "月": ("ガツ", {4: "シ", 7: "シチ", 9: "ク"}),
    "か月": ("カゲツ", _K),
    "年": ("ネン", {4: "ヨ"}),
    "時": ("ジ", {4: "ヨ", 7: "シチ", 9: "ク"}),
    "分": ("フン", _P),
    "秒": ("ビョウ", {}),
    "週間": ("シュウカン", _S),
    "週": ("シュウ", _S),
    "人": ("ニン", {4: "ヨ"}),
    "名": ("メイ", {}),
    "つ": ("ツ", {}),
    "個": ("コ", _K),
    "台": ("ダイ", {}),
    "回": ("カイ", _K),
    "件": ("ケン", _K),
    "本": ("ホン", _P),
    "枚": ("マイ", {}),
    "階": ("カイ", _K),
    "歳": ("サイ", _S),
    "冊": ("サツ", _S),
    "通": ("ツウ", {1: "イッ", 8: "ハッ", 0: "ジュッ"}),
    "点": ("テン", {1: "イッ", 8: "ハッ", 0: "ジュッ"}),
    "度": ("ド", {}),
    "番": ("バン", {}),
    "割": ("ワリ", {}),
    "倍": ("バイ", {}),
    "箱": ("ハコ", {1: "ヒト", 2: "フタ"}),
    "%": ("パーセント", {}),
}
_SPELLINGS = {
    "ヶ月": "か月",
    "ヵ月": "か月",
    "カ月": "か月",
    "ケ月": "か月",
    "才": "歳",
    "箇月": "か月",
    "個月": "か月",
}
_TONES = {("フン", 1): "プン", ("フン", 3): "プン", ("フン", 4): "プン", ("フン", 6): "プン", ("フン", 8): "プン"}
_TONES |= {("フン", 0): "プン", ("ホン", 1): "ポン", ("ホン", 3): "ボン", ("ホン", 6): "ポン", ("ホン", 8): "ポン"}
_TONES[("ホン", 0)] = "ポン"

COUNTER = re.compile("|".join(map(re.escape, sorted({*_COUNTERS, *_SPELLINGS}, key=len, reverse=True))))


def value(number: str) -> str:
    """Return the digits of a number written in digits, kanji or both (1万2,000, 二千), with a decimal part if any."""
    total = group = 0
    pending: int | None = None
    number = number.replace(",", "")
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", number):
        return number
    if re.fullmatch("[〇一二三四五六七八九]{2,}", number):
        return "".join(str("〇一二三四五六七八九".index(sign)) for sign in number)
    for piece in _PIECE.findall(number):
        unit = _UNITS.get(piece)
        if unit is None:
            pending = "〇一二三四五六七八九".index(piece) if piece in KANJI else int(piece.split(".")[0] or 0)
        elif unit < 10**4:
            group, pending = group + (1 if pending is None else pending) * unit, None
        else:
            total, group, pending = total + (group + (pending or 0) or 1) * unit, 0, None
    return str(total + group + (pending or 0))


def one_by_one(digits: str) -> str:
    """Return a run of digits read singly, each two morae long as on the telephone; hyphens are read ノ."""
    return "".join(DIGITS.get(sign, "ノ") for sign in digits)


def spoken(number: str, counter: str = "", *, is_date: bool = False) -> str:
    """Return a number (see `value`) and its counter in katakana; `is_date` reads 1日 as the first of a month."""
    if len(number) > _LONGEST:
        return one_by_one(re.sub("[^0-9]", "", number))
    digits = value(number)
    whole, _, part = digits.partition(".")
    counter = _SPELLINGS.get(counter, counter)
    tail, changes = _COUNTERS.get(counter, ("", {}))
    if len(whole) > 1 and (whole[0] == "0" or (len(whole) >= _LONG and "," not in number and number.isdigit())):
        return one_by_one(whole) + tail
    if part:
        return (_cardinal(int(whole)) or "レイ") + "テン" + "".join(DIGITS[sign] for sign in part) + tail
    amount = int(whole)
    if counter == "日" and is_date and amount == 1:
        return "ツイタチ"
    if amount in _WHOLE.get(counter, {}):
        return _WHOLE[counter][amount]
    if amount == 0:
        return "ゼロ" + tail
    last = amount % 10
    said = _cardinal(amount)
    if last in changes and (last or amount % 100):
        plain = _ONES[last] if last else "ジュウ"
        said = said.removesuffix(plain) + changes[last]
    return said + _TONES.get((tail, last), tail)


def _cardinal(amount: int) -> str:
    said = ""
    for size, name in _LARGE.items():
        if amount >= size:
            said += _below(amount // size) + name
            amount %= size
    return said + _below(amount, alone=not said)


def _below(amount: int, *, alone: bool = False) -> str:
    """A number under 10,000; a thousand before 万 is イッセン, and by itself セン."""
    thousands, hundreds, tens, ones = amount // 1_000 % 10, amount // 100 % 10, amount // 10 % 10, amount % 10
    said = "イッセン" if thousands == 1 and not alone and amount == 1_000 else _THOUSANDS[thousands]
    said += (*_HUNDREDS, "キュウヒャク")[hundreds]
    said += ("ジュウ" if tens == 1 else _ONES[tens] + "ジュウ") if tens else ""
    return said + _ONES[ones]
