"""People, roles and the record, and who is kept away from them."""

import re
from typing import Any

import pytest

from kb.rules.pages import Audience
from kb.rules.roles import MAY, Permission, Role
from kb.store import users
from kb.store.base import Store
from kb.store.users import User
from tests.conftest import Browser
from tests.make import make_page, make_user


@pytest.fixture
def maria(store: Store) -> User:
    with store.writing() as db:
        return make_user(db, Role.OPERATOR, name="maria", display_name="マリア")


def act(browser: Browser, action: str, **more: Any) -> Any:
    return browser.submit("/ja/admin/people", {"action": action, **more})


def known(store: Store, name: str) -> User:
    with store.reading() as db:
        found = users.by_name(db, name)
        assert found is not None
        return found


def test_a_new_person_gets_a_password_that_is_shown_once_and_works(
    as_admin: Browser, client: Browser, store: Store
) -> None:
    answer = act(as_admin, "add", name=" Kenji ", display_name="健二", role="sv")
    password = re.search(r"\b([a-z2-9]{4}(?:-[a-z2-9]{4}){3})\b", answer.text)
    assert password is not None
    assert known(store, "kenji").role is Role.SV
    assert password[1] not in as_admin.get("/ja/admin/people").text
    assert password[1] not in known(store, "kenji").password_hash
    assert client.submit("/ja/sign-in", {"name": "kenji", "password": password[1]}).status_code == 302


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"name": "", "role": "sv"}, 422, "name"),
        ({"name": "with blank", "role": "sv"}, 422, "name"),
        ({"name": "maria", "role": "sv"}, 409, "name"),
        ({"name": "new", "role": "customer"}, 422, "role"),
        ({"name": "new", "role": "king"}, 422, "role"),
        ({"name": "new", "role": "sv", "display_name": "x" * 61}, 422, "display_name"),
    ],
)
def test_a_faulty_person_is_not_added(
    as_admin: Browser, store: Store, maria: User, fields: dict[str, str], status: int, field: str
) -> None:
    answer = act(as_admin, "add", **fields)
    assert answer.status_code == status
    assert f"f-{field}-error" in answer.text or 'role="alert"' in answer.text
    with store.reading() as db:
        assert {user.name for user in users.everybody(db)} == {"admin", "maria"}


def test_role_password_and_closing(as_admin: Browser, store: Store, maria: User) -> None:
    assert act(as_admin, "role", id=maria.id, role="sv").status_code == 200
    assert known(store, "maria").role is Role.SV
    old = known(store, "maria").password_hash
    assert act(as_admin, "password", id=maria.id).status_code == 200
    assert known(store, "maria").password_hash != old
    act(as_admin, "disable", id=maria.id)
    assert known(store, "maria").disabled_at is not None
    act(as_admin, "enable", id=maria.id)
    assert known(store, "maria").disabled_at is None
    assert known(store, "maria").epoch == maria.epoch + 4


@pytest.mark.parametrize(("action", "more"), [("disable", {}), ("role", {"role": "sv"})])
def test_the_last_admin_stays(as_admin: Browser, store: Store, action: str, more: dict[str, str]) -> None:
    answer = act(as_admin, action, id=known(store, "admin").id, **more)
    assert answer.status_code == 409
    assert as_admin.get("/ja/admin/people").status_code == 200


def test_an_unknown_person_or_action_is_refused(as_admin: Browser, maria: User) -> None:
    assert act(as_admin, "role", id=999, role="sv").status_code == 404
    assert act(as_admin, "promote", id=maria.id).status_code == 422
    assert act(as_admin, "role", role="sv").status_code == 422


def test_the_table_of_roles_is_the_one_of_the_rules(as_admin: Browser) -> None:
    shown = as_admin.get("/ja/admin/roles").text
    rows = re.findall(r"<tr.*?</tr>", shown.partition("<tbody")[2], re.S)
    assert len(rows) == len(Permission)
    for permission, row in zip(Permission, rows, strict=True):
        allowed = sum(permission in MAY[role] for role in Role)
        assert row.count("#i-check") + row.count("#i-yes") == allowed, permission


def test_the_record_tells_who_did_what(as_admin: Browser, as_sv: Browser, store: Store, maria: User) -> None:
    act(as_admin, "role", id=maria.id, role="sv")
    with store.writing() as db:
        make_page(db, by=as_sv.actor)  # type: ignore[arg-type]
    shown = as_admin.get("/ja/admin/events").text
    assert "役割を変えた" in shown and "マリア" in shown and "記事を公開した" in shown
    assert "役割を変えた" not in as_admin.get("/ja/admin/events?kind=page").text
    # What concerns accounts is for those who keep them.
    for_sv = as_sv.get("/ja/admin/events").text
    assert "記事を公開した" in for_sv and "役割を変えた" not in for_sv


def test_a_long_record_goes_on(as_admin: Browser, store: Store) -> None:
    with store.writing() as db:
        for _ in range(101):
            make_page(db, audience=Audience.STAFF)
    older = re.search(r'href="(/ja/admin/events\?before=\d+)"', as_admin.get("/ja/admin/events").text)
    assert older is not None
    assert as_admin.get(older[1]).status_code == 200


@pytest.mark.parametrize("path", ["/ja/admin/people", "/ja/admin/roles"])
def test_only_admins_keep_people(as_sv: Browser, as_operator: Browser, path: str) -> None:
    assert as_sv.get(path).status_code == as_operator.get(path).status_code == 403
    assert as_operator.get("/ja/admin/events").status_code == 403
