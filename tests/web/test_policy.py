"""Every address has a row in the table, and whoever is refused changes nothing and learns nothing."""

import re
import sqlite3
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule as Address

from kb.rules.roles import MAY, Role
from kb.web.policy import POLICY, Rule
from tests.conftest import Browser
from tests.web.secrets import DISABLED, EDITOR, OPERATOR, READERS, SV, VISITOR
from tests.web.world import World

PEOPLE = {VISITOR: Role.CUSTOMER, DISABLED: Role.CUSTOMER, OPERATOR: Role.OPERATOR, EDITOR: Role.EDITOR, SV: Role.SV}
# The words themselves: a random nonce may well hold a "zq".
HIDDEN = re.compile("|".join(READERS))


def table_faults(app: Flask) -> list[str]:
    """Addresses without a row, rows without an address, and methods that the two tell differently."""
    methods: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        methods.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    found = [f"{endpoint} has no row" for endpoint in methods.keys() - POLICY.keys()]
    found += [f"{endpoint} has no address" for endpoint in POLICY.keys() - methods.keys()]
    for endpoint in methods.keys() & POLICY.keys():
        if methods[endpoint] != set(POLICY[endpoint].methods):
            found.append(f"{endpoint} answers {sorted(methods[endpoint])}")
    return sorted(found)


def test_every_address_has_a_row_and_every_row_an_address(app: Flask) -> None:
    assert len(POLICY) > 50
    assert table_faults(app) == []


def test_an_address_without_a_row_is_seen_and_refused(app: Flask, as_admin: Browser, client: Browser) -> None:
    app.add_url_rule("/bare", "bare", lambda: "everything")
    assert table_faults(app) == ["bare has no row"]
    for browser in (client, as_admin):
        answer = browser.get("/bare")
        assert answer.status_code == 404
        assert "everything" not in answer.text


def test_a_method_that_the_table_does_not_tell_is_seen_and_refused(app: Flask, as_admin: Browser) -> None:
    app.add_url_rule("/ja/admin/roles", "admin.roles", methods=["POST"])
    assert table_faults(app) == ["admin.roles answers ['GET', 'POST']"]
    assert as_admin.submit("/ja/admin/roles").status_code == 404


def test_a_row_without_an_address_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICY, "gone.show", Rule(None))
    assert table_faults(app) == ["gone.show has no address"]


# What waits and is no proposal: the first of each.
WAITING = ("review.help", "review.flag", "review.gap", "review.decide_gap")
# What is one person's alone: that person has none with this number.
OF_ONE = ("stories.show", "calls.show", "messages.show", "sampling.note")
# A session is for whoever holds it or was asked to it.
OF_SOME = ("sessions.show", "sessions.sheet", "sessions.calendar")
# Fields with which each form would do something if it were let in.
FIELDS: dict[str, dict[str, Any]] = {
    "pages.act": {"action": "archive"},
    "calling.keep": {"message": '{"call": "planted-call", "started_at": "2026-11-21T00:00:00Z"}'},
    "calling.act": {"action": "start"},
    "history.revert": {"revert": 1},
    "editor.create": {"action": "save", "title": "植えた題", "body": "植えた文", "kind": "faq"},
    "editor.save": {"action": "save", "title": "植えた題", "body": "植えた文", "base": 1},
    "editor.preview": {"body": "植えた文"},
    "editor.keep": {"place": "new", "title": "植えた題", "body": "植えた文"},
    "stories.write": {"action": "submit", "title": "植えた題", "words": "植えた文", "done": "植えた文"},
    "stories.act": {"action": "withdraw"},
    "stories.look_alikes": {"text": "配送"},
    "review.decide": {"decision": "take"},
    "review.hold": {"kind": "gap", "id": 1, "action": "take"},
    "review.decide_gap": {"action": "dismiss", "reason": "植えた文"},
    "merging.merge_into": {"into": 1, "base": 5, "title": "植えた題", "body": "植えた文"},
    "merging.make_faq": {"title": "植えた題", "body": "植えた文", "audience": "public"},
    "merging.mark_duplicate": {"of": 2, "reason": "植えた文"},
    "merging.mark_contradiction": {"page": 1},
    "sessions.plan": {"action": "plan", "title": "植えた題", "starts_at": "2099-01-01T00:00", "stories": 1},
    "sessions.change": {"action": "plan", "title": "植えた題", "starts_at": "2099-01-01T00:00", "stories": 1},
    "sessions.act": {"action": "cancel"},
    "sessions.keep_sheet": {"story": 1, "felt": "植えた文"},
    "sessions.move": {"to": 1},
    "sessions.note": {"words": "植えた文", "kind": "fact"},
    "sessions.settle": {"fate": "voice", "note": 1},
    "voices.act": {"action": "raise", "words": "植えた文"},
    "voices.act_task": {"id": 1},
    "synonyms.act": {"action": "add", "line": "植えた文＝植えた題"},
    "synonyms.preview": {"line": "植えた文＝植えた題", "action": "try"},
    "notices.act": {"action": "post", "text": "植えた文", "audience": "public", "ends_at": "2099-01-01T00:00"},
    "sampling.finish": {
        **dict.fromkeys(("found", "one_idea", "complete", "audience", "private", "spoken"), "yes"),
        "note": "植えた文",
    },
    "messages.read_all": {"up_to": 999},
    "messages.open": {"action": "open"},
    "messages.ways": {"mail": "planted@example.com"},
    "looks.decide": {"action": "keep", "reason": "植えた文", "seen": 0, "revision": 1},
    "help.send_flag": {"page": 1, "fault": "wrong", "words": "植えた文"},
    "help.send_gap": {"action": "ask", "words": "植えた文"},
    "help.send_handover": {"wish": "植えた文"},
    "help.keep_record": {"action": "begin"},
    "help.act_mine": {"action": "withdraw", "id": 1},
    "help.act": {"action": "take"},
    "help.close_flag": {"reply": "植えた文"},
    "inquiries.act": {"action": "take"},
    "settings.change": {"inquiry_days": 30},
    "shortcuts.save": {"action": "off"},
    "at_hand.favourite": {"action": "add"},
    "at_hand.confirm": {"action": "notice", "id": 1},
    "admin.act": {"action": "disable", "id": 2},
    "sign_in.change_password": {
        "current": "minamo-denki-42",
        "password": "another-word-43",
        "again": "another-word-43",
    },
}


def _addresses(world: World) -> list[tuple[Address, str]]:
    """Every guarded address with values that exist."""
    adapter = world.app.url_map.bind("localhost")
    found = []
    for rule in world.app.url_map.iter_rules():
        if POLICY[rule.endpoint].needs is None:
            continue
        of_revision = rule.endpoint.startswith(("stories.", "review.", "merging."))
        known = {"lang": "ja", "id": world.ids["zqsubmitted" if of_revision else "public"], "number": 1}
        if rule.endpoint in WAITING:
            known["id"] = 1
        values = {name: known[name] for name in rule.arguments}
        method = next(iter(set(rule.methods or ()) - {"HEAD", "OPTIONS"}))
        found.append((rule, str(adapter.build(rule.endpoint, values, method=method))))
    return found


def _everything(world: World) -> list[str]:
    """The whole database as text, and the names of all files."""
    assert world.store.writer.url.database
    with sqlite3.connect(world.store.writer.url.database) as connection:
        rows = list(connection.iterdump())
    connection.close()
    return rows + sorted(str(path) for path in world.house.files.rglob("*"))


@pytest.mark.parametrize("who", PEOPLE)
def test_whoever_is_refused_changes_nothing_and_learns_nothing(world: World, who: str) -> None:
    browser, before, refused = world.browsers[who], _everything(world), 0
    for rule, path in _addresses(world):
        needs = POLICY[rule.endpoint].needs
        if needs in MAY[PEOPLE[who]]:
            continue
        refused += 1
        for accept in ("text/html", "application/json"):
            if "POST" in (rule.methods or ()):
                answer = browser.submit(path, FIELDS.get(rule.endpoint), headers={"Accept": accept})
            else:
                answer = browser.get(path, headers={"Accept": accept})
            expected = {401, 302} if PEOPLE[who] is Role.CUSTOMER else {403}
            assert answer.status_code in expected, path
            if answer.status_code == 302:
                assert answer.location.startswith("/ja/sign-in?next="), path
            assert not HIDDEN.search(answer.text), path
            assert _is_json(answer) or accept == "text/html", path
    assert refused > 2
    assert _everything(world) == before


def _is_json(answer: Any) -> bool:
    return answer.mimetype == "application/json" and {"code", "message", "field"} == set(answer.get_json()["error"])


@pytest.mark.parametrize("who", PEOPLE)
def test_whoever_has_the_permission_is_let_in(world: World, who: str) -> None:
    for rule, path in _addresses(world):
        if POLICY[rule.endpoint].needs in MAY[PEOPLE[who]] and "GET" in (rule.methods or ()):
            with world.browsers[who].get(path) as answer:
                # An operator's own lists have no such story or call: that is a 404, and still no refusal.
                # What operators ask stands in the one queue now.
                moved = rule.endpoint == "help.requests"
                expected = {200, 404} if rule.endpoint in OF_ONE + OF_SOME else {302} if moved else {200}
                assert answer.status_code in expected, path


def test_the_fields_belong_to_real_addresses_that_write(app: Flask) -> None:
    writing = {endpoint for endpoint, rule in POLICY.items() if "POST" in rule.methods and rule.needs is not None}
    assert FIELDS.keys() == writing


@pytest.mark.parametrize("path", ["/ja/pages/1", "/ja/review/1", "/ja/admin/people", "/ja/pages/99999"])
def test_a_visitor_can_not_tell_a_hidden_address_from_a_missing_one(world: World, path: str) -> None:
    answer = world.browsers[VISITOR].get(path)
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/ja/sign-in")
