"""Make people, pages and stories for tests: by the real verbs, with sensible defaults; the caller commits."""

from functools import cache
from itertools import count
from typing import Any

from kb.rules import clock
from kb.rules.pages import Audience, Kind, Language
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, Actor, Role
from kb.services import editing, passwords, reviewing, submitting
from kb.services.checking import Text, text_of
from kb.services.submitting import Story
from kb.store.base import Session
from kb.store.categories import Category
from kb.store.pages import Page, Revision
from kb.store.users import User

# The real password of every account that is made here; hashed once a session, for Argon2 is slow on purpose.
PASSWORD = "minamo-denki-42"
BODY = "お届けまでの日数は、ご注文の画面で確かめられます。"
_numbers = count(1)


@cache
def password_hash() -> str:
    """The hash of PASSWORD."""
    return passwords.make(PASSWORD)


def make_user(db: Session, role: Role = Role.OPERATOR, *, name: str = "", **columns: Any) -> User:
    """An account of this role that signs in with PASSWORD; `.actor` is who acts."""
    name = name or f"{role.value}-{next(_numbers)}"
    known: dict[str, Any] = {"display_name": name, "password_hash": password_hash(), "created_at": clock.now()}
    user = User(name=name, role=role, **known | columns)
    db.add(user)
    db.flush()
    return user


def make_actor(db: Session, role: Role = Role.OPERATOR) -> Actor:
    """A new person of this role; a visitor has no account."""
    return Actor(None, "", "", Role.CUSTOMER) if role is Role.CUSTOMER else make_user(db, role).actor


def make_category(db: Session, key: str = "delivery", *, audience: Audience = Audience.PUBLIC) -> Category:
    """A shelf with this key, called by it in both languages."""
    category = Category(key=key, name_ja=key, name_en=key, audience=audience)
    db.add(category)
    db.flush()
    return category


def text(title: str = "", body: str = BODY, *, audience: Audience = Audience.PUBLIC, **more: Any) -> Text:
    """What a writer sends; an empty title becomes one that nobody else has."""
    return Text(title or f"配送について その{next(_numbers)}", body, audience, **more)


def make_page(
    db: Session,
    title: str = "",
    body: str = BODY,
    *,
    audience: Audience = Audience.PUBLIC,
    kind: Kind = Kind.FAQ,
    language: Language = Language.JA,
    category: Category | None = None,
    phrases: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    external_id: str | None = None,
    archived: bool = False,
    by: Actor = SYSTEM,
) -> Page:
    """A live page with one approved revision."""
    said = text(title, body, audience=audience, phrases=phrases, tags=tags)
    category_id = category.id if category else None
    page = editing.create(db, said, kind=kind, language=language, category_id=category_id, by=by)
    page.external_id = external_id
    if archived:
        editing.archive(db, page.id, by=SYSTEM)
    db.flush()
    return page


def edit_page(db: Session, page: Page, body: str, *, title: str = "", by: Actor = SYSTEM, **more: Any) -> Revision:
    """Publish (or, by an operator, propose) another text of a live page."""
    assert page.current is not None
    said = text(title or page.current.title, body, **{"audience": page.audience} | more)
    return editing.save(db, page.id, said, base_id=page.current_revision_id, by=by).revision


def story(title: str = "", **parts: Any) -> Story:
    """A filled-in form of an experience."""
    filled = {
        "words": "まだ届かないんだけど、どうなってるの",
        "purpose": "孫の誕生日に間に合わせたい",
        "done": "配送会社に確かめて、到着の見込みをお伝えした",
    }
    return Story(title=title or f"届かない荷物の話 その{next(_numbers)}", **filled | parts)


def make_story(
    db: Session,
    *,
    in_state: State = State.SUBMITTED,
    title: str = "",
    by: Actor | None = None,
    reviewer: Actor | None = None,
    **parts: Any,
) -> Revision:
    """A story brought to this state by the verbs that lead there; author and reviewer are new people unless given."""
    by = by or make_actor(db)
    told = story(title, **parts)
    if in_state in (State.DRAFT, State.WITHDRAWN):
        revision = submitting.save_draft(db, told, by=by)
    else:
        revision = submitting.submit(db, told, by=by)
    _bring(db, revision, in_state, by=by, reviewer=reviewer)
    return revision


def make_proposal(
    db: Session,
    page: Page,
    body: str = "直した本文です。",
    *,
    in_state: State = State.SUBMITTED,
    by: Actor | None = None,
    reviewer: Actor | None = None,
) -> Revision:
    """An operator's edit of a live page, brought to this state (not `draft`: an edit has none)."""
    by = by or make_actor(db)
    revision = edit_page(db, page, body, by=by)
    assert revision.state is State.SUBMITTED
    _bring(db, revision, in_state, by=by, reviewer=reviewer)
    return revision


def _bring(db: Session, revision: Revision, state: State, *, by: Actor, reviewer: Actor | None) -> None:
    if state in (State.DRAFT, State.SUBMITTED):
        return
    if state is State.WITHDRAWN:
        submitting.withdraw(db, revision.id, by=by)
        return
    reviewer = reviewer or make_actor(db, Role.SV)
    why = {"reason": "理由はこうです。", "by": reviewer}
    if state is State.IN_REVIEW:
        reviewing.take(db, revision.id, by=reviewer)
    elif state is State.APPROVED:
        reviewing.approve(db, revision.id, seen_current=revision.page.current_revision_id, by=reviewer)
    elif state is State.RETURNED:
        reviewing.send_back(db, revision.id, **why)
    elif state is State.REJECTED:
        reviewing.reject(db, revision.id, **why)
    elif state is State.DUPLICATE:
        reviewing.mark_duplicate(db, revision.id, of=make_page(db).id, **why)
    elif state is State.MERGED:
        target = make_page(db)
        assert target.current is not None
        said = text_of(target.current)
        more = text(said.title, said.body + "\n\n体験から足した一文です。", audience=said.audience)
        reviewing.merge(db, revision.id, more, into=target.id, base_id=target.current.id, **why)
