"""Ask every GET address with everything it may be asked with, and collect the hidden words that come back."""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.web.secrets import READERS
from tests.web.world import World

WORD = re.compile(r"zq[a-z]+")
TAG = re.compile(r"<[^>]*>")
CATEGORIES = ("delivery", "zqstaffshelf", "zqsvshelf")
NARROWED = [("audience", "sv"), ("audience", "staff"), ("confidence", "unvalidated"), ("tag", "zqsvtag")]
# Addresses whose id is of another noun than a page.
OF = {
    "revisions": ("stories.show", "review.show", "merging.merge", "merging.faq"),
    "files": ("files.show",),
    "messages": ("messages.",),
    "samples": ("sampling.",),
    "sessions": ("sessions.",),
}


def questions(world: World) -> dict[str, list[dict[str, Any]]]:
    """Endpoint → the query strings it is asked with, besides none."""
    pages, stories = _some(world)
    words = [{"q": "配送"}, {"q": "送料"}, {"q": "zq"}]
    kinds = [{"kind": kind} for kind in ("faq", "case", "procedure", "script")]
    return {
        "faq.search": [
            *words,
            {"q": "配送", "page": 2},
            {"q": "配送", "category": "delivery"},
            {"q": "配送", "part": "list"},
            *({"q": f"#{page}"} for page in pages),
        ],
        "faq.suggest": words,
        "console.search": [
            *words,
            *kinds,
            {"q": "配送", "part": "list"},
            *({"q": "配送", name: value} for name, value in NARROWED),
            *({"q": f"#{page}"} for page in pages),
            *({"open": page} for page in pages),
            {"q": "配送", "kind": "case"},
        ],
        "call.show": [
            *words,
            {"q": "配送", "part": "list"},
            *({"open": page} for page in pages),
        ],
        "console.suggest": words,
        "why.show": [
            {"q": "配送", "page": "配送"},
            *({"q": "配送", "page": page, "reader": reader} for page in pages for reader in ("customer", "sv")),
        ],
        "pages.index": [
            {"q": "zq"},
            {"archived": 1},
            *kinds,
            *({"audience": audience} for audience in ("public", "staff", "sv")),
            *({"confidence": confidence} for confidence in ("validated", "unvalidated")),
        ],
        "history.compare": [{"a": 1, "b": 2}, {"a": 2, "b": 3}, {"a": 3, "b": 1}],
        "editor.new": [{"kind": "case"}, {"title": "配送"}, {"inquiry": 1}, {"gap": 1}],
        "stories.index": [{"tab": tab} for tab in ("draft", "waiting", "decided")],
        "inquiries.index": [{"state": "taken"}, {"number": "zq"}],
        "stories.new": [{"words": "配送"}, {"inquiry": 1}, {"from_note": 1}, *({"draft": story} for story in stories)],
        "admin.events": [{"kind": "review"}, {"kind": "people"}, {"before": 10}],
        "faq.voted": [{"said": "why", "revision": revision, "masked": "mail"} for revision in stories],
        **_of_the_desk(world, stories),
        **_of_programs(words, kinds),
    }


def _of_the_desk(world: World, stories: list[int]) -> dict[str, list[dict[str, Any]]]:
    return {
        "review.queue": [
            *({"kind": kind} for kind in ("help", "story", "edit", "flag", "gap")),
            *({"hold": hold} for hold in ("free", "mine", "waiting")),
            {"part": "list"},
            *({"part": "side", "item": f"{kind}-1"} for kind in ("help", "flag", "gap")),
            *({"part": "side", "item": f"{kind}-{story}"} for kind in ("story", "edit") for story in stories),
        ],
        "help.requests": [{"tab": "answered"}],
        "sampling.index": [{"tab": "done"}],
        "sessions.index": [{"past": 1}],
        "sessions.new": [{"q": "zq"}, {"waiting": "waiting"}, {"stories": world.ids["sv"]}],
        "voices.index": [{"state": state} for state in ("open", "sent", "answered")],
        "voices.tasks": [{"all": 1}, {"done": 1}],
    }


def _of_programs(words: list[dict[str, Any]], kinds: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found = [{"q": "配送", "facets": 1}, *({"q": "配送", **one} for one in kinds), {"q": "送料", "limit": 100}]
    return {"api.search": [*words, *found], "api.suggest": words, "api.pages": [{"limit": 100}, *kinds]}


def deep_questions(world: World) -> dict[str, list[dict[str, Any]]]:
    """The same for addresses with an id, asked for one id alone."""
    pages, stories = _some(world)
    return {
        "editor.edit": [*({"take": story} for story in stories), {"from_note": 1}, {"from_note": 2}],
        "sessions.stage": [{"at": 1}],
        "sessions.sheet": [{"story": page} for page in pages],
        "merging.merge": [{"q": "配送"}, {"q": "zq"}, *({"into": page} for page in pages)],
    }


def _some(world: World) -> tuple[list[int], list[int]]:
    """A page and a proposal of each sort."""
    pages = [world.ids[name] for name in ("public", "staff", "sv", "archived", "closed")]
    return pages, [number for name, number in world.ids.items() if name.startswith("zq") or name == "proposal"]


def addresses(world: World, *, only: tuple[str, ...] = (), plain: bool = False) -> Iterator[str]:
    """Every GET address, with every id, key and number that exists (and one that does not); `plain` asks no more."""
    asked, deep = ({}, {}) if plain else (questions(world), deep_questions(world))
    assert {*asked, *deep} <= world.app.view_functions.keys()
    for rule in world.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or (only and rule.endpoint not in only):
            continue
        for values in _values(world, rule):
            yield _address(world.app, rule, values, {})
            if not only and values.get("lang") == "en":
                continue
            for arguments in asked.get(rule.endpoint, []):
                yield _address(world.app, rule, values, arguments)
            if values.get("id") in (world.ids["public"], world.ids["zqsubmitted"]):
                for arguments in deep.get(rule.endpoint, []):
                    yield _address(world.app, rule, values, arguments)


def _values(world: World, rule: Rule) -> Iterator[dict[str, Any]]:
    of = next((noun for noun, endpoints in OF.items() if rule.endpoint.startswith(endpoints)), "pages")
    choices: dict[str, list[Any]] = {
        "lang": ["ja"] if "id" in rule.arguments else ["ja", "en"],
        "id": list(range(1, world.highest[of] + 2)),
        "number": [1, 2, 3],
        "key": [*CATEGORIES, "nothing"],
        "title": ["x"],
        "filename": ["app.css", "nothing.css"],
        "version": ["0"],
    }
    found: list[dict[str, Any]] = [{}]
    for name in sorted(rule.arguments):
        found = [{**values, name: value} for values in found for value in choices[name]]
    yield from found


def _address(app: Flask, rule: Rule, values: dict[str, Any], arguments: dict[str, Any]) -> str:
    adapter = app.url_map.bind("localhost")
    return str(adapter.build(rule.endpoint, {**values, **arguments}, method="GET"))


def text_of(answer: Any) -> str:
    """Everything an answer tells: headers, text with and without tags, and the files of a zip."""
    told = "\n".join(f"{name}: {value}" for name, value in answer.headers if name != "Set-Cookie")
    content = answer.get_data()
    if answer.mimetype == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(name.encode() + b"\n" + archive.read(name) for name in archive.namelist())
    text = content.decode("utf-8", "replace")
    return f"{told}\n{text}\n{TAG.sub('', text)}"


def words_told(world: World, who: str, *, only: tuple[str, ...] = (), plain: bool = False) -> dict[str, set[str]]:
    """Hidden word → the addresses that told it to this person."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    browser = world.browsers[who]
    for address in addresses(world, only=only, plain=plain):
        with browser.get(address) as answer:
            assert answer.status_code < 500, address
            text = text_of(answer)
        if answer.status_code == 301:
            with browser.get(answer.location) as moved:
                text += text_of(moved)
        for word in set(WORD.findall(text)) & READERS.keys():
            if word not in address:
                found[word].add(address)
    return dict(found)


def leaks(told: dict[str, set[str]], who: str) -> dict[str, list[str]]:
    """The words that this person must not read, and where they stood."""
    return {word: sorted(places)[:5] for word, places in told.items() if who not in READERS[word]}
