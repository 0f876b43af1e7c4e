"""Markdown made into plain readable text, line by line and in linear time."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator

# A label may not hold brackets, so a scan never runs past the next one.
WIKI_LINK = re.compile(r"\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{1,200}))?\]\]")
# The reading is kana only: `{yes|no}` in a text stays what it is.
RUBY = re.compile(r"\{([^{}|\n]{1,40})\|([ぁ-ゖァ-ヺー・ 　]{1,40})\}")

_CODE_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})([^`\n]*)$")
_TICKS = re.compile(r"`+")
_BLOCK_FENCE = re.compile(r" {0,3}[:：]{3,}[ \t　]*(\S*)[ \t　]*(.*)$")
_TABLE_RULE = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?[ \t]*)?$")
_RULE = re.compile(r"[ \t]*(?:=+|(?:[-*_][ \t]*){3,})$")
_REFERENCE = re.compile(r" {0,3}\[[^\[\]]{1,200}\]:[ \t]*\S")
_LEADING = re.compile(r"[ \t　]*(?:(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])[ \t]*)*")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]*(.*?)(?:[ \t]+#+)?[ \t]*$")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)|\[[^\[\]\n]*\])")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()>#+\-.!~|:])")
_STARS = re.compile(r"\*{2,3}|~~")
_EMPHASIS = re.compile(r"\*([^*\s](?:[^*\n]*[^*\s])?)\*")
_UNDERLINED = re.compile(r"(?<!\w)_{1,2}([^_\s](?:[^_\n]*[^_\s])?)_{1,2}(?!\w)")
_SENTENCE_END = re.compile(r"[。！？]+[」』）)]*|[.!?]+(?=\s|$)")
_SPACES = re.compile(r"[ \t　]{2,}")
# Noncharacters stand in for what must wait while the markup around it goes: escaped characters, and code spans.
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")
_ESCAPABLE = "\\`*_{}[]()>#+-.!~|:"
_PARKED = {ord(character): chr(0xFDD0 + place) for place, character in enumerate(_ESCAPABLE)}
_RETURNED = {ord(parked): chr(character) for character, parked in _PARKED.items()}
_SPAN = "\ufdef"
_SPANS = re.compile(f"{_SPAN}([0-9]+){_SPAN}")


def split_code(source: str) -> Iterator[tuple[bool, str]]:
    """Yield (is code, piece) so that the pieces join to `source`; fenced blocks and back-quoted spans are code."""
    plain: list[str] = []
    fence: tuple[str, list[str]] | None = None
    for line in source.splitlines(keepends=True):
        match = _CODE_FENCE.match(line.rstrip("\n"))
        if fence is None:
            if match is None:
                plain.append(line)
                continue
            yield from _split_spans("".join(plain))
            plain, fence = [], (match[1], [line])
            continue
        fence[1].append(line)
        if match and match[1].startswith(fence[0]) and not match[2].strip():
            yield True, "".join(fence[1])
            fence = None
    # An unclosed fence is no code block to the renderer either.
    yield from _split_spans("".join(plain + (fence[1] if fence else [])))


def _split_spans(text: str) -> Iterator[tuple[bool, str]]:
    for paragraph in re.split(r"(\n[ \t]*\n)", text):
        runs = [(match.start(), match.end()) for match in _TICKS.finditer(paragraph)]
        places: dict[int, list[int]] = {}
        for start, end in runs:
            places.setdefault(end - start, []).append(start)
        done, index = 0, 0
        while index < len(runs):
            start, end = runs[index]
            index += 1
            same = places[end - start]
            nearest = bisect_right(same, start)
            if start < done or nearest == len(same) or (start and paragraph[start - 1] == "\\"):
                continue
            close = same[nearest] + end - start
            yield False, paragraph[done:start]
            yield True, paragraph[start:close]
            done = close
        if done < len(paragraph):
            yield False, paragraph[done:]


def plain(source: str) -> str:
    """Return the readable text of Markdown: no markup, the labels of links, the base of ruby, cells side by side.

    Fences of blocks go, but the 題 of a purpose stays. Lines stay lines; empty lines go.
    """
    pieces: list[str] = []
    spans: list[str] = []
    for is_code, piece in split_code(_NONCHARACTERS.sub("", source)):
        if not is_code:
            pieces.append(piece)
            continue
        is_fenced = "\n" in piece and _CODE_FENCE.match(piece.split("\n", 1)[0])
        pieces.append(f"{_SPAN}{len(spans)}{_SPAN}" + ("\n" if is_fenced else ""))
        spans.append(_inside_fence(piece) if is_fenced else piece.strip("`").strip())
    text = "\n".join(map(_line, "".join(pieces).split("\n")))
    text = _SPANS.sub(lambda match: spans[int(match[1])], text)
    kept = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in kept if line)


def _inside_fence(piece: str) -> str:
    return "\n".join(piece.rstrip("\n").split("\n")[1:-1])


def _line(line: str) -> str:
    fence = _BLOCK_FENCE.match(line)
    if fence:
        return fence[2] if fence[1].lower() == "purpose" else ""
    if not line or _TABLE_RULE.match(line) or _RULE.match(line) or _REFERENCE.match(line):
        return ""
    leading = _LEADING.match(line)
    text = line[leading.end() :] if leading else line
    heading = _HEADING.match(text)
    return inline(heading[2] if heading else text)


def inline(text: str) -> str:
    """Return one line of Markdown without its inline markup."""
    if not any(character in text for character in "\\[{<*_~|&"):
        return text
    text = _ESCAPE.sub(lambda match: match[1].translate(_PARKED), text)
    text = WIKI_LINK.sub(lambda match: match[2] or match[1], text)
    text = RUBY.sub(r"\1", text)
    # A second pass reads the link around an image.
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))
    text = _AUTOLINK.sub(r"\1", text)
    text = _EMPHASIS.sub(r"\1", _STARS.sub("", _UNDERLINED.sub(r"\1", text)))
    return html.unescape(text.replace("|", " ")).translate(_RETURNED)


def readings(source: str) -> list[str]:
    """The readings that stand above words by {解約|かいやく}, each once, in order; not those in code."""
    found = (match[2].strip() for is_code, piece in split_code(source) if not is_code for match in RUBY.finditer(piece))
    return [reading for reading in dict.fromkeys(found) if reading]


def first_sentence(source: str, limit: int) -> str:
    """Return the first sentence of the first line that is neither heading nor table, at most `limit` characters.

    A longer sentence is cut and ends in `…`; a text of headings alone gives its first line.
    """
    lines = [
        line for line in source.split("\n") if line.strip() and not _HEADING.match(line) and line.lstrip()[0] != "|"
    ]
    found = next((text for text in map(plain, lines) if text), "") or plain(source).split("\n", 1)[0]
    end = _SENTENCE_END.search(found)
    sentence = found[: end.end()] if end else found
    return sentence if len(sentence) <= limit else sentence[: max(limit - 1, 0)].rstrip() + "…"
