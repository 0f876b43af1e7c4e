"""Street addresses in a text: a prefecture, city or ward, and what follows it down to the room."""

import re
from collections.abc import Iterator

_PREFECTURES = (
    "東京都|北海道|(?:大阪|京都)府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知"
    "|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県"
)
_TOWN = (
    "(?!市区?町村|全市|全区)(?:さいたま|つくば|いわき|うるま|みどり|むつ|ひたちなか|かすみがうら|たつの|みよし|あま|[一-龥々ヶケ]{1,6})"
    "[市区郡町村]"
)
_PREFECTURE = re.compile(_PREFECTURES)
_BEGIN = re.compile(f"(?:{_PREFECTURES}) ?(?:{_TOWN})?|{_TOWN}")
# What may stand between a town and its number: no particle, sign or digit.
_BETWEEN = "[^はをへで、。，．\\s0-9,.:;!?()「」『』/=<>~\n-]{0,20}?"
_N = "(?:[0-9]{1,4}|[一二三四五六七八九十百]{1,5})"
_UNIT = "(?:丁目|番地の?|番町?|号|地割)"
_NUMBER = (
    f"(?:{_N}{_UNIT}(?: ?(?:{_N}{_UNIT}?(?:-[0-9]{{1,4}}){{0,3}}))?(?: ?{_N}{_UNIT})?"
    "|[0-9]{1,4}-[0-9]{1,4}(?:-[0-9]{1,4}){0,2})"
)
_NO_NUMBER = "(?![0-9-]|[年月日時分秒円個台件名人回歳枚本割%]|地区|ポイント|kg|cm|mm|km|\u301c|~)"
_HOUSE = (
    "(?:マンション|ハイツ|コーポ|アパート|ビル|荘|メゾン|ハイム|レジデンス|タワー|コート|パレス|団地|寮|ヴィラ|プラザ"
    "|ハウス|ホームズ|パーク|テラス)"
)
_ROOM = "[0-9A-Z]{1,5}(?:号室|号棟|号|室|階|F)?"
_NAME = "[^\\s、。,()「」『』/:;]"
_NAME_ON = "(?:(?!まで|から|より|です|だっ|[はをへにがの])[^\\s、。,()「」『』/:;0-9])"
_BUILDING = (
    f"(?: ?{_NAME}{{0,24}}?{_HOUSE}{_NAME_ON}{{0,10}} ?(?:{_ROOM})?|(?:階|F)(?![A-Za-z])|号室"
    "|の?[0-9]{1,2}階|[ -]?[0-9]{2,4}号室)"
)
_REST = re.compile(f"{_BETWEEN}{_NUMBER}{_NO_NUMBER}(?:{_BUILDING})?")
_LABEL = re.compile("(?:[新旧現]?ご?住所|お?届け?先|配送先|送付先|請求先|宛先|転居先|実家|自宅)")
_LONGEST = 90  # characters behind the beginning


def find(folded: str) -> Iterator[tuple[int, int]]:
    """Where street addresses stand, in order, in a text whose digits, blanks and hyphens are plain; in linear time.

    A town without a number behind it is no address of anybody: 大阪市の店舗 and 山口県のお客様 are left alone.
    """
    at = 0
    while begin := _BEGIN.search(folded, at):
        # The words before a prefecture may read like the beginning of a town: 新住所千葉県船橋市.
        inner = _PREFECTURE.search(folded, begin.start() + 1, begin.end())
        if inner and (full := _BEGIN.match(folded, inner.start())):
            begin = full
        rest = _REST.match(folded, begin.end(), begin.end() + _LONGEST)
        if rest is None:
            at = begin.start() + 1 if begin.end() - begin.start() > 2 else begin.end()
            continue
        label = _LABEL.match(folded, begin.start(), begin.end() - 2)
        yield label.end() if label else begin.start(), rest.end()
        at = rest.end()
