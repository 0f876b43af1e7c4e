"""The map in kb/README.md is true: one line a module, in the module's own words."""

import ast
import re
from pathlib import Path

KB = Path(__file__).resolve().parents[2] / "kb"
# Migrations are a row of numbered steps; their folder's guide stands for them.
UNMAPPED = ("store/migrations/versions/",)


def docstrings(kb: Path) -> dict[str, str]:
    """Each module's docstring, by its path below kb/; a room's own `__init__.py` is called by the room."""
    found = {}
    for path in sorted(kb.rglob("*.py")):
        name = path.relative_to(kb).as_posix()
        if not name.startswith(UNMAPPED):
            place = name.removesuffix("__init__.py") or name
            found[place] = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return found


def map_lines(readme: str) -> list[tuple[str, str]]:
    """The lines of the map: a path and what stands there."""
    block = readme.split("## The map", 1)[1].split("```")[1]
    return [(match[1], match[2]) for match in re.finditer(r"^(\S+)  +(.+)$", block, re.M)]


def faults(readme: str, kb: Path) -> list[str]:
    """What the map and the modules say differently."""
    lines, modules = map_lines(readme), docstrings(kb)
    told = dict(lines)
    found = [f"{name} stands {count} times" for name in told if (count := [n for n, _ in lines].count(name)) > 1]
    found += [f"{name} is not there any more" for name in told if name not in modules]
    for name, says in modules.items():
        if not says or "\n" in says:
            found.append(f"{name} needs a docstring of one line")
        elif told.get(name) != says:
            found.append(f"the map lacks: {name}  {says}")
    return found


def test_the_map_has_one_true_line_for_every_module() -> None:
    assert faults((KB / "README.md").read_text("utf-8"), KB) == []


def test_a_false_map_is_seen(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "roles.py").write_text('"""Roles, in one table."""\n')
    (tmp_path / "rules" / "long.py").write_text('"""One line.\n\nAnd more."""\n')
    (tmp_path / "rules" / "none.py").write_text("X = 1\n")
    start = "## The map\n\n```\n"
    assert faults(f"{start}rules/roles.py   Roles, in one table.\n```", tmp_path) == [
        "rules/long.py needs a docstring of one line",
        "rules/none.py needs a docstring of one line",
    ]
    assert "the map lacks: rules/roles.py  Roles, in one table." in faults(f"{start}```", tmp_path)
    assert "the map lacks: rules/roles.py  Roles, in one table." in faults(
        f"{start}rules/roles.py  Old.\n```", tmp_path
    )
    gone = f"{start}rules/roles.py  Roles, in one table.\nrules/gone.py  Gone.\nrules/gone.py  Gone.\n```"
    assert {"rules/gone.py is not there any more", "rules/gone.py stands 2 times"} <= set(faults(gone, tmp_path))
