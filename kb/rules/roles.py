"""Roles, permissions, and the one table of who may do what."""

from dataclasses import dataclass
from enum import StrEnum

from kb.rules.errors import NotAllowed, NotSignedIn
from kb.rules.pages import Audience


class Role(StrEnum):
    CUSTOMER = "customer"
    OPERATOR = "operator"
    EDITOR = "editor"
    SV = "sv"
    ADMIN = "admin"


class Permission(StrEnum):
    READ_STAFF = "read_staff"
    READ_HISTORY = "read_history"
    WRITE_STORY = "write_story"
    PROPOSE = "propose"
    COMMENT = "comment"
    ATTACH = "attach"
    REVIEW = "review"
    APPROVE_OWN = "approve_own"
    PUBLISH = "publish"
    SET_AUDIENCE = "set_audience"
    ARCHIVE = "archive"
    CATEGORISE = "categorise"
    EXPORT = "export"
    READ_EVENTS = "read_events"
    KEEP_SYNONYMS = "keep_synonyms"
    KEEP_NOTICES = "keep_notices"
    ANSWER_INQUIRIES = "answer_inquiries"
    TAKE_CALLS = "take_calls"
    FLAG = "flag"
    HELP = "help"
    READ_CALLS = "read_calls"
    HOLD_SESSIONS = "hold_sessions"
    ANSWER_VOICES = "answer_voices"
    SAMPLE = "sample"
    IMPORT = "import"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_SETTINGS = "manage_settings"


_OPERATOR = {
    Permission.READ_STAFF,
    Permission.READ_HISTORY,
    Permission.WRITE_STORY,
    Permission.PROPOSE,
    Permission.COMMENT,
    Permission.ATTACH,
    Permission.ANSWER_INQUIRIES,
    Permission.TAKE_CALLS,
    Permission.FLAG,
}
# An editor is an operator whose changes need no review: they are looked at afterwards, as samples.
_EDITOR = _OPERATOR | {Permission.PUBLISH}
_SV = _EDITOR | {
    Permission.REVIEW,
    Permission.SET_AUDIENCE,
    Permission.ARCHIVE,
    Permission.CATEGORISE,
    Permission.EXPORT,
    Permission.READ_EVENTS,
    Permission.KEEP_SYNONYMS,
    Permission.KEEP_NOTICES,
    Permission.HELP,
    Permission.READ_CALLS,
    Permission.HOLD_SESSIONS,
    Permission.ANSWER_VOICES,
    Permission.SAMPLE,
}
_ADMIN = _SV | {Permission.APPROVE_OWN, Permission.IMPORT, Permission.MANAGE_PEOPLE, Permission.MANAGE_SETTINGS}

# To change who may do what, change this table; nothing else knows.
MAY: dict[Role, frozenset[Permission]] = {
    Role.CUSTOMER: frozenset(),
    Role.OPERATOR: frozenset(_OPERATOR),
    Role.EDITOR: frozenset(_EDITOR),
    Role.SV: frozenset(_SV),
    Role.ADMIN: frozenset(_ADMIN),
}

READS: dict[Role, Audience] = {
    Role.CUSTOMER: Audience.PUBLIC,
    Role.OPERATOR: Audience.STAFF,
    Role.EDITOR: Audience.STAFF,
    Role.SV: Audience.SV,
    Role.ADMIN: Audience.SV,
}

STAFF_ROLES = (Role.OPERATOR, Role.EDITOR, Role.SV, Role.ADMIN)


@dataclass(frozen=True)
class Actor:
    """Who acts or reads: a signed-in person, a visitor (`id` is None), or the system itself."""

    id: int | None
    name: str
    display_name: str
    role: Role

    @property
    def audience(self) -> Audience:
        """The widest audience whose text this actor may read."""
        return READS[self.role]

    @property
    def is_staff(self) -> bool:
        return self.role is not Role.CUSTOMER


VISITOR = Actor(None, "", "", Role.CUSTOMER)
# The command line acts as the system: whoever may run it owns the database file anyway.
SYSTEM = Actor(None, "system", "system", Role.ADMIN)


def may(actor: Actor, permission: Permission) -> bool:
    """Whether the table gives this permission to the actor's role."""
    return permission in MAY[actor.role]


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotSignedIn for a visitor, NotAllowed for a role without the permission."""
    if may(actor, permission):
        return
    if actor.role is Role.CUSTOMER:
        raise NotSignedIn()
    raise NotAllowed()
