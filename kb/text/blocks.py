"""The fenced blocks of a page body: found, checked, and never leaking what they hold."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from kb.rules.errors import Invalid
from kb.rules.pages import Audience
from kb.text.plain import plain


class BlockKind(StrEnum):
    """What a segment is for; TEXT is everything outside the blocks."""

    TEXT = "text"
    SAY = "say"
    ASK = "ask"
    PURPOSE = "purpose"
    LIMIT = "limit"
    STAFF = "staff"
    SV = "sv"


LIMIT_ROLES = ("operator", "sv", "admin")

_AUDIENCES = {BlockKind.TEXT: Audience.PUBLIC, BlockKind.SV: Audience.SV}
_NAMES = {kind.value: kind for kind in BlockKind if kind is not BlockKind.TEXT}
_TAKES_ARGUMENT = (BlockKind.PURPOSE, BlockKind.LIMIT)

_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_COLONS = "[:：﹕︓∶]"
_FENCE = re.compile(rf" {{0,3}}{_COLONS}{{3,}}(.*)")
# A fence behind a quote, a list marker, deep white space or invisible characters is a mistake, but it still hides.
_LOOSE_FENCE = re.compile(rf"[\s{_INVISIBLE}>*+\-#|_~`\d.)]*((?:{_COLONS}[{_INVISIBLE}]*)+)(.*)")
_TRIM = re.compile(rf"^[\s{_INVISIBLE}]+|[\s{_INVISIBLE}:：]+$")


@dataclass(frozen=True)
class Segment:
    """A stretch of a body: its kind, the words behind a block's name, the source inside, and its first line from 1."""

    kind: BlockKind
    argument: str
    source: str
    line: int

    @property
    def audience(self) -> Audience:
        return audience_of(self)


@dataclass(frozen=True)
class Fence:
    """An opening line: the name as written, the kind it is treated as, and whether the line is written right."""

    name: str
    kind: BlockKind
    argument: str
    line: int
    known: bool
    strict: bool


@dataclass(frozen=True)
class Line:
    """One line of a body with the kind it belongs to; `opens` and `closes` mark fences, `stray` a close of nothing."""

    text: str
    number: int
    kind: BlockKind
    argument: str
    opens: Fence | None = None
    closes: bool = False
    stray: bool = False
    inside: Fence | None = None

    @property
    def audience(self) -> Audience:
        return _audience(self.kind)


def tidy(body: str) -> str:
    """Return the body with LF line ends and without control characters, lone surrogates and noncharacters."""
    return _LINE_ENDS.sub("\n", _UNWANTED.sub("", body.removeprefix("\ufeff")))


def audience_of(segment: Segment) -> Audience:
    """Return who may read a segment: text is public, sv is for SVs, every other block is for staff."""
    return _audience(segment.kind)


def _audience(kind: BlockKind) -> Audience:
    return _AUDIENCES.get(kind, Audience.STAFF)


def _fence(text: str, number: int) -> Fence | None:
    """Read one line: an opening fence, a closing one (a fence without a name), or None for any other line."""
    match = _FENCE.match(text)
    if match:
        rest = _TRIM.sub("", match[1])
        return _opener(rest, number, strict=True)
    match = _LOOSE_FENCE.match(text)
    if match is None:
        return None
    rest = _TRIM.sub("", match[2])
    # Fewer than three colons count only directly before one of the six names.
    if len(re.findall(_COLONS, match[1])) < 3 and (match[2][:1].isspace() or _name_of(rest) not in _NAMES):
        return None
    return _opener(rest, number, strict=False) if rest else None


def _name_of(rest: str) -> str:
    word = rest.split(maxsplit=1)[0] if rest else ""
    return unicodedata.normalize("NFKC", re.sub(f"[{_INVISIBLE}]", "", word)).casefold()


def _opener(rest: str, number: int, *, strict: bool) -> Fence:
    name = _name_of(rest)
    argument = rest.split(maxsplit=1)[1] if len(rest.split(maxsplit=1)) > 1 else ""
    kind = _NAMES.get(name)
    if kind is BlockKind.LIMIT:
        argument = unicodedata.normalize("NFKC", argument).lower()
    # An unknown name hides its text; one that could be a slip of `sv` hides it from operators too.
    guess = BlockKind.SV if "sv" in name else BlockKind.STAFF
    return Fence(name, kind or guess, argument, number, kind is not None, strict)


def walk(body: str) -> Iterator[Line]:
    """Yield every line of the tidied body with the kind it belongs to; joined by LF the texts are the body again.

    A fence is a fence everywhere, in code too. Inside a block the stricter of the outer and the inner kind holds, a
    close ends the innermost block only, and what is not closed runs to the end: a slip hides text, it never shows it.
    """
    stack: list[Fence] = []
    opened: list[Fence] = []
    for number, text in enumerate(tidy(body).split("\n"), start=1):
        now = stack[-1] if stack else None
        kind, argument = (now.kind, now.argument) if now else (BlockKind.TEXT, "")
        fence = _fence(text, number)
        if fence and fence.name:
            held = fence
            if now and _audience(fence.kind).rank <= _audience(now.kind).rank:
                held = replace(fence, kind=now.kind, argument=now.argument)
            yield Line(text, number, held.kind, held.argument, opens=fence, inside=opened[-1] if opened else None)
            stack.append(held)
            opened.append(fence)
        elif fence:
            yield Line(text, number, kind, argument, closes=True, stray=now is None)
            if stack:
                stack.pop()
                opened.pop()
        else:
            yield Line(text, number, kind, argument)


def split(body: str) -> list[Segment]:
    """Return the segments of a body in order, blank text left out; see `walk` for what a slip does.

    Words behind the name of a block that takes none are its first line of text.
    """
    segments: list[Segment] = []
    current: Segment | None = None
    lines: list[str] = []
    for line in walk(body):
        if line.opens or line.closes:
            segments += _finished(current, lines)
            current, lines = None, []
        if line.opens:
            current = Segment(line.kind, line.argument, "", line.number)
            if line.kind not in _TAKES_ARGUMENT:
                current, lines = replace(current, argument=""), [line.opens.argument]
        elif not line.closes:
            current = current or Segment(line.kind, line.argument, "", line.number)
            lines.append(line.text)
    return segments + _finished(current, lines)


def _finished(segment: Segment | None, lines: list[str]) -> list[Segment]:
    """Return the segment with its lines trimmed, or nothing where it says nothing."""
    if segment is None:
        return []
    first = next((index for index, text in enumerate(lines) if text.strip()), len(lines))
    source = "\n".join(lines[first:]).rstrip()
    line = segment.line + first if segment.kind is BlockKind.TEXT else segment.line
    return [replace(segment, source=source, line=line)] if source or segment.argument else []


def fenced(segment: Segment) -> str:
    """Return the segment as source again, with its fences unless it is plain text."""
    if segment.kind is BlockKind.TEXT:
        return segment.source
    head = f":::{segment.kind} {segment.argument}".rstrip()
    return "\n".join(part for part in (head, segment.source, ":::") if part)


def say_text(body: str) -> str | None:
    """Return the plain text of the page's first `say` block, or None; cut the body for the reader first."""
    for segment in split(body):
        if segment.kind is BlockKind.SAY and segment.source:
            return plain(segment.source)
    return None


def faults(body: str) -> list[Invalid]:
    """Return what is wrong with the blocks of a body, in the order of its lines, each as an error for the writer."""
    found: list[Invalid] = []
    open_fences: list[Fence] = []
    says = 0
    for line in walk(body):
        if line.opens:
            says += line.opens.kind is BlockKind.SAY
            found.extend(_fence_faults(line.opens, line.inside, says))
            open_fences.append(line.opens)
        elif line.stray:
            found.append(
                _fault("%(line)s行目の「:::」には、閉じるブロックがありません。この行を消してください。", line.number)
            )
        elif line.closes:
            open_fences.pop()
    for fence in open_fences:
        sentence = "%(line)s行目の「:::%(name)s」が閉じていません。ブロックの終わりに「:::」だけの行を書いてください。"
        found.append(_fault(sentence, fence.line, name=fence.name))
    return found


def check(body: str) -> None:
    """Raise Invalid for the first fault of a body's blocks: it names the line and what to do."""
    for fault in faults(body):
        raise fault


def _fault(sentence: str, line: int, **facts: object) -> Invalid:
    return Invalid(sentence, field="body", line=line, **facts)


def _fence_faults(fence: Fence, outer: Fence | None, says: int) -> Iterator[Invalid]:
    if not fence.known:
        yield _fault(
            "%(line)s行目の「:::%(name)s」というブロックはありません。"
            "使えるのは say、ask、purpose、limit、staff、sv の6つです。",
            fence.line,
            name=fence.name,
        )
    elif not fence.strict:
        sentence = "%(line)s行目の「:::%(name)s」は、行のはじめからコロン3つで書いてください。"
        yield _fault(sentence, fence.line, name=fence.name)
    if outer:
        yield _fault(
            "%(line)s行目の「:::%(name)s」が、%(opened)s行目の「:::%(outer)s」の中にあります。"
            "先に「:::」だけの行で閉じてください。",
            fence.line,
            name=fence.name,
            opened=outer.line,
            outer=outer.name,
        )
    if not fence.known:
        return
    if fence.kind is BlockKind.SAY and says > 1:
        yield _fault("「:::say」は1つの記事に1つです。%(line)s行目のぶんをまとめてください。", fence.line)
    if fence.kind is BlockKind.LIMIT and fence.argument not in LIMIT_ROLES:
        sentence = "%(line)s行目の「:::limit」のあとに、operator、sv、admin のどれかを書いてください。"
        yield _fault(sentence, fence.line)
    if fence.kind is BlockKind.PURPOSE and not fence.argument:
        yield _fault("%(line)s行目の「:::purpose」のあとに、目的の題を書いてください。", fence.line)
