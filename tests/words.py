"""Take the interface's sentences into the English catalogue, and compile it: `python -m tests.words`."""

import ast
import io
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any, TypeGuard

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
KB = ROOT / "kb"
FOLDER = KB / "web" / "translations"
PO = FOLDER / "en" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}

Found = tuple[int, str, str | tuple[str, ...], list[str]]


def _each(string: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, tuple | list) else (string or "",)


@cache
def refusals(kb: Path = KB) -> frozenset[str]:
    """The names of the error classes, whose first argument is a sentence for the reader."""
    bases: dict[str, set[str]] = {}
    for path in kb.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {_name(base) for base in node.bases}
    found = {"KbError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return frozenset(found)


def python_sentences(
    file: IO[bytes], keywords: Iterable[str], comment_tags: object, options: dict[str, Any]
) -> Iterator[Found]:
    """Babel's extractor for our Python: what is handed to `_` or to an error, straight or through a name.

    A function whose first parameter is called `sentence` hands it on, so its callers' sentences count too, and so does
    the default of such a parameter.
    """
    tree = ast.parse(file.read())
    takers = {*keywords, *refusals()}
    named: dict[str, list[ast.Constant]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            arguments = node.args.posonlyargs + node.args.args
            names = [argument.arg for argument in arguments if argument.arg != "self"]
            if names[:1] == ["sentence"]:
                takers.add(node.name)
                yield from (_found(one) for default in node.args.defaults[:1] for one in _texts(default))
        if isinstance(node, ast.ClassDef) and node.name in refusals():
            yield from (_found(one) for call in ast.walk(node) if _is_super(call) for one in _texts(call.args[0]))
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    named.setdefault(target.id, []).extend(_texts(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in takers and node.args:
            if _name(node.func) == "ngettext":
                both = [one.value for argument in node.args[:2] for one in _texts(argument)]
                yield node.lineno, "ngettext", tuple(both), []
                continue
            first = node.args[0]
            name = _name(first.value if isinstance(first, ast.Subscript) else first)
            yield from (_found(one) for one in [*_texts(first), *named.get(name, [])])


def _is_super(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and _name(node.func) == "__init__" and bool(node.args)


def _texts(node: ast.AST) -> list[ast.Constant]:
    """The texts that an expression may be."""
    if isinstance(node, ast.Constant):
        return [node] if isinstance(node.value, str) and node.value else []
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.Dict):
        return [one for value in node.values for one in _texts(value)]
    return []


def _found(text: ast.Constant) -> Found:
    return text.lineno, "_", str(text.value), []


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def template(kb: Path = KB) -> Catalog:
    """Every sentence of the interface, in the order of the files."""
    with (FOLDER / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    catalog = Catalog(project="kb", charset="utf-8", fuzzy=False)
    for name, line, message, _comments, context in extract_from_dir(str(kb), methods, options, keywords=KEYWORDS):
        catalog.add(message, None, [(f"kb/{name}", line)], context=context)
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """The bytes of the .mo file of a catalogue."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def catalogue(path: Path = PO) -> Catalog:
    """The English catalogue as it stands in the repository."""
    with path.open("rb") as file:
        return read_po(file, locale="en", charset="utf-8")


def main() -> int:
    """Bring the catalogue in step with the code: new sentences come in empty, unused ones go; translations stay."""
    found = template()
    english = catalogue() if PO.exists() else Catalog(locale="en", project="kb", charset="utf-8", fuzzy=False)
    english.update(found, no_fuzzy_matching=True, update_creation_date=False)
    english.obsolete.clear()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, english, width=0, include_lineno=False, ignore_obsolete=True)
    MO.write_bytes(compiled(catalogue()))
    missing = [message.id for message in english if message.id and not all(_each(message.string))]
    print(f"{len(english)} sentences, {len(missing)} without English", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
