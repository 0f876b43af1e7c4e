"""Which Japanese and English words carry no meaning for a search, by Sudachi's parts of speech and normalised forms."""

from collections.abc import Sequence

END, SPACE, SIGN, PARTICLE, AUXILIARY = "end", "space", "sign", "particle", "auxiliary"
CONNECTIVE, FILLER, PREFIX, SUFFIX = "connective", "filler", "prefix", "suffix"
VERB, ADJECTIVE, NOUN, WORD = "verb", "adjective", "noun", "word"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DROPPED = frozenset({END, SPACE, SIGN, PARTICLE, AUXILIARY, CONNECTIVE, FILLER})

# Verbs and nouns that only carry politeness or grammar, wherever they stand.
ALWAYS = _set(
    "為る 居る 有る 成る 下さる 頂く 致す 御座る 出来る 遣る 願う 申し上げる 参る 存じる 言う 思う 良い 宜しい"
    " こと 訳 筈 為 此れ 其れ 彼れ 此処 そこ 彼処 此方 其方 私 当方 其の 此の あの どの どう こう そう ああ"
    " はい ねえ もしもし 一寸"
)
ALWAYS_AS_WRITTEN = _set("もの ほう ところ とき おる おり")
HONORIFIC = _set("様 さん 氏 殿 君 等 達")
# …ておく, …てもらう; standing alone they mean something (代わりに行く).
AFTER_TE = _set("おく 置く 仕舞う 見る 来る 行く 上げる 貰う 呉れる 欲しい 遣る")
# …について, …に対して.
AFTER_NI = _set("つい よっ より よる 関し 関する 対し 対する おい おける")
REQUESTS = _set("教える 知る 聞く 伺う")
FAVOURS = _set("下さる 頂く 貰う 呉れる 欲しい")
ENGLISH = _set(
    "a an the is are was were be been am do does did can could will would should may might have has had i you he she it"
    " we they me my your our their its this that these those of to in on at by for from with as and or but not no if so"
    " how what when where which who why there here please"
)
SINGULAR = {"s": "", "ies": "y", "sses": "ss", "ches": "ch", "shes": "sh", "xes": "x"}


def kind(pos: Sequence[str]) -> str:
    """Sort one of Sudachi's parts of speech (six words) into the kinds above."""
    head, second = (*pos, "", "")[:2]
    if head == "補助記号":
        return END if second == "句点" else SIGN
    if head in ("助詞", "助動詞"):
        return PARTICLE if head == "助詞" else AUXILIARY
    if head == "記号":
        return WORD if second == "文字" else SIGN
    if head == "感動詞":
        return FILLER if second == "フィラー" else WORD
    if (head, second) == ("形状詞", "助動詞語幹"):
        return AUXILIARY
    return _PLAIN.get(head, WORD)


_PLAIN = {
    "空白": SPACE,
    "接続詞": CONNECTIVE,
    "接頭辞": PREFIX,
    "接尾辞": SUFFIX,
    "動詞": VERB,
    "形容詞": ADJECTIVE,
    "名詞": NOUN,
}


def negates(kind: str, normal: str) -> bool:
    """Whether a word of this kind denies the one before it: 入らない, 入りません, 入らず, 在庫がない."""
    return (kind == AUXILIARY and normal in ("ない", "ず")) or (kind == ADJECTIVE and normal == "無い")
