"""A whole KB_HOME full of pages: database and index, to open in a browser or to measure the application with."""

import shutil
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from bench import ours, pages, speed, table
from bench.pages import Mixture
from kb.rules import clock, limits
from kb.rules.pages import Audience, Confidence, Kind, Language
from kb.rules.review_states import State
from kb.store import schema
from kb.store.base import open_store
from kb.store.links import Title
from kb.store.pages import Page, Revision
from kb.text import wiki_links

_BATCH = 1_000
DATABASE = "kb.db"


def fill(home: Path, mixture: Mixture) -> None:
    """Write var/kb.db and search_index/ into a folder that has neither; page and revision numbers count from 1."""
    (home / "var").mkdir(mode=0o700, parents=True)
    store = open_store(f"sqlite:///{home / 'var' / DATABASE}")
    schema.upgrade(store)
    with store.writing() as db:
        for start in range(0, len(mixture), _BATCH):
            numbers = range(start, min(len(mixture), start + _BATCH))
            db.execute(insert(Page), [_page(number) for number in numbers])
            db.execute(insert(Revision), [_revision(number, mixture) for number in numbers])
            db.execute(insert(Title), [_title(number, mixture) for number in numbers])
            table.progress("pages in the database", numbers[-1] + 1, len(mixture))
        db.execute(update(Page).values(current_revision_id=Page.id))
    store.close()
    speed.our_index(mixture).close()
    shutil.copytree(ours.folder(f"pages-{len(mixture)}"), home / "search_index")


def _page(number: int) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": number + 1,
        "kind": Kind.FAQ,
        "language": Language.JA,
        "audience": Audience.PUBLIC,
        "confidence": Confidence.VALIDATED,
        "created_at": now,
        "updated_at": now,
        "validated_at": now,
    }


def _revision(number: int, mixture: Mixture) -> dict[str, Any]:
    return {
        "id": number + 1,
        "page_id": number + 1,
        "number": 1,
        "title": _called(number, mixture),
        "body": mixture.body(number),
        "phrases": [],
        "tags": [],
        "audience": Audience.PUBLIC,
        "state": State.APPROVED,
        "created_at": clock.now(),
    }


def _title(number: int, mixture: Mixture) -> dict[str, Any]:
    key = wiki_links.title_key(_called(number, mixture))
    return {"page_id": number + 1, "language": Language.JA, "title_key": key, "is_old": False}


def _called(number: int, mixture: Mixture) -> str:
    return mixture.title(number)[: limits.TITLE]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="becomes KB_HOME; must not be there")


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Make the folder; there is nothing to measure."""
    fill(options.into.resolve(), pages.mixture(options.pages))
    return [("A house full of pages", [{"KB_HOME": str(options.into), "pages": options.pages}])]
