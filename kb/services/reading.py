"""Show pages to a reader: one page, the home, a shelf, a tag, the list of all pages."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kb.rules.errors import Gone, NotFound
from kb.rules.pages import Audience
from kb.rules.roles import Actor, Permission, may, require
from kb.services import attaching
from kb.store import attachments, categories, events, links, listing, pages
from kb.store.base import Session
from kb.store.categories import Category
from kb.store.listing import Filter
from kb.store.pages import Page, Revision
from kb.text import audience as audiences
from kb.text import blocks, plain, rendering, wiki_links

__all__ = ["Address", "Filter", "Shelf", "View"]


@dataclass(frozen=True)
class Address:
    """How the door writes addresses: of a page, and of the form for a page that is still missing."""

    of: Callable[[Page], str]
    of_missing: Callable[[str], str | None] = lambda title: None


@dataclass(frozen=True)
class View:
    """A page as one reader may see it: `body` holds HTML parts made from the text cut for that reader."""

    page: Page
    revision: Revision
    body: rendering.Body
    say: str | None
    translations: list[Page] = field(default_factory=list)
    is_live: bool = True


@dataclass(frozen=True)
class Shelf:
    category: Category
    count: int


def page(db: Session, page_id: int, *, viewer: Actor, renderer: rendering.Renderer, address: Address) -> View:
    """The page for this reader; NotFound if hidden or missing, Gone if archived and once readable to them."""
    found = pages.get(db, page_id, viewer=viewer)
    if found is None or found.shown is None:
        raise missing(db, page_id, viewer=viewer)
    return _view(db, found, found.shown, viewer=viewer, renderer=renderer, address=address)


def revision(
    db: Session, page_id: int, revision_id: int, *, viewer: Actor, renderer: rendering.Renderer, address: Address
) -> View:
    """One revision of a page, as far as this reader may see it."""
    found = pages.revision(db, revision_id, viewer=viewer)
    if found is None or found.page_id != page_id:
        raise NotFound()
    return _view(db, found.page, found, viewer=viewer, renderer=renderer, address=address)


def preview(
    db: Session, body: str, audience: Audience, *, viewer: Actor, renderer: rendering.Renderer, address: Address
) -> rendering.Body:
    """What a text would look like to an audience no wider than the writer's own."""
    require(viewer, Permission.PROPOSE)
    narrow = audience if viewer.audience.includes(audience) else viewer.audience
    cut = audiences.cut(blocks.tidy(body), narrow)
    return _linked(db, renderer.parts(cut, keep=False), viewer=viewer, language="ja", address=address)


def source(db: Session, page_id: int, *, viewer: Actor) -> tuple[Page, Revision, str]:
    """The Markdown that this person may edit: the shown revision cut for them."""
    require(viewer, Permission.PROPOSE)
    found = pages.get(db, page_id, viewer=viewer)
    if found is None or found.shown is None:
        raise missing(db, page_id, viewer=viewer)
    return found, found.shown, audiences.cut(found.shown.body, viewer.audience).strip("\n")


def archived(db: Session, page_id: int, *, viewer: Actor, renderer: rendering.Renderer, address: Address) -> View:
    """An archived page, for those who may bring it back."""
    require(viewer, Permission.ARCHIVE)
    found = db.get(Page, page_id)
    if found is None or found.archived_at is None or found.audience not in viewer.audience.readable:
        raise NotFound()
    if found.shown is None:
        raise NotFound()
    return _view(db, found, found.shown, viewer=viewer, renderer=renderer, address=address)


def all_archived(db: Session, *, viewer: Actor) -> list[Page]:
    """The archived pages, for those who may bring them back."""
    require(viewer, Permission.ARCHIVE)
    return listing.archived(db, viewer=viewer)


def shelves(db: Session, *, viewer: Actor, language: str | None = None) -> list[Shelf]:
    """The categories with how many pages of a language stand on each; empty ones are left out for customers."""
    counts = listing.counts_by_category(db, viewer=viewer, language=language)
    found = [Shelf(one, counts.get(one.id, 0)) for one in categories.visible_to(db, viewer)]
    return found if viewer.is_staff else [shelf for shelf in found if shelf.count]


def category(db: Session, key: str, *, viewer: Actor) -> Category:
    """The category with this key, if the reader may know of it."""
    for one in categories.visible_to(db, viewer):
        if one.key == key:
            return one
    raise NotFound()


def many(db: Session, wanted: Filter, *, viewer: Actor, limit: int, offset: int = 0) -> tuple[int, list[Page]]:
    """How many pages fit the filter, and those of one screen, the latest change first."""
    return listing.find(db, wanted, viewer=viewer, limit=limit, offset=offset)


def known(db: Session, page_id: int, *, viewer: Actor) -> Page | None:
    """The page itself, if the viewer may read it; for links and cards."""
    return pages.get(db, page_id, viewer=viewer)


def often(db: Session, *, viewer: Actor, language: str, limit: int) -> list[Page]:
    """A first choice of questions: the oldest validated page of each category in turn, then the next ones."""
    return listing.first_of_each_category(db, viewer=viewer, language=language, limit=limit)


def cut(revision: Revision, *, viewer: Actor) -> str:
    """The Markdown of a revision as far as this reader sees it."""
    return audiences.cut(revision.body, viewer.audience).strip("\n")


def links_of(revision: Revision, *, viewer: Actor) -> list[str]:
    """The titles that a revision links to, as far as this reader sees them."""
    return wiki_links.titles_in(audiences.cut(revision.body, viewer.audience))


def by_titles(db: Session, titles: list[str], *, language: str, viewer: Actor) -> dict[str, Page | None]:
    """Title → the page that it leads to for this reader, or None."""
    keys = {title: wiki_links.title_key(title) for title in titles}
    found = links.pages_titled(db, list(set(keys.values())), viewer=viewer, language=language)
    return {title: found.get(key) for title, key in keys.items()}


def linking_here(db: Session, page_id: int, *, viewer: Actor) -> tuple[Page, list[Page]]:
    """The page and those that link to it, as far as this reader may see the links."""
    require(viewer, Permission.READ_STAFF)
    found = pages.get(db, page_id, viewer=viewer)
    if found is None:
        raise NotFound()
    return found, links.linking_to(db, page_id, viewer=viewer)


def files_of(db: Session, page_id: int, *, viewer: Actor) -> list[attachments.Attachment]:
    """The files of a page, for its writers."""
    require(viewer, Permission.ATTACH)
    found = pages.get(db, page_id, viewer=viewer)
    if found is None:
        return []
    return [one for one in attachments.of_page(db, page_id) if attaching.is_open(found, one.id, viewer=viewer)]


def newest_events(db: Session, *, viewer: Actor, before: int | None = None, limit: int = 100) -> list[events.Event]:
    """The newest events of the whole house."""
    require(viewer, Permission.READ_EVENTS)
    found = events.newest(db, before=before, limit=limit)
    if may(viewer, Permission.MANAGE_PEOPLE):
        return found
    return [event for event in found if event.user_id is None or event.revision_id is not None]


def summary(revision: Revision, *, viewer: Actor, length: int = 90) -> str:
    """The first sentence of what this reader may read, for lists, feeds and previews of links."""
    return plain.first_sentence(audiences.cut(revision.body, viewer.audience), length)


def _view(
    db: Session,
    found: Page,
    shown: Revision,
    *,
    viewer: Actor,
    renderer: rendering.Renderer,
    address: Address,
) -> View:
    cut = audiences.cut(shown.body, viewer.audience)
    body = _linked(db, renderer.parts(cut), viewer=viewer, language=found.language, address=address)
    return View(
        found,
        shown,
        body,
        blocks.say_text(cut),
        translations=_translations(db, found, viewer=viewer),
        is_live=shown.id == found.current_revision_id,
    )


def _linked(db: Session, body: rendering.Body, *, viewer: Actor, language: str, address: Address) -> rendering.Body:
    """The same body with every wiki link pointing where this reader may go."""

    def lookup(keys: list[str]) -> dict[str, str | None]:
        found = links.pages_titled(db, keys, viewer=viewer, language=language)
        return {key: address.of(page) for key, page in found.items()}

    missing = address.of_missing if may(viewer, Permission.PUBLISH) else None
    parts = tuple(
        rendering.Part(part.kind, part.argument, wiki_links.resolve(part.html, lookup, missing)) for part in body.parts
    )
    return rendering.Body(parts, body.contents)


def _translations(db: Session, found: Page, *, viewer: Actor) -> list[Page]:
    origin = found.translates_id or found.id
    return [one for one in listing.translations(db, origin, viewer=viewer) if one.id != found.id]


def told_elsewhere(db: Session, page_id: int, *, viewer: Actor) -> Page | None:
    """Where a story that is closed as a duplicate, or was taken into another page, is told now; for staff alone."""
    gone = db.get(Page, page_id)
    if gone is None or gone.shown is not None or not viewer.is_staff:
        return None
    for one in pages.revisions_of(db, page_id, viewer=viewer):
        if one.outcome_page_id is not None and one.outcome_page_id != page_id:
            return pages.get(db, one.outcome_page_id, viewer=viewer)
    return None


def missing(db: Session, page_id: int, *, viewer: Actor) -> NotFound | Gone:
    """What to say of a page that can't be shown: gone with where it went, or nothing at all."""
    gone = db.get(Page, page_id)
    if gone is None or gone.archived_at is None or gone.audience not in viewer.audience.readable:
        return NotFound()
    if gone.current_revision_id is None:
        return NotFound()
    target = gone
    seen = {gone.id}
    while target.moved_to_id is not None and target.moved_to_id not in seen:
        seen.add(target.moved_to_id)
        step = db.get(Page, target.moved_to_id)
        if step is None:
            break
        target = step
    open_to_viewer = target is not gone and pages.get(db, target.id, viewer=viewer) is not None
    return Gone(moved_to=target.id if open_to_viewer else None)
