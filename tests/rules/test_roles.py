"""Who may do what: the whole table, written down a second time."""

import pytest

from kb.rules.errors import NotAllowed, NotSignedIn
from kb.rules.pages import Audience
from kb.rules.roles import MAY, READS, STAFF_ROLES, SYSTEM, VISITOR, Actor, Permission, Role, may, require

# Permission → the roles that have it; nobody else may.
EXPECTED = {
    "read_staff": "operator editor sv admin",
    "read_history": "operator editor sv admin",
    "write_story": "operator editor sv admin",
    "propose": "operator editor sv admin",
    "comment": "operator editor sv admin",
    "attach": "operator editor sv admin",
    "review": "sv admin",
    "publish": "editor sv admin",
    "set_audience": "sv admin",
    "archive": "sv admin",
    "categorise": "sv admin",
    "export": "sv admin",
    "read_events": "sv admin",
    "keep_synonyms": "sv admin",
    "keep_notices": "sv admin",
    "answer_inquiries": "operator editor sv admin",
    "take_calls": "operator editor sv admin",
    "flag": "operator editor sv admin",
    "help": "sv admin",
    "read_calls": "sv admin",
    "hold_sessions": "sv admin",
    "answer_voices": "sv admin",
    "sample": "sv admin",
    "approve_own": "admin",
    "import": "admin",
    "manage_people": "admin",
    "manage_settings": "admin",
}
PAIRS = [(role, permission) for role in Role for permission in Permission]


def actor(role: Role) -> Actor:
    return Actor(7, role.value, role.value, role)


def test_the_table_names_every_permission_and_no_other() -> None:
    assert set(EXPECTED) == {permission.value for permission in Permission}
    assert set(MAY) == set(Role)


@pytest.mark.parametrize(("role", "permission"), PAIRS)
def test_each_role_may_do_what_the_table_says_and_nothing_else(role: Role, permission: Permission) -> None:
    expected = role.value in EXPECTED[permission.value].split()
    assert may(actor(role), permission) is expected
    if expected:
        require(actor(role), permission)
    else:
        with pytest.raises(NotSignedIn if role is Role.CUSTOMER else NotAllowed):
            require(actor(role), permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_visitor_is_asked_to_sign_in_and_never_told_that_the_role_is_wrong(permission: Permission) -> None:
    with pytest.raises(NotSignedIn) as refused:
        require(VISITOR, permission)
    assert refused.value.status == 401


def test_an_operator_is_told_that_the_role_is_wrong_and_not_to_sign_in() -> None:
    with pytest.raises(NotAllowed) as refused:
        require(actor(Role.OPERATOR), Permission.PUBLISH)
    assert refused.value.status == 403


@pytest.mark.parametrize("permission", Permission)
def test_the_system_itself_may_do_everything(permission: Permission) -> None:
    require(SYSTEM, permission)


def test_each_higher_role_may_do_all_that_the_lower_one_may() -> None:
    ladder = [MAY[role] for role in (Role.CUSTOMER, Role.OPERATOR, Role.EDITOR, Role.SV, Role.ADMIN)]
    assert all(lower < higher for lower, higher in zip(ladder, ladder[1:], strict=False))


@pytest.mark.parametrize(
    ("role", "audience"),
    [("customer", "public"), ("operator", "staff"), ("editor", "staff"), ("sv", "sv"), ("admin", "sv")],
)
def test_each_role_reads_up_to_its_audience(role: str, audience: str) -> None:
    assert READS[Role(role)] is Audience(audience)
    assert actor(Role(role)).audience is Audience(audience)


def test_a_customer_is_not_staff_and_everybody_else_is() -> None:
    assert [role for role in Role if actor(role).is_staff] == list(STAFF_ROLES)
    assert not VISITOR.is_staff
