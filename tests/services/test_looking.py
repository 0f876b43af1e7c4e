"""One decision takes a page off the list, freezes what spoke against it, and leaves one event."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier

import pytest

from kb.rules import limits
from kb.rules.desk import LookDecision
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from kb.rules.looks import Sign
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import editing, looking, owning, weighing
from kb.services.checking import text_of
from kb.services.weighing import WHOLE, Wanted
from kb.store.base import Session, Store
from kb.store.events import Event
from kb.store.looks import Look
from kb.store.pages import Page
from tests.conftest import StoppedClock
from tests.make import edit_page, make_actor, make_page
from tests.services.wearing import ENDED, WAYS, contradict, events_of, listed, seen


@pytest.fixture
def page(db: Session, clock: StoppedClock) -> Page:
    made = make_page(db, body="お届けは三日です。\n\n離島は五日です。")
    clock.advance(days=1)
    return made


def test_a_decision_freezes_the_evidence_and_leaves_one_event(
    db: Session, page: Page, clock: StoppedClock, sv: Actor
) -> None:
    WAYS[Sign.CONTRADICTED](db, page, clock.now())
    before = events_of(db)
    look = looking.keep(db, page.id, WHOLE, " いまも正しい。 ", seen=seen(db, page), by=sv)
    assert (look.decision, look.reason, look.by_id) == (LookDecision.KEEP, "いまも正しい。", sv.id)
    assert look.evidence["contradicted"] == 1 and len(look.evidence["stories"]) == 1
    assert events_of(db) == [*before, "page kept"]


def test_a_contradicted_passage_is_a_row_of_its_own(db: Session, page: Page, clock: StoppedClock, sv: Actor) -> None:
    contradict(db, page, clock.now(), "離島は五日です。")
    contradict(db, page, clock.now(), "離島は五日です。")
    ((_id, passage),) = listed(db)
    assert passage == "離島は五日です。"
    key = weighing.key_of(passage)
    assert looking.screen(db, page.id, key, viewer=sv).row.candidate.evidence.contradicted == 2
    before = events_of(db)
    look = looking.cut(db, page.id, key, "五日では着かない。", seen=seen(db, page, key), by=sv)
    assert page.current is not None and page.current.body == "お届けは三日です。"
    assert look.decision is LookDecision.DROP and look.revision_id == page.current_revision_id
    assert events_of(db) == [*before, "revision published"] and listed(db) == []


def test_a_limit_is_cut_with_its_fences_and_nothing_else_is(db: Session, clock: StoppedClock, sv: Actor) -> None:
    page = make_page(db, body=ENDED)
    clock.time = datetime(2030, 6, 1, tzinfo=UTC)
    ((_id, passage),) = listed(db)
    key = weighing.key_of(passage)
    looking.cut(db, page.id, key, "期限が過ぎた。", seen=seen(db, page, key), by=sv)
    assert page.current is not None and page.current.body == "送料の案内です。\n\n:::limit operator\n- 速達便\n:::"


@pytest.mark.parametrize("body", ["二日。二日。", "別の文です。", "二日。"])
def test_a_passage_that_cannot_be_cut_is_told(body: str) -> None:
    with pytest.raises(Invalid):
        looking.without(body, "二日。")
    assert looking.without("あ\n\n二日。\n\nい", "二日。") == "あ\n\nい"


def test_dropping_the_page_archives_it_with_one_event(db: Session, page: Page, clock: StoppedClock, sv: Actor) -> None:
    target = make_page(db)
    WAYS[Sign.UNHELPFUL](db, page, clock.now())
    before = events_of(db)
    looking.archive(db, page.id, "古い。", seen=seen(db, page), moved_to=target.id, by=sv)
    assert page.archived_at is not None and page.moved_to_id == target.id
    assert events_of(db) == [*before, "page archived"] and listed(db) == []
    assert db.query(Look).one().decision is LookDecision.DROP


def test_a_change_is_decided_when_it_is_published_or_proposed(
    db: Session, page: Page, clock: StoppedClock, sv: Actor
) -> None:
    for propose in (False, True):
        WAYS[Sign.CONTRADICTED](db, page, clock.now())
        meant = looking.meant(db, page.id, WHOLE, by=sv)
        assert page.current is not None
        same = editing.save(db, page.id, text_of(page.current), base_id=page.current_revision_id, by=sv)
        assert looking.changed(db, same, meant, by=sv) is None and listed(db) == [(page.id, "")]
        said = replace(text_of(page.current), body=f"直した。{propose}", note="直した")
        before = events_of(db)
        saved = editing.save(db, page.id, said, base_id=page.current_revision_id, propose=propose, by=sv)
        look = looking.changed(db, saved, meant, by=sv)
        assert look is not None and look.decision is LookDecision.CHANGE and look.revision_id == saved.revision.id
        assert events_of(db) == [*before, "revision proposed" if propose else "revision published"]
        assert listed(db) == []
        clock.advance(minutes=1)


def test_an_operators_edit_is_no_decision(db: Session, page: Page, clock: StoppedClock, operator: Actor) -> None:
    WAYS[Sign.CONTRADICTED](db, page, clock.now())
    assert looking.meant(db, page.id, WHOLE, by=operator) is None


def test_whoever_decides_on_what_was_decided_is_told(db: Session, page: Page, clock: StoppedClock, sv: Actor) -> None:
    WAYS[Sign.CONTRADICTED](db, page, clock.now())
    as_seen = seen(db, page)
    looking.keep(db, page.id, WHOLE, "先に。", seen=as_seen, by=sv)
    for late in (looking.keep, looking.archive):
        with pytest.raises(Conflict):
            args = (page.id, WHOLE, "後から。") if late is looking.keep else (page.id, "後から。")
            late(db, *args, seen=as_seen, by=make_actor(db, Role.SV))
    edit_page(db, page, "別の文です。")
    with pytest.raises(Conflict):
        looking.keep(db, page.id, WHOLE, "古い版を見て。", seen=replace(as_seen, look=seen(db, page).look), by=sv)
    assert db.query(Look).count() == 1


@pytest.mark.parametrize("reason", ["", " \n", "あ" * (limits.REASON + 1)])
def test_a_decision_needs_a_reason_of_bearable_length(db: Session, page: Page, sv: Actor, reason: str) -> None:
    with pytest.raises(Invalid):
        looking.keep(db, page.id, WHOLE, reason, seen=seen(db, page), by=sv)
    assert db.query(Look).count() == 0


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.OPERATOR, Role.EDITOR])
def test_only_supervisors_see_and_decide(db: Session, page: Page, role: Role) -> None:
    by = make_actor(db, role)
    refused = NotSignedIn if by == VISITOR else NotAllowed
    as_seen = seen(db, page)
    for deed in (
        lambda: weighing.find(db, Wanted(), limit=1, viewer=by),
        lambda: looking.screen(db, page.id, WHOLE, viewer=by),
        lambda: looking.keep(db, page.id, WHOLE, "理由", seen=as_seen, by=by),
        lambda: looking.archive(db, page.id, "理由", seen=as_seen, by=by),
        lambda: looking.cut(db, page.id, "0" * 16, "理由", seen=as_seen, by=by),
        lambda: owning.set_owner(db, page.id, "配送", 1, by=by),
    ):
        with pytest.raises(refused):
            deed()


def test_a_page_that_is_archived_or_missing_has_no_screen(db: Session, page: Page) -> None:
    with pytest.raises(NotFound):
        looking.screen(db, page.id + 100, WHOLE, viewer=SYSTEM)
    with pytest.raises(NotFound):
        looking.screen(db, page.id, "0" * 16, viewer=SYSTEM)


def test_of_many_who_decide_at_once_one_is_first(store: Store) -> None:
    with store.writing() as db:
        page = make_page(db)
        target = make_page(db).id
        people = [make_actor(db, Role.SV) for _ in range(8)]
        as_seen = seen(db, page)
    together = Barrier(len(people))

    def decide(turn: int) -> str:
        together.wait()
        try:
            with store.writing() as db:
                if turn % 2:
                    looking.keep(db, page.id, WHOLE, "残す。", seen=as_seen, by=people[turn])
                else:
                    looking.archive(db, page.id, "やめる。", seen=as_seen, moved_to=target, by=people[turn])
        except Conflict:
            return "refused"
        return "won"

    with ThreadPoolExecutor(len(people)) as pool:
        outcomes = list(pool.map(decide, range(len(people))))
    assert sorted(outcomes) == ["refused"] * (len(people) - 1) + ["won"]
    with store.reading() as db:
        assert db.query(Look).count() == 1
        decided = [event.verb for event in db.query(Event) if event.verb in ("page kept", "page archived")]
    assert len(decided) == 1
