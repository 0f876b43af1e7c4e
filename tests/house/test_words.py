"""Every sentence of the interface has its English, and none stands where the catalogue can't see it."""

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment

from tests import words

ROOT = Path(__file__).resolve().parents[2]
KB = ROOT / "kb"
JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")
PLACE = re.compile(r"%(?:\((\w+)\))?[sd%]")

# Japanese that is no sentence of the interface: the language itself, and what is stored as the text of the house.
OTHER_TEXT = {
    "kb/text/function_words.py": "words of the language",
    "kb/text/japanese.py": "endings of the language",
    "kb/text/phrasing.py": "endings of the language",
    "kb/text/kana.py": "syllables of the language",
    "kb/text/meanings.py": "endings of the language",
    "kb/text/short_words.py": "endings of the language",
    "kb/search/lexicon.py": "ranges of letters",
    "kb/search/words.py": "ranges of letters",
    "kb/services/falling_back.py": "ranges of letters",
    "kb/text/personal_data.py": "the masks that are stored",
    "kb/text/personal_numbers.py": "what numbers are called in a text",
    "kb/text/person_names.py": "what stands around names in a text",
    "kb/text/street_addresses.py": "names of prefectures, and of what stands in addresses",
    "kb/text/plain.py": "ranges of letters",
    "kb/text/blocks.py": "names of channels in a fence",
    "kb/text/numerals.py": "readings of numbers",
    "kb/text/speaking.py": "readings of letters and signs",
    "kb/text/honorifics.py": "honorific words, and what is said instead",
    "kb/text/plain_speech.py": "ranges of letters",
    "kb/text/merge3.py": "marks inside the merged text",
    "kb/services/templates.py": "first texts of pages",
    "kb/services/minutes.py": "a page that is stored",
    "kb/services/retelling.py": "first text of a story",
    "kb/services/staying.py": "a note that is stored",
    "kb/text/adopting.py": "a heading that is stored",
    "kb/text/dated_limits.py": "how writers spell days and stretches of them",
    "kb/rules/outbound.py": "tags that writers give",
    "kb/demonstration.py": "names of people",
    "kb/demonstration_desk.py": "what people of the demonstration tell",
    "kb/demonstration_calls.py": "what customers of the demonstration say",
}
OTHER_NAMES = {"HEADINGS", "INQUIRY_TYPES"}
OTHER_PHRASES = {"年", "月", "日", "日 ", "版", "の内容に戻す", "）から", "（題名はまだありません）"}
# The door to the other language is written in that language.
TEMPLATE_PHRASES = {"日本語", "日本語で読む", "English"}


@cache
def wanted() -> Catalog:
    """Every sentence of the interface as it stands in the code."""
    return words.template()


@cache
def sentences() -> frozenset[str]:
    return frozenset(one for message in wanted() if message.id for one in _ids(message))


def _ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (str(message.id),)


def _english(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (str(message.string or ""),)


def catalogue_faults(english: Catalog, template: Catalog) -> list[str]:
    """What is missing, unsure, left over or mistranslated in the English catalogue."""
    faults = []
    for message in template:
        found = english.get(message.id) if message.id else None
        if message.id and (found is None or not all(_english(found))):
            faults.append(f"no English: {_ids(message)[0]}")
    for message in english:
        if not message.id:
            continue
        if template.get(message.id) is None:
            faults.append(f"nobody says: {_ids(message)[0]}")
        if message.fuzzy:
            faults.append(f"fuzzy: {_ids(message)[0]}")
        places = sorted(PLACE.findall(_ids(message)[0]))
        for text in filter(None, _english(message)):
            if sorted(PLACE.findall(text)) != places:
                faults.append(f"other places: {text}")
            if JAPANESE.search(text):
                faults.append(f"still Japanese: {text}")
    return faults


def hidden_in_python(root: Path) -> Iterator[str]:
    """Japanese in our Python that neither the catalogue nor the lists above know."""
    told = sentences()
    for path in sorted((root / "kb").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        skip = {id(text) for node in ast.walk(tree) for text in _unspoken(node)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in skip:
                continue
            if JAPANESE.search(node.value) and node.value not in told | OTHER_PHRASES and name not in OTHER_TEXT:
                yield f"{name}:{node.lineno} {node.value[:40]}"


def _unspoken(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, and the values of the names that hold other text."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr):
        yield node.body[0].value
    if isinstance(node, ast.Assign) and {getattr(one, "id", "") for one in node.targets} & OTHER_NAMES:
        yield from ast.walk(node.value)


def hidden_in_templates(folder: Path) -> Iterator[str]:
    """Japanese in a template that does not go through the catalogue."""
    told, jinja = sentences(), Environment()
    for path in sorted(folder.rglob("*.*")):
        for line, kind, value in jinja.lex(path.read_text("utf-8")):
            text = value[1:-1] if kind == "string" else value
            if kind not in ("string", "data") or not JAPANESE.search(text):
                continue
            if text.strip() not in (told if kind == "string" else frozenset()) | TEMPLATE_PHRASES:
                yield f"{path.relative_to(folder)}:{line} {text.strip()[:40]}"


def test_every_sentence_has_its_english_with_the_same_places() -> None:
    assert len(sentences()) > 500
    assert catalogue_faults(words.catalogue(), wanted()) == []


def test_the_compiled_catalogue_is_the_one_of_the_text() -> None:
    assert words.MO.read_bytes() == words.compiled(words.catalogue())


def test_no_python_hides_japanese_from_the_catalogue() -> None:
    assert list(hidden_in_python(ROOT)) == []


def test_no_template_hides_japanese_from_the_catalogue() -> None:
    assert list(hidden_in_templates(KB / "web" / "templates")) == []


def test_scripts_take_their_words_from_the_page() -> None:
    scripts = [*(ROOT / "static").glob("*.js"), *(ROOT / "static" / "modules").rglob("*.js")]
    assert [path.name for path in scripts if JAPANESE.search(_without_comments(path.read_text("utf-8")))] == []


def _without_comments(script: str) -> str:
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", script, flags=re.S)


def test_every_other_text_is_still_there() -> None:
    assert [name for name in OTHER_TEXT if not JAPANESE.search((ROOT / name).read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("english", "fault"),
    [
        ({}, "no English: %(n)s件"),
        ({"%(n)s件": ""}, "no English: %(n)s件"),
        ({"%(n)s件": "some pages"}, "other places: some pages"),
        ({"%(n)s件": "%(m)s pages"}, "other places: %(m)s pages"),
        ({"%(n)s件": "%(n)s 件"}, "still Japanese: %(n)s 件"),
        ({"%(n)s件": "%(n)s pages", "古い文": "old"}, "nobody says: 古い文"),
    ],
)
def test_a_fault_of_the_catalogue_is_seen(english: dict[str, str], fault: str) -> None:
    template, found = Catalog(), Catalog()
    template.add("%(n)s件")
    for told, translated in english.items():
        found.add(told, translated)
    assert fault in catalogue_faults(found, template)


def test_an_unsure_translation_is_seen() -> None:
    template, found = Catalog(), Catalog()
    template.add("%(n)s件")
    found.add("%(n)s件", "%(n)s pages", flags={"fuzzy"})
    assert catalogue_faults(found, template) == ["fuzzy: %(n)s件"]


@pytest.mark.parametrize(
    "code",
    [
        'raise Invalid("題名を書いてください。", field="title")',
        'raise NotFound("題名を書いてください。")',
        'raise errors.TooLarge("題名を書いてください。")',
        'flash(_("題名を書いてください。"))',
        '_("題名を" "書いてください。")',
        '_("題名を書いてください。" if empty else "別の文。")',
        'WHY = "題名を書いてください。"\nraise Invalid(WHY)',
        'WHY = {"title": "題名を書いてください。"}\nraise Invalid(WHY[name])',
        'def fault(sentence, line):\n    ...\nfault("題名を書いてください。", 3)',
        'class Lost(KbError):\n    def __init__(self, sentence="題名を書いてください。"):\n        ...',
        'class Stale(Conflict):\n    def __init__(self):\n        super().__init__("題名を書いてください。")',
    ],
)
def test_a_sentence_is_found_however_it_is_said(code: str) -> None:
    found = words.python_sentences(io.BytesIO(code.encode()), words.KEYWORDS, (), {})
    assert "題名を書いてください。" in [message for _line, _name, message, _comments in found]


def test_a_planted_sentence_outside_the_catalogue_is_seen(tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "new.py").write_text('"""日本語の説明。"""\nflash("植えた文です。")\n', "utf-8")
    assert list(hidden_in_python(tmp_path)) == ["kb/new.py:2 植えた文です。"]
    (tmp_path / "kb" / "new.html").write_text("<p>植えた文です。</p>{{ say('これも植えた文') }}", "utf-8")
    assert len(list(hidden_in_templates(tmp_path / "kb"))) == 3
