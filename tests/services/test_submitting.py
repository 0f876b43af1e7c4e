"""Stories: drafted, submitted, withdrawn, returned and sent again."""

from dataclasses import replace

import pytest

from kb.rules import limits
from kb.rules.calls import Channel
from kb.rules.errors import Conflict, Invalid, NotFound, NotSignedIn, WrongState
from kb.rules.pages import Audience, Kind
from kb.rules.review_states import State
from kb.rules.roles import VISITOR, Actor, Role
from kb.services import reviewing, submitting
from kb.services.submitting import Story
from kb.store import events, outbox, pages
from kb.store.base import Session
from kb.store.pages import Revision
from tests.conftest import StoppedClock
from tests.make import make_actor, make_category, make_page, make_proposal, make_story, story


@pytest.fixture
def author(db: Session) -> Actor:
    return make_actor(db)


def verbs(db: Session, revision: Revision) -> list[str]:
    db.flush()
    return [event.verb for event in events.of_page(db, revision.page_id)]


def test_a_draft_is_seen_by_its_author_alone_and_waits_for_no_index(db: Session, author: Actor, sv: Actor) -> None:
    revision = submitting.save_draft(db, story(), by=author)
    assert (revision.state, revision.number, revision.page.kind) == (State.DRAFT, 1, Kind.CASE)
    assert pages.revision(db, revision.id, viewer=author) is revision
    for viewer in (VISITOR, make_actor(db), sv):
        assert pages.revision(db, revision.id, viewer=viewer) is None
    assert pages.get(db, revision.page_id, viewer=author) is None
    assert outbox.waiting(db) == 0


def test_a_draft_may_be_empty_and_grows_in_place(db: Session, author: Actor) -> None:
    draft = submitting.save_draft(db, Story(), by=author)
    assert submitting.from_revision(draft) == Story()
    again = submitting.save_draft(db, story("題名"), page_id=draft.page_id, by=author)
    assert again is draft
    assert (draft.number, draft.title) == (1, "題名")
    assert verbs(db, draft) == ["story drafted"]


def test_a_draft_without_a_title_is_not_submitted_under_a_made_up_one(db: Session, author: Actor) -> None:
    draft = submitting.save_draft(db, replace(story(), title=""), by=author)
    form = submitting.from_revision(draft)
    assert form.title == ""
    with pytest.raises(Invalid) as refused:
        submitting.submit(db, form, page_id=draft.page_id, by=author)
    assert refused.value.field == "title"


def test_a_submitted_story_is_found_by_staff_as_unvalidated_and_never_by_customers(
    db: Session, author: Actor, clock: StoppedClock
) -> None:
    revision = submitting.submit(db, story("雨の日の配達"), by=author)
    page = revision.page
    assert (revision.state, revision.submitted_at) == (State.SUBMITTED, clock.time)
    assert (page.current_revision_id, page.story_revision_id) == (None, revision.id)
    assert page.confidence == "unvalidated"
    assert pages.get(db, page.id, viewer=make_actor(db)) is page
    assert pages.get(db, page.id, viewer=VISITOR) is None
    db.flush()
    assert outbox.pages_waiting(db) == {page.id}


def test_a_draft_becomes_the_submission_itself(db: Session, author: Actor) -> None:
    draft = submitting.save_draft(db, story(), by=author)
    sent = submitting.submit(db, story("清書"), page_id=draft.page_id, by=author)
    assert sent is draft
    assert (sent.number, sent.title, sent.state) == (1, "清書", State.SUBMITTED)


@pytest.mark.parametrize("field", ["title", "words", "done"])
def test_a_story_without_its_core_is_not_submitted_but_may_be_kept(db: Session, author: Actor, field: str) -> None:
    told = replace(story(), **{field: " \n"})  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refused:
        submitting.submit(db, told, by=author)
    assert refused.value.field == field
    submitting.save_draft(db, told, by=author)


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"learnt": "あ" * (limits.STORY_FIELD + 1)}, "learnt"),
        ({"title": "あ" * (limits.TITLE + 1)}, "title"),
        ({"channel": "pigeon"}, "channel"),
        ({"audience": Audience.PUBLIC}, "audience"),
        ({"category_id": 99}, "category"),
        ({"done": ":::staff\n閉じ忘れ"}, "done"),
        ({"words": ":::\n"}, "words"),
    ],
)
def test_a_part_that_can_not_be_kept_is_named(db: Session, author: Actor, part: dict[str, str], field: str) -> None:
    told = replace(story(), **part)  # type: ignore[arg-type]
    for verb in (submitting.submit, submitting.save_draft):
        with pytest.raises(Invalid) as refused:
            verb(db, told, by=author)
        assert refused.value.field == field


def test_the_customers_words_become_phrases_that_find_the_page(db: Session, author: Actor) -> None:
    told = story(words="「まだ届かないんだけど」\nいつ来るの？孫の誕生日なの。\nえ\n" + "長" * 121)
    revision = submitting.submit(db, told, by=author)
    assert revision.phrases == ["まだ届かないんだけど", "いつ来るの", "孫の誕生日なの"]


def test_channel_category_and_audience_are_kept(db: Session, author: Actor) -> None:
    category = make_category(db)
    told = story(channel=Channel.PHONE, category_id=category.id, audience=Audience.SV)
    revision = submitting.submit(db, told, by=author)
    assert (revision.channel, revision.page.category_id) == (Channel.PHONE, category.id)
    assert submitting.from_revision(revision) == told


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED])
def test_what_nobody_has_begun_to_review_is_withdrawn_and_gone_from_every_list(
    db: Session, author: Actor, state: State
) -> None:
    revision = make_story(db, in_state=state, by=author)
    submitting.withdraw(db, revision.id, by=author)
    assert revision.state is State.WITHDRAWN
    assert pages.get(db, revision.page_id, viewer=author) is None
    assert pages.revision(db, revision.id, viewer=author) is revision
    assert verbs(db, revision)[-1] == "revision withdrawn"


@pytest.mark.parametrize("state", sorted(set(State) - {State.DRAFT, State.SUBMITTED}))
def test_nothing_else_can_be_withdrawn(db: Session, author: Actor, state: State) -> None:
    revision = make_story(db, in_state=state, by=author)
    with pytest.raises(WrongState):
        submitting.withdraw(db, revision.id, by=author)
    assert revision.state is state


def test_withdrawing_an_edit_leaves_the_live_page_as_it_was(db: Session, author: Actor, clock: StoppedClock) -> None:
    page = make_page(db)
    live, changed = page.current_revision_id, page.updated_at
    clock.advance(hours=1)
    make_proposal(db, page, in_state=State.WITHDRAWN, by=author)
    assert (page.current_revision_id, page.updated_at) == (live, changed)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SV, Role.ADMIN])
def test_nobody_withdraws_submits_or_reads_off_what_another_wrote(db: Session, author: Actor, role: Role) -> None:
    revision = make_story(db, by=author)
    returned = make_story(db, in_state=State.RETURNED, by=author)
    other = make_actor(db, role)
    for verb in (
        lambda: submitting.withdraw(db, revision.id, by=other),
        lambda: submitting.resubmit(db, returned.id, by=other),
        lambda: submitting.mark_seen(db, returned.id, by=other),
        lambda: submitting.submit(db, story(), page_id=returned.page_id, by=other),
        lambda: submitting.save_draft(db, story(), page_id=returned.page_id, by=other),
    ):
        with pytest.raises(NotFound):
            verb()


def test_a_visitor_writes_no_story(db: Session) -> None:
    for verb in (submitting.save_draft, submitting.submit):
        with pytest.raises(NotSignedIn):
            verb(db, story(), by=VISITOR)


def test_a_returned_story_with_another_text_is_the_next_revision(db: Session, author: Actor) -> None:
    first = make_story(db, in_state=State.RETURNED, by=author)
    assert pages.get(db, first.page_id, viewer=author) is None
    again = replace(submitting.from_revision(first), result="喜んでくださった")
    second = submitting.submit(db, again, page_id=first.page_id, by=author)
    assert (second.number, second.base_id, second.state) == (2, first.id, State.SUBMITTED)
    assert first.state is State.RETURNED
    assert second.page.story_revision_id == second.id
    db.flush()
    assert events.of_page(db, first.page_id)[-1].facts == {"again": True}


def test_a_returned_story_sent_unchanged_is_the_same_revision(db: Session, author: Actor, sv: Actor) -> None:
    first = make_story(db, in_state=State.RETURNED, by=author)
    form = submitting.from_revision(first)
    second = submitting.submit(db, form, page_id=first.page_id, by=author)
    assert second is first
    assert (second.number, second.state, second.taken_by_id, second.decided_by_id) == (1, State.SUBMITTED, None, None)
    reviewing.approve(db, second.id, seen_current=None, by=sv)


def test_a_returned_story_may_be_kept_as_a_draft_before_it_is_sent(db: Session, author: Actor) -> None:
    first = make_story(db, in_state=State.RETURNED, by=author)
    draft = submitting.save_draft(db, story("書き直し"), page_id=first.page_id, by=author)
    assert (draft.number, draft.state, draft.base_id) == (2, State.DRAFT, first.id)
    sent = submitting.submit(db, story("書き直し"), page_id=first.page_id, by=author)
    assert (sent.id, sent.state) == (draft.id, State.SUBMITTED)


@pytest.mark.parametrize("state", sorted(set(State) - {State.DRAFT, State.RETURNED}))
def test_a_story_under_way_or_decided_is_not_written_over(db: Session, author: Actor, state: State) -> None:
    revision = make_story(db, in_state=state, by=author)
    body = revision.body
    with pytest.raises(Conflict):
        submitting.save_draft(db, story(), page_id=revision.page_id, by=author)
    with pytest.raises(Conflict):
        submitting.submit(db, story("別の題名"), page_id=revision.page_id, by=author)
    assert (revision.state, revision.body) == (state, body)


def test_a_returned_proposal_is_sent_again_as_it_is(db: Session, author: Actor) -> None:
    proposal = make_proposal(db, make_page(db), in_state=State.RETURNED, by=author)
    assert submitting.resubmit(db, proposal.id, by=author).state is State.SUBMITTED


@pytest.mark.parametrize("state", sorted(set(State) - {State.RETURNED}))
def test_only_a_returned_proposal_is_sent_again(db: Session, author: Actor, state: State) -> None:
    revision = make_story(db, in_state=state, by=author)
    with pytest.raises(Conflict):
        submitting.resubmit(db, revision.id, by=author)
    assert revision.state is state


def test_a_returned_version_that_was_rewritten_is_not_sent_beside_the_new_one(db: Session, author: Actor) -> None:
    first = make_story(db, in_state=State.RETURNED, by=author)
    second = submitting.submit(db, story("書き直し"), page_id=first.page_id, by=author)
    with pytest.raises(Conflict):
        submitting.resubmit(db, first.id, by=author)
    assert second.page.story_revision_id == second.id


def test_an_outcome_is_marked_as_read_once_it_is_there(db: Session, author: Actor, clock: StoppedClock) -> None:
    waiting = make_story(db, by=author)
    submitting.mark_seen(db, waiting.id, by=author)
    assert waiting.author_seen_at is None
    returned = make_story(db, in_state=State.RETURNED, by=author)
    submitting.mark_seen(db, returned.id, by=author)
    clock.advance(minutes=5)
    submitting.mark_seen(db, returned.id, by=author)
    assert returned.author_seen_at is not None and returned.author_seen_at < clock.time
