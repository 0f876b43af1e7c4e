"""Lineage: what a page stands on, who may see which passage of it, and what a duplicate leaves to it."""

from typing import Any

import pytest

from kb.rules.calls import StepKind
from kb.rules.desk import Bond
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Audience, Kind
from kb.rules.review_states import State
from kb.rules.roles import VISITOR, Actor, Role
from kb.services import editing, lineage, reading, reviewing, staying
from kb.store import events, lineages, pages
from kb.store.base import Session
from kb.store.calls import Call, CallStep
from kb.store.pages import Page, Revision
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page, make_story, text

OPEN = "お届けは三日後です。"
STAFF = "いつまでにご入用か、先に聞きます。"
SECRET = "差額は五千円まで持ちます。"
BODY = f"{OPEN}\n\n:::staff\n{STAFF}\n:::\n\n:::sv\n{SECRET}\n:::\n"


@pytest.fixture
def page(db: Session) -> Page:
    return make_page(db, "いつ届くか", BODY)


@pytest.fixture
def story(db: Session, operator: Actor) -> Revision:
    return make_story(db, by=operator)


def merge(db: Session, story: Revision, page: Page, body: str, passages: list[str], sv: Actor) -> Page:
    base = page.current_revision_id or 0
    words = text("いつ届くか", body)
    return reviewing.merge(db, story.id, words, into=page.id, base_id=base, reason="入れた", passages=passages, by=sv)


def use(db: Session, page_id: int, key: str, clock: StoppedClock, **more: Any) -> None:
    call = Call(key=f"call-{key}", started_at=clock.now())
    db.add(call)
    db.flush()
    db.add(CallStep(call_id=call.id, key=f"step-{key}", kind=StepKind.USE, page_id=page_id, at=clock.now(), **more))
    db.flush()


def test_each_reader_sees_only_passages_that_the_page_says_to_them(
    db: Session, page: Page, story: Revision, sv: Actor, operator: Actor
) -> None:
    lineage.support(db, page, story, [OPEN, STAFF, SECRET], by=sv)
    seen = {who.role: lineage.of_page(db, page.id, viewer=who) for who in (operator, sv)}
    assert seen[Role.SV][0].passages == (OPEN, STAFF, SECRET)
    assert seen[Role.OPERATOR][0].passages == (OPEN, STAFF)


def test_only_words_that_stand_in_the_page_are_kept_whatever_their_white_space(
    db: Session, page: Page, story: Revision, sv: Actor
) -> None:
    row = lineage.support(db, page, story, ["お届けは\n 三日後です。", "どこにもない文", " ", "・" + STAFF], by=sv)
    assert row.passages == ["お届けは\n 三日後です。", "・" + STAFF]


def test_the_same_story_again_adds_to_its_passages_instead_of_a_second_bond(
    db: Session, page: Page, story: Revision, sv: Actor
) -> None:
    lineage.support(db, page, story, [OPEN], by=sv)
    lineage.support(db, page, story, [STAFF, OPEN], by=sv)
    (root,) = lineage.of_page(db, page.id, viewer=sv)
    assert root.passages == (OPEN, STAFF)


def test_a_passage_that_the_page_no_longer_says_is_not_shown(
    db: Session, page: Page, story: Revision, sv: Actor
) -> None:
    lineage.support(db, page, story, [OPEN, STAFF], by=sv)
    editing.save(db, page.id, text("いつ届くか", OPEN), base_id=page.current_revision_id, by=sv)
    assert lineage.of_page(db, page.id, viewer=sv)[0].passages == (OPEN,)


def test_visitors_are_never_told_a_name_and_never_of_a_contradiction(
    db: Session, page: Page, operator: Actor, sv: Actor
) -> None:
    told = make_story(db, by=operator)
    lineage.support(db, page, told, [OPEN], by=sv)
    other = make_page(db, "別の話", OPEN, kind=Kind.CASE)
    assert other.current is not None
    lineage.contradict(db, page, other.current, [], by=sv)
    shown = make_page(db, "公開の話", OPEN, kind=Kind.CASE)
    assert shown.current is not None
    lineage.support(db, page, shown.current, [OPEN], by=sv)
    assert [(root.title, root.teller) for root in lineage.of_page(db, page.id, viewer=VISITOR)] == [("公開の話", "")]
    assert operator.display_name in {root.teller for root in lineage.of_page(db, page.id, viewer=operator)}
    with pytest.raises(NotSignedIn):
        lineage.of_story(db, told.page_id, viewer=VISITOR)


def test_a_story_for_svs_alone_is_no_root_to_an_operator(db: Session, page: Page, operator: Actor, sv: Actor) -> None:
    hidden = make_page(db, "SVだけの話", OPEN, kind=Kind.CASE, audience=Audience.SV)
    assert hidden.current is not None
    lineage.support(db, page, hidden.current, [OPEN], by=sv)
    assert lineage.of_page(db, page.id, viewer=operator) == []
    assert [root.title for root in lineage.of_page(db, page.id, viewer=sv)] == ["SVだけの話"]
    inner = make_page(db, "SVだけの記事", OPEN, audience=Audience.SV)
    mine = make_story(db, by=operator)
    lineage.support(db, inner, mine, [OPEN], by=sv)
    assert lineage.of_story(db, mine.page_id, viewer=operator) == []
    assert [branch.page.id for branch in lineage.of_story(db, mine.page_id, viewer=sv)] == [inner.id]


def test_a_case_that_was_published_as_it_was_told_is_its_own_lineage(db: Session, operator: Actor, sv: Actor) -> None:
    told = make_story(db, by=operator)
    reviewing.approve(db, told.id, seen_current=None, by=sv)
    (root,) = lineage.of_page(db, told.page_id, viewer=operator)
    assert (root.story_id, root.teller) == (told.page_id, operator.display_name)
    assert lineage.of_page(db, make_page(db, kind=Kind.CASE).id, viewer=sv) == []


def test_merging_keeps_what_was_taken_in_the_words_that_were_published(
    db: Session, page: Page, story: Revision, sv: Actor
) -> None:
    body = BODY + "\n:::ask\n- いつまでに必要か、何に使うかを聞きます\n:::\n"
    merge(
        db,
        story,
        page,
        body,
        ["いつまでに必要か、何に使うか聞く", "使わなかった文だけれど、どこにも似たものがない"],
        sv,
    )
    (root,) = lineage.of_page(db, page.id, viewer=sv)
    assert (root.bond, root.passages) == (Bond.SUPPORTS, ("いつまでに必要か、何に使うかを聞きます",))
    (branch,) = lineage.of_story(db, story.page_id, viewer=sv)
    assert branch.page.id == page.id


def test_merging_without_naming_passages_takes_every_new_line(
    db: Session, page: Page, story: Revision, sv: Actor
) -> None:
    merge(db, story, page, BODY + "\n\n一つ目の新しい文。\n\n二つ目の新しい文。", [], sv)
    (root,) = lineage.of_page(db, page.id, viewer=sv)
    assert root.passages == ("一つ目の新しい文。", "二つ目の新しい文。")


def test_a_faq_of_a_story_stands_on_it(db: Session, story: Revision, sv: Actor) -> None:
    words = text("金曜に間に合うか", "間に合います。", phrases=("まだなんだけど",))
    page = reviewing.make_faq(
        db, story.id, words, category_id=None, reason="FAQに", passages=["まだなんだけど", "消した言い方"], by=sv
    )
    (root,) = lineage.of_page(db, page.id, viewer=sv)
    assert (root.revision_id, root.passages) == (story.id, ("まだなんだけど",))


def test_a_duplicate_leaves_its_wordings_its_title_and_its_calls_to_the_page_that_stays(
    db: Session, page: Page, operator: Actor, sv: Actor, clock: StoppedClock
) -> None:
    told = make_story(db, by=operator)
    for key in ("a", "b"):
        use(db, told.page_id, key, clock)
    use(db, told.page_id, "c", clock, undone_at=clock.now())
    wanted = staying.wordings(told, page)
    assert wanted
    before = page.validated_at
    reviewing.mark_duplicate(db, told.id, of=page.id, reason="同じ話", by=sv)
    assert page.current is not None
    assert set(wanted) <= set(page.current.phrases)
    assert (page.current.author_id, page.validated_at) == (sv.id, before)
    (root,) = lineage.of_page(db, page.id, viewer=operator)
    assert (root.uses, root.is_duplicate) == (2, True)
    led = reading.by_titles(db, [told.title], language="ja", viewer=operator)[told.title]
    assert led is not None
    assert led.id == page.id


def test_a_duplicate_brings_no_words_of_svs_to_a_page_for_more_people(
    db: Session, page: Page, operator: Actor, sv: Actor
) -> None:
    told = make_story(db, by=operator, audience=Audience.SV)
    reviewing.mark_duplicate(db, told.id, of=page.id, reason="同じ話", by=sv)
    assert page.current is not None
    assert page.current.phrases == []
    open_story = make_story(db, by=operator)
    reviewing.mark_duplicate(db, open_story.id, of=page.id, reason="同じ話", wordings=["選んだ言い方"], by=sv)
    assert page.current.phrases == ["選んだ言い方"]


def test_a_contradiction_is_linked_with_one_event_and_taken_back_with_one(
    db: Session, page: Page, story: Revision, sv: Actor
) -> None:
    row = lineage.link(db, story.id, page.id, [OPEN], bond=Bond.CONTRADICTS, by=sv)
    assert [(root.bond, root.passages) for root in lineage.of_page(db, page.id, viewer=sv)] == [
        (Bond.CONTRADICTS, (OPEN,))
    ]
    with pytest.raises(Conflict):
        lineage.link(db, story.id, page.id, [OPEN], bond=Bond.CONTRADICTS, by=sv)
    lineage.unlink(db, page.id, row.id, by=sv)
    assert lineage.of_page(db, page.id, viewer=sv) == []
    verbs = [event.verb for event in events.of_page(db, page.id) if "linked" in event.verb]
    assert verbs == ["story linked", "story unlinked"]


def test_what_a_page_stands_on_cannot_be_taken_away(db: Session, page: Page, story: Revision, sv: Actor) -> None:
    row = lineage.support(db, page, story, [OPEN], by=sv)
    with pytest.raises(Conflict):
        lineage.unlink(db, page.id, row.id, by=sv)
    with pytest.raises(NotFound):
        lineage.unlink(db, make_page(db).id, row.id, by=sv)


def test_only_svs_link_stories_and_only_to_words_of_the_page(
    db: Session, page: Page, story: Revision, operator: Actor, sv: Actor
) -> None:
    for who, refusal in ((VISITOR, NotSignedIn), (operator, NotAllowed), (make_actor(db, Role.EDITOR), NotAllowed)):
        with pytest.raises(refusal):
            lineage.link(db, story.id, page.id, [OPEN], bond=Bond.CONTRADICTS, by=who)
        with pytest.raises(refusal):
            lineage.support(db, page, story, [OPEN], by=who)
    with pytest.raises(Invalid):
        lineage.link(db, story.id, page.id, ["記事にない言葉"], bond=Bond.CONTRADICTS, by=sv)
    with pytest.raises(Invalid):
        lineage.link(db, story.id, story.page_id, [], bond=Bond.CONTRADICTS, by=sv)
    draft = make_story(db, by=operator, in_state=State.DRAFT)
    with pytest.raises(NotFound):
        lineage.link(db, draft.id, page.id, [], bond=Bond.CONTRADICTS, by=sv)
    assert pages.get(db, page.id, viewer=sv) is not None
    assert lineages.of_page(db, page.id, viewer=sv) == []
