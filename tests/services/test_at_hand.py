"""Favourites, recent pages, the calls of today, notices to confirm, and where outbound calls begin."""

from datetime import UTC, datetime, timedelta

import pytest

from kb.rules import limits
from kb.rules.calls import Outcome, StepKind
from kb.rules.errors import Conflict, NotFound, NotSignedIn
from kb.rules.outbound import Aim, aim_of, campaigns_of
from kb.rules.pages import Audience, Kind, Language
from kb.rules.roles import SYSTEM, VISITOR, Actor
from kb.services import at_hand, editing, notices
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.store.pages import Page
from kb.store.shifts import Favourite, NoticeRead
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page


def a_call(db: Session, who: Actor, at: datetime, *steps: tuple[StepKind, Page | str], **facts: object) -> Call:
    """A call that began then, with steps a minute apart, each with a page or with words."""
    call = Call(key=f"call-{db.query(Call).count()}", user_id=who.id, started_at=at, **facts)
    call.steps = [
        CallStep(
            key=str(n),
            kind=kind,
            at=at + timedelta(minutes=n),
            page_id=what.id if isinstance(what, Page) else None,
            words=what if isinstance(what, str) else "",
        )
        for n, (kind, what) in enumerate(steps)
    ]
    db.add(call)
    db.flush()
    return call


def titles(pages: list[Page]) -> list[str]:
    return [page.current.title for page in pages if page.current]


def test_favourites_are_ones_own_the_newest_first_each_once(db: Session, operator: Actor, clock: StoppedClock) -> None:
    for title in ("い", "ろ", "は"):
        page = make_page(db, title)
        for _ in range(2):
            at_hand.add_favourite(db, page.id, by=operator)
        clock.advance(minutes=1)
    assert titles(at_hand.favourites(db, viewer=operator)) == ["は", "ろ", "い"]
    assert at_hand.favourites(db, viewer=make_actor(db)) == []
    at_hand.drop_favourite(db, page.id, by=operator)
    at_hand.drop_favourite(db, page.id, by=operator)
    assert titles(at_hand.favourites(db, viewer=operator)) == ["ろ", "い"]
    assert not at_hand.is_favourite(db, page.id, viewer=operator)


def test_what_one_may_not_read_can_not_be_kept_and_is_not_listed(db: Session, operator: Actor) -> None:
    for page in (make_page(db, audience=Audience.SV), make_page(db, archived=True)):
        with pytest.raises(NotFound):
            at_hand.add_favourite(db, page.id, by=operator)
    kept = make_page(db)
    at_hand.add_favourite(db, kept.id, by=operator)
    editing.archive(db, kept.id, by=SYSTEM)
    assert at_hand.favourites(db, viewer=operator) == []
    with pytest.raises(NotSignedIn):
        at_hand.add_favourite(db, kept.id, by=VISITOR)


def test_a_hundred_favourites_are_kept_and_not_one_more(db: Session, operator: Actor, clock: StoppedClock) -> None:
    made = [make_page(db).id for _ in range(limits.FAVOURITES + 1)]
    for number in made[:-1]:
        db.add(Favourite(user_id=operator.id, page_id=number, created_at=clock.now()))
    db.flush()
    at_hand.add_favourite(db, made[0], by=operator)
    with pytest.raises(Conflict):
        at_hand.add_favourite(db, made[-1], by=operator)
    at_hand.drop_favourite(db, made[0], by=operator)
    at_hand.add_favourite(db, made[-1], by=operator)
    assert len(at_hand.favourites(db, viewer=operator)) == limits.FAVOURITES


def test_recent_pages_are_those_of_ones_own_calls_the_latest_first_each_once(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    one, two, three, ticked, secret = (make_page(db, title) for title in ("一", "二", "三", "聞いただけ", "秘密"))
    a_call(db, operator, clock.now(), (StepKind.OPEN, one), (StepKind.OPEN, two), (StepKind.USE, one))
    a_call(db, operator, clock.now() + timedelta(hours=1), (StepKind.COPY, three), (StepKind.ASK, ticked))
    a_call(db, operator, clock.now() + timedelta(hours=2), (StepKind.OPEN, secret))
    a_call(db, make_actor(db), clock.now(), (StepKind.OPEN, ticked))
    editing.archive(db, secret.id, by=SYSTEM)
    assert titles(at_hand.recent(db, viewer=operator)) == ["三", "一", "二"]


def test_today_begins_at_midnight_in_japan_and_counts_by_outcome(
    db: Session, operator: Actor, clock: StoppedClock
) -> None:
    clock.time = datetime(2030, 4, 1, 16, 0, tzinfo=UTC)  # one o'clock at night of 2 April in Japan
    page = make_page(db, "送料")
    midnight = datetime(2030, 4, 1, 15, 0, tzinfo=UTC)
    a_call(db, operator, midnight - timedelta(seconds=1), outcome=Outcome.SOLVED)
    a_call(db, operator, midnight, (StepKind.USE, page), outcome=Outcome.UNSOLVED, purpose="早く要る")
    a_call(
        db,
        operator,
        midnight + timedelta(minutes=9),
        (StepKind.OPEN, page),
        (StepKind.SEARCH, "いつ届く"),
        (StepKind.SEARCH, "送料"),
    )
    a_call(db, make_actor(db), midnight, outcome=Outcome.CALLBACK)
    today = at_hand.today(db, viewer=operator)
    assert [(one.words, titles(one.used)) for one in today.calls] == [("いつ届く", []), ("早く要る", ["送料"])]
    assert today.counts == {Outcome.UNSOLVED: 1, None: 1}


def test_a_use_that_was_taken_back_answered_nothing(db: Session, operator: Actor, clock: StoppedClock) -> None:
    call = a_call(db, operator, clock.now(), (StepKind.USE, make_page(db)))
    call.steps[0].undone_at = clock.now()
    assert [one.used for one in at_hand.today(db, viewer=operator).calls] == [[]]


def post(db: Session, text: str, audience: Audience, sv: Actor, clock: StoppedClock) -> int:
    now = clock.now()
    draft = notices.Draft(text, Language.JA, audience, "", now, now + timedelta(hours=2))
    return notices.post(db, draft, by=sv).id


def test_a_notice_is_unread_until_its_reader_confirms_it_and_gone_when_it_is_over(
    db: Session, operator: Actor, sv: Actor, clock: StoppedClock
) -> None:
    number = post(db, "遅れています", Audience.STAFF, sv, clock)
    for _ in range(2):
        at_hand.confirm_notice(db, number, by=operator)
    board = at_hand.board(db, viewer=operator)
    assert ([one.notice.id for one in board.unread], [one.notice.id for one in board.confirmed]) == ([], [number])
    assert [one.notice.id for one in at_hand.board(db, viewer=sv).unread] == [number]
    at_hand.take_back_notice(db, number, by=operator)
    assert [one.notice.id for one in at_hand.board(db, viewer=operator).unread] == [number]
    clock.advance(hours=2)
    assert at_hand.board(db, viewer=operator) == at_hand.Board([], [])


def test_a_notice_for_others_can_not_be_confirmed(db: Session, operator: Actor, sv: Actor, clock: StoppedClock) -> None:
    number = post(db, "SVへ", Audience.SV, sv, clock)
    for which in (number, 99_999):
        with pytest.raises(NotFound):
            at_hand.confirm_notice(db, which, by=operator)
    assert db.query(NoticeRead).count() == 0


def script(db: Session, title: str, *tags: str, **more: object) -> Page:
    return make_page(db, title, kind=more.pop("kind", Kind.SCRIPT), audience=Audience.STAFF, tags=tags, **more)  # type: ignore[arg-type]


def test_outbound_calls_begin_with_scripts_by_what_they_are_for_and_by_campaign(db: Session, operator: Actor) -> None:
    script(db, "期限のお知らせ", "発信", "リマインド")
    script(db, "お礼の電話", "発信", "お礼", "キャンペーン：年末")
    script(db, "ご案内", "発信", "キャンペーン:年末", "キャンペーン：春")
    script(db, "受ける電話", "お礼")
    script(db, "記事", "発信", kind=Kind.FAQ)
    script(db, "Thank you", "outbound", "thanks", language=Language.EN)
    found = at_hand.outbound(db, viewer=operator, language="ja")
    assert {aim: titles(pages) for aim, pages in found.aims.items()} == {
        Aim.REMINDER: ["期限のお知らせ"],
        Aim.THANKS: ["お礼の電話"],
        Aim.OTHER: ["ご案内"],
    }
    assert [(one.name, titles(one.scripts)) for one in found.campaigns] == [
        ("年末", ["お礼の電話", "ご案内"]),
        ("春", ["ご案内"]),
    ]
    english = at_hand.outbound(db, viewer=operator, language="en")
    assert {aim: titles(pages) for aim, pages in english.aims.items()} == {Aim.THANKS: ["Thank you"]}


def test_scripts_for_svs_are_none_of_an_operators(db: Session, operator: Actor, sv: Actor) -> None:
    make_page(db, "SVの発信", kind=Kind.SCRIPT, audience=Audience.SV, tags=("発信", "キャンペーン：秘密"))
    assert at_hand.outbound(db, viewer=operator, language="ja") == at_hand.Outbound([], {}, 0)
    assert at_hand.outbound(db, viewer=sv, language="ja").count == 1


def test_the_first_tag_that_says_it_decides_what_a_script_is_for() -> None:
    assert aim_of(["発信", "更新", "お礼"]) is Aim.RENEWAL
    assert aim_of([]) is Aim.OTHER
    assert campaigns_of(["キャンペーン", "キャンペーン：", "campaign: spring"]) == ["spring"]
