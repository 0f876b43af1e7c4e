"""The one queue: everything that waits for this reader, in the order of what it would change, and one SV on an item."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event

from kb.rules import clock as real_clock
from kb.rules import limits
from kb.rules.calls import Fault, HelpKind
from kb.rules.desk import ItemKind
from kb.rules.errors import Conflict, NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Audience, Language
from kb.rules.review_states import State
from kb.rules.roles import VISITOR, Actor, Role
from kb.services import flagging, gapping, helping, queueing, reviewing
from kb.services.queueing import Reason, Wanted
from kb.store.base import Session, Store
from kb.store.calls import Call
from kb.store.events import Event
from kb.store.gaps import Gap
from kb.store.reaches import Reach
from tests.conftest import StoppedClock
from tests.make import edit_page, make_actor, make_category, make_page, make_proposal, make_story

_keys = count(1)
KINDS = [*ItemKind]


def make_gap(db: Session, words: str = "適格請求書") -> Gap:
    now = real_clock.now()
    made = Gap(key=words, words=words, times=2, first_at=now, last_at=now)
    db.add(made)
    db.flush()
    return made


def make_flag(db: Session, page: Any = None, *, by: Actor | None = None) -> Any:
    return flagging.flag(db, (page or make_page(db)).id, None, Fault.WRONG, "", by=by or make_actor(db))


def make_call(db: Session, by: Actor) -> Call:
    call = Call(key=f"call-{next(_keys)}", user_id=by.id, started_at=real_clock.now())
    db.add(call)
    db.flush()
    return call


def make_request(db: Session, *, call: Call | None = None, by: Actor | None = None) -> Any:
    return helping.ask(db, "電圧", "何と言えば", call=call, by=by or make_actor(db))


MAKERS: dict[ItemKind, Callable[[Session], Any]] = {
    ItemKind.HELP: make_request,
    ItemKind.STORY: make_story,
    ItemKind.EDIT: lambda db: make_proposal(db, make_page(db)),
    ItemKind.FLAG: make_flag,
    ItemKind.GAP: make_gap,
}


def reach(db: Session, kind: ItemKind, item_id: int, *, searches: int = 0, calls: int = 0) -> None:
    db.add(Reach(kind=kind, item_id=item_id, searches=searches, calls=calls, counted_at=real_clock.now()))
    db.flush()


def queue(db: Session, viewer: Actor, *, limit: int = 50, offset: int = 0, **wanted: Any) -> queueing.Queue:
    return queueing.queue(db, Wanted(**wanted), offset=offset, limit=limit, viewer=viewer)


def shown(db: Session, viewer: Actor, **wanted: Any) -> list[tuple[ItemKind, int]]:
    return [(row.line.kind, row.line.id) for row in queue(db, viewer, **wanted).rows]


def test_everything_that_waits_stands_in_one_list_and_nothing_else(db: Session, sv: Actor) -> None:
    made = {(kind, MAKERS[kind](db).id) for kind in KINDS}
    make_story(db, in_state=State.DRAFT)
    make_story(db, in_state=State.REJECTED)
    flagging.close(db, make_flag(db).id, "直しました", by=sv)
    helping.answer(db, make_request(db).id, "はい", by=sv)
    gapping.dismiss(db, make_gap(db, "下取り").id, "扱わない", by=sv)
    assert set(shown(db, sv)) == made
    assert queueing.count(db, viewer=sv) == len(made)


def test_an_operator_on_the_line_comes_first_then_who_asked_then_what_touches_most_then_age(
    db: Session, sv: Actor, operator: Actor, clock: StoppedClock
) -> None:
    old, touching = make_story(db), make_gap(db)
    clock.advance(days=2)
    asked = make_request(db)
    fresh, call = make_story(db), make_call(db, operator)
    waiting = make_request(db, call=call, by=operator)
    reach(db, ItemKind.GAP, touching.id, searches=9)
    expected = [(ItemKind.HELP, waiting.id), (ItemKind.HELP, asked.id), (ItemKind.GAP, touching.id)]
    assert shown(db, sv) == [*expected, (ItemKind.STORY, old.id), (ItemKind.STORY, fresh.id)]
    reasons = [row.reason for row in queue(db, sv).rows]
    assert reasons == [Reason.ON_THE_LINE, Reason.ASKED, Reason.SEARCHES, Reason.AGE, Reason.NEW]
    call.ended_at = clock.now()
    assert shown(db, sv)[0] == (ItemKind.HELP, asked.id)


def test_a_record_of_harassment_does_not_hold_the_line(db: Session, sv: Actor, operator: Actor) -> None:
    call = make_call(db, operator)
    card = {"began_at": real_clock.now().isoformat(), "minutes": 1, "demands": [], "said": []}
    helping.send(db, HelpKind.HARASSMENT, "", card, call=call, by=operator)
    assert [row.reason for row in queue(db, sv).rows] == [Reason.ASKED]


def test_filters_narrow_and_each_count_is_what_that_filter_would_leave(db: Session, sv: Actor, operator: Actor) -> None:
    shelf, other = make_category(db), make_category(db, "returns")
    japanese = make_proposal(db, make_page(db, category=shelf))
    english = make_proposal(db, make_page(db, category=shelf, language=Language.EN))
    flag, request = make_flag(db, make_page(db, category=other)), make_request(db)
    reviewing.take(db, english.id, by=sv)
    reviewing.take(db, japanese.id, by=make_actor(db, Role.SV))
    assert shown(db, sv, hold="mine") == [(ItemKind.EDIT, english.id)]
    assert shown(db, sv, hold="waiting") == [(ItemKind.HELP, request.id)]
    assert set(shown(db, sv, hold="free")) == {(ItemKind.FLAG, flag.id), (ItemKind.HELP, request.id)}
    assert shown(db, sv, language="en") == [(ItemKind.EDIT, english.id)]
    narrowed = queue(db, sv, shelf=shelf.id)
    assert {row.line.id for row in narrowed.rows} == {japanese.id, english.id}
    assert narrowed.kinds == {"edit": 2, "": 2}
    assert narrowed.holds == {"mine": 1, "": 2}
    assert narrowed.shelves == {str(shelf.id): 2, str(other.id): 1, "": 4}
    assert narrowed.languages == {"ja": 1, "en": 1, "": 2}
    assert queue(db, sv, kind=ItemKind.FLAG, shelf=shelf.id).total == 0


def test_pages_of_the_queue_join_without_a_gap_or_a_double(db: Session, sv: Actor) -> None:
    for _ in range(7):
        make_gap(db, f"言葉{next(_keys)}")
    parts = [queue(db, sv, limit=3, offset=start) for start in (0, 3, 6)]
    assert [len(part.rows) for part in parts] == [3, 3, 1]
    assert len({row.line.id for part in parts for row in part.rows}) == 7
    assert {part.total for part in parts} == {7}


def test_how_much_is_asked_of_the_database_does_not_grow_with_what_waits(store: Store) -> None:
    asked = []
    for more in (1, 6):
        with store.writing() as db:
            sv = make_actor(db, Role.SV)
            for _ in range(more):
                for kind in KINDS:
                    MAKERS[kind](db) if kind is not ItemKind.GAP else make_gap(db, f"言葉{next(_keys)}")
        seen: list[str] = []
        note = partial(_note, seen)
        event.listen(store.reader, "before_cursor_execute", note)
        with store.reading() as db:
            assert len(queue(db, sv).rows) >= 5 * more
        event.remove(store.reader, "before_cursor_execute", note)
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 12


def test_what_a_reader_may_not_read_is_neither_shown_nor_counted(db: Session, sv: Actor) -> None:
    page = make_page(db, audience=Audience.STAFF)
    flag = make_flag(db, page)
    assert shown(db, sv) == [(ItemKind.FLAG, flag.id)]
    edit_page(db, page, "SVだけの文", audience=Audience.SV)
    assert shown(db, sv) == [(ItemKind.FLAG, flag.id)]
    archived = make_page(db)
    make_flag(db, archived)
    archived.archived_at = real_clock.now()
    db.flush()
    assert shown(db, sv) == [(ItemKind.FLAG, flag.id)]
    assert queueing.count(db, viewer=sv) == 1


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.OPERATOR, Role.EDITOR])
@pytest.mark.parametrize("kind", KINDS)
def test_the_queue_and_its_items_are_the_svs_alone(db: Session, role: Role, kind: ItemKind) -> None:
    who = VISITOR if role is Role.CUSTOMER else make_actor(db, role)
    item = MAKERS[kind](db)
    for verb in (
        lambda: queue(db, who),
        lambda: queueing.row(db, kind, item.id, viewer=who),
        lambda: queueing.count(db, viewer=who),
        lambda: queueing.take(db, kind, item.id, by=who),
        lambda: queueing.give_back(db, kind, item.id, by=who),
    ):
        with pytest.raises((NotAllowed, NotSignedIn)):
            verb()


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_of_any_kind_is_one_svs_until_it_is_given_back(db: Session, sv: Actor, kind: ItemKind) -> None:
    item, other = MAKERS[kind](db), make_actor(db, Role.SV)
    queueing.take(db, kind, item.id, by=sv)
    queueing.take(db, kind, item.id, by=sv)
    [row] = queue(db, other).rows
    assert row.holder_id == sv.id and item.taken_by_id == sv.id
    with pytest.raises(Conflict) as refused:
        queueing.take(db, kind, item.id, by=other)
    assert refused.value.facts["who"] == sv.display_name
    queueing.give_back(db, kind, item.id, by=sv)
    queueing.take(db, kind, item.id, by=other)
    assert item.taken_by_id == other.id
    taken = [one.verb for one in db.query(Event) if one.verb.endswith("taken")]
    # Taking twice is one deed.
    assert len(taken) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_an_abandoned_take_frees_itself_and_one_that_goes_on_does_not(
    db: Session, sv: Actor, kind: ItemKind, clock: StoppedClock
) -> None:
    item, other = MAKERS[kind](db), make_actor(db, Role.SV)
    queueing.take(db, kind, item.id, by=sv)
    clock.advance(minutes=limits.HOLD_MINUTES - 1)
    queueing.take(db, kind, item.id, by=sv)
    clock.advance(minutes=limits.HOLD_MINUTES - 1)
    with pytest.raises(Conflict):
        queueing.take(db, kind, item.id, by=other)
    assert shown(db, other, hold="free") == []
    clock.advance(minutes=1)
    assert shown(db, other, hold="free") == [(kind, item.id)]
    queueing.take(db, kind, item.id, by=other)
    assert item.taken_by_id == other.id
    with pytest.raises(Conflict):
        queueing.take(db, kind, item.id, by=sv)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_there_can_not_be_taken(db: Session, sv: Actor, kind: ItemKind) -> None:
    for verb in (queueing.take, queueing.give_back):
        with pytest.raises(NotFound):
            verb(db, kind, 999, by=sv)


@pytest.mark.parametrize("kind", KINDS)
def test_of_eight_svs_who_take_an_item_at_once_exactly_one_gets_it(store: Store, kind: ItemKind) -> None:
    with store.writing() as db:
        item_id = MAKERS[kind](db).id
        svs = [make_actor(db, Role.SV) for _ in range(8)]
    together = Barrier(len(svs))

    def take(by: Actor) -> bool:
        together.wait()
        try:
            with store.writing() as db:
                queueing.take(db, kind, item_id, by=by)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(len(svs)) as pool:
        won = list(pool.map(take, svs))
    assert won.count(True) == 1
    with store.reading() as db:
        row = queueing.row(db, kind, item_id, viewer=svs[0])
        assert row is not None and row.holder_id == svs[won.index(True)].id


def test_the_one_row_is_the_row_of_the_list_and_gone_once_it_waits_no_more(db: Session, sv: Actor) -> None:
    flag = make_flag(db)
    assert queueing.row(db, ItemKind.FLAG, flag.id, viewer=sv) == queue(db, sv).rows[0]
    assert queueing.row(db, ItemKind.GAP, flag.id, viewer=sv) is None
    flagging.close(db, flag.id, "直しました", by=sv)
    assert queueing.row(db, ItemKind.FLAG, flag.id, viewer=sv) is None


def _note(seen: list[str], _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    seen.append(statement)
