"""Passages of one text put into another: split where they can be picked, and placed in the block they are meant for."""

import re
from collections.abc import Sequence
from enum import StrEnum

from kb.text.blocks import BlockKind, walk


class Target(StrEnum):
    """Where in a page a passage may go; PHRASES is beside the body."""

    SAY = "say"
    ASK = "ask"
    PURPOSE = "purpose"
    LIMIT = "limit"
    STEPS = "steps"
    TEXT = "text"
    STAFF = "staff"
    SV = "sv"
    PHRASES = "phrases"


# The order in which an operator needs them; a new block stands behind what comes before it.
_ORDER = (BlockKind.SAY, BlockKind.ASK, BlockKind.PURPOSE, BlockKind.LIMIT, BlockKind.STAFF, BlockKind.SV)
_LISTS = (BlockKind.ASK, BlockKind.LIMIT)
_SENTENCE = re.compile(r"(?<=[。！？])(?![。！？」』）)])")
_MARK = re.compile(r"^[\s　]*(?:[-*+・>]|\d{1,3}[.)]|#{1,6})?[\s　]*")
_COLONS = re.compile(r"[:：﹕︓∶]+")
_STEP = re.compile(r"^(\d{1,3})([.)])\s")
_QUOTED = re.compile(r"[「『][^「」『』]*[」』]")


def passages(source: str) -> list[str]:
    """Return the sentences of a text in order, without the marks of lists and headings; fences are no sentences."""
    found: list[str] = []
    for line in walk(source):
        if line.opens or line.closes:
            continue
        text = _MARK.sub("", line.text, count=1).strip(" 　\t")
        # What somebody says in brackets is one passage with what stands around it.
        held = _QUOTED.sub(lambda match: "\ufdef" * len(match[0]), text)
        start = 0
        for end in (*(match.start() for match in _SENTENCE.finditer(held)), len(text)):
            if piece := text[start:end].strip(" 　\t"):
                found.append(piece)
            start = end
    return list(dict.fromkeys(found))


def put(body: str, taken: Sequence[str], target: Target) -> str:
    """Return the body with the passages in the block they are meant for, which is made where there is none.

    Sentences are added to those of `say`, points to `ask` and `limit` of operators, a `purpose` of its own is titled by
    the first passage; steps go on with the last numbered list. PHRASES leaves the body as it is.
    """
    clean = [text for text in map(_harmless, taken) if text]
    if not clean or target is Target.PHRASES:
        return body
    lines = body.rstrip().split("\n") if body.strip() else []
    if target is Target.STEPS:
        return _joined(_with_steps(lines, clean))
    if target is Target.TEXT:
        return _joined(_with_text(lines, clean))
    kind = BlockKind(target.value)
    points = [f"- {text}" for text in clean] if kind in _LISTS else clean
    if kind is not BlockKind.PURPOSE and (place := _end_of(lines, kind)) is not None:
        gap = [""] if kind in (BlockKind.STAFF, BlockKind.SV) and place and lines[place - 1].strip() else []
        return _joined([*lines[:place], *gap, *points, *lines[place:]])
    argument = {BlockKind.LIMIT: " operator", BlockKind.PURPOSE: f" {clean[0]}"}.get(kind, "")
    inside = points[1:] if kind is BlockKind.PURPOSE else points
    return _joined(_with_block(lines, kind, [f":::{kind}{argument}", *inside, ":::"]))


def _harmless(passage: str) -> str:
    """The passage on one line; what would open or close a block there loses its colons."""
    text = " ".join(passage.split())
    is_fence = any(line.opens or line.closes for one in (text, f"- {text}", f"1. {text}") for line in walk(one))
    return _COLONS.sub("", text).strip() if is_fence else text


def _joined(lines: list[str]) -> str:
    return "\n".join(lines)


def _end_of(lines: list[str], kind: BlockKind) -> int | None:
    """The index of the line that closes the first block of this kind: a spoken `say`, a `limit` of operators."""
    argument = {BlockKind.SAY: "", BlockKind.LIMIT: "operator"}.get(kind)
    inside = False
    for line in walk("\n".join(lines)):
        if line.opens and line.opens.kind is kind and line.inside is None:
            inside = argument is None or line.opens.argument == argument
        elif line.closes and inside:
            return line.number - 1
    return None


def _with_block(lines: list[str], kind: BlockKind, block: list[str]) -> list[str]:
    """The lines with a new block behind the last one that comes no later in the order, else before the first."""
    rank, depth, opened = _ORDER.index(kind), 0, kind
    after: int | None = None
    before: int | None = None
    for line in walk("\n".join(lines)):
        if line.opens:
            depth += 1
            if depth == 1:
                opened = line.opens.kind
                if before is None and _ORDER.index(opened) > rank:
                    before = line.number - 1
        elif line.closes and depth:
            depth -= 1
            if not depth and _ORDER.index(opened) <= rank:
                after = line.number
    place = after if after is not None else before if before is not None else len(lines)
    return _spaced(lines[:place], block, lines[place:])


def _with_steps(lines: list[str], clean: list[str]) -> list[str]:
    """The lines with more steps in the last numbered list that everybody reads, or with a list of their own."""
    last: tuple[int, int, str] | None = None
    for line in walk("\n".join(lines)):
        found = _STEP.match(line.text) if line.kind is BlockKind.TEXT and not line.opens and not line.closes else None
        if found:
            last = (line.number, int(found[1]), found[2])
    if last is None:
        return _with_text(lines, ["## 手順", "\n".join(f"{n}. {text}" for n, text in enumerate(clean, start=1))])
    place, number, sign = last
    # What is indented below a step belongs to it.
    while place < len(lines) and lines[place].startswith((" ", "\t")) and lines[place].strip():
        place += 1
    steps = [f"{n}{sign} {text}" for n, text in enumerate(clean, start=number + 1)]
    return [*lines[:place], *steps, *lines[place:]]


def _with_text(lines: list[str], clean: list[str]) -> list[str]:
    """The lines with paragraphs at the end of the text before the first block."""
    first = next((line.number - 1 for line in walk("\n".join(lines)) if line.opens), len(lines))
    paragraphs = "\n\n".join(clean).split("\n")
    return _spaced(lines[:first], paragraphs, lines[first:])


def _spaced(before: list[str], new: list[str], after: list[str]) -> list[str]:
    """The three parts with exactly one empty line between them."""
    while before and not before[-1].strip():
        before = before[:-1]
    while after and not after[0].strip():
        after = after[1:]
    return [*before, *([""] if before else []), *new, *([""] if after else []), *after]
