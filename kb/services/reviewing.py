"""Decide on what waits: take, comment, approve, return, reject, merge, mark duplicate, make a FAQ."""

from dataclasses import replace

from kb.rules import clock, limits
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.rules.pages import Kind, Language
from kb.rules.review_states import NEEDS_REASON, WAITING, State, require_move
from kb.rules.roles import Actor, Permission, may, require
from kb.services import editing, publishing
from kb.services.checking import Text, checked
from kb.store import comments, events, pages, review
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.text import blocks


def take(db: Session, revision_id: int, *, by: Actor) -> Revision:
    """Begin to review: the item is this SV's until they decide or give it back."""
    require(by, Permission.REVIEW)
    revision = _waiting(db, revision_id, by=by)
    if revision.taken_by_id not in (None, by.id):
        raise Conflict("ほかのSVが確認しています。声をかけてから引き継いでください。")
    if revision.taken_by_id == by.id and revision.state is State.IN_REVIEW:
        return revision
    if revision.state is State.SUBMITTED:
        require_move(revision.state, State.IN_REVIEW)
        revision.state = State.IN_REVIEW
    revision.taken_by_id, revision.taken_at = by.id, clock.now()
    events.record(db, "review taken", by=by, page_id=revision.page_id, revision_id=revision.id)
    return revision


def give_back(db: Session, revision_id: int, *, by: Actor) -> Revision:
    """Leave the item to the other SVs; it stays in review, taken by nobody."""
    require(by, Permission.REVIEW)
    revision = _waiting(db, revision_id, by=by)
    if revision.taken_by_id is None:
        raise Conflict("この提案は、だれも引き受けていません。")
    revision.taken_by_id, revision.taken_at = None, None
    events.record(db, "review given back", by=by, page_id=revision.page_id, revision_id=revision.id)
    return revision


def comment(db: Session, revision_id: int, body: str, *, by: Actor) -> comments.Comment:
    """Say something on a proposal: its author and the SVs talk here."""
    require(by, Permission.COMMENT)
    revision = pages.revision(db, revision_id, viewer=by)
    if revision is None or (revision.author_id != by.id and not may(by, Permission.REVIEW)):
        raise NotFound()
    text = blocks.tidy(body).strip()
    if not text:
        raise Invalid("ひとこと書いてから送ってください。", field="body")
    if len(text) > limits.COMMENT:
        raise Invalid("%(limit)s文字までにしてください。", field="body", limit=limits.COMMENT)
    found = comments.Comment(revision_id=revision.id, author_id=by.id, body=text, at=clock.now())
    db.add(found)
    db.flush()
    events.record(db, "comment written", by=by, page_id=revision.page_id, revision_id=revision.id)
    return found


def approve(db: Session, revision_id: int, *, seen_current: int | None, thanks: str = "", by: Actor) -> Page:
    """Publish the proposal as it stands.

    `seen_current` is the page's live revision that the SV saw; Conflict if that, or the proposal's base, moved on.
    """
    revision = _decidable(db, revision_id, by=by, publishes=True)
    page = revision.page
    if page.archived_at is not None:
        raise Conflict("この記事は公開を終えています。先に元に戻してから決めてください。")
    if page.current_revision_id != seen_current:
        raise editing.Stale(page.id, page.current_revision_id)
    if page.current_revision_id is not None and revision.base_id != page.current_revision_id:
        raise editing.Stale(page.id, page.current_revision_id)
    _decide(db, revision, State.APPROVED, thanks=thanks, outcome=page, by=by)
    publishing.make_current(db, revision, by=by)
    return page


def send_back(db: Session, revision_id: int, *, reason: str, thanks: str = "", by: Actor) -> Revision:
    """Return the proposal to its author with what is missing."""
    revision = _decidable(db, revision_id, by=by)
    _decide(db, revision, State.RETURNED, reason=reason, thanks=thanks, by=by)
    publishing.hide_story(db, revision)
    return revision


def reject(db: Session, revision_id: int, *, reason: str, thanks: str = "", by: Actor) -> Revision:
    """Decline the proposal for good, and say why."""
    revision = _decidable(db, revision_id, by=by)
    _decide(db, revision, State.REJECTED, reason=reason, thanks=thanks, by=by)
    publishing.hide_story(db, revision)
    return revision


def mark_duplicate(db: Session, revision_id: int, *, of: int, reason: str, thanks: str = "", by: Actor) -> Revision:
    """Say that another page already tells this; readers of the history are led there."""
    revision = _decidable(db, revision_id, by=by)
    target = pages.get(db, of, viewer=by)
    if target is None or target.id == revision.page_id:
        raise Invalid("重なっている記事の番号を確かめてください。", field="of")
    _decide(db, revision, State.DUPLICATE, reason=reason, thanks=thanks, outcome=target, by=by)
    publishing.hide_story(db, revision)
    return revision


def merge(
    db: Session,
    revision_id: int,
    text: Text,
    *,
    into: int,
    base_id: int,
    reason: str,
    thanks: str = "",
    by: Actor,
) -> Page:
    """Publish `text` as the next revision of the page `into`, and close the proposal as merged into it.

    Raises editing.Stale when that page moved on since `base_id`.
    """
    revision = _decidable(db, revision_id, by=by, publishes=True)
    note = text.note or f"版{revision.number}（{revision.title}）から"[: limits.NOTE]
    saved = editing.save(db, into, replace(text, note=note), base_id=base_id, by=by)
    if saved.outcome is editing.Outcome.UNCHANGED:
        raise Invalid("記事がまだ変わっていません。体験から取り入れるところを書き足してください。", field="body")
    _decide(db, revision, State.MERGED, reason=reason, thanks=thanks, outcome=saved.page, by=by)
    publishing.hide_story(db, revision)
    return saved.page


def make_faq(
    db: Session,
    revision_id: int,
    text: Text,
    *,
    category_id: int | None,
    reason: str,
    thanks: str = "",
    by: Actor,
) -> Page:
    """Publish a new FAQ page written from the story, and close the story as merged into it."""
    revision = _decidable(db, revision_id, by=by, publishes=True)
    page = editing.create(
        db, checked(text), kind=Kind.FAQ, language=Language(revision.page.language), category_id=category_id, by=by
    )
    _decide(db, revision, State.MERGED, reason=reason, thanks=thanks, outcome=page, by=by)
    publishing.hide_story(db, revision)
    return page


def _waiting(db: Session, revision_id: int, *, by: Actor) -> Revision:
    revision = review.locked(db, revision_id, viewer=by)
    if revision is None:
        raise NotFound()
    if revision.state not in WAITING:
        raise Conflict("この提案は、もう決まっています。開き直して確かめてください。")
    return revision


def _decidable(db: Session, revision_id: int, *, by: Actor, publishes: bool = False) -> Revision:
    """The waiting revision, taken by this SV if nobody had; nobody publishes their own text unless the role says so."""
    require(by, Permission.REVIEW)
    revision = take(db, revision_id, by=by)
    if publishes and revision.author_id == by.id and not may(by, Permission.APPROVE_OWN):
        raise NotAllowed("自分の書いたものは、自分では公開できません。ほかのSVに頼んでください。")
    return revision


def _decide(
    db: Session,
    revision: Revision,
    state: State,
    *,
    reason: str = "",
    thanks: str = "",
    outcome: Page | None = None,
    by: Actor,
) -> None:
    reason, thanks = blocks.tidy(reason).strip(), blocks.tidy(thanks).strip()
    if state in NEEDS_REASON and not reason:
        raise Invalid("理由を書いてください。書いた人に届きます。", field="reason")
    if max(len(reason), len(thanks)) > limits.REASON:
        raise Invalid("%(limit)s文字までにしてください。", field="reason", limit=limits.REASON)
    require_move(revision.state, state)
    revision.state, revision.reason, revision.thanks = state, reason, thanks
    revision.decided_by_id, revision.decided_at = by.id, clock.now()
    revision.outcome_page_id = outcome.id if outcome else None
    own = {"own_text": True} if revision.author_id == by.id else {}
    events.record(
        db,
        f"revision {state.value}",
        by=by,
        page_id=revision.page_id,
        revision_id=revision.id,
        user_id=revision.author_id,
        outcome_page_id=revision.outcome_page_id,
        **own,
    )
