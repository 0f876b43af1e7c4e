"""People: accounts, their roles and epochs, and the tries to sign in."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import JSON, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.rules import limits
from kb.rules.roles import Actor, Role
from kb.store.base import Base


class User(Base):
    """An account; `shortcuts` are the keys that this person chose, by deed, where they are not the usual ones.

    `mail` is where messages go as well, if set, and `language` what they are written in.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(limits.NAME), unique=True)
    display_name: Mapped[str] = mapped_column(String(limits.DISPLAY_NAME))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role]
    epoch: Mapped[int] = mapped_column(default=1)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    mail: Mapped[str] = mapped_column(String(limits.MAIL), default="", server_default="")
    language: Mapped[str] = mapped_column(String(2), default="ja", server_default="ja")
    shortcuts: Mapped[dict[str, str] | None] = mapped_column(JSON)

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.name, self.display_name, self.role)


class SignInTry(Base):
    """One failed try; `device` is empty for an unknown device, else the account name that the device proved before."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index("ix_sign_in_tries_name_device_at", "name", "device", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(limits.NAME))
    device: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime]


def by_name(db: Session, name: str) -> User | None:
    """The account with this sign-in name (already folded)."""
    return db.scalar(select(User).where(User.name == name))


def everybody(db: Session) -> list[User]:
    """All accounts, the usable ones first, by name."""
    return list(db.scalars(select(User).order_by(User.disabled_at.is_not(None), User.name)))


def usable(db: Session, roles: Collection[Role]) -> list[User]:
    """The accounts of these roles that can sign in, by the names that are shown."""
    rows = select(User).where(User.role.in_(roles), User.disabled_at.is_(None))
    return list(db.scalars(rows.order_by(User.display_name, User.id)))


def usable_admins(db: Session) -> int:
    """How many administrators can still sign in."""
    return (
        db.scalar(select(func.count()).where(User.role == Role.ADMIN, User.disabled_at.is_(None)).select_from(User))
        or 0
    )


def failed_tries(db: Session, name: str, device: str, since: datetime) -> list[datetime]:
    """The times of failed tries for a name from this device (empty: any unknown device), oldest first."""
    rows = select(SignInTry.at).where(SignInTry.name == name, SignInTry.device == device, SignInTry.at >= since)
    return list(db.scalars(rows.order_by(SignInTry.at)))


def forget_tries(db: Session, name: str, device: str, before: datetime) -> None:
    """Drop tries that no longer count: all old ones, and this device's own after a success."""
    db.execute(delete(SignInTry).where(SignInTry.at < before))
    db.execute(delete(SignInTry).where(SignInTry.name == name, SignInTry.device == device))
