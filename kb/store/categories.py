"""Categories: the one level of shelves that pages stand on."""

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.rules import limits
from kb.rules.pages import Audience
from kb.rules.roles import Actor
from kb.store.base import Base


class Category(Base):
    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(limits.CATEGORY), unique=True)
    name_ja: Mapped[str] = mapped_column(String(limits.CATEGORY))
    name_en: Mapped[str] = mapped_column(String(limits.CATEGORY))
    description_ja: Mapped[str] = mapped_column(String(200), default="")
    description_en: Mapped[str] = mapped_column(String(200), default="")
    icon: Mapped[str] = mapped_column(String(20), default="")
    audience: Mapped[Audience] = mapped_column(default=Audience.PUBLIC)
    position: Mapped[int] = mapped_column(default=0)

    def name(self, language: str) -> str:
        """The name in the reader's language."""
        return self.name_en if language == "en" else self.name_ja

    def copy(self) -> "Category":
        """The same category as it is now, outside every session."""
        return Category(**{column.key: getattr(self, column.key) for column in Category.__table__.columns})

    def description(self, language: str) -> str:
        """A few words on what stands here, in the reader's language."""
        return self.description_en if language == "en" else self.description_ja


def visible_to(db: Session, viewer: Actor) -> list[Category]:
    """The categories that this reader may know of, in shelf order."""
    rows = select(Category).where(Category.audience.in_(viewer.audience.readable))
    return list(db.scalars(rows.order_by(Category.position, Category.id)))


def by_key(db: Session, key: str) -> Category | None:
    """The category with this key."""
    return db.scalar(select(Category).where(Category.key == key))


def by_word(db: Session, word: str) -> Category | None:
    """The category with this key, or with this name in either language."""
    same = (Category.key == word) | (Category.name_ja == word) | (Category.name_en == word)
    return db.scalar(select(Category).where(same).order_by(Category.key != word, Category.id))
