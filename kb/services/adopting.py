"""Take passages of a story into the text of a page: what can be picked, where it likely belongs, and what it makes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.rules.roles import Actor, Permission, require
from kb.services import submitting
from kb.services.checking import Text, one_line
from kb.store.pages import Revision
from kb.text import adopting, block_faults, blocks
from kb.text import audience as audiences
from kb.text.adopting import Target
from kb.text.blocks import BlockKind
from kb.text.plain import plain

__all__ = ["Part", "Passage", "Target", "inside_from", "joined", "parts", "passages_of", "put", "put_beside", "whole"]

# What each part of a story mostly is for a page; a block of it belongs into the same block.
LIKELY = {
    "words": Target.PHRASES,
    "purpose": Target.PURPOSE,
    "done": Target.ASK,
    "proposal": Target.SAY,
    "result": Target.STAFF,
    "learnt": Target.STAFF,
}


@dataclass(frozen=True)
class Passage:
    """A sentence that can be picked; `number` counts through the whole story, and `likely` is where it may go."""

    number: int
    text: str
    likely: Target


@dataclass(frozen=True)
class Part:
    """A part of a story: the name of its field, of a block with a colon before it, or a heading as it was written."""

    name: str
    passages: tuple[Passage, ...]


def parts(revision: Revision, *, viewer: Actor) -> list[Part]:
    """What of a story, or of a proposed text, this person may pick, in the order in which it was told."""
    names = {heading: name for name, heading in submitting.HEADINGS.items()}
    found: dict[str, list[str]] = {}
    place = ""
    for segment in blocks.split(audiences.cut(revision.body, viewer.audience)):
        if segment.kind is not BlockKind.TEXT:
            lines = [segment.argument] if segment.kind is BlockKind.PURPOSE else []
            found.setdefault(f":{segment.kind}", []).extend([*lines, segment.source])
            continue
        for line in segment.source.split("\n"):
            if line.startswith("## "):
                heading = line[3:].strip()
                place = names.get(heading, heading)
            else:
                found.setdefault(place, []).append(line)
    made: list[Part] = []
    number = 0
    for name, lines in found.items():
        texts = adopting.passages("\n".join(lines))
        picks = tuple(Passage(number + at, text, _likely(name, text)) for at, text in enumerate(texts))
        number += len(picks)
        made += [Part(name, picks)] if picks else []
    return made


def put(text: Text, taken: Sequence[str], target: Target, *, by: Actor) -> Text:
    """The text with these passages where they are meant to go; as wordings they lose the brackets around them."""
    require(by, Permission.REVIEW)
    if target is not Target.PHRASES:
        return replace(text, body=adopting.put(text.body, taken, target))
    said = [one_line(one).strip("「」『』 　。") for one in taken]
    return replace(text, phrases=tuple(dict.fromkeys([*text.phrases, *(one for one in said if one)])))


def put_beside(text: Text, inside: str, taken: Sequence[str], target: Target, *, by: Actor) -> tuple[Text, str]:
    """The same where what staff read is written beside the answer: (text, inside), each with its own passages."""
    if target in (Target.TEXT, Target.STEPS, Target.PHRASES):
        return put(text, taken, target, by=by), inside
    require(by, Permission.REVIEW)
    return text, adopting.put(inside, taken, target)


def joined(answer: str, inside: str) -> str:
    """One body of the answer for customers and the part for staff; not a word of `inside` is for customers."""
    kept = [
        blocks.fenced(replace(one, kind=BlockKind.STAFF, argument="") if one.kind is BlockKind.TEXT else one)
        for one in blocks.split(inside)
    ]
    return "\n\n".join(part for part in (blocks.tidy(answer).strip("\n"), *kept) if part)


def whole(answer: str, inside: str) -> str:
    """The same, checked: Invalid for `inside` where one of its blocks is not written right."""
    try:
        block_faults.check(inside)
    except Invalid as fault:
        raise Invalid(fault.sentence, field="inside", **fault.facts) from None
    return joined(answer, inside)


def inside_from(revision: Revision) -> str:
    """What staff may read beside a FAQ of this story, to begin with: its purpose, its proposal, its lesson."""
    told = submitting.from_revision(revision)
    begun = ""
    if told.purpose or told.proposal:
        title = one_line(told.purpose) or one_line(told.proposal)
        begun = adopting.put(begun, [title, *([told.proposal] if told.purpose else [])], Target.PURPOSE)
    return adopting.put(begun, [told.learnt], Target.STAFF)


def passages_of(revision: Revision, *, viewer: Actor) -> list[str]:
    """The sentences of a page as this person reads it, to point at one of them."""
    cut = audiences.cut(revision.body, viewer.audience)
    return list(dict.fromkeys(text for one in adopting.passages(cut) if (text := plain(one).strip())))


def _likely(name: str, text: str) -> Target:
    if name.startswith(":"):
        return Target(name[1:])
    likely = LIKELY.get(name, Target.TEXT)
    return Target.STAFF if likely is Target.PHRASES and len(text) > limits.PHRASE else likely
