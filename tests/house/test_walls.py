"""The walls: who may import whom, where each library lives, and what no file may be called."""

import ast
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

KB = Path(__file__).resolve().parents[2] / "kb"

# Room → the rooms (or single modules) beside itself that it may import.
MAY_IMPORT: dict[str, set[str]] = {
    "rules": set(),
    "text": {"rules"},
    "store": {"rules"},
    "search": {"rules", "text"},
    "services": {"rules", "text", "store", "search.port"},
    "web": {"rules", "services"},
    "config": {"rules"},
    "app": {"config", "rules", "text", "store", "search", "services", "web"},
    "serving": {"app", "config", "rules", "services"},
    "demonstration": {"config", "demonstration_desk", "rules", "store", "services"},
    "terminal": {"config", "rules"},
    "printing": {"services", "terminal"},
    "upkeep": {"config", "rules", "search", "services", "store", "terminal"},
    "carrying": {"rules", "services", "terminal", "upkeep"},
    "demonstration_calls": {"rules", "services", "store", "text"},
    "demonstration_desk": {"rules", "services", "store"},
    "cli": {
        *{
            "app",
            "carrying",
            "config",
            "demonstration",
            "demonstration_calls",
            "printing",
            "serving",
            "terminal",
            "upkeep",
        },
        *{"rules", "text", "store", "search", "services"},
    },
}

# Library → the rooms or modules where it lives. A library without a home may not be imported at all.
HOMES: dict[str, set[str]] = {
    "flask": {"web", "app", "serving"},
    "flask_babel": {"web"},
    "flask_limiter": {"app"},
    "flask_login": {"web"},
    "flask_wtf": {"web", "app"},
    "jinja2": {"web"},
    "markupsafe": {"web"},
    "werkzeug": {"web", "app"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "whoosh": {"search"},
    "numpy": {"search"},
    "rapidfuzz": {"search.lexicon"},
    "markdown": {"text.markdown"},
    "pymdownx": {"text.markdown"},
    "nh3": {"text.markdown"},
    "sudachipy": {"text.japanese", "text.short_words"},
    "jaconv": {"text.japanese", "text.kana", "text.meanings"},
    "budoux": {"text.phrasing"},
    "frontmatter": {"text.front_matter"},
    "yaml": {"text.front_matter"},
    "PIL": {"text.images"},
    "argon2": {"services.passwords"},
    "click": {"cli", "upkeep", "carrying"},
    "babel": {"terminal", "web"},
    "gunicorn": {"serving"},
    "waitress": {"serving"},
}

EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}


def modules(kb: Path) -> dict[str, Path]:
    """Every module under `kb`, by its dotted name without the leading `kb.`; the package itself is ``."""
    found = {}
    for path in sorted(kb.rglob("*.py")):
        parts = path.relative_to(kb).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def known() -> frozenset[str]:
    return frozenset(modules(KB))


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(source)))


def imports(path: Path) -> tuple[str, ...]:
    """The dotted names that a module imports, `from kb.web import faq` as `kb.web.faq`."""
    return _imports(path.read_text("utf-8"))


# Every planted fault asks about the whole house again, in which one module is new.
@cache
def _imports(source: str) -> tuple[str, ...]:
    return tuple(_imported(source))


def _imported(source: str) -> Iterator[str]:
    for node in nodes(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            for alias in node.names:
                longer = f"{node.module}.{alias.name}"
                yield longer if longer.removeprefix("kb.") in known() else node.module


def wall_faults(kb: Path) -> list[str]:
    """Every import that goes through a wall, and every library away from its home."""
    faults = []
    for name, path in modules(kb).items():
        room = name.partition(".")[0]
        if room and room not in MAY_IMPORT:
            faults.append(f"{name}: the room {room} is not on the plan")
            continue
        for target in imports(path):
            top, _, inside = target.partition(".")
            if top == "kb":
                allowed = {room, *MAY_IMPORT.get(room, set())}
                if inside and not any(inside == one or inside.startswith(f"{one}.") for one in allowed):
                    faults.append(f"{name} imports {target}")
            elif top not in sys.stdlib_module_names:
                homes = HOMES.get(top, set())
                if not any(name == home or name.startswith(f"{home}.") for home in homes):
                    faults.append(f"{name} imports {top}, which lives in {sorted(homes) or 'no room'}")
    return faults


def form_faults(kb: Path) -> list[str]:
    """Relative and starred imports, imports inside functions, and names that say nothing."""
    return [fault for name, path in modules(kb).items() for fault in _malformed(name, path.read_text("utf-8"))]


@cache
def _malformed(name: str, source: str) -> tuple[str, ...]:
    faults = []
    for node in nodes(source):
        if isinstance(node, ast.ImportFrom) and node.level:
            faults.append(f"{name}:{node.lineno} has a relative import")
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            faults.append(f"{name}:{node.lineno} imports everything")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inner = [one for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom)]
            faults += [f"{name}:{one.lineno} imports inside a function" for one in inner]
        if isinstance(node, ast.Name) and node.id in ("__import__", "import_module"):
            faults.append(f"{name}:{node.lineno} imports by name")
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and _says_nothing(node.name):
            faults.append(f"{name}:{node.lineno} the name {node.name} says nothing")
    if any(_says_nothing(part) for part in name.split(".")):
        faults.append(f"{name}: the name says nothing")
    return tuple(faults)


def _says_nothing(name: str) -> bool:
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).split("_")
    return not EMPTY_WORDS.isdisjoint(words)


def cycle(kb: Path) -> list[str]:
    """The modules of one import cycle, or nothing."""
    graph: dict[str, set[str]] = {}
    for name, path in modules(kb).items():
        targets = {target.removeprefix("kb.") for target in imports(path) if target.startswith("kb.")}
        graph[name] = targets - {name, name.partition(".")[0]}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_every_import_stays_within_the_walls() -> None:
    assert wall_faults(KB) == []


def test_imports_are_absolute_at_the_top_and_names_say_something() -> None:
    assert form_faults(KB) == []


def test_no_module_imports_itself_in_a_circle() -> None:
    assert cycle(KB) == []


def test_every_library_with_a_home_is_used_there() -> None:
    used = {target.partition(".")[0] for path in modules(KB).values() for target in imports(path)}
    assert set(HOMES) - used <= {"frontmatter", "waitress"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of kb/ whose walls may be broken."""
    return Path(shutil.copytree(KB, tmp_path / "kb", ignore=shutil.ignore_patterns("*.pyc", "templates", "*.po")))


def _plant(copy: Path, place: str, line: str) -> None:
    path = copy / place
    path.write_text(path.read_text("utf-8") + f"\n{line}\n" if path.exists() else f'"""New."""\n\n{line}\n', "utf-8")


@pytest.mark.parametrize(
    ("place", "line", "fault"),
    [
        ("rules/roles.py", "from kb.text import slugs", "rules.roles imports kb.text.slugs"),
        ("text/diff.py", "import kb.store.pages", "text.diff imports kb.store.pages"),
        ("store/pages.py", "from kb.text import blocks", "store.pages imports kb.text.blocks"),
        ("search/words.py", "from kb.store.pages import Page", "search.words imports kb.store.pages"),
        ("services/reading.py", "from kb.search import scorer", "services.reading imports kb.search.scorer"),
        ("services/reading.py", "from kb.web import cards", "services.reading imports kb.web.cards"),
        ("services/reading.py", "from kb.app import create_app", "services.reading imports kb.app"),
        ("web/faq.py", "from kb.store import pages", "web.faq imports kb.store.pages"),
        ("web/faq.py", "from kb import config", "web.faq imports kb.config"),
        ("web/faq.py", "from kb.text.audience import cut", "web.faq imports kb.text.audience"),
        ("cli.py", "from kb.web import faq", "cli imports kb.web.faq"),
        ("config.py", "from kb import app", "config imports kb.app"),
        ("services/reading.py", "from sqlalchemy import select", "services.reading imports sqlalchemy"),
        ("services/reading.py", "from flask import request", "services.reading imports flask"),
        ("services/reading.py", "import whoosh.index", "services.reading imports whoosh"),
        ("text/plain.py", "import nh3", "text.plain imports nh3"),
        ("web/faq.py", "import requests", "web.faq imports requests"),
        ("attic/boxes.py", "BOXES = ()", "the room attic is not on the plan"),
    ],
)
def test_a_planted_import_through_a_wall_is_seen(copy: Path, place: str, line: str, fault: str) -> None:
    (copy / place).parent.mkdir(exist_ok=True)
    _plant(copy, place, line)
    assert any(fault in found for found in wall_faults(copy)), wall_faults(copy)


@pytest.mark.parametrize(
    ("place", "line", "fault"),
    [
        ("web/faq.py", "from . import cards", "relative import"),
        ("web/faq.py", "from kb.rules.limits import *", "imports everything"),
        ("web/faq.py", "def late():\n    from kb.rules import limits\n    return limits", "inside a function"),
        ("web/faq.py", "async def late():\n    import json\n    return json", "inside a function"),
        ("web/faq.py", "json = __import__('json')", "imports by name"),
        ("web/faq.py", "class PageManager:\n    pass", "PageManager says nothing"),
        ("web/faq.py", "def date_helper():\n    pass", "date_helper says nothing"),
        ("web/utils.py", "X = 1", "web.utils: the name says nothing"),
        ("store/common.py", "X = 1", "store.common: the name says nothing"),
    ],
)
def test_a_planted_fault_of_form_is_seen(copy: Path, place: str, line: str, fault: str) -> None:
    _plant(copy, place, line)
    assert any(fault in found for found in form_faults(copy)), form_faults(copy)


def test_a_planted_circle_is_seen(copy: Path) -> None:
    _plant(copy, "text/plain.py", "from kb.text import audience")
    assert {"text.plain", "text.audience"} <= set(cycle(copy))
