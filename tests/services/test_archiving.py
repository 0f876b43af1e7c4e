"""Renaming, reverting, archiving and moving pages."""

import pytest
from sqlalchemy import func, select

from kb.rules.errors import Conflict, Gone, Invalid, NotFound
from kb.rules.pages import Audience, Confidence, Kind, Significance
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import editing, reading, reviewing
from kb.services.editing import Outcome
from kb.store import events, outbox, pages
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.text.rendering import Renderer
from tests.conftest import StoppedClock
from tests.make import BODY, edit_page, make_actor, make_category, make_page, make_proposal, make_story, text


def revisions(db: Session, page: Page) -> int:
    rows = select(func.count()).select_from(Revision).where(Revision.page_id == page.id)
    return db.scalar(rows) or 0


def verbs(db: Session, page: Page) -> list[str]:
    db.flush()
    return [event.verb for event in events.of_page(db, page.id)]


def test_a_rename_leaves_the_old_title_as_a_way_to_the_page(db: Session, sv: Actor) -> None:
    page = make_page(db, "返品のしかた")
    edit_page(db, page, BODY, title="返品・交換のしかた", by=sv)
    assert editing.titled(db, "返品のしかた", language="ja", by=VISITOR) is page
    assert editing.titled(db, "返品・交換のしかた", language="ja", by=VISITOR) is page
    assert events.of_page(db, page.id)[-1].facts == {"old_title": "返品のしかた"}


def test_a_proposed_title_leads_nowhere_until_it_is_approved(db: Session, operator: Actor, sv: Actor) -> None:
    page = make_page(db, "返品のしかた")
    proposal = edit_page(db, page, BODY, title="返品・交換", by=operator)
    assert editing.titled(db, "返品・交換", language="ja", by=sv) is None
    reviewing.approve(db, proposal.id, seen_current=page.current_revision_id, by=sv)
    assert editing.titled(db, "返品・交換", language="ja", by=VISITOR) is page


def test_a_revert_is_a_new_revision_that_says_what_the_old_one_said(db: Session, sv: Actor) -> None:
    page = make_page(db, "題名", "一つめ", phrases=("言い換え",), tags=("配送",))
    first = page.current
    assert first is not None
    second = edit_page(db, page, "二つめ", title="別の題名")
    saved = editing.revert(db, page.id, first.id, base_id=second.id, by=sv)
    assert (saved.outcome, saved.revision.number, saved.revision.note) == (Outcome.PUBLISHED, 3, "版1の内容に戻す")
    assert (saved.revision.title, saved.revision.body) == ("題名", "一つめ")
    assert (saved.revision.phrases, saved.revision.tags) == (["言い換え"], ["配送"])


def test_a_revert_by_an_operator_is_a_proposal_that_keeps_what_is_hidden_now(db: Session, operator: Actor) -> None:
    page = make_page(db, "題名", "一つめ\n\n:::sv\n古い秘密\n:::")
    first = page.current
    assert first is not None
    second = edit_page(db, page, "二つめ\n\n:::sv\n新しい秘密\n:::")
    saved = editing.revert(db, page.id, first.id, base_id=second.id, by=operator)
    assert saved.outcome is Outcome.PROPOSED
    assert "一つめ" in saved.revision.body and "新しい秘密" in saved.revision.body
    assert "古い秘密" not in saved.revision.body


def test_a_revert_goes_only_to_a_readable_revision_of_the_same_page(db: Session, operator: Actor) -> None:
    page, other = make_page(db), make_page(db)
    hidden = make_proposal(db, page, in_state=State.REJECTED)
    for revision_id in (other.current_revision_id, hidden.id, 10**6):
        with pytest.raises(NotFound):
            editing.revert(db, page.id, revision_id or 0, base_id=page.current_revision_id or 0, by=operator)


def test_a_revert_to_the_live_revision_changes_nothing(db: Session) -> None:
    page = make_page(db)
    live = page.current_revision_id or 0
    assert editing.revert(db, page.id, live, base_id=live, by=SYSTEM).outcome is Outcome.UNCHANGED


def test_a_story_that_waits_is_decided_on_and_not_edited(db: Session) -> None:
    revision = make_story(db)
    with pytest.raises(Conflict):
        editing.save(db, revision.page_id, text(body="本文"), base_id=revision.id, by=SYSTEM)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SV])
def test_a_page_that_the_writer_may_not_read_is_not_there(db: Session, role: Role) -> None:
    hidden = make_page(db, audience=Audience.SV) if role is Role.OPERATOR else make_page(db, archived=True)
    actor = make_actor(db, role)
    with pytest.raises(NotFound):
        editing.save(db, hidden.id, text(), base_id=hidden.current_revision_id, by=actor)
    with pytest.raises(NotFound):
        editing.save(db, 10**6, text(), base_id=1, by=actor)


def gone(db: Session, page: Page, renderer: Renderer) -> Gone:
    with pytest.raises(Gone) as refused:
        reading.page(db, page.id, viewer=VISITOR, renderer=renderer, address=reading.Address(lambda page: "/"))
    return refused.value


def test_an_archived_page_is_gone_and_says_where_it_went(db: Session, sv: Actor, renderer: Renderer) -> None:
    page, target = make_page(db), make_page(db)
    editing.archive(db, page.id, moved_to=target.id, reason="まとめました", by=sv)
    assert pages.get(db, page.id, viewer=sv) is None
    assert gone(db, page, renderer).moved_to == target.id
    db.flush()
    assert page.id in outbox.pages_waiting(db)
    assert events.of_page(db, page.id)[-1].facts == {"moved_to": target.id, "reason": "まとめました"}


def test_an_archived_page_does_not_tell_of_a_hidden_page_in_its_place(db: Session, renderer: Renderer) -> None:
    page, hidden = make_page(db), make_page(db, audience=Audience.STAFF)
    editing.archive(db, page.id, moved_to=hidden.id, by=SYSTEM)
    assert gone(db, page, renderer).moved_to is None


def test_a_chain_of_moved_pages_leads_to_its_end(db: Session, renderer: Renderer) -> None:
    first, second, third = (make_page(db) for _ in range(3))
    editing.archive(db, first.id, moved_to=second.id, by=SYSTEM)
    editing.archive(db, second.id, moved_to=third.id, by=SYSTEM)
    assert gone(db, first, renderer).moved_to == third.id


def test_a_page_brought_back_is_where_it_was(db: Session, sv: Actor) -> None:
    page, target = make_page(db), make_page(db)
    editing.archive(db, page.id, moved_to=target.id, by=sv)
    editing.bring_back(db, page.id, by=sv)
    assert pages.get(db, page.id, viewer=VISITOR) is page
    assert page.moved_to_id is None
    assert verbs(db, page) == ["page created", "page archived", "page brought back"]
    with pytest.raises(Conflict):
        editing.bring_back(db, page.id, by=sv)


def test_an_archived_page_can_not_be_archived_again_or_moved(db: Session) -> None:
    page = make_page(db, archived=True)
    with pytest.raises(NotFound):
        editing.archive(db, page.id, by=SYSTEM)
    with pytest.raises(NotFound):
        editing.place(db, page.id, category_id=None, by=SYSTEM)
    with pytest.raises(NotFound):
        editing.bring_back(db, 10**6, by=SYSTEM)


def test_no_page_can_be_moved_so_that_the_way_comes_back_to_it(db: Session) -> None:
    first, second = make_page(db), make_page(db)
    with pytest.raises(Invalid) as refused:
        editing.archive(db, first.id, moved_to=first.id, by=SYSTEM)
    assert refused.value.field == "moved_to"
    # Such a row can't be made by the verbs, but an older program or a hand may have left it.
    second.moved_to_id = first.id
    db.flush()
    with pytest.raises(Invalid, match="戻ってしまいます"):
        editing.archive(db, first.id, moved_to=second.id, by=SYSTEM)
    assert first.archived_at is None


def test_a_circle_of_moved_pages_ends_in_an_answer(db: Session, renderer: Renderer) -> None:
    first, second = make_page(db, archived=True), make_page(db, archived=True)
    first.moved_to_id, second.moved_to_id = second.id, first.id
    db.flush()
    assert gone(db, first, renderer).moved_to is None


def test_a_page_moves_only_to_a_page_that_is_there(db: Session) -> None:
    page, away = make_page(db), make_page(db, archived=True)
    for target in (away.id, 10**6):
        with pytest.raises(Invalid) as refused:
            editing.archive(db, page.id, moved_to=target, by=SYSTEM)
        assert refused.value.field == "moved_to"


def test_a_page_is_put_into_a_category_and_taken_out_again(db: Session, sv: Actor) -> None:
    page, category = make_page(db), make_category(db)
    editing.place(db, page.id, category_id=category.id, by=sv)
    assert page.category_id == category.id
    editing.place(db, page.id, category_id=category.id, by=sv)
    editing.place(db, page.id, category_id=None, by=sv)
    db.flush()
    moves = [event.facts for event in events.of_page(db, page.id) if event.verb == "page moved"]
    assert moves == [{"old": None, "new": category.id}, {"old": category.id, "new": None}]


def test_a_category_that_is_not_there_is_refused(db: Session) -> None:
    page = make_page(db)
    with pytest.raises(Invalid) as refused:
        editing.place(db, page.id, category_id=99, by=SYSTEM)
    assert refused.value.field == "category"
    with pytest.raises(Invalid):
        editing.create(db, text(), kind=Kind.FAQ, category_id=99, by=SYSTEM)


def test_a_typo_keeps_the_day_of_validation_and_a_change_renews_it(db: Session, sv: Actor, clock: StoppedClock) -> None:
    page = make_page(db)
    first = clock.time
    clock.advance(days=30)
    edit_page(db, page, "誤字を直した本文", significance=Significance.TYPO, by=sv)
    assert (page.validated_at, page.updated_at) == (first, clock.time)
    edit_page(db, page, "中身を変えた本文", significance=Significance.CHANGE, by=sv)
    assert (page.validated_at, page.validated_by_id) == (clock.time, sv.id)


def test_a_page_is_stamped_as_checked_without_a_new_revision(db: Session, sv: Actor, clock: StoppedClock) -> None:
    page = make_page(db)
    page.confidence = Confidence.UNVALIDATED
    clock.advance(days=30)
    editing.validate(db, page.id, by=sv)
    assert (page.confidence, page.validated_at, page.validated_by_id) == (Confidence.VALIDATED, clock.time, sv.id)
    assert revisions(db, page) == 1
    with pytest.raises(Conflict):
        editing.validate(db, make_story(db).page_id, by=sv)
