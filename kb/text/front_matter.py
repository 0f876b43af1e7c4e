"""Front matter and lists in YAML: read with strings only, and written back byte for byte."""

import json
import re
from typing import TypeAlias

import yaml

from kb.rules.errors import Invalid

HEADER = 64 * 1024  # characters of a header or list file
DEPTH = 8

Value: TypeAlias = "str | list[Value] | dict[str, Value]"

_HEADER = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_LOADER: type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# What is surely one plain scalar needs no parser to say so.
_SURELY_PLAIN = re.compile(r"[^\W\d_][\w 、。・「」（）？！〜ー/.+-]*(?<! )")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff\ufffe\uffff]")


def parse(text: str, name: str) -> tuple[dict[str, object], str]:
    """Return the header and the body of a file; without a header the dict is empty and the body is the text.

    Every value is a string, a list or a dict of such: nothing is guessed to be a date, a number or a boolean. Raises
    Invalid with the file's name, the line and what to do.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not re.match(r"---[ \t]*\n", text):
        return {}, text
    match = _HEADER.match(text)
    if match is None:
        sentence = "%(file)sの1行目の「---」が閉じていません。見出しの項目の終わりに「---」だけの行を書いてください。"
        raise Invalid(sentence, file=name)
    header = _load(match[1], name, first_line=2)
    if header == "":
        header = {}
    if not isinstance(header, dict):
        raise Invalid("%(file)sの2行目から、「項目: 値」の形で書いてください。", file=name)
    return dict(header), text[match.end() :].removeprefix("\n")


def load_list(text: str, name: str) -> list[dict[str, object]]:
    """Return the list of mappings in a YAML file (content/categories.yaml); raises Invalid like `parse`."""
    found = _load(text.removeprefix("\ufeff").replace("\r\n", "\n"), name, first_line=1)
    if found == "":
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Invalid("%(file)sは、「- 項目: 値」の並びで書いてください。", file=name)
    return [dict(item) for item in found if isinstance(item, dict)]


def dump(header: dict[str, object], body: str) -> str:
    """Return the file of a header, keys in their order, and a body; `parse` gives both back."""
    return "---\n" + "".join(_mapping(header, "")) + "---\n" + (f"\n{body}" if body else "")


def dump_list(items: list[dict[str, object]]) -> str:
    """Return the YAML of a list of mappings; `load_list` gives it back."""
    return "".join(_sequence(list(items), "")) if items else "[]\n"


def _load(text: str, name: str, *, first_line: int) -> Value:
    if len(text) > HEADER:
        sentence = "%(file)sの見出しの項目が長すぎます。%(limit)s文字までにしてください。"
        raise Invalid(sentence, file=name, limit=HEADER)
    try:
        _refuse_tricks(text, name, first_line)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        sentence = (
            "%(file)sの%(line)s行目が読めません。「項目: 値」の形か、字下げ、引用符を確かめてください。"
            "値に「: 」や「#」があるときは ' で囲みます。"
        )
        raise Invalid(sentence, file=name, line=line) from error
    except (yaml.YAMLError, UnicodeError) as error:
        sentence = "%(file)sに、使えない文字があります。制御文字を消してください。"
        raise Invalid(sentence, file=name) from error
    return "" if node is None else _value(node, name, first_line)


def _refuse_tricks(text: str, name: str, first_line: int) -> None:
    """Raise Invalid for anchors, aliases, tags and deep nesting, before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        tricks = isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None)
        if tricks or depth > DEPTH:
            sentence = "%(file)sの%(line)s行目で、&・*・! の記法と深い入れ子は使えません。値をそのまま書いてください。"
            line = first_line + (event.start_mark.line if event.start_mark else 0)
            raise Invalid(sentence, file=name, line=line)


def _value(node: yaml.Node, name: str, first_line: int) -> Value:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, name, first_line) for item in node.value]
    found: dict[str, Value] = {}
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
        line = first_line + (key_node.start_mark.line if key_node.start_mark else 0)
        if not key:
            raise Invalid("%(file)sの%(line)s行目に、項目の名前を書いてください。", file=name, line=line)
        if key in found:
            sentence = "%(file)sの%(line)s行目の「%(key)s」は2つめです。どちらかを消してください。"
            raise Invalid(sentence, file=name, line=line, key=key)
        found[key] = _value(value_node, name, first_line)
    return found


def _mapping(items: dict[str, object], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in items.items():
        head = f"{indent}{_scalar(key)}:"
        if isinstance(value, dict) and value:
            lines += [f"{head}\n", *_mapping(value, indent + "  ")]
        elif isinstance(value, list | tuple) and value:
            lines += [f"{head}\n", *_sequence(list(value), indent + "  ")]
        else:
            lines.append(f"{head} {_leaf(value)}\n")
    return lines


def _sequence(items: list[object] | list[dict[str, object]], indent: str) -> list[str]:
    lines: list[str] = []
    for item in items:
        if isinstance(item, dict) and item:
            inner = _mapping(item, indent + "  ")
            lines += [f"{indent}- {inner[0].removeprefix(indent + '  ')}", *inner[1:]]
        elif isinstance(item, list | tuple) and item:
            inner = _sequence(list(item), indent + "  ")
            lines += [f"{indent}- {inner[0].removeprefix(indent + '  ')}", *inner[1:]]
        else:
            lines.append(f"{indent}- {_leaf(item)}\n")
    return lines


def _leaf(value: object) -> str:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    return _scalar("" if value is None else str(value))


def _scalar(text: str) -> str:
    if _CONTROL.search(text):
        # JSON's escapes are YAML's too; only this style can hold a line end on one line.
        quoted = json.dumps(_SURROGATE.sub("", text), ensure_ascii=False)
        return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
    if _SURELY_PLAIN.fullmatch(text) and not _looks_typed(text):
        return text
    return text if not _looks_typed(text) and _reads_as_itself(text) else "'" + text.replace("'", "''") + "'"


def _looks_typed(text: str) -> bool:
    """Whether other readers of YAML would take the plain text for a number, a date, a boolean or nothing."""
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers
    return any(pattern.match(text) for _, pattern in resolvers.get(text[:1], []))


def _reads_as_itself(text: str) -> bool:
    """Whether YAML reads the text back, unquoted, in a mapping and in a list alike."""
    try:
        node = yaml.compose(f"a:\n  - {text}\nb: {text}\n", Loader=_LOADER)
    except yaml.YAMLError:
        return False
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 2:
        return False
    listed, mapped = node.value[0][1], node.value[1][1]
    items = listed.value if isinstance(listed, yaml.SequenceNode) else []
    same = [scalar.value for scalar in [*items, mapped] if isinstance(scalar, yaml.ScalarNode) and not scalar.style]
    return same == [text, text]
