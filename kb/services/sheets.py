"""Read and write rows of pages as files: Markdown folder, zip, CSV, JSON lines."""

import codecs
import csv
import gzip
import hashlib
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.text import front_matter

KEYS = (
    "id",
    "translates",
    "title",
    "kind",
    "language",
    "audience",
    "confidence",
    "category",
    "tags",
    "phrases",
    "body",
)
LISTS = ("tags", "phrases")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# A fixed time, so that the same pages make the same bytes.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# What a file name may not hold on one system or another, so that an id like `../a` stays inside the folder.
_UNSAFE = re.compile(r'^\.|[\x00-\x1f\x7f/\\:*?"<>|%]|[. ]$')
_NAME_BYTES = 200


@dataclass(frozen=True)
class Row:
    """One page as a file tells it, and where it stands there."""

    name: str
    line: int
    values: dict[str, Any]

    def wrong(self, why: Invalid) -> Invalid:
        """The same refusal with file and line in front."""
        return Invalid("%(name)s の %(line)s 行目：%(why)s", name=self.name, line=self.line, why=why, field=why.field)


@dataclass(frozen=True)
class Sheet:
    """All rows of one import, and the shelves if the files tell them."""

    rows: list[Row]
    shelves: list[dict[str, Any]]


def read(path: Path) -> Sheet:
    """Read everything at `path` before anything is written; raises Invalid naming file, line and remedy."""
    if path.is_dir():
        found = (file for file in path.rglob("*") if file.suffix in (".md", ".yaml") and file.is_file())
        files = sorted((file.relative_to(path).as_posix(), file) for file in found)
        return _markdown((name, _small(file)) for name, file in sorted(files, key=_japanese_first))
    if not path.is_file():
        raise Invalid("%(name)s が見つかりません。場所と名前を確かめてください。", name=str(path))
    name = path.name.lower()
    if name.endswith(".zip"):
        return _markdown(_unzipped(path))
    if name.endswith(".md"):
        return _markdown([(path.name, _small(path))])
    if name.endswith((".jsonl", ".jsonl.gz")):
        return Sheet(list(_json_lines(path)), [])
    if name.endswith(".csv"):
        with path.open("rb") as file:
            return Sheet(list(csv_rows(path.name, file.read(limits.IMPORT_FILE + 1))), [])
    raise Invalid(
        "%(name)s は読めない種類です。Markdownのフォルダか .md、.zip、.csv、.jsonl（.gz可）を指定してください。",
        name=path.name,
    )


def write(path: Path, rows: list[dict[str, Any]], shelves: list[dict[str, Any]], keys: tuple[str, ...] = KEYS) -> None:
    """Write rows as the kind of file that the name asks for; a folder must be empty or new.

    `keys` are the columns of a CSV file; rows that are no pages fit no other kind.
    """
    try:
        _write(path, rows, shelves, keys)
    except OSError as broken:
        raise Invalid("%(name)s に書き込めません。場所と書き込みの権限を確かめてください。", name=str(path)) from broken


def _write(path: Path, rows: list[dict[str, Any]], shelves: list[dict[str, Any]], keys: tuple[str, ...]) -> None:
    name = path.name.lower()
    if name.endswith(".zip"):
        path.write_bytes(zip_bytes(rows, shelves))
    elif name.endswith(".csv"):
        path.write_bytes(csv_bytes(rows, keys))
    elif name.endswith(".jsonl"):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_text("".join(lines), encoding="utf-8", newline="\n")
    elif "." in path.name and not path.is_dir():
        raise Invalid(
            "%(name)s の種類で書き出せません。フォルダか .zip、.csv、.jsonl を指定してください。", name=path.name
        )
    else:
        if path.exists() and any(path.iterdir()):
            raise Invalid("%(name)s は空ではありません。空のフォルダを指定してください。", name=str(path))
        for place, text in _markdown_files(rows, shelves):
            file = path / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")


def zip_bytes(rows: list[dict[str, Any]], shelves: list[dict[str, Any]]) -> bytes:
    """The Markdown folder as one zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, text in _markdown_files(rows, shelves):
            entry = zipfile.ZipInfo(place, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return buffer.getvalue()


def _markdown_files(rows: list[dict[str, Any]], shelves: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    if shelves:
        yield "categories.yaml", front_matter.dump_list(shelves)
    for row in rows:
        header = {key: row[key] for key in KEYS if key in row and key not in ("body", "language")}
        place = f"{row['language']}/{row['kind']}/{_file_name(row['id'])}.md"
        yield place, front_matter.dump(header, row["body"] + "\n")


def _file_name(external_id: str) -> str:
    """A file name for an id, different for every id; the id itself stands in the header."""
    name = _UNSAFE.sub(lambda match: f"%{ord(match[0]):02x}", external_id)
    if len(name.encode()) <= _NAME_BYTES:
        return name
    mark = hashlib.sha256(external_id.encode()).hexdigest()[:12]
    return f"{name.encode()[:_NAME_BYTES].decode(errors='ignore')}%{mark}"


def _markdown(files: Iterable[tuple[str, bytes]]) -> Sheet:
    rows, shelves = [], []
    for name, content in files:
        text = _decoded(name, content)
        if PurePosixPath(name).name == "categories.yaml":
            shelves = front_matter.load_list(text, name)
        elif name.endswith(".md"):
            header, body = front_matter.parse(text, name)
            values: dict[str, Any] = {"id": PurePosixPath(name).stem}
            # A zip often holds one more folder around everything.
            languages = [part for part in PurePosixPath(name).parts[:-1] if part in ("ja", "en")]
            if languages:
                values["language"] = languages[0]
            rows.append(Row(name, 1, values | header | {"body": body.strip("\n")}))
    return Sheet(rows, shelves)


def _japanese_first(entry: tuple[str, object]) -> tuple[bool, str]:
    """The house's own language first, so that its pages get the low numbers."""
    return not entry[0].startswith(("ja/", "categories.yaml")), entry[0]


def _small(file: Path) -> bytes:
    if file.stat().st_size > limits.BODY * 4 + 65_536:
        raise Invalid("%(name)s が大きすぎます。記事を分けてください。", name=file.name)
    return file.read_bytes()


# NotImplementedError is an unknown compression, RuntimeError a password, ValueError a name in no known encoding.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def _unzipped(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            packed = max(1, sum(entry.compress_size for entry in entries))
            if len(entries) > limits.IMPORT_ENTRIES or unpacked > limits.IMPORT_FILE:
                raise Invalid("%(name)s の中身が多すぎます。分けて取り込んでください。", name=path.name)
            if unpacked > 1_000_000 and unpacked / packed > limits.IMPORT_RATIO:
                raise Invalid("%(name)s の圧縮率が高すぎます。中身を確かめて、作り直してください。", name=path.name)
            for entry in sorted(entries, key=lambda one: _japanese_first((one.filename, one))):
                place = PurePosixPath(entry.filename.replace("\\", "/"))
                if place.suffix in (".md", ".yaml") and not entry.is_dir():
                    if place.is_absolute() or ".." in place.parts:
                        raise Invalid("%(name)s に不正な場所のファイルがあります。作り直してください。", name=path.name)
                    yield str(place), archive.read(entry)
    except _BROKEN_ZIP as broken:
        raise Invalid("%(name)s は壊れているか、開けないzipです。作り直してください。", name=path.name) from broken


def _json_lines(path: Path) -> Iterator[Row]:
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
            # One byte more than allowed tells that there is more, without unpacking a bomb.
            content = file.read(limits.IMPORT_FILE + 1)
    except (OSError, EOFError, zlib.error) as broken:
        raise Invalid("%(name)s は壊れていて開けません。作り直してください。", name=path.name) from broken
    for number, line in enumerate(_decoded(path.name, content).split("\n"), 1):
        if not line.strip():
            continue
        place = Row(path.name, number, {})
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as broken:
            raise place.wrong(Invalid("JSONとして読めません。1行に1つの { … } を書いてください。")) from broken
        if not isinstance(values, dict):
            raise place.wrong(Invalid("JSONとして読めません。1行に1つの { … } を書いてください。"))
        yield Row(path.name, number, values)


def csv_rows(name: str, content: bytes) -> Iterator[Row]:
    """Read a CSV file in UTF-8 or Shift_JIS; raises Invalid naming file, line and remedy."""
    # A body that is too long is refused later, with a better sentence than this reader has.
    csv.field_size_limit(limits.IMPORT_FILE)
    reader = csv.reader(io.StringIO(_decoded(name, content), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        end = reader.line_num
        for cells in reader:
            # A row is named by its first line: a body in quotes has many.
            place, end = Row(name, end + 1, {}), reader.line_num
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise place.wrong(Invalid('列の数が見出しと違います。「,」や「"」の書き方を確かめてください。'))
            values = {key: _unescaped(cell) for key, cell in zip(header, cells, strict=True) if cell != ""}
            lists = {key: values[key].split("\n") for key in LISTS if key in values}
            yield Row(name, place.line, values | lists)
    except csv.Error as broken:
        why = Invalid('CSVとして読めません。「"」の閉じ忘れがないか確かめてください。')
        raise Row(name, reader.line_num, {}).wrong(why) from broken


def csv_bytes(rows: list[dict[str, Any]], keys: tuple[str, ...] = KEYS) -> bytes:
    """Rows as a CSV file that a spreadsheet opens rightly and never takes for formulas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(keys)
    for row in rows:
        cells = ("\n".join(row.get(key, [])) if key in LISTS else row.get(key, "") for key in keys)
        writer.writerow([_escaped(cell) for cell in cells])
    # Excel in Japan reads UTF-8 only with the mark in front.
    return text.getvalue().encode("utf-8-sig")


def _escaped(cell: str) -> str:
    """A cell that a spreadsheet won't take for a formula (OWASP, CSV injection)."""
    return "'" + cell if cell.lstrip("'").startswith(FORMULA) else cell


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def _decoded(name: str, content: bytes) -> str:
    if len(content) > limits.IMPORT_FILE:
        raise Invalid("%(name)s が大きすぎます。分けて取り込んでください。", name=name)
    # Shift_JIS as Python reads it takes nearly any bytes, the UTF-16 of a spreadsheet's "Unicode text" among them.
    known = () if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ("utf-8-sig", "cp932")
    for encoding in known:
        try:
            return (
                content.decode(encoding).replace("\r\n", "\n")
                if not name.lower().endswith(".csv")
                else content.decode(encoding)
            )
        except UnicodeDecodeError:
            continue
    raise Invalid("%(name)s の文字コードが分かりません。UTF-8かShift_JISで保存し直してください。", name=name)
