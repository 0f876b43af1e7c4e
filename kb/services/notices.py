"""Keep the notices: post, end, bring back; and tell each reader those that hold now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.rules import clock, limits
from kb.rules.errors import Conflict, Invalid, NotFound, WrongState
from kb.rules.pages import Audience, Language
from kb.rules.roles import Actor, Permission, require
from kb.services import searching
from kb.services.checking import one_line
from kb.store import events, links, pages
from kb.store import notices as store
from kb.store.base import Session
from kb.store.notices import Notice
from kb.store.pages import Page
from kb.text import japanese, wiki_links

PAST = 50  # notices that are over and still listed


@dataclass(frozen=True)
class Draft:
    """What a supervisor writes; `page` is the number or title that was typed for the page that it touches, or empty."""

    text: str
    language: Language
    audience: Audience
    page: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Shown:
    """A notice for one reader; `page` is left out if they may not read it."""

    notice: Notice
    page: Page | None


@dataclass(frozen=True)
class Board:
    """All notices for those who keep them: those that hold, those to come, and the latest that are over."""

    current: list[Shown]
    coming: list[Shown]
    past: list[Shown]


def current(db: Session, *, viewer: Actor, language: str | None = None, page_id: int | None = None) -> list[Shown]:
    """The notices that hold now for this reader, optionally of one language or about one page, the latest first."""
    found = store.holding(db, clock.now(), viewer=viewer, language=language, page_id=page_id)
    return _shown(db, found, viewer=viewer)


def board(db: Session, *, viewer: Actor) -> Board:
    """Every notice by what has become of it."""
    require(viewer, Permission.KEEP_NOTICES)
    now = clock.now()
    return Board(
        _shown(db, store.holding(db, now, viewer=viewer), viewer=viewer),
        _shown(db, store.coming(db, now, viewer=viewer), viewer=viewer),
        _shown(db, store.past(db, now, viewer=viewer, limit=PAST), viewer=viewer),
    )


def notice(db: Session, notice_id: int, *, viewer: Actor) -> Shown:
    """One notice; raises NotFound."""
    require(viewer, Permission.KEEP_NOTICES)
    found = store.get(db, notice_id, viewer=viewer)
    if found is None:
        raise NotFound()
    return _shown(db, [found], viewer=viewer)[0]


def post(db: Session, draft: Draft, *, by: Actor) -> Notice:
    """Show a message to its audience from its start to its end; raises Invalid with the field at fault."""
    require(by, Permission.KEEP_NOTICES)
    text = one_line(draft.text)
    if not text:
        raise Invalid("お知らせする文を書いてください。", field="text")
    if len(text) > limits.NOTICE:
        raise Invalid("%(limit)s文字までにしてください。", field="text", limit=limits.NOTICE)
    now = clock.now()
    if draft.ends_at <= draft.starts_at:
        raise Invalid("終わりは、始まりより後にしてください。", field="ends_at")
    if draft.ends_at <= now:
        raise Invalid("終わりは、これからの時刻にしてください。", field="ends_at")
    if draft.ends_at > now + timedelta(days=limits.NOTICE_DAYS):
        raise Invalid("終わりは%(days)s日以内にしてください。", field="ends_at", days=limits.NOTICE_DAYS)
    page = _page(db, draft, by=by)
    assert by.id is not None
    made = Notice(
        text=text,
        language=draft.language,
        audience=draft.audience,
        page_id=page.id if page else None,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        created_by_id=by.id,
        created_at=now,
    )
    db.add(made)
    db.flush()
    _record(db, "notice posted", made, by=by)
    return made


def end(db: Session, notice_id: int, *, by: Actor) -> Notice:
    """Take a notice back before its end; raises WrongState if it is over already."""
    found = notice(db, notice_id, viewer=by).notice
    if found.removed_at is not None or found.ends_at <= clock.now():
        raise WrongState("この速報は、もう終わっています。")
    found.removed_at = clock.now()
    _record(db, "notice ended", found, by=by)
    return found


def bring_back(db: Session, notice_id: int, *, by: Actor) -> Notice:
    """Undo `end`; raises Conflict once its time is over."""
    found = notice(db, notice_id, viewer=by).notice
    if found.removed_at is None:
        raise WrongState("この速報は、もう元に戻っています。")
    if found.ends_at <= clock.now():
        raise Conflict("終わりの時刻を過ぎました。新しく書いて出してください。")
    found.removed_at = None
    _record(db, "notice brought back", found, by=by)
    return found


def _record(db: Session, verb: str, found: Notice, *, by: Actor) -> None:
    # Not with the page: its history is read by operators, and the notice may be for supervisors alone.
    events.record(db, verb, by=by, notice=found.id, audience=found.audience.value, line=found.text)


def _page(db: Session, draft: Draft, *, by: Actor) -> Page | None:
    """The page that was typed; raises Invalid if there is none, or if the readers of the notice may not read it."""
    typed = one_line(draft.page)
    if not typed:
        return None
    number = searching.number_in(f"#{japanese.fold(typed).lstrip('#').strip()}")
    if number is not None:
        found = pages.get(db, number, viewer=by)
    else:
        key = wiki_links.title_key(typed)
        found = links.pages_titled(db, [key], viewer=by, language=draft.language).get(key)
    if found is None or found.current is None:
        raise Invalid("その記事は見つかりません。番号か題名を確かめてください。", field="page")
    if not draft.audience.includes(found.audience):
        raise Invalid("この記事は、速報を読む人には見えません。ほかの記事を選んでください。", field="page")
    return found


def _shown(db: Session, found: Iterable[Notice], *, viewer: Actor) -> list[Shown]:
    """The notices with their pages, which may have been hidden or archived since."""
    listed = list(found)
    ids = [one.page_id for one in listed if one.page_id is not None]
    readable = pages.by_ids(db, ids, viewer=viewer) if ids else {}
    return [Shown(one, readable.get(one.page_id) if one.page_id is not None else None) for one in listed]
