"""How long the review queue takes on the server when thousands of items wait, screen by screen."""

import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, update

from bench.metrics import percentile
from kb import serving
from kb.app import create_app, open_house
from kb.config import Settings
from kb.rules import clock
from kb.rules.calls import Fault, HelpKind, HelpState
from kb.rules.desk import ItemKind
from kb.rules.pages import Audience, Confidence, Kind, Language
from kb.rules.review_states import State
from kb.rules.roles import Role
from kb.services import accounts
from kb.store import schema
from kb.store.base import Session, Store
from kb.store.categories import Category
from kb.store.flags import Flag
from kb.store.gaps import Gap
from kb.store.help_requests import HelpRequest
from kb.store.pages import Page, Revision
from kb.store.reaches import Reach
from kb.store.users import User

LIMIT = 150  # ms at p95 with 5,000 items
ROUNDS = 200
KINDS = (ItemKind.STORY, ItemKind.EDIT, ItemKind.FLAG, ItemKind.GAP, ItemKind.HELP)
SCREENS = {
    "queue": "/ja/review",
    "last page": "/ja/review?page={last}",
    "one kind": "/ja/review?kind=story",
    "one category, free": "/ja/review?category=1&hold=free",
    "list alone": "/ja/review?part=list",
    "beside the list": "/ja/review?part=side&item=gap-3",
}
# As long as a careful story is.
BODY = "## 状況（お客様の言葉）\n\n" + "先週頼んだのに、まだ届かない。土曜の運動会に間に合うだろうか。" * 12


def fill(store: Store, items: int) -> User:
    """Put in an SV, who is returned, and this many waiting items of five kinds in turn, numbered as their pages."""
    now = clock.now()
    with store.writing() as db:
        people = [
            User(name=f"sv-{n}", display_name=f"中村 {n}", password_hash="-", role=Role.SV, created_at=now)
            for n in range(9)
        ]
        db.add_all(people)
        db.add_all(Category(key=f"shelf-{n}", name_ja=f"分類{n}", name_en=f"Shelf {n}") for n in range(12))
        db.flush()
        db.execute(insert(Page), list(_pages(items)))
        db.execute(insert(Revision), list(_revisions(items, people[1].id)))
        for number in range(1, items + 1):
            kind = KINDS[number % len(KINDS)]
            db.add_all(_waiting(number, kind, people[1].id))
            if kind is not ItemKind.HELP:
                db.add(Reach(kind=kind, item_id=number, searches=number % 97, calls=number % 13, counted_at=now))
        _publish(db)
    return people[0]


def _pages(items: int) -> Iterator[dict[str, Any]]:
    for number in range(1, items + 1):
        is_story = KINDS[number % len(KINDS)] is ItemKind.STORY
        yield {
            "id": number,
            "kind": Kind.CASE if is_story else Kind.FAQ,
            "language": Language.EN if number % 7 == 0 else Language.JA,
            "audience": Audience.STAFF,
            "confidence": Confidence.UNVALIDATED,
            "category_id": 1 + number % 12,
            "created_at": clock.now(),
            "updated_at": clock.now(),
        }


def _revisions(items: int, author_id: int) -> Iterator[dict[str, Any]]:
    """Of each page what waits, or else what is live; of an edited page both, the live one numbered after all others."""
    for number in range(1, items + 1):
        kind, at = KINDS[number % len(KINDS)], clock.now() - timedelta(hours=number % 900)
        waits = kind in (ItemKind.STORY, ItemKind.EDIT)
        facts = {"title": f"届かない荷物の話 その{number}", "body": BODY, "phrases": ["まだ届かない"], "tags": []}
        facts |= {"audience": Audience.STAFF, "author_id": author_id, "created_at": at, "page_id": number}
        state = (State.SUBMITTED if number % 3 else State.IN_REVIEW) if waits else State.APPROVED
        taken = {"taken_by_id": None, "taken_at": None}
        if state is State.IN_REVIEW:
            taken = {"taken_by_id": author_id, "taken_at": clock.now() - timedelta(minutes=number % 60)}
        own = {"id": number, "number": 2 if kind is ItemKind.EDIT else 1, "submitted_at": at if waits else None}
        yield {**facts, **own, **taken, "state": state}
        if kind is ItemKind.EDIT:
            live = {"id": items + number, "number": 1, "submitted_at": None, "taken_by_id": None, "taken_at": None}
            yield {**facts, **live, "state": State.APPROVED}


def _waiting(number: int, kind: ItemKind, person_id: int) -> list[Flag | Gap | HelpRequest]:
    """The flag, gap or request of this number; nothing more where it is a revision that waits."""
    at = clock.now() - timedelta(hours=number % 900)
    if kind is ItemKind.FLAG:
        known = {"page_id": number, "revision_id": number, "user_id": person_id}
        return [Flag(id=number, fault=Fault.OUT_OF_DATE, words="いまは違います", created_at=at, **known)]
    if kind is ItemKind.GAP:
        words = f"適格請求書 宛名 {number}"
        return [Gap(id=number, key=words, words=words, times=number % 50, first_at=at, last_at=clock.now())]
    if kind is ItemKind.HELP:
        told = {"words": "保証書 ない 修理", "card": {"question": "購入履歴だけで修理を受けてよいか"}}
        asked = {"kind": HelpKind.QUESTION, "state": HelpState.OPEN, "asked_by_id": person_id}
        return [HelpRequest(id=number, created_at=at, **asked, **told)]
    return []


def _publish(db: Session) -> None:
    """Let each page point to what is live of it, or to the story that waits."""
    rows = db.query(Revision.id, Revision.page_id, Revision.state, Page.kind).join(Page, Page.id == Revision.page_id)
    for id, page, state, kind in rows.all():
        if state is State.APPROVED or kind is Kind.CASE:
            column = Page.current_revision_id if state is State.APPROVED else Page.story_revision_id
            db.execute(update(Page).where(Page.id == page).values({column: id}))


def sign_in(client: FlaskClient, user: User) -> None:
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = accounts.identity_of(user), True


def measure(items: int, rounds: int) -> dict[str, list[float]]:
    """Screen → the milliseconds of each answer, in turning order; every answer is checked to be one."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'kb.db'}"
        settings = Settings(Path(folder), address, "whoosh:search_index", "for the bench", "http://localhost", False)
        house = open_house(settings)
        schema.upgrade(house.store)
        user = fill(house.store, items)
        client = create_app(settings, house).test_client()
        sign_in(client, user)
        serving.collect_less()
        took: dict[str, list[float]] = {name: [] for name in SCREENS}
        for name, path in islice(cycle(SCREENS.items()), len(SCREENS) * (rounds + 1)):
            began = time.perf_counter()
            answer = client.get(path.format(last=-(-items // 20)))
            took[name].append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status}")
        house.store.close()
    # The first of each compiles its template.
    return {name: times[1:] for name, times in took.items()}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--items", type=int, default=5_000, help="how much waits")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="answers a screen")


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Fill a house, ask for each screen of the queue in turn, and tell the times."""
    rows: list[dict[str, object]] = [
        {
            "screen": name,
            "median ms": round(median(times), 1),
            "p95 ms": round(percentile(times, 0.95), 1),
            "at most ms": round(max(times), 1),
            "limit ms": LIMIT,
        }
        for name, times in measure(options.items, options.rounds).items()
    ]
    return [(f"The review queue with {options.items:,} items, {options.rounds} answers a screen", rows)]
