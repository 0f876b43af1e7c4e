"""Names of persons in a text, by Sudachi's 人名 and by what stands around them: honorifics, introductions, labels."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from kb.text.short_words import Spoken, look_up, spoken

# Half-width kana one for one, so that places stay; a loose voicing mark is left to Sudachi.
_KANA = dict(
    zip(
        range(0xFF66, 0xFF9E),
        "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン",
        strict=True,
    )
)
_POLITE = frozenset({"様", "さま", "サマ", "氏", "殿", "どの"})
_HONORIFICS = _POLITE | {"さん", "サン", "くん", "クン", "君", "ちゃん", "チャン"}
_PLACES_OF = frozenset({"宅", "夫人", "先生", "社長", "院長", "名義"})
_NO_NAMES = frozenset("客神王皇仏姫宮孫娘嫁婿子親父母兄姉弟妹夫妻女男方者人皆誰何店社主隣大小前後上下中")
# Words and firms that are a family name as well, and hardly ever one where 様 or さん follows.
_NO_PERSONS = frozenset({"大家", "役所", "支店", "代理", "先生"})
_FIRMS = frozenset(
    {"佐川", "西濃", "福山", "ヤマト", "ホンダ", "トヨタ", "スズキ", "マツダ", "ダイソン", "アマゾン", "Amazon"}
)
_KATAKANA = re.compile("[ァ-ヶー]{2,}")
_NEVER = re.compile("[0-9０-９].*|[A-Za-zＡ-Ｚａ-ｚ]{1,2}")  # Aさん tells of nobody, and is meant so.
_HIRAGANA = re.compile("[ぁ-ん]{2,}")
_KANJI = re.compile("[一-龥々ヶ]+")
_LATIN = re.compile("[A-Z][a-z]+")
_JOINT = re.compile("[ \u3000・･＝=]")
_AROUND = 24  # characters before a name that may say whose it is
_LABEL = re.compile(
    "(?:名前|なまえ|氏名|姓名|名義人?|宛名|受取人|契約者|申込者|申込人|利用者|登録名|表札|お客様名?|ご本人|代理人)(?:の漢字|の表記)?"
    "[はがを:：=＝/／「『（( \u3000]{1,4}\\Z"
)
_FAMILY = re.compile(
    "(?:夫|妻|主人|奥様|旦那|息子|娘|父|母|兄|弟|姉|妹|孫|長男|次男|長女|次女|ご家族)(?:さん|様|さま)?の\\Z"
)
# Who did what in the house is what a record is for: a colleague is told by the office that is named before them.
_STAFF = re.compile(
    "(?:SV|ＳＶ|スーパーバイザー|担当者?|店長|課長|部長|係長|主任|室長|センター長|リーダー|マネージャー|先輩|後輩|同僚|同期|弊社|当社"
    "|社内|当店|上司|前任|後任|オペレーター|講師|社員|スタッフ|新人|チーム)(?:の|だった|[:： \u3000])?\\Z"
)
_COMPANY = re.compile("(?:株式会社|有限会社|合同会社|法人|[(（][株有][)）]|[㈱㈲])[ \u3000]?\\Z")
_NUMBER_AFTER = re.compile("[ \u3000(（、/／]{1,2}(?:TEL|Tel|tel|電話|携帯|☎)?[ :：]?[0０+＋][0-9０-９-]{2}")
_SIGNS = ("補助記号", "空白")
_ENDS = frozenset("。」』！!？?\n")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.? ([A-Z][a-z]+(?: [A-Z][a-z]+)?)")


_EDGE = Spoken("", -1, -1, ("補助記号", "", "", "", "", ""), False)


def find(text: str) -> Iterator[tuple[int, int]]:
    """Where names of persons stand, in order: without their honorifics, family and given name as one; in linear time.

    A name is what Sudachi takes for one, or what its dictionary knows as one too (山口, 森) or does not know at all, if
    an honorific follows; or what introduces itself (…と申します), stands behind a label (お名前は), before a phone
    number, or is a family name with a given name. Colleagues, whose office stands before them (SVの佐藤さん), are left
    alone unless they are called 様: nobody calls their own house so.
    """
    for words in spoken(text.translate(_KANA)):
        spans: list[tuple[int, int]] = []
        for at, word in enumerate(words):
            first = _name_ending(words, at, text)
            if first is None:
                continue
            # A family name may have been taken for all of it before its given name was read.
            if spans and words[first].start < spans[-1][1]:
                first_start = spans.pop()[0]
                spans.append((min(first_start, words[first].start), word.end))
            else:
                spans.append((words[first].start, word.end))
        yield from spans
    for titled in _TITLE.finditer(text):
        yield titled.span(1)


def _name_ending(words: Sequence[Spoken], at: int, text: str) -> int | None:
    """The first word of the name whose last word this is; None where it ends no name."""
    word = words[at]
    if word.kind[0] not in ("名詞", "感動詞") or _NEVER.fullmatch(word.surface):
        return None
    after = _after(words, at)
    honorific = after.surface if after.surface in _HONORIFICS and after.kind[0] in ("接尾辞", "名詞") else ""
    # さとう is sugar, and さとう様 is a person; くまさん is a bear.
    is_spelt = bool(_HIRAGANA.fullmatch(word.surface)) and honorific not in ("", "さん") and _is_known(word.surface)
    if (
        not (_is_person(word) or _may_be(word) or _is_foreign(word) or is_spelt)
        or word.surface in _NO_PERSONS | _NO_NAMES
    ):
        return None
    first = _begin(words, at)
    before = text[max(0, words[first].start - _AROUND) : words[first].start]
    if not _is_meant(words, first, at, honorific, before, text):
        return None
    if _COMPANY.search(before) or (honorific not in _POLITE and _STAFF.search(before)):
        return None
    return None if first > 0 and words[first - 1].kind[0] == "接頭辞" else first


def _is_meant(words: Sequence[Spoken], first: int, at: int, honorific: str, before: str, text: str) -> bool:
    """Whether what stands around says that this is a person."""
    word, follows = words[at], words[at + 1] if at + 1 < len(words) else _EDGE
    is_alone = first == at
    if honorific:
        if is_alone and honorific == "さん" and word.surface in _FIRMS:
            return False
        # A firm in katakana is no person by its letters alone: ヤマハ様.
        return (
            not is_alone
            or _is_person(word)
            or _may_be(word)
            or not _KATAKANA.fullmatch(word.surface)
            or word.is_unknown
        )
    is_noun_next = follows.kind[0] in ("名詞", "接尾辞")
    if follows.surface in _PLACES_OF and _is_person(word):
        return True
    if is_noun_next and not _is_person(word):
        return False
    if _introduces_itself(words, first, at):
        return True
    if not is_alone and words[first].kind[3] == "姓" and word.kind[3] == "名" and not is_noun_next:
        return True
    if _LABEL.search(before):
        return _is_person(word) or _may_be(word)
    if word.kind[3] == "姓" and _NUMBER_AFTER.match(text, word.end, word.end + 12):
        return True
    return _is_person(word) and bool(_FAMILY.search(before))


def _introduces_itself(words: Sequence[Spoken], first: int, at: int) -> bool:
    """…と申します, …と名乗る, …と言います; and 「…です」 where a sentence begins with it."""
    after = [words[at + step] if at + step < len(words) else _EDGE for step in (1, 2, 3)]
    if after[0].surface == "と":
        verb = after[1].surface
        return verb.startswith(("申", "名乗")) or (verb in ("言い", "いい") and after[2].surface.startswith("ま"))
    before = words[first - 1] if first else _EDGE
    if after[0].surface not in ("です", "だ") or before.kind[0] not in _SIGNS or words[at].kind[3] != "姓":
        return False
    return after[1] is _EDGE or after[1].surface[0] in _ENDS or after[1].surface in ("けど", "けれど", "けれども", "が")


def _begin(words: Sequence[Spoken], at: int) -> int:
    """The first word of a name that goes on to the left: a family name before the given one, parts joined by ・."""
    first = at
    for _part in range(2):
        here, before = words[first], first - 1
        is_joined = before >= 0 and bool(_JOINT.fullmatch(words[before].surface))
        before -= is_joined
        if before < 0 or words[before].end + is_joined != here.start:
            break
        other = words[before]
        if not _goes_on(other, here, is_joined=is_joined):
            break
        first = before
    return first


def _goes_on(other: Spoken, here: Spoken, *, is_joined: bool) -> bool:
    """Whether two neighbours are parts of one name."""
    if _LATIN.fullmatch(here.surface):
        return bool(_LATIN.fullmatch(other.surface))
    if _KATAKANA.fullmatch(here.surface) and _KATAKANA.fullmatch(other.surface):
        return _is_person(other) or is_joined
    is_family = _is_person(other) or (other.kind[1] == "固有名詞" and _may_be(other))
    return here.kind[3] == "名" and is_family


def _after(words: Sequence[Spoken], at: int) -> Spoken:
    """The next word, behind one blank if there is one."""
    follows = words[at + 1 : at + 3]
    if len(follows) == 2 and follows[0].surface in (" ", "\u3000"):
        return follows[1]
    return follows[0] if follows else _EDGE


def _is_person(word: Spoken) -> bool:
    return word.kind[2] == "人名"


def _may_be(word: Spoken) -> bool:
    """Whether a place, a firm or a plain word is a person's name as well, such as 山口, 松尾 and 森."""
    if word.surface in _NO_NAMES or not (_KANJI.fullmatch(word.surface) or word.kind[1] == "固有名詞"):
        return False
    return word.surface[-1] not in "屋店" and _is_known(word.surface)


@lru_cache(maxsize=8_192)
def _is_known(surface: str) -> bool:
    return any(entry.part_of_speech()[2:4] in (("人名", "姓"), ("人名", "名")) for entry in look_up(surface))


def _is_foreign(word: Spoken) -> bool:
    """Whether it is a name by its letters alone: katakana that is no plain word, or a capitalised one."""
    if _LATIN.fullmatch(word.surface):
        return True
    return bool(_KATAKANA.fullmatch(word.surface)) and (word.is_unknown or word.kind[1] == "固有名詞")
