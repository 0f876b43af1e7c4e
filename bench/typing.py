"""How long the server takes for a key press while many operators type, beside an empty Flask view in that server."""

import json
import random
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from bench import corpora, home, pages, pages_served, questions
from bench.metrics import percentile
from kb.rules import clock
from kb.rules.calls import StepKind
from kb.rules.roles import Role
from kb.services import passwords
from kb.store.base import Session, open_store
from kb.store.calls import Call, CallStep
from kb.store.users import User

LIMIT = 25  # ms of the server at p95, for a key press
_SEED = 20261122
_CALLS = 20_000
_LONGEST = 24  # characters that somebody types in a call
_BATCH = 1_000


def fill(folder: Path, count: int, operators: int, password: str) -> list[str]:
    """Make a house of so many pages with a history of calls and accounts to sign in with; the texts to be typed."""
    mixture = pages.mixture(count)
    home.fill(folder, mixture)
    store = open_store(f"sqlite:///{folder / 'var' / home.DATABASE}")
    hashed = passwords.make(password)
    with store.writing() as db:
        for number in range(operators):
            name = f"operator-{number}"
            known = {"display_name": name, "password_hash": hashed, "created_at": clock.now()}
            db.add(User(name=name, role=Role.OPERATOR, **known))
        _history(db, count)
    store.close()
    texts = [one.text for one in (*questions.natural(1_000), *questions.short(mixture, 1_000))]
    return [text[:_LONGEST] for text in texts]


def _history(db: Session, pages_there: int) -> None:
    """Calls of the last year, each with a page that answered; few pages answer many of them (Zipf)."""
    chance = random.Random(_SEED)
    now = clock.now()
    for start in range(1, _CALLS + 1, _BATCH):
        calls, steps = [], []
        for number in range(start, start + _BATCH):
            at = now - timedelta(minutes=chance.randrange(365 * 24 * 60))
            facts = {"channel": "phone", "direction": "inbound"}
            lines = dict.fromkeys(("inquiry_type", "purpose", "ticket", "ivr", "campaign", "memo"), "")
            calls.append({"id": number, "key": f"c{number}", "started_at": at, "ended_at": at, **facts, **lines})
            page = min(pages_there, int(chance.paretovariate(0.6)))
            steps.append({"call_id": number, "key": "1", "kind": StepKind.USE, "at": at, "words": "", "page_id": page})
        db.execute(insert(Call), calls)
        db.execute(insert(CallStep), steps)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--operators", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--warm", type=float, default=15.0, help="seconds of typing before anything is measured")
    parser.add_argument("--think", type=float, default=15.0, help="mean seconds of a call in which nobody types")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--room", default="/ja/call", help="/ja/call or /ja/console")


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Fill a house, serve it, let everybody type, and tell the times."""
    port, password = pages_served.free_port(), passwords.random()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "home"
        texts = fill(place, options.pages, options.operators, password)
        serve = [sys.executable, "-m", "bench.timed_server", str(port), str(options.workers)]
        with pages_served.running(serve, port, "/health/ready", KB_HOME=str(place), KB_RATE_LIMITS="off"):
            plan = {"port": port, "password": password, "texts": texts} | {
                name: getattr(options, name) for name in ("operators", "seconds", "warm", "think", "room")
            }
            told = subprocess.run(
                [sys.executable, "-m", "bench.typists"],
                input=json.dumps(plan),
                capture_output=True,
                text=True,
                cwd=corpora.ROOT,
                check=False,
            )
            if told.returncode:
                raise RuntimeError(told.stderr)
    return [("Operators who type", _rows(json.loads(told.stdout), options))]


def _rows(times: list[tuple[str, float, float, float]], options: Namespace) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for what in dict.fromkeys(sorted(one[0] for one in times)):
        some = [one[1:] for one in times if one[0] == what]
        client, wall, cpu = ([one[place] for one in some] for place in range(3))
        rows.append(
            {
                "what": what,
                "pages": options.pages,
                "operators": options.operators,
                "workers": options.workers,
                "asked": len(some),
                "a second": len(some) / options.seconds,
                "server, median ms": median(wall),
                "p95": percentile(wall, 0.95),
                "p99": percentile(wall, 0.99),
                "processor, median ms": median(cpu),
                "processor, p95": percentile(cpu, 0.95),
                "client, median ms": median(client),
                "client, p95": percentile(client, 0.95),
                "client, p99": percentile(client, 0.99),
                "limit, p95": LIMIT if what.startswith("a key press") else "",
            }
        )
    return rows
