"""What changed since somebody worked last: what counts, in which order, for whom, and confirming it."""

from datetime import timedelta

import pytest

from kb.rules import clock
from kb.rules.calls import StepKind
from kb.rules.errors import NotFound, NotSignedIn
from kb.rules.pages import Audience, Significance
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor
from kb.services import at_hand, catching_up, editing, shifting
from kb.services.catching_up import News, What
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.store.pages import Page
from tests.conftest import StoppedClock
from tests.make import edit_page, make_page, make_proposal, make_story


@pytest.fixture
def away(db: Session, operator: Actor, sv: Actor, clock: StoppedClock) -> StoppedClock:
    """Both worked yesterday and went home; two pages were there, and the clock stands at the next morning."""
    make_page(db, "返品の手順")
    make_page(db, "送料")
    clock.advance(minutes=1)
    for who in (operator, sv):
        shifting.touch(db, by=who)
    clock.advance(hours=15)
    return clock


def titled(db: Session, title: str) -> Page:
    return next(page for page in db.query(Page) if page.shown is not None and page.shown.title == title)


def news(db: Session, viewer: Actor) -> dict[str, News]:
    return {one.title: one for one in catching_up.paper(db, viewer=viewer).news}


def in_a_call(db: Session, who: Actor, page: Page, kind: StepKind = StepKind.USE, *, times: int = 1) -> None:
    """Calls of this person in which something was done with a page."""
    for _ in range(times):
        number = db.query(Call).count()
        now = clock.now()
        call = Call(key=f"call-{number}", user_id=who.id, started_at=now, ended_at=now)
        call.steps = [CallStep(key="1", kind=kind, at=now, page_id=page.id)]
        db.add(call)
        db.flush()


def test_a_change_is_told_with_its_note_and_what_to_compare(db: Session, operator: Actor, away: StoppedClock) -> None:
    edit_page(db, titled(db, "送料"), "送料は660円です。", note="660円に上がりました")
    away.advance(hours=1)
    edit_page(db, titled(db, "送料"), "送料は670円です。")
    one = news(db, operator)["送料"]
    assert (one.what, one.before, one.after, one.note) == (What.CHANGED, 1, 3, "660円に上がりました")
    assert one.at == away.now()


def test_typos_what_waits_and_what_was_there_before_are_no_news(
    db: Session, operator: Actor, away: StoppedClock
) -> None:
    edit_page(db, titled(db, "送料"), "送料は六百円です。", significance=Significance.TYPO)
    make_proposal(db, titled(db, "返品の手順"))
    make_story(db)
    assert news(db, operator) == {}
    make_proposal(db, titled(db, "返品の手順"), in_state=State.APPROVED)
    assert list(news(db, operator)) == ["返品の手順"]


def test_a_new_page_and_an_approved_story_are_new(db: Session, operator: Actor, away: StoppedClock) -> None:
    make_page(db, "新しい記事")
    make_story(db, title="新しい体験", in_state=State.APPROVED)
    assert {one.title: (one.what, one.before) for one in news(db, operator).values()} == {
        "新しい記事": (What.NEW, None),
        "新しい体験": (What.NEW, None),
    }


def test_what_somebody_wrote_or_approved_is_no_news_to_them(
    db: Session, operator: Actor, sv: Actor, away: StoppedClock
) -> None:
    make_proposal(db, titled(db, "送料"), in_state=State.APPROVED, by=operator, reviewer=sv)
    assert (news(db, operator), news(db, sv)) == ({}, {})
    edit_page(db, titled(db, "返品の手順"), "SVが直した文。", by=sv)
    assert (list(news(db, operator)), news(db, sv)) == (["返品の手順"], {})


def test_pages_and_versions_for_svs_are_told_to_svs_alone(
    db: Session, operator: Actor, sv: Actor, away: StoppedClock
) -> None:
    make_page(db, "SVの記事", audience=Audience.SV)
    secret = make_page(db, "前は秘密", audience=Audience.SV)
    away.advance(hours=1)
    edit_page(db, secret, "もう読める文。", audience=Audience.STAFF, note="公開した")
    found = news(db, operator)
    assert {one.title: (one.what, one.before, one.note) for one in found.values()} == {
        "前は秘密": (What.NEW, None, "公開した")
    }
    assert set(news(db, sv)) == {"SVの記事", "前は秘密"}


def test_what_one_uses_comes_first_then_favourites_then_what_everybody_uses_then_the_newest(
    db: Session, operator: Actor, sv: Actor, away: StoppedClock
) -> None:
    made = {}
    for title in ("古い", "新しい", "皆が使う", "好き", "一度開いた", "よく使う"):
        away.advance(minutes=1)
        made[title] = make_page(db, title)
    in_a_call(db, operator, made["よく使う"], times=2)
    in_a_call(db, operator, made["一度開いた"], StepKind.OPEN)
    at_hand.add_favourite(db, made["好き"].id, by=operator)
    in_a_call(db, sv, made["皆が使う"])
    order = ["よく使う", "一度開いた", "好き", "皆が使う", "新しい", "古い"]
    assert list(news(db, operator)) == order
    found = news(db, operator)
    assert (found["よく使う"].mine, found["好き"].is_favourite, found["皆が使う"].uses) == (2, True, 1)


def test_an_archived_page_is_told_to_those_who_knew_it_and_to_svs(
    db: Session, operator: Actor, sv: Actor, away: StoppedClock
) -> None:
    used, unknown, target = titled(db, "送料"), titled(db, "返品の手順"), make_page(db, "代わり")
    in_a_call(db, operator, used)
    away.advance(minutes=1)
    editing.archive(db, used.id, moved_to=target.id, by=SYSTEM)
    editing.archive(db, unknown.id, by=SYSTEM)
    told = {one.title: one for one in news(db, operator).values() if one.what is What.ENDED}
    assert list(told) == ["送料"] and told["送料"].moved_to is target
    ends = {one.title for one in news(db, sv).values() if one.what is What.ENDED}
    assert ends == {"送料", "返品の手順"}
    editing.bring_back(db, used.id, by=SYSTEM)
    assert "送料" not in news(db, operator)


def test_a_confirmed_change_is_gone_until_the_page_changes_again(
    db: Session, operator: Actor, sv: Actor, away: StoppedClock
) -> None:
    edit_page(db, titled(db, "送料"), "送料は660円です。")
    catching_up.confirm(db, news(db, operator)["送料"].revision_id, by=operator)
    assert (news(db, operator), list(news(db, sv))) == ({}, ["送料"])
    away.advance(minutes=1)
    edit_page(db, titled(db, "送料"), "送料は670円です。", note="また上がった")
    one = news(db, operator)["送料"]
    assert (one.before, one.after, one.note) == (2, 3, "また上がった")
    catching_up.confirm(db, one.revision_id, by=operator)
    in_a_call(db, operator, titled(db, "送料"))
    away.advance(minutes=1)
    editing.archive(db, titled(db, "送料").id, by=SYSTEM)
    assert news(db, operator)["送料"].what is What.ENDED


def test_all_that_was_shown_is_confirmed_at_once_and_taken_back_at_once(
    db: Session, operator: Actor, away: StoppedClock
) -> None:
    edit_page(db, titled(db, "送料"), "送料は660円です。")
    edit_page(db, titled(db, "返品の手順"), "返品は10日以内です。")
    drawn = away.now()
    away.advance(minutes=1)
    make_page(db, "あとから")
    at, count = catching_up.confirm_all(db, drawn, by=operator)
    assert count == 2 and list(news(db, operator)) == ["あとから"]
    assert catching_up.take_back(db, at, by=operator) == 2
    assert set(news(db, operator)) == {"送料", "返品の手順", "あとから"}


def test_a_change_of_advice_stays_over_the_next_shift_until_it_is_confirmed(
    db: Session, operator: Actor, away: StoppedClock
) -> None:
    edit_page(db, titled(db, "送料"), "送料はこう案内します。", significance=Significance.ADVICE)
    edit_page(db, titled(db, "返品の手順"), "返品は10日以内です。")
    for _ in range(2):
        away.advance(days=1)
        shifting.touch(db, by=operator)
    assert {one.title: one.what for one in news(db, operator).values()} == {"送料": What.ADVICE}
    catching_up.confirm(db, news(db, operator)["送料"].revision_id, by=operator)
    assert news(db, operator) == {}


def test_the_first_day_has_no_news(db: Session, operator: Actor) -> None:
    make_page(db)
    assert catching_up.paper(db, viewer=operator) == catching_up.Paper(None, [])


def test_what_is_no_news_to_somebody_can_not_be_confirmed_by_them(
    db: Session, operator: Actor, away: StoppedClock
) -> None:
    secret = make_page(db, audience=Audience.SV)
    known = make_page(db)
    assert secret.current_revision_id and known.current_revision_id
    for number in (secret.current_revision_id, 99_999):
        with pytest.raises(NotFound):
            catching_up.confirm(db, number, by=operator)
    with pytest.raises(NotSignedIn):
        catching_up.confirm(db, known.current_revision_id, by=VISITOR)
    # Twice is as good as once: two clicks, or two screens.
    for _ in range(2):
        catching_up.confirm(db, known.current_revision_id, by=operator)
    assert catching_up.take_back(db, away.now() - timedelta(seconds=1), by=operator) == 0
