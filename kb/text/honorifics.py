"""Double honorifics in a Japanese text: where they stand, and how the same is said with one."""

import re
from dataclasses import dataclass
from typing import Any

from kb.text.short_words import look_up, morphemes

# Respectful verbs that are whole words, before られる: the stems for ます and for た.
_RESPECTFUL = {
    "おっしゃら": ("おっしゃい", "おっしゃっ"),
    "仰ら": ("仰い", "仰っ"),
    "いらっしゃら": ("いらっしゃい", "いらっしゃっ"),
    "なさら": ("なさい", "なさっ"),
    "下さら": ("下さい", "下さっ"),
    "くださら": ("ください", "くださっ"),
    "召し上がら": ("召し上がり", "召し上がっ"),
    "召しあがら": ("召しあがり", "召しあがっ"),
    "めしあがら": ("めしあがり", "めしあがっ"),
}
_BECOME = ("なり", "なっ")
# With these, …になる means to become or stands in an idiom, and れる is the only honorific.
_NOT_DEEDS = {"世話", "厄介", "馳走", "迷惑", "担当", "代表", "負担", "病気", "名誉", "成人", "一緒", "無事"}
_FROM_VERB = re.compile("[一-龯々ぁ-ん][いきぎしちにびみりえけげせてねべめれ]$")  # 帰り, 求め
_WHOLE_DEEDS = {"ご覧", "御覧", "おいで", "お出で"}
# Humble verbs that are whole words already; お…する around them is humble twice. Tolerated: お伺いする and its like.
_HUMBLE = re.compile(
    "(?:(?<!な)お|[ご御])(?:"
    "(?P<deed>拝(?:見|聴|読|借|受|観|察|命|謁|顔)|頂戴)|"
    "(?P<verb>申し上げ|申しあげ|差し上げ|差しあげ|存じ上げ|承り)(?=し|いた|致|する|でき|願|ま|る|て|た))"
)
_LET_ME_VISIT = re.compile(
    "[お御](?:伺い|うかがい)さ?せて(?:い?ただ|頂)(?P<end>きます|きました|きたい|きまして|いて|いた|く|ければ|けますか|けますでしょうか|けますと)"
)
_VISIT = {
    "きます": "伺います",
    "きました": "伺いました",
    "きたい": "伺いたい",
    "きまして": "伺いまして",
    "いて": "伺って",
    "いた": "伺った",
    "く": "伺う",
    "ければ": "伺えれば",
    "けますか": "伺ってもよろしいですか",
    "けますでしょうか": "伺ってもよろしいでしょうか",
    "けますと": "伺えますと",
}


@dataclass(frozen=True)
class Doubled:
    """A double honorific: text[start:end], the words as written, and what to say instead."""

    start: int
    end: int
    words: str
    instead: str


def doubled(text: str) -> list[Doubled]:
    """Find the double honorifics of a text, in their order.

    The rule is that of 文化審議会答申「敬語の指針」(2007-02-02), 二重敬語: one word made honorific twice in the same
    way, such as お読みになる with …れる. What it names as settled by custom is let pass (お召し上がりになる,
    お見えになる, お伺いする, お伺いいたす, お伺い申し上げる), and so are two words joined by て: no doubling to it.
    お伺いさせていただく is humble once more than the settled forms; the same answer wants させていただく only where
    somebody's leave is asked (第三章).
    """
    found = [*_respectful(text), *_humble(text)]
    return sorted(found, key=lambda one: one.start)


def _respectful(text: str) -> list[Doubled]:
    """おっしゃられる, ご覧になられる and the like: a respectful form, and れる behind it."""
    found: list[Doubled] = []
    for offset, chunk, morphs in morphemes(text):
        words = list(morphs)
        for at, word in enumerate(words[:-1]):
            after = words[at + 1]
            if after.dictionary_form() not in ("れる", "られる") or after.part_of_speech()[0] != "助動詞":
                continue
            stems = _RESPECTFUL.get(word.surface())
            start = word.begin()
            if word.surface() == "なら" and (begin := _deed_before(words, at)) is not None:
                stems, start = _BECOME, begin
            if stems is None:
                continue
            said = chunk[start : word.begin()]
            end, rest = _without(words, at, stems, chunk)
            found.append(Doubled(offset + start, offset + end, chunk[start:end], said + rest))
    return found


def _deed_before(words: list[Any], at: int) -> int | None:
    """Where お…に or ご…に begins before なら, if it makes a verb respectful; None where it is a state or a role."""
    if at < 2 or words[at - 1].surface() != "に":
        return None
    deed = words[at - 2]
    surface, kind = deed.surface(), deed.part_of_speech()
    if surface in _WHOLE_DEEDS:
        return int(deed.begin())
    if surface.startswith(("お", "ご", "御")) and len(surface) > 1:
        # The dictionary has ご利用 as one word, and says only of 利用 that it is a deed.
        kinds = [entry.part_of_speech() for entry in look_up(surface[1:])]
        return int(deed.begin()) if any(_is_deed(surface[1:], one) for one in (kind, *kinds)) else None
    before = words[at - 3] if at >= 3 else None
    if before is not None and before.surface() in ("お", "ご", "御") and _is_deed(surface, kind):
        return int(before.begin())
    return None


def _is_deed(surface: str, kind: tuple[str, ...]) -> bool:
    if surface in _NOT_DEEDS:
        return False
    return kind[0] == "動詞" or kind[2] == "サ変可能" or (kind[0] == "名詞" and bool(_FROM_VERB.search(surface)))


def _without(words: list[Any], at: int, stems: tuple[str, str], chunk: str) -> tuple[int, str]:
    """The end of the verb with what hangs on it, and the same without れる."""
    verb, doubling = words[at], words[at + 1]
    end = at + 2
    while end < len(words) and words[end].part_of_speech()[0] == "助動詞":
        end += 1
    tail = chunk[doubling.end() : words[end - 1].end()]
    if end < len(words) and words[end].surface() in ("て", "で", "たら", "ば", "ながら"):
        tail = chunk[doubling.end() : words[end].end()]
        end += 1
    stop = int(words[end - 1].end())
    plain = verb.surface()[:-1] + "る"
    if tail.startswith(("ます", "まし", "ませ", "たい", "ながら", "そう")):
        return stop, stems[0] + tail
    if tail.startswith(("た", "て")):
        return stop, stems[1] + tail
    if tail.startswith(("ない", "なかっ", "ず", "ぬ")):
        return stop, verb.surface() + tail
    if tail.startswith("ば"):
        return stop, verb.surface()[:-1] + "れば"
    return stop, plain + tail


def _humble(text: str) -> list[Doubled]:
    """ご拝見する, お申し上げする, お伺いさせていただく: a humble verb made humble again."""
    found = [
        Doubled(match.start(), match.end(), match[0], match["deed"] or match["verb"])
        for match in _HUMBLE.finditer(text)
    ]
    for match in _LET_ME_VISIT.finditer(text):
        found.append(Doubled(match.start(), match.end(), match[0], _VISIT[match["end"]]))
    return found
