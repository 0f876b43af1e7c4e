"""History: a page's revisions and events, any two revisions side by side, three texts merged."""

from dataclasses import dataclass

from kb.rules.errors import NotFound
from kb.rules.roles import Actor, Permission, require
from kb.services.checking import Text
from kb.store import events, pages
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.text import audience as audiences
from kb.text import diff, merge3


@dataclass(frozen=True)
class History:
    page: Page
    revisions: list[Revision]
    events: list[events.Event]


@dataclass(frozen=True)
class Comparison:
    """Two revisions as their reader may see them; `fields` are the diffs of title, phrases and tags that changed."""

    page: Page
    old: Revision
    new: Revision
    rows: list[diff.Row]
    fields: list[tuple[str, list[diff.Row]]]
    added: int
    removed: int


@dataclass(frozen=True)
class ThreeWay:
    """Mine, theirs (what readers see now) and the merged text, each cut for the writer."""

    page: Page
    base: Revision | None
    theirs: Revision
    mine: Text
    their_body: str
    merged: merge3.Merged
    rows: list[diff.Row]

    @property
    def size(self) -> tuple[int, int]:
        """How many lines are mine alone, and how many theirs alone."""
        return diff.changed_lines(self.rows)


def history(db: Session, page_id: int, *, viewer: Actor) -> History:
    """The versions of a page that this reader may see, newest first, and what happened to it."""
    require(viewer, Permission.READ_HISTORY)
    revisions = pages.revisions_of(db, page_id, viewer=viewer)
    page = db.get(Page, page_id)
    if page is None or not revisions:
        raise NotFound()
    known = {revision.id for revision in revisions}
    seen = [event for event in events.of_page(db, page_id) if event.revision_id is None or event.revision_id in known]
    return History(page, revisions, seen)


def compare(db: Session, page_id: int, old_id: int, new_id: int, *, viewer: Actor) -> Comparison:
    """What changed between two revisions of a page, cut for this reader before they are compared."""
    require(viewer, Permission.READ_HISTORY)
    old = pages.revision(db, old_id, viewer=viewer)
    new = pages.revision(db, new_id, viewer=viewer)
    if old is None or new is None or old.page_id != page_id or new.page_id != page_id:
        raise NotFound()
    if old.number > new.number:
        old, new = new, old
    return between(old, new, viewer=viewer)


def between(old: Revision, new: Revision, *, viewer: Actor) -> Comparison:
    """The comparison of two revisions that the reader may see."""
    rows = diff.compare(audiences.cut(old.body, viewer.audience), audiences.cut(new.body, viewer.audience))
    fields = [
        (name, diff.compare(before, after))
        for name, before, after in (
            ("title", old.title, new.title),
            ("phrases", "\n".join(old.phrases), "\n".join(new.phrases)),
            ("tags", "\n".join(old.tags), "\n".join(new.tags)),
        )
        if before != after
    ]
    added, removed = diff.changed_lines(rows)
    return Comparison(new.page, old, new, rows, fields, added, removed)


def three_way(db: Session, page_id: int, mine: Text, *, base_id: int | None, viewer: Actor) -> ThreeWay:
    """The writer's text, the page's text now, and both merged on what the writer started from."""
    require(viewer, Permission.PROPOSE)
    page = pages.get(db, page_id, viewer=viewer)
    if page is None or page.current is None:
        raise NotFound()
    theirs = page.current
    base = pages.revision(db, base_id, viewer=viewer) if base_id is not None else None
    if base is not None and base.page_id != page_id:
        raise NotFound()
    their_body = audiences.cut(theirs.body, viewer.audience).strip("\n")
    base_body = audiences.cut(base.body, viewer.audience).strip("\n") if base is not None else their_body
    merged = merge3.merge(base_body, mine.body.strip("\n"), their_body)
    return ThreeWay(page, base, theirs, mine, their_body, merged, diff.compare(their_body, mine.body.strip("\n")))
