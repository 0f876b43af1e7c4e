"""Decide on what waits: take, give back, approve, return, reject, merge, mark duplicate, make a FAQ."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from kb.rules import clock, limits
from kb.rules.desk import MessageKind, is_held
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.rules.pages import Kind, Language
from kb.rules.review_states import NEEDS_REASON, WAITING, State, require_move
from kb.rules.roles import Actor, Permission, may, require
from kb.services import editing, lineage, masking, messaging, publishing, staying
from kb.services.checking import Text, checked
from kb.store import events, pages, review
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.text import blocks

# What the author is told, and what an SV is told who comes too late.
TOLD = {
    State.APPROVED: MessageKind.PUBLISHED,
    State.RETURNED: MessageKind.RETURNED,
    State.REJECTED: MessageKind.REJECTED,
    State.MERGED: MessageKind.MERGED,
    State.DUPLICATE: MessageKind.DUPLICATE,
}
FIRST = {
    State.APPROVED: "先に%(who)sさんが公開しました。",
    State.RETURNED: "先に%(who)sさんが、書いた人に戻しました。",
    State.REJECTED: "先に%(who)sさんが見送りました。",
    State.MERGED: "先に%(who)sさんが、記事に取り入れました。",
    State.DUPLICATE: "先に%(who)sさんが、重複として閉じました。",
}


def take(db: Session, revision_id: int, *, by: Actor) -> Revision:
    """Begin to review: the item is this SV's until they decide, give it back, or do nothing on it for a while."""
    require(by, Permission.REVIEW)
    revision = _free(db, revision_id, by=by)
    is_new = revision.taken_by_id != by.id
    _hold(revision, by=by)
    if is_new:
        events.record(db, "review taken", by=by, page_id=revision.page_id, revision_id=revision.id)
        _tell(db, revision, MessageKind.TAKEN, by=by)
    return revision


def give_back(db: Session, revision_id: int, *, by: Actor) -> Revision:
    """Leave one's item to the other SVs; it stays in review, taken by nobody."""
    require(by, Permission.REVIEW)
    revision = _free(db, revision_id, by=by)
    if revision.taken_by_id is None:
        raise Conflict("この提案は、だれも引き受けていません。")
    revision.taken_by_id, revision.taken_at = None, None
    events.record(db, "review given back", by=by, page_id=revision.page_id, revision_id=revision.id)
    return revision


def unsettled(db: Session, revision: Revision, *, viewer: Actor) -> list[masking.Found]:
    """What in a proposal seems to tell who a customer is and is not live yet: each value once, in its order."""
    require(viewer, Permission.REVIEW)
    live = revision.page.current
    known = [_whole(live)] if live is not None and live.id != revision.id else []
    found = masking.find(db, {"keep": _whole(revision)}, known)
    return list({one.key: one for one in found}.values())


def approve(
    db: Session,
    revision_id: int,
    *,
    seen_current: int | None,
    confirmed: Collection[str] = (),
    thanks: str = "",
    by: Actor,
) -> Page:
    """Publish the proposal as it stands.

    `seen_current` is the page's live revision that the SV saw; Conflict if that, or the proposal's base, moved on.
    `confirmed` are the keys of what `unsettled` found and the SV lets stand; Invalid while one of them is missing.
    """
    revision = _decidable(db, revision_id, by=by, publishes=True)
    page = revision.page
    if page.archived_at is not None:
        raise Conflict("この記事は公開を終えています。先に元に戻してから決めてください。")
    if page.current_revision_id != seen_current:
        raise editing.Stale(page.id, page.current_revision_id)
    if page.current_revision_id is not None and revision.base_id != page.current_revision_id:
        raise editing.Stale(page.id, page.current_revision_id)
    kept = unsettled(db, revision, viewer=by)
    if open_ones := [one for one in kept if one.key not in confirmed]:
        raise Invalid(
            "お客様が分かる言葉が%(n)s件あります。残してよいものを、一つずつ確かめてください。",
            field="keep",
            n=len(open_ones),
        )
    kinds = dict(sorted(Counter(one.kind.value for one in kept).items()))
    facts: dict[str, Any] = {"kept": kinds} if kinds else {}
    _decide(db, revision, State.APPROVED, thanks=thanks, outcome=page, by=by, **facts)
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


def mark_duplicate(
    db: Session,
    revision_id: int,
    *,
    of: int,
    reason: str,
    thanks: str = "",
    wordings: Sequence[str] | None = None,
    by: Actor,
) -> Revision:
    """Say that another page already tells this: its wordings, its title and its uses go to the page that stays.

    `wordings` are what customers may search that page by from now on; None takes those of the proposal itself.
    """
    revision = _decidable(db, revision_id, by=by)
    target = pages.get(db, of, viewer=by)
    if target is None or target.id == revision.page_id:
        raise Invalid("重なっている記事の番号を確かめてください。", field="of")
    _decide(db, revision, State.DUPLICATE, reason=reason, thanks=thanks, outcome=target, by=by)
    publishing.hide_story(db, revision)
    staying.take_over(db, target, revision, wordings, by=by)
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
    passages: Sequence[str] = (),
    by: Actor,
) -> Page:
    """Publish `text` as the next revision of the page `into`, and close the proposal as merged into it.

    `passages` were taken from the proposal; the page keeps them as what it stands on, in the words that it has now.
    Raises editing.Stale when that page moved on since `base_id`.
    """
    revision = _decidable(db, revision_id, by=by, publishes=True)
    note = text.note or f"版{revision.number}（{revision.title}）から"[: limits.NOTE]
    saved = editing.save(db, into, replace(text, note=note), base_id=base_id, by=by)
    if saved.outcome is editing.Outcome.UNCHANGED:
        raise Invalid("記事がまだ変わっていません。体験から取り入れるところを書き足してください。", field="body")
    _decide(db, revision, State.MERGED, reason=reason, thanks=thanks, outcome=saved.page, by=by)
    publishing.hide_story(db, revision)
    if revision.page_id != saved.page.id and saved.revision.base is not None:
        taken = lineage.settled(passages, saved.revision.base, saved.revision)
        lineage.support(db, saved.page, revision, taken, by=by)
    return saved.page


def make_faq(
    db: Session,
    revision_id: int,
    text: Text,
    *,
    category_id: int | None,
    reason: str,
    thanks: str = "",
    passages: Sequence[str] = (),
    by: Actor,
) -> Page:
    """Publish a new FAQ page written from the story, and close the story as merged into it.

    `passages` are what the page took from the story, such as the customer's words; it stands on the story anyway.
    """
    revision = _decidable(db, revision_id, by=by, publishes=True)
    page = editing.create(
        db, checked(text), kind=Kind.FAQ, language=Language(revision.page.language), category_id=category_id, by=by
    )
    _decide(db, revision, State.MERGED, reason=reason, thanks=thanks, outcome=page, by=by)
    publishing.hide_story(db, revision)
    lineage.support(db, page, revision, passages, by=by)
    return page


def _waiting(db: Session, revision_id: int, *, by: Actor) -> Revision:
    """The revision, locked; Conflict says who has decided what when it waits no more."""
    revision = review.locked(db, revision_id, viewer=by)
    if revision is None:
        raise NotFound()
    if revision.state not in WAITING and revision.decided_by_id == by.id and by.id is not None:
        raise Conflict("あなたがもう決めた提案です。同じことは二度は起きていません。")
    if revision.state in FIRST and revision.decided_by is not None:
        raise Conflict(FIRST[revision.state], who=revision.decided_by.display_name)
    if revision.state not in WAITING:
        raise Conflict("この提案は、もう決まっています。開き直して確かめてください。")
    return revision


def _free(db: Session, revision_id: int, *, by: Actor) -> Revision:
    """The waiting revision, locked; Conflict says who while it is another SV's."""
    revision = _waiting(db, revision_id, by=by)
    if revision.taken_by_id != by.id and is_held(revision.taken_by_id, revision.taken_at, clock.now()):
        who = revision.taken_by.display_name if revision.taken_by else ""
        raise Conflict(
            "いまは%(who)sさんが確認しています。手放したか、%(minutes)s分動きがなければ、引き受けられます。",
            who=who,
            minutes=limits.HOLD_MINUTES,
        )
    return revision


def _hold(revision: Revision, *, by: Actor) -> None:
    if revision.state is State.SUBMITTED:
        require_move(revision.state, State.IN_REVIEW)
        revision.state = State.IN_REVIEW
    revision.taken_by_id, revision.taken_at = by.id, clock.now()


def _decidable(db: Session, revision_id: int, *, by: Actor, publishes: bool = False) -> Revision:
    """The waiting revision, held by this SV without a word, for the decision follows; nobody publishes their own text
    unless the role says so.
    """
    require(by, Permission.REVIEW)
    revision = _free(db, revision_id, by=by)
    if publishes and revision.author_id == by.id and not may(by, Permission.APPROVE_OWN):
        raise NotAllowed("自分の書いたものは、自分では公開できません。ほかのSVに頼んでください。")
    _hold(revision, by=by)
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
    **facts: Any,
) -> None:
    reason, thanks = blocks.tidy(reason).strip(), blocks.tidy(thanks).strip()
    if state in NEEDS_REASON and not reason:
        raise Invalid("理由を書いてください。書いた人に届きます。", field="reason")
    for field, words in (("reason", reason), ("thanks", thanks)):
        if len(words) > limits.REASON:
            raise Invalid("%(limit)s文字までにしてください。", field=field, limit=limits.REASON)
    require_move(revision.state, state)
    revision.state, revision.reason, revision.thanks = state, reason, thanks
    revision.decided_by_id, revision.decided_at = by.id, clock.now()
    revision.outcome_page_id = outcome.id if outcome else None
    if revision.author_id == by.id:
        facts["own_text"] = True
    events.record(
        db,
        f"revision {state.value}",
        by=by,
        page_id=revision.page_id,
        revision_id=revision.id,
        user_id=revision.author_id,
        outcome_page_id=revision.outcome_page_id,
        **facts,
    )
    _tell(db, revision, TOLD[state], by=by)


def _tell(db: Session, revision: Revision, kind: MessageKind, *, by: Actor) -> None:
    """One step, one message to the author."""
    messaging.tell(db, revision.author_id, kind, by=by, page_id=revision.page_id, revision_id=revision.id)


def _whole(revision: Revision) -> str:
    return "\n".join([revision.title, *revision.phrases, *revision.tags, revision.body])
