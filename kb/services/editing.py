"""Write pages: create, save, propose, revert, archive and bring back."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from kb.rules import clock
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.pages import Audience, Confidence, Kind, Language
from kb.rules.review_states import State
from kb.rules.roles import Actor, Permission, may, require
from kb.services import hidden, publishing, templates
from kb.services.checking import Text, checked, one_line, text_of
from kb.store import categories, events, links, outbox, pages
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.text import audience as audiences
from kb.text import merge3, wiki_links


class Stale(Conflict):
    """The page moved on while somebody wrote; `current_id` is what readers see now."""

    code = "stale"

    def __init__(self, page_id: int, current_id: int | None) -> None:
        super().__init__(
            "編集しているあいだに、ほかの人がこの記事を変えました。二つの文を見くらべて、まとめてください。"
        )
        self.page_id, self.current_id = page_id, current_id


class Outcome(StrEnum):
    PUBLISHED = "published"
    PROPOSED = "proposed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Saved:
    outcome: Outcome
    page: Page
    revision: Revision


def create(
    db: Session, text: Text, *, kind: Kind, language: Language = Language.JA, category_id: int | None = None, by: Actor
) -> Page:
    """Publish a new page with its first revision; of those who may not set an audience, for staff."""
    require(by, Permission.PUBLISH)
    if not may(by, Permission.SET_AUDIENCE):
        text = replace(text, audience=Audience.STAFF)
    text = checked(text)
    if hint := templates.leftover(text.body):
        raise Invalid("ひな型の「%(hint)s」が残っています。書き換えるか、消してください。", field="body", hint=hint)
    require_category(db, category_id, by=by)
    page = publishing.new_page(db, kind=kind, language=language, audience=text.audience, category_id=category_id, by=by)
    revision = publishing.new_revision(db, page, text, state=State.APPROVED, base_id=None, by=by)
    publishing.make_current(db, revision, by=by)
    events.record(db, "page created", by=by, page_id=page.id, revision_id=revision.id)
    return page


def save(db: Session, page_id: int, text: Text, *, base_id: int | None, propose: bool = False, by: Actor) -> Saved:
    """Make a new revision of a live page: published at once by those who may, a proposal from everybody else.

    Raises Stale when the page moved on since `base_id`; a text that says the same makes no revision.
    """
    require(by, Permission.PROPOSE)
    page = _live(db, page_id, by=by)
    current = page.current
    if current is None:
        raise Conflict("まだ公開されていない体験です。レビューで決めてから直してください。")
    if not may(by, Permission.SET_AUDIENCE):
        text = replace(text, audience=current.audience)
    text = checked(text)
    if merge3.unresolved(text.body):
        raise Invalid(
            "「<<<<<<<」と「>>>>>>>」の間が、まだ一つになっていません。残す文を選んで、印の行を消してください。",
            field="body",
        )
    text = replace(text, body=hidden.put_back(current.body, text.body, audience=by.audience))
    if text.says_the_same(current):
        return Saved(Outcome.UNCHANGED, page, current)
    if base_id != current.id:
        raise Stale(page.id, current.id)
    if propose or not may(by, Permission.PUBLISH):
        revision = publishing.new_revision(db, page, text, state=State.SUBMITTED, base_id=base_id, by=by)
        revision.submitted_at = revision.created_at
        events.record(db, "revision proposed", by=by, page_id=page.id, revision_id=revision.id)
        return Saved(Outcome.PROPOSED, page, revision)
    revision = publishing.new_revision(db, page, text, state=State.APPROVED, base_id=base_id, by=by)
    publishing.make_current(db, revision, by=by)
    renamed: dict[str, Any] = {} if revision.title == current.title else {"old_title": current.title}
    events.record(db, "revision published", by=by, page_id=page.id, revision_id=revision.id, **renamed)
    return Saved(Outcome.PUBLISHED, page, revision)


def revert(db: Session, page_id: int, revision_id: int, *, base_id: int, by: Actor) -> Saved:
    """Bring back what an earlier revision said, as a new revision (or a proposal)."""
    require(by, Permission.PROPOSE)
    old = pages.revision(db, revision_id, viewer=by)
    if old is None or old.page_id != page_id:
        raise NotFound()
    # The note is part of the record, so it stays in the language of the house.
    text = replace(text_of(old), body=audiences.cut(old.body, by.audience), note=f"版{old.number}の内容に戻す")
    return save(db, page_id, text, base_id=base_id, by=by)


def archive(db: Session, page_id: int, *, moved_to: int | None = None, reason: str = "", by: Actor) -> Page:
    """Take a page out of every list; its address then says that it is gone and where it went."""
    require(by, Permission.ARCHIVE)
    page = _live(db, page_id, by=by)
    if moved_to is not None:
        _require_no_cycle(db, page_id, moved_to, by=by)
    page.archived_at, page.moved_to_id = clock.now(), moved_to
    page.updated_at = page.archived_at
    outbox.add(db, page.id)
    events.record(db, "page archived", by=by, page_id=page.id, moved_to=moved_to, reason=one_line(reason))
    return page


def bring_back(db: Session, page_id: int, *, by: Actor) -> Page:
    """Put an archived page back where it was."""
    require(by, Permission.ARCHIVE)
    page = db.get(Page, page_id)
    if page is None or page.audience not in by.audience.readable:
        raise NotFound()
    if page.archived_at is None:
        raise Conflict("この記事は、もう元に戻っています。")
    page.archived_at, page.moved_to_id, page.updated_at = None, None, clock.now()
    outbox.add(db, page.id)
    events.record(db, "page brought back", by=by, page_id=page.id)
    return page


def place(db: Session, page_id: int, *, category_id: int | None, by: Actor) -> None:
    """Move a page to another category."""
    require(by, Permission.CATEGORISE)
    page = _live(db, page_id, by=by)
    if page.category_id == category_id:
        return
    require_category(db, category_id, by=by)
    events.record(db, "page moved", by=by, page_id=page.id, old=page.category_id, new=category_id)
    page.category_id = category_id
    outbox.add(db, page.id)


def validate(db: Session, page_id: int, *, by: Actor) -> None:
    """Stamp the shown revision as checked today, without changing a word."""
    require(by, Permission.PUBLISH)
    page = _live(db, page_id, by=by)
    if page.current is None:
        raise Conflict("まだ公開されていない体験です。レビューで決めてから直してください。")
    page.confidence, page.validated_at, page.validated_by_id = Confidence.VALIDATED, clock.now(), by.id
    outbox.add(db, page.id)
    events.record(db, "page validated", by=by, page_id=page.id, revision_id=page.current.id)


def require_category(db: Session, category_id: int | None, *, by: Actor) -> None:
    """Raise Invalid unless the category exists and the writer may know of it."""
    if category_id is not None and category_id not in {one.id for one in categories.visible_to(db, by)}:
        raise Invalid("分類を選び直してください。", field="category")


def _live(db: Session, page_id: int, *, by: Actor) -> Page:
    page = pages.get(db, page_id, viewer=by)
    if page is None:
        raise NotFound()
    return page


def _require_no_cycle(db: Session, page_id: int, target_id: int, *, by: Actor) -> None:
    seen = {page_id}
    step: Page | None = pages.get(db, target_id, viewer=by)
    if step is None:
        raise Invalid("移動先の記事が見つかりません。番号を確かめてください。", field="moved_to")
    while step is not None:
        if step.id in seen:
            raise Invalid("移動先をたどるとこの記事に戻ってしまいます。別の記事を選んでください。", field="moved_to")
        seen.add(step.id)
        step = db.get(Page, step.moved_to_id) if step.moved_to_id else None


def titled(db: Session, title: str, *, language: str, by: Actor) -> Page | None:
    """The page that a title leads to for this reader."""
    key = wiki_links.title_key(title)
    return links.pages_titled(db, [key], viewer=by, language=language).get(key)
