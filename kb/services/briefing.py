"""A page in the order in which a call needs it: what to say, to ask and to decide first, then steps, then the rest."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.services.reading import View
from kb.text import sections
from kb.text.blocks import BlockKind
from kb.text.rendering import Part


@dataclass(frozen=True)
class Brief:
    """The parts of a page by their use; `steps` are parts of text with an ordered list, `rest` is everything else."""

    says: tuple[Part, ...]
    asks: tuple[Part, ...]
    limits: tuple[Part, ...]
    purposes: tuple[Part, ...]
    steps: tuple[Part, ...]
    rest: tuple[Part, ...]


def brief(view: View) -> Brief:
    """The parts of a page that was read before, and therefore cut for its reader."""
    parts = view.body.parts
    pieces = list(_pieces(parts))
    return Brief(
        says=_of(parts, BlockKind.SAY),
        asks=_of(parts, BlockKind.ASK),
        limits=_of(parts, BlockKind.LIMIT),
        purposes=_of(parts, BlockKind.PURPOSE),
        steps=tuple(part for part, is_steps in pieces if is_steps),
        rest=tuple(part for part, is_steps in pieces if not is_steps),
    )


def _of(parts: Iterable[Part], kind: BlockKind) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.kind is kind)


def _pieces(parts: Iterable[Part]) -> Iterable[tuple[Part, bool]]:
    """Text by its sections and guarded text as it is, each with whether it tells the steps."""
    for part in parts:
        if part.kind is BlockKind.TEXT:
            for section in sections.split(part.html):
                yield replace(part, html=section.html), section.has_steps
        elif part.kind in (BlockKind.STAFF, BlockKind.SV):
            yield part, False
