"""Following what waits: the queue of the SVs and each author's own list."""

import pytest

from kb.rules.errors import NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Audience
from kb.rules.review_states import State
from kb.rules.roles import VISITOR, Actor
from kb.services import following, messaging, reviewing, submitting
from kb.store.base import Session
from tests.conftest import StoppedClock
from tests.make import edit_page, make_actor, make_page, make_proposal, make_story, story


def test_the_queue_holds_what_waits_with_the_oldest_submission_first(
    db: Session, sv: Actor, clock: StoppedClock
) -> None:
    first = make_story(db)
    clock.advance(minutes=1)
    second = make_proposal(db, make_page(db))
    for state in set(State) - {State.SUBMITTED, State.IN_REVIEW}:
        make_story(db, in_state=state)
    clock.advance(minutes=1)
    third = make_story(db, in_state=State.IN_REVIEW)
    items = following.queue(db, viewer=sv)
    assert [item.revision for item in items] == [first, second, third]
    assert [item.is_story for item in items] == [True, False, True]
    assert following.waiting_count(db, viewer=sv) == 3


def test_a_story_for_svs_waits_in_their_queue(db: Session, sv: Actor) -> None:
    revision = make_story(db, audience=Audience.SV)
    assert [item.revision for item in following.queue(db, viewer=sv)] == [revision]


def test_only_who_decides_sees_the_queue_and_its_length(db: Session) -> None:
    revision = make_story(db)
    for actor, error in ((VISITOR, NotSignedIn), (make_actor(db), NotAllowed)):
        with pytest.raises(error):
            following.queue(db, viewer=actor)
        with pytest.raises(error):
            following.item(db, revision.id, viewer=actor)
        assert following.waiting_count(db, viewer=actor) == 0


def test_a_story_sent_again_tells_how_often_it_came_and_why_it_went_back(db: Session, sv: Actor) -> None:
    author = make_actor(db)
    first = submitting.submit(db, story(), by=author)
    reviewing.send_back(db, first.id, reason="結果も書いてください", by=sv)
    second = submitting.submit(db, story("二度め"), page_id=first.page_id, by=author)
    reviewing.send_back(db, second.id, reason="あと少し", by=sv)
    submitting.submit(db, story("三度め"), page_id=first.page_id, by=author)
    [item] = following.queue(db, viewer=sv)
    assert (item.times, item.earlier_reason, item.is_story) == (3, "あと少し", True)


def test_an_edit_of_an_approved_story_is_no_story(db: Session, sv: Actor) -> None:
    page = make_story(db, in_state=State.APPROVED).page
    edit = edit_page(db, page, "直した本文", by=make_actor(db))
    assert not following.item(db, edit.id, viewer=sv).is_story


def test_a_draft_is_no_item_of_the_review(db: Session, sv: Actor) -> None:
    with pytest.raises(NotFound):
        following.item(db, make_story(db, in_state=State.DRAFT).id, viewer=sv)
    own = make_story(db, in_state=State.DRAFT, by=sv)
    with pytest.raises(NotFound):
        following.item(db, own.id, viewer=sv)


def test_an_authors_list_has_each_story_once_and_nothing_of_others(db: Session, sv: Actor) -> None:
    author = make_actor(db)
    returned = make_story(db, in_state=State.RETURNED, by=author)
    newest = submitting.submit(db, story("書き直し"), page_id=returned.page_id, by=author)
    draft = make_story(db, in_state=State.DRAFT, by=author)
    edit = make_proposal(db, make_page(db), by=author)
    make_story(db)
    edit_page(db, make_page(db), "SVが直接直した", by=sv)
    assert [item.revision for item in following.mine(db, by=author)] == [edit, draft, newest]
    assert following.mine(db, by=sv) == []


def test_ones_own_item_is_nobody_elses(db: Session, sv: Actor) -> None:
    author = make_actor(db)
    revision = make_story(db, by=author)
    assert following.own(db, revision.id, by=author).revision is revision
    with pytest.raises(NotFound):
        following.own(db, revision.id, by=sv)
    with pytest.raises(NotSignedIn):
        following.own(db, revision.id, by=VISITOR)


def test_an_outcome_is_news_until_its_author_has_read_it(db: Session) -> None:
    author = make_actor(db)
    revision = make_story(db, in_state=State.RETURNED, by=author)
    make_story(db, in_state=State.WITHDRAWN, by=author)
    make_story(db, by=author)
    assert messaging.unread(db, by=author) == 1
    assert messaging.unread(db, by=make_actor(db)) == 0
    submitting.mark_seen(db, revision.id, by=author)
    assert revision.author_seen_at is not None
    assert messaging.unread(db, by=author) == 0


def test_an_outcome_that_was_read_among_the_messages_is_no_news_on_its_own_screen(db: Session) -> None:
    author = make_actor(db)
    revision = make_story(db, in_state=State.RETURNED, by=author)
    _total, (item,) = messaging.inbox(db, limit=5, by=author)
    messaging.read(db, item.message.id, by=author)
    assert revision.author_seen_at is not None


def test_a_page_tells_staff_what_waits_on_it(db: Session) -> None:
    page = make_page(db)
    waiting = make_proposal(db, page)
    make_proposal(db, page, in_state=State.REJECTED)
    assert following.waiting_on(db, page.id, viewer=make_actor(db)) == [waiting]
    assert following.waiting_on(db, page.id, viewer=VISITOR) == []


def test_events_are_told_only_of_revisions_that_the_reader_may_see(db: Session, sv: Actor) -> None:
    page = make_page(db)
    author = make_actor(db)
    make_proposal(db, page, in_state=State.REJECTED, by=author, reviewer=sv)
    db.flush()

    def verbs(viewer: Actor) -> list[str]:
        return [event.verb for event in following.told(db, page.id, viewer=viewer)]

    everything = ["page created", "revision proposed", "revision rejected"]
    assert verbs(sv) == verbs(author) == everything
    assert verbs(make_actor(db)) == ["page created"]
    with pytest.raises(NotSignedIn):
        verbs(VISITOR)
