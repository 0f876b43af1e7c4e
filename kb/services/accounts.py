"""Sign people in, and keep their accounts: passwords, roles, opening and closing."""

import math
import re
import unicodedata
from datetime import timedelta

from kb.rules import clock, limits
from kb.rules.errors import Conflict, Invalid, KbError, NotFound, TooMany
from kb.rules.inquiries import mail_address
from kb.rules.pages import Language
from kb.rules.roles import STAFF_ROLES, Actor, Permission, Role, require
from kb.services import passwords
from kb.services.checking import one_line
from kb.store import events, users
from kb.store.base import Session
from kb.store.users import SignInTry, User

NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
IDENTITY = re.compile(r"[0-9]{1,10}:[0-9]{1,10}")


class Refused(KbError):
    """The name or the password is wrong; which of them is not said (401)."""

    status, code = 401, "refused"


def fold(name: str) -> str:
    """The form under which a sign-in name is stored and compared."""
    return unicodedata.normalize("NFKC", name).strip().lower()[: limits.NAME]


def tries_left(db: Session, name: str, device: str) -> int:
    """How many more wrong passwords this name has from this device; raises TooMany when there are none.

    A refused try is not counted, so a stranger can't keep somebody out for longer than the window; and a device that
    signed in before has tries of its own (OWASP's device cookies), so that strangers can't use them up.
    """
    since = clock.now() - timedelta(seconds=limits.SIGN_IN_WINDOW)
    tries = users.failed_tries(db, fold(name), device, since)
    left = limits.SIGN_IN_TRIES - len(tries)
    if left > 0:
        return left
    wait = limits.SIGN_IN_WINDOW - (clock.now() - tries[-limits.SIGN_IN_TRIES]).total_seconds()
    raise TooMany(
        "続けてまちがえたため、いまはサインインできません。%(minutes)s分ほどたってから、もう一度お試しください。",
        retry_after=max(1, math.ceil(wait)),
        minutes=max(1, math.ceil(wait / 60)),
    )


def count_try(db: Session, name: str, *, device: str = "") -> int:
    """Count a try before its password is looked at, so that guesses made at once can't pass the limit together.

    Returns how many are left after it; raises TooMany when there were none. A success forgets what was counted.
    """
    left = tries_left(db, name, device)
    db.add(SignInTry(name=fold(name), device=device, at=clock.now()))
    db.flush()
    return left - 1


def check(db: Session, name: str, password: str) -> User:
    """The person this name and password belong to; Refused otherwise, after the same time. Writes nothing."""
    user = users.by_name(db, fold(name))
    usable = user is not None and user.disabled_at is None
    fits = passwords.fits(user.password_hash if user is not None and usable else None, password)
    if user is None or not fits:
        raise Refused("IDかパスワードが違います。")
    return user


def note_success(db: Session, user_id: int, password: str, *, device: str = "") -> User:
    """Forget the wrong tries of this device, and renew an old hash."""
    user = _user(db, user_id)
    users.forget_tries(db, user.name, device, clock.now() - timedelta(seconds=limits.SIGN_IN_WINDOW))
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.make(password)
    user.last_seen_at = clock.now()
    events.record(db, "signed in", by=user.actor, user_id=user.id)
    return user


def identified(db: Session, identity: str) -> Actor | None:
    """The actor behind `id:epoch`, unless the account is closed or the epoch has passed."""
    if not IDENTITY.fullmatch(identity):
        return None
    number, _, epoch = identity.partition(":")
    user = db.get(User, int(number))
    if user is None or user.disabled_at is not None or user.epoch != int(epoch):
        return None
    # A session forgets rows that nobody holds, and this one is asked for again: one's own keys stand in it.
    db.info["identified"] = user
    return user.actor


def identity_of(user: User) -> str:
    """What a session keeps of a person; a new epoch makes every older one worthless."""
    return f"{user.id}:{user.epoch}"


def add(db: Session, name: str, *, role: Role, password: str, display_name: str = "", by: Actor) -> User:
    """Open an account."""
    require(by, Permission.MANAGE_PEOPLE)
    folded = fold(name)
    if not NAME.fullmatch(folded):
        raise Invalid("IDは英小文字・数字・「.」「_」「-」で書いてください。", field="name")
    if users.by_name(db, folded) is not None:
        raise Conflict("このIDはもう使われています。別のIDにしてください。", field="name")
    shown = _display_name(display_name or folded)
    _staff_role(role)
    user = User(
        name=folded,
        display_name=shown,
        role=role,
        password_hash=passwords.make(password),
        created_at=clock.now(),
    )
    db.add(user)
    db.flush()
    events.record(db, "account opened", by=by, user_id=user.id, role=role.value)
    return user


def everybody(db: Session, *, by: Actor) -> list[User]:
    """All accounts."""
    require(by, Permission.MANAGE_PEOPLE)
    return users.everybody(db)


def change_password(db: Session, old: str, new: str, *, by: Actor) -> User:
    """Set one's own new password; every other session of this person ends."""
    user = _user(db, by.id)
    if not passwords.fits(user.password_hash, old):
        raise Invalid("いまのパスワードが違います。", field="old")
    if old == new:
        raise Invalid("いまとは違うパスワードにしてください。", field="password")
    _set_password(user, new)
    events.record(db, "password changed", by=by, user_id=user.id)
    return user


def reset_password(db: Session, user_id: int, *, by: Actor) -> tuple[User, str]:
    """Give somebody a new random password, to be told once; their sessions end."""
    require(by, Permission.MANAGE_PEOPLE)
    user = _user(db, user_id)
    password = passwords.random()
    _set_password(user, password)
    events.record(db, "password reset", by=by, user_id=user.id)
    return user, password


def set_role(db: Session, user_id: int, role: Role, *, by: Actor) -> User:
    """Give somebody another role; their sessions end."""
    require(by, Permission.MANAGE_PEOPLE)
    user = _user(db, user_id)
    _staff_role(role)
    if user.role is role:
        return user
    if role is not Role.ADMIN:
        _keep_one_admin(db, user)
    events.record(db, "role changed", by=by, user_id=user.id, old=user.role.value, new=role.value)
    user.role = role
    user.epoch += 1
    return user


def rename(db: Session, user_id: int, display_name: str, *, by: Actor) -> User:
    """Change the name that others see."""
    require(by, Permission.MANAGE_PEOPLE)
    user = _user(db, user_id)
    user.display_name = _display_name(display_name)
    events.record(db, "display name changed", by=by, user_id=user.id)
    return user


def set_mail(db: Session, user_id: int, mail: str, *, by: Actor) -> User:
    """Keep where somebody's messages go as well, empty for nowhere; raises Invalid for what is no mail address."""
    require(by, Permission.MANAGE_PEOPLE)
    return _set_mail(db, _user(db, user_id), mail, by=by)


def own(db: Session, *, by: Actor) -> User:
    """One's own account."""
    require(by, Permission.READ_STAFF)
    return _user(db, by.id)


def set_own_mail(db: Session, mail: str, language: Language, *, by: Actor) -> User:
    """Say where one's own messages go as well, and in which language; raises Invalid for what is no mail address."""
    user = own(db, by=by)
    _set_mail(db, user, mail, by=by)
    user.language = language.value
    return user


def close(db: Session, user_id: int, *, by: Actor) -> User:
    """Close an account: its sessions end at once, its words stay."""
    require(by, Permission.MANAGE_PEOPLE)
    user = _user(db, user_id)
    if user.disabled_at is not None:
        return user
    _keep_one_admin(db, user)
    user.disabled_at = clock.now()
    user.epoch += 1
    events.record(db, "account closed", by=by, user_id=user.id)
    return user


def reopen(db: Session, user_id: int, *, by: Actor) -> User:
    """Open a closed account again; the password stays what it was."""
    require(by, Permission.MANAGE_PEOPLE)
    user = _user(db, user_id)
    if user.disabled_at is not None:
        user.disabled_at = None
        user.epoch += 1
        events.record(db, "account reopened", by=by, user_id=user.id)
    return user


def _user(db: Session, user_id: int | None) -> User:
    user = db.get(User, user_id) if user_id is not None else None
    if user is None:
        raise NotFound()
    return user


def _set_mail(db: Session, user: User, mail: str, *, by: Actor) -> User:
    mail = mail_address(mail)
    if mail != user.mail:
        user.mail = mail
        # The address itself is nobody's business who reads the record.
        events.record(db, "mail address changed", by=by, user_id=user.id)
    return user


def _set_password(user: User, password: str) -> None:
    user.password_hash = passwords.make(password)
    user.epoch += 1


def _display_name(text: str) -> str:
    shown = one_line(text)
    if not shown or len(shown) > limits.DISPLAY_NAME:
        raise Invalid("名前は1〜%(limit)s文字で書いてください。", field="display_name", limit=limits.DISPLAY_NAME)
    return shown


def _staff_role(role: Role) -> None:
    if role not in STAFF_ROLES:
        raise Invalid("役割を選び直してください。", field="role")


def _keep_one_admin(db: Session, user: User) -> None:
    if user.role is Role.ADMIN and user.disabled_at is None and users.usable_admins(db) <= 1:
        raise Conflict("管理者がいなくなってしまいます。先に別の人を管理者にしてください。")
