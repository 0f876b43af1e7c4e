"""Make a revision what readers see, and keep everything that follows from it in step."""

from kb.rules import clock
from kb.rules.pages import Audience, Confidence, Kind, Language, Significance
from kb.rules.review_states import State
from kb.rules.roles import Actor
from kb.services.checking import Text
from kb.store import links, outbox, pages
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.text import audience as audiences
from kb.text import wiki_links


def new_page(
    db: Session, *, kind: Kind, language: Language, audience: Audience, category_id: int | None, by: Actor
) -> Page:
    """Add a page without any text yet."""
    now = clock.now()
    page = Page(
        kind=kind,
        language=language,
        audience=audience,
        category_id=category_id,
        created_by_id=by.id,
        created_at=now,
        updated_at=now,
        confidence=Confidence.UNVALIDATED,
    )
    db.add(page)
    db.flush()
    return page


def new_revision(
    db: Session, page: Page, text: Text, *, state: State, base_id: int | None, number: int | None = None, by: Actor
) -> Revision:
    """Add the page's next version in this state; nothing that readers see changes yet.

    `number` spares the question for the next free one where the caller has just made the page.
    """
    revision = Revision(
        page_id=page.id,
        number=number or pages.next_number(db, page.id),
        base_id=base_id,
        title=text.title,
        body=text.body,
        phrases=list(text.phrases),
        tags=list(text.tags),
        audience=text.audience,
        state=state,
        significance=text.significance,
        note=text.note,
        channel=text.channel,
        author_id=by.id,
        created_at=clock.now(),
    )
    db.add(revision)
    db.flush()
    revision.page = page
    return revision


def make_current(db: Session, revision: Revision, *, by: Actor) -> None:
    """Let readers see this approved revision: audience, titles, links, tags and index follow."""
    page = revision.page
    page.current_revision_id, page.story_revision_id = revision.id, None
    page.current, page.story = revision, None
    page.audience = revision.audience
    page.updated_at = clock.now()
    if revision.significance is not Significance.TYPO or page.validated_at is None:
        page.confidence = Confidence.VALIDATED
        page.validated_at, page.validated_by_id = page.updated_at, by.id
    follow(db, page, revision)


def show_story(db: Session, revision: Revision) -> None:
    """Let staff find a submitted story while nothing of its page has been approved."""
    page = revision.page
    page.story_revision_id, page.story = revision.id, revision
    page.audience = revision.audience
    page.updated_at = clock.now()
    follow(db, page, revision)


def hide_story(db: Session, revision: Revision) -> None:
    """Take a story that no longer waits out of everybody's lists and out of the index."""
    page = revision.page
    # A proposal for a live page was never shown, so nothing of that page changes with it.
    if page.story_revision_id != revision.id:
        return
    page.story_revision_id, page.story = None, None
    page.updated_at = clock.now()
    outbox.add(db, page.id)


def follow(db: Session, page: Page, revision: Revision) -> None:
    """Bring titles, links, tags and the index in step with the shown revision."""
    links.set_title(db, page.id, page.language, wiki_links.title_key(revision.title))
    links.set_links(db, page.id, links_in(revision.body))
    pages.set_tags(db, page.id, revision.tags)
    outbox.add(db, page.id)


def links_in(body: str) -> dict[str, Audience]:
    """The title keys that a body links to, each with the widest audience that can read the link."""
    found: dict[str, Audience] = {}
    for audience in Audience:
        for title in wiki_links.titles_in(audiences.cut(body, audience)):
            found.setdefault(wiki_links.title_key(title), audience)
    return found
