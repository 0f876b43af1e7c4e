"""`kb …`: each command calls one service."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import IO, Any

import click

from kb import carrying, config, demonstration, demonstration_calls, printing, serving, terminal, upkeep
from kb.app import open_house
from kb.rules import limits
from kb.rules.errors import Invalid, KbError, Unavailable
from kb.rules.pages import Kind
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import (
    accounts,
    explaining,
    indexing,
    passwords,
    searching,
    sending,
    sheets,
    synonyms,
    wordings,
)
from kb.services.exporting_calls import Wanted
from kb.services.house import House
from kb.store import schema
from kb.terminal import gettext as _


class Refusal(click.ClickException):
    """A refusal as the terminal shows it: one sentence, exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"kb: {self.message}", file=file or sys.stderr)


def _command(run: Callable[..., Any]) -> Callable[..., Any]:
    """Tell a refusal in one sentence on stderr and end with 1; everything else is a fault of ours."""

    @wraps(run)
    def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return run(*args, **kwargs)
        except KbError as refused:
            raise Refusal(terminal.told(refused)) from refused

    return told


@contextmanager
def _open(*, any_schema: bool = False) -> Iterator[House]:
    house = open_house(config.read())
    try:
        if not any_schema and not schema.is_current(house.store):
            raise Unavailable("データベースの準備が必要です。先に kb db upgrade を実行してください。")
        yield house
    finally:
        house.close()


@click.group(help="Run the knowledge base.")
@click.version_option(package_name="kb")
def main() -> None:
    pass


@main.command(help="Serve the app until stopped.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@_command
def serve(host: str, port: int, workers: int) -> None:
    settings = config.read()
    with _open():
        serving.require_free(host, port)
    serving.serve(settings, host=host, port=port, workers=workers)


@main.group(help="Create or migrate the database.")
def db() -> None:
    pass


@db.command("upgrade", help="Create the database, or bring it to the newest schema.")
@_command
def db_upgrade() -> None:
    with _open(any_schema=True) as house:
        if schema.is_current(house.store):
            click.echo(_("データベースは最新です。"))
            return
        schema.upgrade(house.store)
        demonstration.synonyms_of(house)
        click.echo(_("データベースを最新にしました。"))


@main.group(help="Keep accounts.")
def user() -> None:
    pass


@user.command("add", help="Open an account; prints a random password unless one comes on stdin.")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role if role is not Role.CUSTOMER]))
@click.option("--display-name", default="")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_command
def user_add(name: str, role: str, display_name: str, password_stdin: bool) -> None:
    password = sys.stdin.readline().rstrip("\n") if password_stdin else passwords.random()
    with _open() as house, house.store.writing() as session:
        made = accounts.add(session, name, role=Role(role), password=password, display_name=display_name, by=SYSTEM)
    click.echo(_("%(name)s を加えました。", name=made.name))
    if not password_stdin:
        click.echo(_("パスワード（表示は一度だけです）： %(password)s", password=password))


@main.command("import", help="Take in pages (Markdown folders and zips, CSV, JSON lines) or calls (JSON lines).")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "what", default="pages", type=click.Choice(["pages", "calls"]), show_default=True)
@click.option("--audience", default="staff", type=click.Choice(["public", "staff"]), show_default=True)
@click.option("--kind", default="faq", type=click.Choice([kind.value for kind in Kind]), show_default=True)
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@_command
def import_(paths: tuple[Path, ...], what: str, audience: str, kind: str, dry_run: bool) -> None:
    with _open() as house:
        if what == "calls":
            carrying.calls_in(house, paths, dry_run=dry_run)
        else:
            carrying.pages_in(house, paths, audience=audience, kind=kind, dry_run=dry_run)


@main.command("export", help="Give out every page (folder, .zip, .csv or .jsonl by name) or call (.csv or .jsonl).")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--as", "what", default="pages", type=click.Choice(["pages", "calls"]), show_default=True)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Calls from this day of Japan on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Calls up to this day of Japan, it included.")
@_command
def export(path: Path, what: str, since: datetime | None, until: datetime | None) -> None:
    with _open() as house:
        if what == "calls":
            days = (day.date() if day else None for day in (since, until))
            carrying.calls_out(house, path, Wanted(*days))
        else:
            carrying.pages_out(house, path)


@main.group(help="Keep the search index.")
def index() -> None:
    pass


@index.command("rebuild", help="Build the index anew beside the old one, then swap.")
@_command
def index_rebuild() -> None:
    with _open() as house, upkeep.index_lock():
        upkeep.rebuild(house)


@index.command("check", help="Compare index and database; ends with 1 when they differ.")
@_command
def index_check() -> None:
    with _open() as house:
        found = indexing.compare(house.store, house.index)
    facts = {"missing": len(found.missing), "old": len(found.outdated), "left": len(found.left_over)}
    if found.pages:
        raise Unavailable(
            "索引と記事が違います（不足 %(missing)s、古い %(old)s、余り %(left)s）。kb index rebuild で直ります。",
            **facts,
        )
    click.echo(_("索引と記事は一致しています。"))


@index.command("drain", help="Index what waits in the outbox now.")
@_command
def index_drain() -> None:
    with _open() as house, upkeep.index_lock():
        click.echo(_("%(n)s件を索引に反映しました。", n=indexing.drain_all(house.store, house.index)))


@main.group("synonyms", help="Keep the words that a search takes for the same.")
def synonyms_() -> None:
    pass


@synonyms_.command("list", help="Print every entry.")
@_command
def synonyms_list() -> None:
    with _open() as house, house.store.reading() as session:
        _total, entries = synonyms.listing(session, limit=limits.SYNONYMS, viewer=SYSTEM)
        for entry in entries:
            click.echo(f"{synonyms.draft_of(entry).line}{f'  # {entry.note}' if entry.note else ''}")


@synonyms_.command("import", help="Add the entries of a CSV file that are not there yet: wordings, one_way, note.")
@click.argument("path", type=click.Path(path_type=Path))
@_command
def synonyms_import(path: Path) -> None:
    rows = sheets.read(path).rows
    with _open() as house, house.store.writing() as session:
        tally = synonyms.take_in(session, rows, by=SYSTEM)
    facts = {"added": tally.added, "changed": tally.changed, "unchanged": tally.unchanged}
    click.echo(_("追加 %(added)s組、メモの変更 %(changed)s組、変わらないもの %(unchanged)s組", **facts))


@synonyms_.command("export", help="Write every entry to a CSV file.")
@click.argument("path", type=click.Path(path_type=Path))
@_command
def synonyms_export(path: Path) -> None:
    if path.suffix.lower() != ".csv":
        raise Invalid("書き出すファイルの名前は .csv で終わらせてください。")
    with _open() as house, house.store.reading() as session:
        rows = synonyms.rows(session, by=SYSTEM)
    sheets.write(path, rows, [], wordings.KEYS)
    click.echo(_("%(n)s組を %(path)s に書き出しました。", n=len(rows), path=str(path)))


@main.command("webhook-key", help="Print the key that webhooks are signed with, for whoever checks them.")
@_command
def webhook_key() -> None:
    click.echo(sending.Keys(config.read().secret_key).webhook)


@main.command(help="Search as a role would.")
@click.argument("words", nargs=-1, required=True)
@click.option("--role", default="customer", type=click.Choice([role.value for role in Role]), show_default=True)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True)
@click.option("--explain", is_flag=True, help="Tell for each hit what every word adds, and how it was matched.")
@_command
def search(words: tuple[str, ...], role: str, limit: int, as_json: bool, explain: bool) -> None:
    viewer = VISITOR if role == "customer" else Actor(None, role, role, Role(role))
    with _open() as house, house.store.reading() as session:
        wanted = searching.Wanted(" ".join(words), limit=limit)
        found = searching.search(session, house, wanted, viewer=viewer)
        ids = [one.page.id for one in found.results] if explain else []
        # The system may ask on behalf of every reader.
        whys = {
            page_id: explaining.why(session, house, wanted, page_id, reader=viewer.audience, viewer=SYSTEM)
            for page_id in ids
        }
        told = [json.dumps(printing.facts(found, whys), ensure_ascii=False)] if as_json else printing.lines(found, whys)
        for line in told:
            click.echo(line)


@main.command(help="Set up a demonstration: database, content/, index, accounts; then serve.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--new-passwords", is_flag=True, help="Give the demonstration accounts new passwords.")
@_command
def demo(host: str, port: int, new_passwords: bool) -> None:
    settings = config.read()
    serving.require_free(host, port)
    with _open(any_schema=True) as house:
        schema.upgrade(house.store)
        fresh = demonstration.accounts_of(house, again=new_passwords)
        demonstration.synonyms_of(house)
        demonstration.contact_of(house)
        if demonstration.fill(house, lambda total: upkeep.progress(total, _("取り込み"))):
            demonstration_calls.fill(house)
        upkeep.index(house)
    address = f"http://{host}:{port}"
    lines = [
        "",
        f"  {_('お客様のFAQ')}    {address}/ja/",
        f"  {_('応対ナレッジ')}   {address}/ja/sign-in",
        *(f"    {one.role}  ID {one.name}  {_('パスワード')} {one.password}" for one in fresh),
        f"  {_('パスワードの表示は一度だけで、どこにも保存していません。')}"
        if fresh
        else f"  {_('パスワードは最初に表示したものです。忘れたときは make demo NEW_PASSWORDS=1 で作り直せます。')}",
        f"  {_('止めるには Ctrl+C を押してください。')}",
    ]
    click.echo("\n".join(lines))
    sys.stdout.flush()
    serving.serve(settings, host=host, port=port, workers=1)
