"""The fenced blocks of a page body: found, checked, and never leaking what they hold."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

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

# For which channel the words of a `say` are; without a name they are spoken.
SAY_CHANNELS = {"mail": "mail", "メール": "mail", "chat": "chat", "チャット": "chat"}

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
    elif kind is BlockKind.SAY:
        argument = SAY_CHANNELS.get(unicodedata.normalize("NFKC", argument).casefold().strip(), argument)
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

    Words behind the name of a block that takes none are its first line of text; behind `say` all but a channel's name.
    """
    segments: list[Segment] = []
    current: Segment | None = None
    lines: list[str] = []
    for line in walk(body):
        if line.opens or line.closes:
            segments += _finished(current, lines)
            current, lines = None, []
        if line.opens:
            current = Segment(line.kind, _argument(line.kind, line.argument), "", line.number)
            is_channel = line.opens.kind is BlockKind.SAY and line.opens.argument in SAY_CHANNELS.values()
            if line.kind not in _TAKES_ARGUMENT and not is_channel:
                lines = [line.opens.argument]
        elif not line.closes:
            current = current or Segment(line.kind, _argument(line.kind, line.argument), "", line.number)
            lines.append(line.text)
    return segments + _finished(current, lines)


def _argument(kind: BlockKind, words: str) -> str:
    """What of the words behind a block's name is said about the block, and is not its text."""
    is_said = kind in _TAKES_ARGUMENT or (kind is BlockKind.SAY and words in SAY_CHANNELS.values())
    return words if is_said else ""


def _finished(segment: Segment | None, lines: list[str]) -> list[Segment]:
    """Return the segment with its lines trimmed, or nothing where it says nothing."""
    if segment is None:
        return []
    first = next((index for index, text in enumerate(lines) if text.strip()), len(lines))
    source = "\n".join(lines[first:]).rstrip()
    line = segment.line + first if segment.kind is BlockKind.TEXT else segment.line
    tells = source or (segment.argument and segment.kind is not BlockKind.SAY)
    return [replace(segment, source=source, line=line)] if tells else []


def fenced(segment: Segment) -> str:
    """Return the segment as source again, with its fences unless it is plain text."""
    if segment.kind is BlockKind.TEXT:
        return segment.source
    head = f":::{segment.kind} {segment.argument}".rstrip()
    return "\n".join(part for part in (head, segment.source, ":::") if part)


def say_text(body: str, channel: str = "") -> str | None:
    """Return the plain text of the page's first `say` block for a channel ("" is spoken, mail, chat), or None.

    Cut the body for the reader first.
    """
    for segment in split(body):
        if segment.kind is BlockKind.SAY and segment.argument == channel:
            return plain(segment.source)
    return None
