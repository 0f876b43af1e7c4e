"""Votes: whether one revision helped a reader, and if not, why."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.rules import limits
from kb.rules.pages import Audience
from kb.rules.review_states import State
from kb.rules.votes import Shortcoming
from kb.store.base import Base
from kb.store.pages import Revision


class Vote(Base):
    """One reader's word on one revision; `visitor` is a keyed hash of a random cookie and leads back to nobody."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("revision_id", "visitor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    visitor: Mapped[str] = mapped_column(String(64))
    is_helpful: Mapped[bool]
    shortcoming: Mapped[Shortcoming | None]
    words: Mapped[str] = mapped_column(String(limits.VOTE_WORDS), default="")
    created_at: Mapped[datetime]


@dataclass
class Count:
    """How many votes a revision has, and since when; `shortcomings` counts the "no" that gave a reason."""

    number: int
    since: datetime
    helpful: int = 0
    unhelpful: int = 0
    shortcomings: dict[Shortcoming, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.helpful + self.unhelpful


@dataclass(frozen=True)
class Word:
    """What a reader wrote beside a "no", and the number of the version that it is about."""

    number: int
    shortcoming: Shortcoming | None
    words: str
    at: datetime


def put(db: Session, vote: Vote) -> None:
    """Keep a vote in place of an earlier one by the same visitor on the same revision; others may be doing the same."""
    values = {
        "page_id": vote.page_id,
        "revision_id": vote.revision_id,
        "visitor": vote.visitor,
        "is_helpful": vote.is_helpful,
        "shortcoming": vote.shortcoming,
        "words": vote.words,
        "created_at": vote.created_at,
    }
    made = (sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert)(Vote).values(values)
    latest = {name: made.excluded[name] for name in ("is_helpful", "shortcoming", "words", "created_at")}
    db.execute(made.on_conflict_do_update(index_elements=[Vote.revision_id, Vote.visitor], set_=latest))


def was_public(db: Session, page_id: int, revision_id: int) -> bool:
    """Whether customers have read this revision of this page, now or before."""
    found = db.get(Revision, revision_id)
    if found is None or found.page_id != page_id:
        return False
    return found.state is State.APPROVED and found.audience is Audience.PUBLIC


def counts(db: Session, page_id: int, *, limit: int) -> list[Count]:
    """The counts of the page's newest versions that were approved, the newest first."""
    rows = select(Revision).where(Revision.page_id == page_id, Revision.state == State.APPROVED)
    revisions = list(db.scalars(rows.order_by(Revision.number.desc()).limit(limit)))
    found = {one.id: Count(one.number, one.decided_at or one.created_at) for one in revisions}
    columns = (Vote.revision_id, Vote.is_helpful, Vote.shortcoming)
    cast = select(*columns, func.count()).where(Vote.revision_id.in_(list(found))).group_by(*columns)
    for revision_id, is_helpful, shortcoming, times in db.execute(cast):
        count = found[revision_id]
        if is_helpful:
            count.helpful += times
        else:
            count.unhelpful += times
            if shortcoming is not None:
                count.shortcomings[shortcoming] = times
    return list(found.values())


def words(db: Session, page_id: int, *, limit: int, offset: int = 0) -> tuple[int, list[Word]]:
    """How many votes on a page say something in words, and those of one screen, the newest first."""
    told = (Vote.page_id == page_id, Vote.words != "")
    total = db.scalar(select(func.count()).select_from(Vote).where(*told)) or 0
    rows = select(Revision.number, Vote.shortcoming, Vote.words, Vote.created_at)
    rows = rows.join(Revision, Revision.id == Vote.revision_id).where(*told)
    rows = rows.order_by(Vote.created_at.desc(), Vote.id.desc()).limit(limit).offset(offset)
    return total, [Word(*row) for row in db.execute(rows)]
