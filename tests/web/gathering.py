"""What the tests of sessions share: the form of a plan, the rows of a table, and a text without its breaks."""

from typing import Any

from kb.store.base import Store


def form(told: list[int], **changes: Any) -> dict[str, Any]:
    plan = {"action": "plan", "title": "配送の話", "starts_at": "2099-04-08T16:00", "place": "会議室"}
    return plan | {"minutes": "45", "minutes_a_story": "7", "stories": told} | changes


def of(store: Store, what: Any) -> list[Any]:
    with store.reading() as db:
        found = list(db.query(what).order_by(what.id))
        db.expunge_all()
        return found


def plain(answer: Any) -> str:
    return str(answer.text).replace("<wbr>", "")
