"""Hash and check passwords with Argon2id; the only home of argon2."""

import secrets
from base64 import b64encode
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kb.rules import limits
from kb.rules.errors import Invalid

_hasher = PasswordHasher()
# Each hash takes 64 MiB and a core; two at a time keep a burst of sign-ins from starving the readers.
_at_once = BoundedSemaphore(2)


def _made_up() -> str:
    """A hash in today's settings that no password has: checking against it takes as long as against a real one."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, _hasher.hash_len))
    return f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${salt}${digest}"


_nobody = _made_up()


def make(password: str) -> str:
    """The hash to store; Invalid when the password is too short or too long."""
    check_strength(password)
    with _at_once:
        return _hasher.hash(password)


def check_strength(password: str) -> None:
    """Raise Invalid unless the password is long and not one repeated character (NIST SP 800-63B: length first)."""
    if len(password) < limits.PASSWORD_MIN:
        raise Invalid("パスワードは%(limit)s文字以上にしてください。", field="password", limit=limits.PASSWORD_MIN)
    if len(password) > limits.PASSWORD_MAX:
        raise Invalid("パスワードは%(limit)s文字までにしてください。", field="password", limit=limits.PASSWORD_MAX)
    if len(set(password)) < 4:
        raise Invalid("同じ文字ばかりのパスワードは使えません。", field="password")


def fits(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; takes the same time when there is no such account (`stored` None)."""
    with _at_once:
        try:
            return _hasher.verify(stored or _nobody, password[: limits.PASSWORD_MAX]) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)


def random() -> str:
    """A password for a new account: 4 groups of 4, without letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
