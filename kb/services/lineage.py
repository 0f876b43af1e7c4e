"""Keep which stories a page stands on: which of its passages they support or contradict, and who told them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher

from kb.rules import clock, limits
from kb.rules.desk import Bond
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.pages import Audience, Kind
from kb.rules.review_states import State
from kb.rules.roles import Actor, Permission, require
from kb.store import events, lineages, pages
from kb.store.base import Session
from kb.store.lineages import Lineage
from kb.store.pages import Page, Revision
from kb.text import audience as audiences
from kb.text import blocks
from kb.text.plain import plain

# What a writer may change on the way without making it another passage: white space, and the marks of lists.
_SLACK = re.compile(r"[\s・]+")
ALIKE = 0.5  # of the characters: from here on a changed sentence is still the one that was taken over


@dataclass(frozen=True)
class Root:
    """One story under a page, as one reader may see it; `passages` are words of the page that this reader sees.

    `id` is None where the page itself is the story. `uses` counts the calls that the story answered by itself.
    """

    id: int | None
    bond: Bond
    story_id: int
    revision_id: int
    title: str
    teller: str
    at: datetime
    told_at: datetime
    passages: tuple[str, ...] = ()
    uses: int = 0
    is_duplicate: bool = False


@dataclass(frozen=True)
class Branch:
    """One page that a story supports or contradicts."""

    bond: Bond
    page: Page
    passages: tuple[str, ...] = field(default=())


def support(db: Session, page: Page, story_revision: Revision, passages: Iterable[str], *, by: Actor) -> Lineage:
    """Note that these passages of the page stand on this story; part of a decision, which leaves the event.

    Only passages that the page says now are kept; the same story again adds its passages to those it had.
    """
    return _bind(db, page, story_revision, passages, Bond.SUPPORTS, by=by)


def contradict(db: Session, page: Page, story_revision: Revision, passages: Iterable[str], *, by: Actor) -> Lineage:
    """Note that this story speaks against the page, or against these passages of it; leaves no event by itself."""
    return _bind(db, page, story_revision, passages, Bond.CONTRADICTS, by=by)


def link(
    db: Session, story_revision_id: int, page_id: int, passages: Sequence[str], *, bond: Bond, by: Actor
) -> Lineage:
    """Link a story to a page by hand, with an event; a passage that the page does not say is Invalid."""
    require(by, Permission.REVIEW)
    story = pages.revision(db, story_revision_id, viewer=by)
    if story is None or story.submitted_at is None:
        raise NotFound()
    page = pages.get(db, page_id, viewer=by)
    if page is None or page.current is None or page.id == story.page_id:
        raise Invalid("どの記事のことかを選び直してください。", field="page")
    wanted = [passage for passage in passages if passage.strip()]
    if any(not says(page.current, passage, by.audience) for passage in wanted):
        raise Invalid("その言葉は記事にありません。記事からそのまま写してください。", field="passages")
    if (known := lineages.between(db, page.id, story.id, bond)) and set(wanted) <= set(known.passages):
        raise Conflict("この体験は、もうこの記事に結びついています。")
    found = _bind(db, page, story, wanted, bond, by=by)
    events.record(db, "story linked", by=by, page_id=page.id, revision_id=story.id, bond=bond.value)
    return found


def unlink(db: Session, page_id: int, lineage_id: int, *, by: Actor) -> None:
    """Take back a contradiction that was settled, or never was one; what a page stands on stays its lineage."""
    require(by, Permission.REVIEW)
    found = db.get(Lineage, lineage_id)
    page = pages.get(db, page_id, viewer=by)
    if found is None or page is None or found.page_id != page.id:
        raise NotFound()
    if found.bond is not Bond.CONTRADICTS:
        raise Conflict("記事のもとになった体験は、外せません。")
    events.record(db, "story unlinked", by=by, page_id=page.id, revision_id=found.story_revision_id, bond=found.bond)
    db.delete(found)


def of_page(db: Session, page_id: int, *, viewer: Actor) -> list[Root]:
    """The stories that a page stands on, and those that speak against it, as this reader may see them.

    Passages that the page no longer says, or not to this reader, are left out; only staff are told who told a story.
    """
    page = pages.get(db, page_id, viewer=viewer)
    if page is None or page.current is None:
        return []
    rows = lineages.of_page(db, page_id, viewer=viewer)
    counts = lineages.uses(db, [row.story_id for row in rows]) if rows and viewer.is_staff else {}
    said = _bare(words_of(page.current, viewer.audience)) if rows else ""
    found = [_root(row, said, counts, viewer=viewer) for row in rows]
    first = lineages.first_told(db, page_id, viewer=viewer) if page.kind is Kind.CASE else None
    if first is not None and first.id not in {root.revision_id for root in found}:
        found.insert(0, _own(first, page, viewer=viewer))
    return [root for root in found if viewer.is_staff or root.bond is Bond.SUPPORTS]


def of_story(db: Session, story_id: int, *, viewer: Actor) -> list[Branch]:
    """The pages that a story supports or contradicts, as far as this reader may see them."""
    require(viewer, Permission.READ_STAFF)
    return [
        Branch(row.bond, row.page, _seen(row.passages, _bare(words_of(row.page.current, viewer.audience))))
        for row in lineages.of_story(db, story_id, viewer=viewer)
        if row.page.current is not None and row.page_id != story_id
    ]


def of_version(db: Session, revision_id: int, *, viewer: Actor) -> list[Branch]:
    """The same for the story that this version belongs to; nothing where the reader may not see the version."""
    require(viewer, Permission.READ_STAFF)
    revision = pages.revision(db, revision_id, viewer=viewer)
    return of_story(db, revision.page_id, viewer=viewer) if revision is not None else []


def uses(db: Session, page_id: int, *, viewer: Actor) -> int:
    """In how many calls a page or a story answered."""
    require(viewer, Permission.READ_STAFF)
    return lineages.uses(db, [page_id]).get(page_id, 0)


def words_of(revision: Revision, audience: Audience) -> str:
    """Everything that a version says to this audience, as plain text: title, wordings, body."""
    fields = audiences.fields(revision.body)
    texts = {Audience.PUBLIC: fields.public, Audience.STAFF: fields.staff, Audience.SV: fields.sv}
    said = [texts[one] for one in audience.readable]
    return "\n".join([revision.title, *revision.phrases, *said])


def says(revision: Revision, passage: str, audience: Audience) -> bool:
    """Whether a version says this passage to this audience; white space and marks of lists don't matter."""
    return bool(_seen([passage], _bare(words_of(revision, audience))))


def settled(passages: Iterable[str], before: Revision, after: Revision) -> list[str]:
    """What became of passages taken from a story, in the words of the page as it was published.

    One that was reworded is its closest new line; where nothing was named, all new lines came from the story.
    """
    old, now = _bare(words_of(before, Audience.SV)), words_of(after, Audience.SV)
    said = _bare(now)
    lines = [line for line in now.split("\n") if len(_bare(line)) > 1]
    new = [line.strip() for line in lines if _bare(line) not in old]
    found: list[str] = []
    for passage in (blocks.tidy(passage).strip() for passage in passages):
        if _seen([passage], said):
            found.append(passage)
        elif passage and (closest := max(new, key=lambda line: _alike(passage, line), default="")):
            found += [closest] if _alike(passage, closest) >= ALIKE else []
    return list(dict.fromkeys(found or new))[: limits.LINEAGE_PASSAGES]


def _bind(db: Session, page: Page, story: Revision, passages: Iterable[str], bond: Bond, *, by: Actor) -> Lineage:
    require(by, Permission.REVIEW)
    said = _bare(words_of(page.shown, Audience.SV)) if page.shown is not None else ""
    kept = _seen((blocks.tidy(passage).strip()[: limits.PASSAGE] for passage in passages), said)
    found = lineages.between(db, page.id, story.id, bond)
    if found is None:
        found = Lineage(
            page_id=page.id,
            story_id=story.page_id,
            story_revision_id=story.id,
            bond=bond,
            teller_id=story.author_id,
            made_by_id=by.id,
            at=clock.now(),
            passages=[],
        )
        db.add(found)
    found.passages = list(dict.fromkeys([*found.passages, *kept]))[: limits.LINEAGE_PASSAGES]
    db.flush()
    return found


def _root(row: Lineage, said: str, counts: dict[int, int], *, viewer: Actor) -> Root:
    teller = row.teller.display_name if row.teller is not None and viewer.is_staff else ""
    story = row.story_revision
    return Root(
        row.id,
        row.bond,
        row.story_id,
        row.story_revision_id,
        story.title,
        teller,
        row.at,
        story.submitted_at or story.created_at,
        _seen(row.passages, said),
        counts.get(row.story_id, 0),
        story.state is State.DUPLICATE,
    )


def _own(first: Revision, page: Page, *, viewer: Actor) -> Root:
    """A case that was published as it was told: the page is its own story."""
    teller = first.author.display_name if first.author is not None and viewer.is_staff else ""
    at = first.decided_at or first.created_at
    return Root(None, Bond.SUPPORTS, page.id, first.id, first.title, teller, at, first.submitted_at or first.created_at)


def _seen(passages: Iterable[str], said: str) -> tuple[str, ...]:
    """Those of the passages that stand in the bare words of a page, cut for whom they are shown to."""
    return tuple(one for one in passages if (bare := _bare(plain(one))) and bare in said)


def _bare(text: str) -> str:
    return _SLACK.sub("", text)


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, _bare(plain(one)), _bare(other), autojunk=False).ratio()
