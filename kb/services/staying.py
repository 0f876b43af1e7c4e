"""Let the page that stays take over what its duplicate had: wordings, title, and the calls that it answered."""

from collections.abc import Sequence
from dataclasses import replace

from kb.rules import limits
from kb.rules.pages import Audience, Significance
from kb.rules.roles import Actor, Permission, require
from kb.services import editing, lineage, submitting
from kb.services.checking import one_line, text_of
from kb.store import links
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.text import wiki_links


def wordings(revision: Revision, page: Page) -> list[str]:
    """How customers said it, as far as the page that stays does not know it yet: phrases, and the story's words."""
    said = submitting.to_text(submitting.from_revision(revision)).phrases
    shown = page.shown
    known = {shown.title, *shown.phrases} if shown is not None else set()
    found = [one_line(one) for one in (*revision.phrases, *said)]
    return [one for one in dict.fromkeys(found) if one and one not in known and len(one) <= limits.PHRASE]


def take_over(db: Session, page: Page, revision: Revision, wanted: Sequence[str] | None, *, by: Actor) -> None:
    """Add the wordings to the page as a new revision, let the duplicate's title lead there, and note the bond.

    `wanted` None is every wording of the duplicate, unless it is for SVs and the page for more people. The calls that
    the duplicate answered are counted through the bond. An edit of a page that is live itself takes nothing along.
    """
    require(by, Permission.REVIEW)
    if revision.page.current_revision_id is not None:
        return
    if wanted is None:
        is_closed = revision.audience is Audience.SV and page.audience is not Audience.SV
        wanted = [] if is_closed else wordings(revision, page)
    if page.current is not None:
        text = text_of(page.current)
        known = {text.title, *text.phrases}
        fresh = [one for one in dict.fromkeys(map(one_line, wanted)) if one and one not in known]
        note = f"重複した体験「{revision.title}」の言い換えを足す"[: limits.NOTE]
        phrases = (*text.phrases, *fresh)[: limits.PHRASES]
        more = replace(text, phrases=phrases, significance=Significance.TYPO, note=note)
        editing.save(db, page.id, more, base_id=page.current.id, by=by)
    links.lead_here(db, page.id, page.language, wiki_links.title_key(revision.title))
    lineage.support(db, page, revision, wanted, by=by)
