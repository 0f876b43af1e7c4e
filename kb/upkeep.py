"""Bring the index up to date from the terminal, with a progress bar, while no server does it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from kb import config
from kb.search.port import IndexBroken, IndexBusy
from kb.services import indexing
from kb.services.house import House
from kb.services.indexer import Lock
from kb.store import indexable, outbox
from kb.terminal import gettext as _


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal; silence elsewhere."""
    with click.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield bar.update


def index(house: House) -> None:
    """Bring the index up to date now, unless a running server does it anyway."""
    lock = Lock(config.read().var / "indexer.lock")
    if not lock.take():
        return
    try:
        with house.store.reading() as session:
            waiting, known = outbox.waiting(session), len(house.index.contents())
        if waiting > max(200, known // 2):
            rebuild(house)
        else:
            indexing.drain_all(house.store, house.index)
    except IndexBroken:
        rebuild(house)
    finally:
        lock.free()


def rebuild(house: House) -> None:
    """Build the whole index anew and say how many pages it holds."""
    with house.store.reading() as session:
        total = indexable.count(session)
    done = 0
    with progress(total, _("索引")) as bar:

        def step(so_far: int) -> None:
            nonlocal done
            bar(so_far - done)
            done = so_far

        indexing.rebuild(house.store, house.index, step)
    click.echo(_("%(n)s件の索引を作りました。", n=total))


@contextmanager
def index_lock() -> Iterator[None]:
    """Keep every other indexer of this machine away; raises IndexBusy when a server is indexing."""
    lock = Lock(config.read().var / "indexer.lock")
    if not lock.take():
        raise IndexBusy("動いているサーバーが索引を受け持っています。止めてから、もう一度お試しください。")
    try:
        yield
    finally:
        lock.free()
