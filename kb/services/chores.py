"""What is done every hour beside the index: forgetting in time, thanking once a month, drawing samples."""

import logging
from collections.abc import Callable

from kb.services import crediting, inquiring, messaging, sampling
from kb.store.base import Session, Store

log = logging.getLogger("kb.chores")

# Each does what is due, however often it is asked, and says how much it was. To have one more thing done, add it here.
CHORES: dict[str, Callable[[Session], int]] = {
    "inquiries forgotten": inquiring.forget,
    "messages forgotten": messaging.forget,
    "authors thanked": crediting.thank,
    "samples drawn": sampling.draw,
}


def do(store: Store) -> None:
    """Do every chore in a transaction of its own; one that fails is told in the log, and keeps no other waiting."""
    for name, chore in CHORES.items():
        try:
            with store.writing() as db:
                number = chore(db)
        except Exception:
            log.exception("a chore failed and is tried again: %s", name)
        else:
            if number:
                log.info("%s: %s", name, number)
