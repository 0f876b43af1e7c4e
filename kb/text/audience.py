"""The audience cut: what a reader may not see leaves the source before anything else reads it."""

from dataclasses import dataclass

from kb.rules.pages import Audience
from kb.text.blocks import BlockKind, split, tidy, walk
from kb.text.plain import plain, readings


@dataclass(frozen=True)
class Fields:
    """The plain text of a body for the index: what everybody, only staff, and only SVs may read."""

    public: str
    staff: str
    sv: str


def cut(body: str, audience: Audience) -> str:
    """Return the Markdown source that this audience may read, its own blocks as they stand.

    A removed block leaves no trace: one blank line stands where any two paragraphs would have one, and the result
    begins with text and ends with one newline. For an SV the tidied body comes back whole. Cutting twice changes
    nothing more.
    """
    if audience is Audience.SV:
        return tidy(body)
    kept: list[str] = []
    gap = True
    for line in walk(body):
        if line.stray or not audience.includes(line.audience):
            gap = True
            continue
        if gap:
            while kept and not kept[-1].strip():
                kept.pop()
            if not line.text.strip():
                continue
            if kept:
                kept.append("")
            gap = False
        kept.append(line.text)
    text = "\n".join(kept).rstrip()
    return f"{text}\n" if text else ""


def fields(body: str) -> Fields:
    """Return the plain texts for the index, one per audience, with nothing in two of them.

    Readings that a writer put above words follow the text: no dictionary knows the names that need them most.
    """
    texts: dict[Audience, list[str]] = {audience: [] for audience in Audience}
    for segment in split(body):
        # The 題 of a purpose is text; the role of a limit is not.
        title = plain(segment.argument) if segment.kind is BlockKind.PURPOSE else ""
        parts = (title, plain(segment.source), *readings(segment.source))
        texts[segment.audience].append("\n".join(part for part in parts if part))
    return Fields(*("\n".join(texts[audience]) for audience in Audience))
