"""What is wrong with the blocks of a page body, said to its writer: the line, and what to do."""

from collections.abc import Iterator

from kb.rules.errors import Invalid
from kb.text import dated_limits
from kb.text.blocks import SAY_CHANNELS, BlockKind, Fence, walk


def faults(body: str) -> list[Invalid]:
    """Return what is wrong with the blocks of a body, in the order of its lines, each as an error for the writer."""
    found: list[Invalid] = []
    open_fences: list[Fence] = []
    channels: list[str] = []
    for line in walk(body):
        if line.opens:
            found.extend(_fence_faults(line.opens, line.inside))
            if line.opens.kind is BlockKind.SAY:
                channel = line.opens.argument if line.opens.argument in SAY_CHANNELS.values() else ""
                found.extend(_twice(line.opens, channel) if channel in channels else ())
                channels.append(channel)
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


def _twice(fence: Fence, channel: str) -> Iterator[Invalid]:
    if channel:
        sentence = "「:::say %(channel)s」は1つの記事に1つです。%(line)s行目のぶんをまとめてください。"
        yield _fault(sentence, fence.line, channel=channel)
    else:
        yield _fault("「:::say」は1つの記事に1つです。%(line)s行目のぶんをまとめてください。", fence.line)


def _limit_faults(fence: Fence) -> Iterator[Invalid]:
    try:
        dated_limits.term(fence.argument)
    except Invalid as why:
        yield _fault("%(line)s行目：%(why)s", fence.line, why=why)


def _fence_faults(fence: Fence, outer: Fence | None) -> Iterator[Invalid]:
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
    if fence.kind is BlockKind.LIMIT:
        yield from _limit_faults(fence)
    if fence.kind is BlockKind.PURPOSE and not fence.argument:
        yield _fault("%(line)s行目の「:::purpose」のあとに、目的の題を書いてください。", fence.line)
