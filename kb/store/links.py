"""Links between pages by title, and the redirects that old titles and archived pages leave."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.rules import limits
from kb.rules.pages import Audience, Language
from kb.rules.roles import Actor
from kb.store.base import Base
from kb.store.pages import Page, listed


class Link(Base):
    """A `[[title]]` in what a page shows; `audience` is the widest one that can read the link itself."""

    __tablename__ = "links"
    __table_args__ = (Index("ix_links_title_key", "title_key"),)

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), primary_key=True)
    title_key: Mapped[str] = mapped_column(String(limits.TITLE * 2), primary_key=True)
    audience: Mapped[Audience]


class Title(Base):
    """A title under which a page is found: its own now, or an old one that redirects (`is_old`)."""

    __tablename__ = "redirects"
    __table_args__ = (
        UniqueConstraint("page_id", "title_key"),
        Index("ix_redirects_title_key", "language", "title_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    language: Mapped[Language]
    title_key: Mapped[str] = mapped_column(String(limits.TITLE * 2))
    is_old: Mapped[bool] = mapped_column(default=False)


def set_links(db: Session, page_id: int, found: dict[str, Audience]) -> None:
    """Replace the page's outgoing links: title key → widest audience that reads it."""
    # Rows go and come without the session's objects: an import of many pages would search them all at each page.
    db.execute(delete(Link).where(Link.page_id == page_id).execution_options(synchronize_session=False))
    rows = [{"page_id": page_id, "title_key": key, "audience": audience} for key, audience in found.items()]
    if rows:
        db.execute(insert(Link), rows)


def set_title(db: Session, page_id: int, language: Language, key: str) -> None:
    """Make `key` the page's title now; its earlier titles stay and redirect."""
    rows = list(db.scalars(select(Title).where(Title.page_id == page_id)))
    for row in rows:
        row.is_old, row.language = row.title_key != key, language
    if all(row.title_key != key for row in rows):
        db.add(Title(page_id=page_id, language=language, title_key=key))


def lead_here(db: Session, page_id: int, language: Language, key: str) -> None:
    """Let another page's title lead to this one, wherever that page itself can't be read any more."""
    if db.scalar(select(Title.id).where(Title.page_id == page_id, Title.title_key == key)) is None:
        db.add(Title(page_id=page_id, language=language, title_key=key, is_old=True))


def pages_titled(db: Session, keys: Sequence[str], *, viewer: Actor, language: str) -> dict[str, Page]:
    """The page that each title key leads to among those the viewer may read.

    A page's own title wins over an old one, the reader's language over the other, the oldest page over younger ones.
    """
    if not keys:
        return {}
    rows = listed(viewer).join(Title, Title.page_id == Page.id).where(Title.title_key.in_(keys))
    ordered = rows.add_columns(Title.title_key).order_by(Title.is_old, Title.language != language, Page.id)
    found: dict[str, Page] = {}
    for page, key in db.execute(ordered):
        found.setdefault(key, page)
    return found


def linking_to(db: Session, page_id: int, *, viewer: Actor) -> list[Page]:
    """The pages whose shown text links to this one by any of its titles, as far as the viewer may read both."""
    keys = select(Title.title_key).where(Title.page_id == page_id)
    sources = select(Link.page_id).where(Link.title_key.in_(keys), Link.audience.in_(viewer.audience.readable))
    rows = listed(viewer).where(Page.id.in_(sources), Page.id != page_id)
    return list(db.scalars(rows.order_by(Page.id)))
