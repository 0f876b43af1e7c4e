"""Flags: what operators find wrong, unclear or out of date in a page."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Select, String, and_, func, select
from sqlalchemy.orm import Mapped, Session, aliased, joinedload, mapped_column, relationship

from kb.rules import limits
from kb.rules.calls import Fault
from kb.rules.review_states import State
from kb.rules.roles import Actor
from kb.store.base import Base
from kb.store.pages import Page, Revision, visible_to
from kb.store.users import User


class Flag(Base):
    """One flag on the revision that was read; `reply` is what the SV who closed it says to its author.

    `read_at` is when its author has seen that it was closed.
    """

    __tablename__ = "flags"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    fault: Mapped[Fault]
    words: Mapped[str] = mapped_column(String(limits.NOTE), default="")
    created_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reply: Mapped[str] = mapped_column(String(limits.NOTE), default="")
    read_at: Mapped[datetime | None]

    page: Mapped[Page] = relationship()
    revision: Mapped[Revision] = relationship()
    user: Mapped[User] = relationship(foreign_keys=user_id)
    taken_by: Mapped[User | None] = relationship(foreign_keys=taken_by_id)
    closed_by: Mapped[User | None] = relationship(foreign_keys=closed_by_id)


def shown(viewer: Actor) -> Select[Flag]:
    """Flags on pages that the viewer may read, with everything that a list of them draws."""
    rows = select(Flag).join(Page, Page.id == Flag.page_id).where(visible_to(viewer))
    page = joinedload(Flag.page)
    return rows.options(
        page.joinedload(Page.current),
        page.joinedload(Page.story),
        joinedload(Flag.revision),
        joinedload(Flag.user),
        joinedload(Flag.taken_by),
        joinedload(Flag.closed_by),
    )


def get(db: Session, flag_id: int, *, viewer: Actor, to_change: bool = False) -> Flag | None:
    """The flag, if its page may be read; `to_change` keeps others from changing it until the transaction ends."""
    rows = shown(viewer).where(Flag.id == flag_id)
    # What this session read before the lock may be out of date by now.
    locked = rows.with_for_update(of=Flag).execution_options(populate_existing=True)
    return db.scalar(locked if to_change else rows)


def waiting(db: Session, *, viewer: Actor, page_id: int | None = None) -> list[Flag]:
    """The flags that nobody has closed, optionally of one page; what waits longest comes first."""
    rows = shown(viewer).where(Flag.closed_at.is_(None))
    if page_id is not None:
        rows = rows.where(Flag.page_id == page_id)
    return list(db.scalars(rows.order_by(Flag.created_at, Flag.id)))


def count_waiting(db: Session, *, viewer: Actor, page_id: int | None = None) -> int:
    """How many flags nobody has closed."""
    rows = select(func.count(Flag.id)).join(Page, Page.id == Flag.page_id)
    rows = rows.where(Flag.closed_at.is_(None), visible_to(viewer))
    return db.scalar(rows if page_id is None else rows.where(Flag.page_id == page_id)) or 0


def of_user(db: Session, user_id: int, *, viewer: Actor, unread: bool = False, limit: int) -> list[Flag]:
    """What one person flagged, the newest first; `unread`: only what was closed and they have not seen that yet."""
    rows = shown(viewer).where(Flag.user_id == user_id)
    if unread:
        rows = rows.where(Flag.closed_at.is_not(None), Flag.read_at.is_(None))
    return list(db.scalars(rows.order_by(Flag.id.desc()).limit(limit)))


def fixed_in(db: Session, flag_ids: Sequence[int]) -> dict[int, int]:
    """The number of the version that readers saw when each of these flags was closed, where it was a newer one."""
    told, fix = aliased(Revision), aliased(Revision)
    rows = select(Flag.id, func.max(fix.number)).join(told, told.id == Flag.revision_id)
    rows = rows.join(fix, and_(fix.page_id == Flag.page_id, fix.number > told.number)).where(
        Flag.id.in_(flag_ids),
        fix.state == State.APPROVED,
        func.coalesce(fix.decided_at, fix.created_at) <= Flag.closed_at,
    )
    return dict(db.execute(rows.group_by(Flag.id)).all())


def stamp(db: Session, *, user_id: int | None = None) -> str:
    """A word that changes whenever a flag is made, taken, closed or its answer read; of one person's if asked so."""
    rows = select(func.max(Flag.id), func.count(Flag.closed_at), func.count(Flag.read_at), func.sum(Flag.taken_by_id))
    found = db.execute(rows if user_id is None else rows.where(Flag.user_id == user_id)).one()
    return ".".join(str(value or 0) for value in found)
