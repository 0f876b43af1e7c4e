"""Nothing grows until nobody reads it: a file has 300 lines at most, a function 50, a template 150."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE, FUNCTION, TEMPLATE = 300, 50, 150
# A migration is a table of columns, written once and never edited.
TABLES = ("kb/store/migrations/versions/",)


def programs(root: Path) -> list[Path]:
    """The Python and browser files that we wrote."""
    found = [path for folder in ("kb", "tests") for path in (root / folder).rglob("*.py")]
    return sorted(found + list((root / "static").glob("*.js")) + list((root / "static" / "modules").rglob("*.js")))


def long_files(root: Path) -> list[str]:
    """The files over the cap."""
    found = [(path, FILE) for path in programs(root)]
    found += [(path, TEMPLATE) for path in sorted((root / "kb" / "web" / "templates").rglob("*.*"))]
    lengths = [(path.relative_to(root).as_posix(), _lines(path), most) for path, most in found]
    return [
        f"{name}: {length} lines" for name, length, most in lengths if length > most and not name.startswith(TABLES)
    ]


def long_functions(root: Path) -> list[str]:
    """The Python functions over the cap, without their decorators."""
    found = []
    for path in programs(root):
        name = path.relative_to(root).as_posix()
        if path.suffix != ".py" or name.startswith(TABLES):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION:
                    found.append(f"{name}: {node.name} has {length} lines")
    return found


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_no_file_is_longer_than_its_cap() -> None:
    assert long_files(ROOT) == []


def test_no_function_is_longer_than_its_cap() -> None:
    assert long_functions(ROOT) == []


@pytest.mark.parametrize(("name", "most"), [("kb/rules/long.py", FILE), ("kb/web/templates/faq/long.html", TEMPLATE)])
def test_one_line_too_many_is_seen(tmp_path: Path, name: str, most: int) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("# a line\n" * most)
    assert long_files(tmp_path) == []
    path.write_text("# a line\n" * (most + 1))
    assert long_files(tmp_path) == [f"{name}: {most + 1} lines"]


def test_a_function_of_one_line_too_many_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "kb" / "rules" / "long.py"
    path.parent.mkdir(parents=True)
    path.write_text("def short():\n" + "    print()\n" * (FUNCTION - 1))
    assert long_functions(tmp_path) == []
    path.write_text("def long():\n" + "    print()\n" * FUNCTION)
    assert long_functions(tmp_path) == ["kb/rules/long.py: long has 51 lines"]
