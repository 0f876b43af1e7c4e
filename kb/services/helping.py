"""Help requests: ask an SV, hand a call over, report harassment; take, answer and read what comes back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kb.rules import clock, limits
from kb.rules.calls import HelpKind, HelpState, require_move
from kb.rules.errors import Invalid, NotAllowed, NotFound
from kb.rules.roles import Actor, Permission, require
from kb.services import holding, searching
from kb.services.checking import one_line
from kb.store import events, flags, help_requests, links, pages
from kb.store.base import Session
from kb.store.calls import Call
from kb.store.help_requests import HelpRequest
from kb.store.pages import Page
from kb.text import blocks, japanese, wiki_links

__all__ = ["HelpRequest"]

SHOWN = 20  # of what was answered, and of one's own


@dataclass(frozen=True)
class Waiting:
    """How much waits for the SVs, and a word that changes whenever anything of it does."""

    count: int
    stamp: str


def send(db: Session, kind: HelpKind, words: str, card: dict[str, Any], *, call: Call | None, by: Actor) -> HelpRequest:
    """Put a request before the SVs; `card` holds texts by name, as the SVs are to read them.

    Only one hand-over and one record of harassment of a call waits at a time: sent again, it takes the place of the
    first. Raises Invalid with the field at fault, NotAllowed for another person's call.
    """
    require(by, Permission.TAKE_CALLS)
    if call is not None and call.user_id != by.id:
        raise NotAllowed()
    words = one_line(words)
    if len(words) > limits.QUERY:
        raise Invalid("%(limit)s文字までにしてください。", field="words", limit=limits.QUERY)
    fit = {name: _fit(name, value) for name, value in card.items()}
    before = help_requests.of_call(db, call.id, kind) if call is not None and kind is not HelpKind.QUESTION else []
    found = next((one for one in before if one.state in help_requests.WAITING), None)
    if found is not None:
        found.words, found.card = words, fit
        db.flush()
        return found
    assert by.id is not None
    made = HelpRequest(
        kind=kind,
        call_id=call.id if call is not None else None,
        asked_by_id=by.id,
        words=words,
        card=fit,
        created_at=clock.now(),
    )
    db.add(made)
    db.flush()
    _record(db, "help asked", made, by=by)
    return made


def ask(db: Session, words: str, question: str, *, call: Call | None, by: Actor) -> HelpRequest:
    """Ask an SV where nothing was found; one of `words` (searched for) and `question` is enough, else Invalid."""
    question = one_line(question)
    if not question and not one_line(words):
        raise Invalid("聞きたいことを書いてください。", field="question")
    if len(question) > limits.NOTE:
        raise Invalid("%(limit)s文字までにしてください。", field="question", limit=limits.NOTE)
    return send(db, HelpKind.QUESTION, words, {"question": question}, call=call, by=by)


def waiting(db: Session, *, viewer: Actor) -> list[HelpRequest]:
    """What waits for an SV, taken or not; what waits longest comes first."""
    require(viewer, Permission.HELP)
    return help_requests.waiting(db)


def answered(db: Session, *, viewer: Actor) -> list[HelpRequest]:
    """What was answered lately, the last first."""
    require(viewer, Permission.HELP)
    return help_requests.latest(db, limit=SHOWN)


def get(db: Session, request_id: int, *, viewer: Actor) -> HelpRequest:
    """One request, answered or not; raises NotFound."""
    require(viewer, Permission.HELP)
    found = help_requests.get(db, request_id)
    if found is None:
        raise NotFound()
    return found


def now(db: Session, *, viewer: Actor) -> Waiting:
    """How many requests nobody is on; asked every few seconds, so it is a few counts. The stamp tells of flags too."""
    require(viewer, Permission.HELP)
    count = help_requests.count_open(db, abandoned=clock.now() - timedelta(minutes=limits.HOLD_MINUTES))
    return Waiting(count, f"{help_requests.stamp(db)}_{flags.stamp(db)}")


def take(db: Session, request_id: int, *, by: Actor) -> HelpRequest:
    """Say that one is on it; raises NotFound, Conflict with the name of whoever was first and still is on it."""
    found = _to_change(db, request_id, by=by)
    if found.state is not HelpState.TAKEN:
        require_move(found.state, HelpState.TAKEN)
    if holding.claim(found, by=by):
        found.state = HelpState.TAKEN
        _record(db, "help taken", found, by=by)
    db.flush()
    return found


def give_back(db: Session, request_id: int, *, by: Actor) -> HelpRequest:
    """Let another SV do it, also what another one has taken and left; raises NotFound, Conflict."""
    found = _to_change(db, request_id, by=by)
    if found.state is HelpState.OPEN:
        return found
    _move(db, found, HelpState.OPEN, "help given back", by=by)
    holding.free(found)
    return found


def answer(db: Session, request_id: int, text: str, page: str = "", *, by: Actor) -> HelpRequest:
    """Answer with a text, with a page to look at (number or title as typed), or both.

    A hand-over or a record may be acknowledged without a word. Raises NotFound, Conflict when another SV is on it or
    was first, Invalid for an empty answer to a question, a text that is too long, or a page that the asker can't read.
    """
    found = _to_change(db, request_id, by=by)
    require_move(found.state, HelpState.ANSWERED)
    holding.require_free(found, by=by)
    text = blocks.tidy(text).strip()
    if len(text) > limits.REASON:
        raise Invalid("%(limit)s文字までにしてください。", field="answer", limit=limits.REASON)
    pointed = _page(db, page, asker=found.asked_by.actor, by=by)
    if found.kind is HelpKind.QUESTION and not text and pointed is None:
        raise Invalid("答えを書くか、見てほしい記事を入れてください。", field="answer")
    _move(db, found, HelpState.ANSWERED, "help answered", by=by)
    found.taken_by_id, found.answered_at = by.id, clock.now()
    found.answer, found.page_id = text, pointed.id if pointed else None
    db.flush()
    return found


def withdraw(db: Session, request_id: int, *, by: Actor) -> HelpRequest:
    """Take one's own request back; raises NotFound for anybody else's, Conflict once it is answered."""
    found = _own(db, request_id, by=by)
    if found.state is not HelpState.WITHDRAWN:
        _move(db, found, HelpState.WITHDRAWN, "help withdrawn", by=by)
    return found


def read(db: Session, request_id: int, *, by: Actor) -> None:
    """Remember that whoever asked has seen the answer; raises NotFound for anybody else's."""
    found = _own(db, request_id, by=by)
    if found.state is HelpState.ANSWERED and found.read_at is None:
        found.read_at = clock.now()


def mine(db: Session, *, by: Actor, unread: bool = False) -> list[HelpRequest]:
    """What this person sent, the newest first; `unread`: what waits, and answers that they have not read."""
    require(by, Permission.TAKE_CALLS)
    assert by.id is not None
    return help_requests.of_user(db, by.id, unread=unread, limit=SHOWN)


def my_stamp(db: Session, *, by: Actor) -> str:
    """A word that changes whenever something happens to what this person sent or flagged."""
    require(by, Permission.TAKE_CALLS)
    return f"{help_requests.stamp(db, user_id=by.id)}_{flags.stamp(db, user_id=by.id)}"


def pages_of(db: Session, found: list[HelpRequest], *, viewer: Actor) -> dict[int, Page]:
    """The pages that these requests name, by number, as far as this reader may read them."""
    named = {number for one in found for number in (one.page_id, *one.card.get("pages", ())) if number is not None}
    return pages.by_ids(db, sorted(named), viewer=viewer)


def _fit(name: str, value: Any) -> Any:
    """A text of a card, tidied; lists and numbers are of our own making and stay as they are."""
    if not isinstance(value, str):
        return value
    text = blocks.tidy(value).strip()
    if len(text) > limits.REASON:
        raise Invalid("%(limit)s文字までにしてください。", field=name, limit=limits.REASON)
    return text


def _page(db: Session, typed: str, *, asker: Actor, by: Actor) -> Page | None:
    typed = one_line(typed)
    if not typed:
        return None
    number = searching.number_in(f"#{japanese.fold(typed).lstrip('#').strip()}")
    if number is not None:
        found = pages.get(db, number, viewer=by)
    else:
        key = wiki_links.title_key(typed)
        found = next(iter(links.pages_titled(db, [key], viewer=by, language="ja").values()), None)
    if found is None:
        raise Invalid("その記事は見つかりません。番号か題名を確かめてください。", field="page")
    if pages.get(db, found.id, viewer=asker) is None:
        raise Invalid("この記事は、送った人には見えません。ほかの記事を選んでください。", field="page")
    return found


def _to_change(db: Session, request_id: int, *, by: Actor) -> HelpRequest:
    require(by, Permission.HELP)
    found = help_requests.get(db, request_id, to_change=True)
    if found is None:
        raise NotFound()
    return found


def _own(db: Session, request_id: int, *, by: Actor) -> HelpRequest:
    require(by, Permission.TAKE_CALLS)
    found = help_requests.get(db, request_id, to_change=True)
    if found is None or found.asked_by_id != by.id:
        raise NotFound()
    return found


def _move(db: Session, found: HelpRequest, to: HelpState, verb: str, *, by: Actor) -> None:
    require_move(found.state, to)
    found.state = to
    _record(db, verb, found, by=by)


def _record(db: Session, verb: str, found: HelpRequest, *, by: Actor) -> None:
    # What was written stays in the request: the record of events is kept for good, and read by more people.
    events.record(db, verb, by=by, help=found.id, kind=found.kind.value)
