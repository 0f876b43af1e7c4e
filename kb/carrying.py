"""Carry pages and calls into the house and out of it, as the terminal asks: by files, with a progress bar."""

from collections.abc import Callable
from pathlib import Path

import click

from kb import upkeep
from kb.rules.errors import Invalid
from kb.rules.pages import Audience, Kind
from kb.rules.roles import SYSTEM
from kb.services import exporting, exporting_calls, importing, importing_calls, sheets
from kb.services.house import House, Session
from kb.terminal import gettext as _

_Take = Callable[[Session, Callable[[int], None]], importing.Tally]


def pages_in(house: House, paths: tuple[Path, ...], *, audience: str, kind: str, dry_run: bool) -> None:
    """Take in pages, bring the index up to date, and say what came of it."""
    found = [sheets.read(path) for path in paths]
    sheet = sheets.Sheet([row for one in found for row in one.rows], [shelf for one in found for shelf in one.shelves])
    if not sheet.rows:
        raise Invalid("取り込む記事がありません。場所を確かめてください。")
    rows = importing.check(sheet, audience=Audience(audience), kind=Kind(kind))
    tally = _taken(
        house,
        len(rows),
        lambda db, bar: importing.take_in(db, rows, sheet.shelves, by=SYSTEM, progress=bar),
        dry_run=dry_run,
    )
    if not dry_run:
        upkeep.index(house)
    _tell(tally, dry_run=dry_run)


def calls_in(house: House, paths: tuple[Path, ...], *, dry_run: bool) -> None:
    """Take in the calls of another system, and say what came of it."""
    for path in paths:
        if not path.name.lower().endswith((".jsonl", ".jsonl.gz")):
            raise Invalid("応対は .jsonl（.gz可）のファイルで取り込んでください：%(name)s", name=path.name)
    sheet = sheets.Sheet([row for path in paths for row in sheets.read(path).rows], [])
    if not sheet.rows:
        raise Invalid("取り込む応対がありません。場所を確かめてください。")
    rows = importing_calls.check(sheet)
    tally = _taken(
        house, len(rows), lambda db, bar: importing_calls.take_in(db, rows, by=SYSTEM, progress=bar), dry_run=dry_run
    )
    _tell(tally, dry_run=dry_run)


def pages_out(house: House, path: Path) -> None:
    """Write every page to a folder or file, and say how many that were."""
    with house.store.reading() as db:
        rows = exporting.rows(db, by=SYSTEM)
        sheets.write(path, rows, exporting.shelves(db, by=SYSTEM))
    click.echo(_("%(n)s件を %(path)s に書き出しました。", n=len(rows), path=str(path)))
    if attached := sum("(attachment:" in row["body"] for row in rows):
        click.echo(_("添付のある記事が%(n)s件あります。添付ファイルは書き出しに含まれません。", n=attached), err=True)


def calls_out(house: House, path: Path, wanted: exporting_calls.Wanted) -> None:
    """Write calls to a CSV file for spreadsheets, or to JSON lines that the import takes in again."""
    is_table = path.suffix.lower() == ".csv"
    if not is_table and path.suffix.lower() != ".jsonl":
        raise Invalid("応対は .csv か .jsonl のファイルに書き出してください：%(name)s", name=path.name)
    with house.store.reading() as db:
        count = exporting_calls.count(db, wanted, by=SYSTEM)
        with upkeep.progress(count, _("書き出し")) as bar:
            lines = exporting_calls.json_lines(db, wanted, by=SYSTEM, progress=bar)
            if is_table:
                lines = exporting_calls.csv_lines(db, wanted, by=SYSTEM, say=_, progress=bar)
            try:
                with path.open("w", encoding="utf-8", newline="") as file:
                    file.writelines(lines)
            except OSError as broken:
                raise Invalid(
                    "%(name)s に書き込めません。場所と書き込みの権限を確かめてください。", name=str(path)
                ) from broken
    click.echo(_("%(n)s件を %(path)s に書き出しました。", n=count, path=str(path)))


def _taken(house: House, total: int, take: _Take, *, dry_run: bool) -> importing.Tally:
    with upkeep.progress(total, _("取り込み")) as bar, house.store.writing() as db:
        tally = take(db, bar)
        if dry_run:
            db.rollback()
    return tally


def _tell(tally: importing.Tally, *, dry_run: bool) -> None:
    facts = {"added": tally.added, "changed": tally.changed, "unchanged": tally.unchanged}
    click.echo(_("追加 %(added)s件、変更 %(changed)s件、変わらないもの %(unchanged)s件", **facts))
    if dry_run:
        click.echo(_("確かめただけで、何も書き込んでいません。"))
