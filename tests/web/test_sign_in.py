"""Signing in and out: no session survives what should end it, nobody is led away, and nothing typed is lost."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from kb.app import create_app
from kb.config import Settings
from kb.rules import limits
from kb.rules.roles import SYSTEM, Role
from kb.services import accounts
from kb.services.house import House
from kb.store import users
from kb.store.base import Store
from kb.web.policy import POLICY
from tests.conftest import Browser, StoppedClock
from tests.make import PASSWORD, make_user

STRINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "other"
NEW = "another-word-43"


@pytest.fixture
def maria(store: Store) -> int:
    """An operator who can sign in as `maria`."""
    with store.writing() as db:
        return make_user(db, Role.OPERATOR, name="maria", display_name="マリア").id


def enter(browser: Browser, name: str = "maria", password: str = PASSWORD, **more: Any) -> Any:
    return browser.submit("/ja/sign-in", {"name": name, "password": password, **more})


def is_in(browser: Browser) -> bool:
    return browser.get("/ja/console").status_code == 200


def only_remembered(app: Flask, browser: Browser) -> Browser:
    """The same browser after it was closed: the session is gone, the remember cookie is not."""
    kept = browser.get_cookie("kb_remember")
    assert kept is not None
    fresh: Any = app.test_client()
    fresh.set_cookie("kb_remember", kept.value)
    return fresh  # type: ignore[no-any-return]


def test_the_right_password_lets_one_in_and_signing_out_ends_it(client: Browser, maria: int) -> None:
    assert not is_in(client)
    answer = enter(client)
    assert (answer.status_code, answer.location) == (302, "/ja/call")
    assert is_in(client)
    assert client.submit("/ja/sign-out").status_code == 302
    assert not is_in(client)


def test_a_session_from_before_the_sign_in_does_not_go_on(client: Browser, maria: int) -> None:
    with client.session_transaction() as session:
        session["planted"] = "by a stranger"
    before = client.get_cookie("kb_session")
    old_token = client.token()
    enter(client)
    after = client.get_cookie("kb_session")
    assert before is not None and after is not None and before.value != after.value
    with client.session_transaction() as session:
        assert "planted" not in session
    assert client.post("/ja/sign-out", data={"csrf_token": old_token}).status_code == 400
    assert is_in(client)


ENDINGS: dict[str, Callable[[Any, int], Any]] = {
    "password": lambda db, user_id: accounts.reset_password(db, user_id, by=SYSTEM),
    "role": lambda db, user_id: accounts.set_role(db, user_id, Role.SV, by=SYSTEM),
    "closed": lambda db, user_id: accounts.close(db, user_id, by=SYSTEM),
    "reopened": lambda db, user_id: (accounts.close(db, user_id, by=SYSTEM), accounts.reopen(db, user_id, by=SYSTEM)),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_old_sessions_and_remember_cookies_end_with(
    app: Flask, client: Browser, store: Store, maria: int, ending: str
) -> None:
    enter(client, remember="1")
    assert is_in(client) and is_in(only_remembered(app, client))
    with store.writing() as db:
        ENDINGS[ending](db, maria)
    assert not is_in(only_remembered(app, client))
    assert not is_in(client)


def test_changing_the_password_ends_the_other_devices_but_not_this_one(app: Flask, client: Browser, maria: int) -> None:
    other: Any = app.test_client()
    enter(other, remember="1")
    enter(client)
    answer = client.submit("/ja/password", {"current": PASSWORD, "password": NEW, "again": NEW})
    assert answer.status_code == 302
    assert is_in(client)
    assert not is_in(only_remembered(app, other)) and not is_in(other)
    assert enter(other).status_code == 401
    assert enter(other, password=NEW).status_code == 302


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"current": "wrong", "password": NEW, "again": NEW}, "current"),
        ({"current": PASSWORD, "password": NEW, "again": NEW + "x"}, "again"),
        ({"current": PASSWORD, "password": "zu-kurz", "again": "zu-kurz"}, "password"),
        ({}, "current"),
    ],
)
def test_a_password_is_not_changed_by_a_faulty_form(
    client: Browser, maria: int, fields: dict[str, str], field: str
) -> None:
    enter(client)
    answer = client.submit("/ja/password", fields)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert not any(value in answer.text for value in fields.values())
    assert enter(client).status_code == 302


def test_an_unknown_name_is_answered_like_a_wrong_password(client: Browser, store: Store, maria: int) -> None:
    with store.writing() as db:
        accounts.close(db, make_user(db, Role.OPERATOR, name="nobody").id, by=SYSTEM)
    answers = {name: enter(client, name, "wrong-password") for name in ("maria", "stranger", "nobody", "", "../x")}
    assert {answer.status_code for answer in answers.values()} == {401}
    assert len({_plain(answer.text, name) for name, answer in answers.items()}) == 1


def _plain(page: str, name: str) -> str:
    page = re.sub(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"', "", page)
    return page.replace(f'name="name" type="text" value="{name}"', "")


def test_too_many_wrong_passwords_are_stopped_and_time_opens_the_door_again(
    app: Flask, client: Browser, maria: int, clock: StoppedClock
) -> None:
    proven: Any = app.test_client()
    enter(proven)
    proven.submit("/ja/sign-out")
    for left in range(limits.SIGN_IN_TRIES - 1, -1, -1):
        answer = enter(client, password="wrong-password")
        assert answer.status_code == 401
        assert (f"あと{left}回" in answer.text) == (0 < left <= 3)
        assert ("15分ほどたってから" in answer.text) == (left == 0)
    answer = enter(client)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= limits.SIGN_IN_WINDOW
    # A stranger's tries don't lock out the device that the person has signed in from before.
    assert enter(proven).status_code == 302
    clock.advance(seconds=limits.SIGN_IN_WINDOW + 1)
    assert enter(client).status_code == 302


@pytest.mark.parametrize("path", ["/ja/sign-in/here", "/ja/sign-in/resume"])
def test_every_way_in_counts_the_same_tries(client: Browser, maria: int, path: str) -> None:
    fields = {"name": "maria", "password": "wrong-password", "kept_path": "/ja/stories/new"}
    for _ in range(limits.SIGN_IN_TRIES):
        assert client.submit(path, fields).status_code == 401
    for one in (path, "/ja/sign-in"):
        answer = client.submit(one, {**fields, "password": PASSWORD})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0


def test_who_asks_too_fast_is_told_when_to_come_back(settings: Settings, house: House) -> None:
    app = create_app(Settings(**{**vars(settings), "rate_limits": True}), house)
    browser = app.test_client()
    statuses = [browser.get("/ja/suggest?q=x").status_code for _ in range(3)]
    assert statuses == [200, 200, 200]
    answers = [browser.get("/api/v1/suggest?q=") for _ in range(241)]
    assert [answer.status_code for answer in answers[:240]] == [200] * 240
    assert answers[240].status_code == 429
    assert int(answers[240].headers["Retry-After"]) > 0
    assert answers[240].get_json()["error"]["code"] == "http_429"


def leaves(location: str) -> bool:
    """Whether a browser would go to another site: it drops tabs and line ends, and takes a backslash for a slash."""
    tidy = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(0x21))))).replace("\\", "/")
    parts = urlsplit(tidy)
    return tidy.startswith("//") or (bool(parts.scheme) and parts.netloc != "localhost")


@pytest.mark.parametrize(
    "place", ["//example.com", "/\\example.com", "https:example.com", "\t//example.com", "/\t/a.b"]
)
def test_a_browser_would_leave_by(place: str) -> None:
    assert leaves(place)
    assert not leaves("/ja/pages/1?next=//example.com")


def redirect_strings() -> list[str]:
    files = sorted(STRINGS.glob("redirect_*.txt"))
    return [line for file in files for line in file.read_text("utf-8", "replace").split("\n") if line]


def test_no_next_leads_away(as_operator: Browser, client: Browser) -> None:
    strings = redirect_strings()
    if not strings:
        pytest.skip("NO LIST OF REDIRECT STRINGS: shared/data/other is missing")
    assert len(strings) > 300
    for place in strings:
        answer = as_operator.get("/ja/sign-in", query_string={"next": place})
        assert answer.status_code == 302, place
        assert not leaves(answer.location), place
        drawn = client.get("/ja/sign-in", query_string={"next": place})
        kept = re.search(r'name="next" value="([^"]*)"', drawn.text)
        assert kept is not None and not leaves(kept[1]), place


@pytest.mark.parametrize(
    "place", ["//example.com", "https://example.com", "/\\example.com", "javascript:alert(1)", "/a\nb"]
)
def test_a_form_that_was_tampered_with_does_not_lead_away(client: Browser, maria: int, place: str) -> None:
    assert enter(client, next=place).location == "/ja/call"
    client.submit("/ja/sign-out")
    answer = client.submit("/ja/sign-in/resume", {"name": "maria", "password": PASSWORD, "kept_path": place})
    assert answer.location == "/ja/call"


def test_after_signing_in_one_is_where_one_wanted_to_go(client: Browser, maria: int) -> None:
    asked = client.get("/ja/pages?q=返品&kind=faq")
    place = re.search(r'name="next" value="([^"]*)"', client.get(asked.location).text)
    assert place is not None
    answer = enter(client, next=place[1].replace("&amp;", "&"))
    assert client.get(answer.location).status_code == 200
    assert urlsplit(answer.location).path == "/ja/pages"


@pytest.mark.parametrize("path", ["/ja/sign-in", "/ja/password", "/ja/sign-in/here", "/ja/admin/people"])
def test_no_password_is_written_into_a_page(client: Browser, path: str) -> None:
    fields = {"name": "maria", "password": "secret-words-1", "current": "secret-words-1", "again": "secret-words-1"}
    for answer in (client.post(path, data=fields), client.submit(path, fields)):
        assert answer.status_code in (400, 401)
        assert "secret-words-1" not in answer.text


def test_every_form_needs_its_token(app: Flask, as_admin: Browser, client: Browser, store: Store) -> None:
    adapter = app.url_map.bind("localhost")
    values = {"lang": "ja", "id": 1, "number": 1}
    foreign = client.token()
    asked = 0
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}, method=method)
            if POLICY[rule.endpoint].by_origin:
                answer = client.open(path, method=method, headers={"Origin": "https://elsewhere.example"})
                assert answer.status_code == 403, path
                continue
            for token in ({}, {"csrf_token": foreign}, {"csrf_token": "x"}):
                answer = as_admin.open(path, method=method, data={"action": "add", "name": "planted", **token})
                assert answer.status_code == 400, (path, token)
                asked += 1
    assert asked > 40
    assert is_in(as_admin)
    with store.reading() as db:
        assert [user.name for user in users.everybody(db)] == ["admin"]


def test_a_stale_sign_in_form_says_so_and_keeps_the_name(client: Browser, maria: int) -> None:
    answer = client.post("/ja/sign-in", data={"name": "maria", "password": PASSWORD, "next": "/ja/pages"})
    assert answer.status_code == 400
    assert 'value="maria"' in answer.text and 'name="next" value="/ja/pages"' in answer.text
    assert "画面が古くなっています" in answer.text


def test_cookies_are_for_this_site_and_no_script(client: Browser, maria: int) -> None:
    cookies = enter(client, remember="1").headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"kb_session", "kb_remember", "kb_device"}
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


def test_cookies_are_secure_behind_https(settings: Settings, house: House, maria: int) -> None:
    app = create_app(Settings(**{**vars(settings), "base_url": "https://kb.example.jp"}), house)
    app.test_client_class = Browser
    browser: Any = app.test_client()
    browser.environ_base["wsgi.url_scheme"] = "https"
    token = browser.get("/ja/sign-in/token", base_url="https://localhost").get_json()["csrf_token"]
    fields = {"name": "maria", "password": PASSWORD, "remember": "1", "csrf_token": token}
    headers = {"Referer": "https://localhost/ja/sign-in"}
    cookies = browser.post("/ja/sign-in", data=fields, base_url="https://localhost", headers=headers).headers.getlist(
        "Set-Cookie"
    )
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-session", "kb_remember", "kb_device"}
    assert all("Secure" in cookie for cookie in cookies)
