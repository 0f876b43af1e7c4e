"""Every field and argument of every address with values of the wrong type: never a fault of ours."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule as Address

from kb.services import accounts
from kb.store import users
from kb.web.policy import POLICY
from tests.web.secrets import ADMIN, OPERATOR, VISITOR
from tests.web.test_policy import FIELDS
from tests.web.world import World

WEB = Path(__file__).resolve().parents[2] / "kb" / "web"
READ = re.compile(r'(?:text|number|required_number|word|maybe|lines|commas|ticked|get)\("(\w+)"')
WRONG = (
    "",
    "-1",
    "9" * 40,
    "0" * 20 + "9" * 20,
    "٣",
    "１２",
    "x" * 3000,
    "\x00\x1b\u202e\ufffe",
    "%(name)s %s {0} {{ 7*7 }} ${7}",
    "' OR 1=1 --",
    "<script>alert(1)</script>\"'",
    ":::say\n:::staff\n[[[[" + ">" * 60,
)
EVIL = re.compile(r"Traceback|<script>alert|jinja2\.|sqlalchemy")
FEW = ("", "9" * 40, "\x00 ' \" <b> %s", "あ" * 500)


def fields_of(endpoint: str) -> list[str]:
    """The names that the module behind an endpoint reads from a request, and those of every list."""
    source = (WEB / f"{endpoint.partition('.')[0]}.py").read_text("utf-8")
    return sorted({*READ.findall(source), "page", "q", "kind"})


def addresses(world: World) -> Iterator[tuple[Address, str, str]]:
    """Every address with ids that exist, that do not, and that no database could hold."""
    adapter = world.app.url_map.bind("localhost")
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint in ("static", "sign_in.out"):
            continue
        method = next(iter(set(rule.methods or ()) - {"HEAD", "OPTIONS"}))
        of_revision = rule.endpoint.startswith(("stories.", "review.", "merging."))
        known = world.ids["zqsubmitted" if of_revision else "staff"]
        for number in (known, 0, 10**30) if "id" in rule.arguments else (known,):
            for lang in ("ja", "en"):
                values = {"lang": lang, "id": number, "number": 1, "key": "x" * 300, "title": "%\x00"}
                path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}, method=method)
                if lang == "ja" or ("lang" in rule.arguments and number == known):
                    yield rule, method, str(path)


def fresh(world: World, who: str) -> tuple[Any, str]:
    """A new browser and its token: the one before may have changed its own password."""
    browser: Any = world.app.test_client()
    if who != VISITOR:
        with world.store.reading() as db:
            user = users.by_name(db, who)
            assert user is not None
        with browser.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = accounts.identity_of(user), True
    return browser, browser.token()


def wrong_forms(endpoint: str) -> Iterator[dict[str, Any]]:
    """Forms with one wrong value in every field, and right forms with one field wrong, missing or twice."""
    names, right = fields_of(endpoint), FIELDS.get(endpoint, {})
    for value in WRONG:
        yield dict.fromkeys(names, value)
    for value in FEW if right else ():
        yield dict.fromkeys(names, value) | {name: right[name] for name in ("action", "decision") if name in right}
    for name in right:
        yield {**right, name: FEW[1]}
        yield {**right, name: FEW[2]}
        yield {key: value for key, value in right.items() if key != name}
    yield {name: [str(value), "2"] for name, value in right.items()}


LONG = pytest.mark.long


# One form of three at each address takes a third of the time; which of them goes on from address to address.
@pytest.mark.parametrize(
    ("who", "each"),
    [(ADMIN, 3), (VISITOR, 1), pytest.param(ADMIN, 1, marks=LONG), pytest.param(OPERATOR, 1, marks=LONG)],
)
def test_no_form_and_no_query_makes_a_fault(world: World, who: str, each: int) -> None:
    asked = 0
    for number, (rule, method, path) in enumerate(addresses(world)):
        if who != ADMIN and POLICY[rule.endpoint].needs is not None and (who == VISITOR or method == "POST"):
            continue
        browser, token = fresh(world, who)
        known = who != OPERATOR and "/en/" not in path and str(10**30) not in path and "/0" not in path
        forms = wrong_forms(rule.endpoint) if known else iter(({}, {"q": FEW[2], "page": FEW[1]}))
        for fields in islice(forms, number % each, None, each):
            if method == "POST":
                answer = browser.post(path, data={**fields, "csrf_token": token})
            else:
                answer = browser.get(path, query_string=fields)
            asked += 1
            assert answer.status_code < 500, (path, fields)
            assert answer.mimetype != "text/html" or not EVIL.search(answer.text), (path, fields)
            answer.close()
    assert asked > 100


@pytest.mark.parametrize(
    "body",
    [
        (b"{", "application/json"),
        (b"[1, 2", "application/json"),
        (b"\xff\xfe%%%=&=;", "application/x-www-form-urlencoded"),
        (b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x"),
        (b"no boundary", "multipart/form-data"),
        (b"\x00" * 1000, "application/octet-stream"),
        (b"<a/>", "text/xml; charset=nothing"),
    ],
)
def test_no_broken_body_makes_a_fault(world: World, body: tuple[bytes, str]) -> None:
    browser, token = fresh(world, ADMIN)
    for rule, method, path in addresses(world):
        if method == "POST" and str(10**30) not in path:
            answer = browser.post(path, data=body[0], content_type=body[1], headers={"X-CSRFToken": token})
            assert answer.status_code < 500, (rule.endpoint, path)


STRANGE = ["/ja/search?q=%ff%fe", "/ja/%ff%fe", "/%00", "/ja/faq/1-%ff", "//example.com", "/ja//x", "/ja"]


@pytest.mark.parametrize("path", STRANGE)
def test_no_strange_address_makes_a_fault(world: World, path: str) -> None:
    answer = world.browsers[VISITOR].get(path)
    assert answer.status_code < 500
    assert not answer.headers.get("Location", "").startswith("//")
