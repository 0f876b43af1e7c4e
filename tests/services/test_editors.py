"""An editor publishes without review, keeps what only SVs can read, and opens nothing to anybody else."""

import pytest

from kb.rules.errors import NotAllowed, NotFound
from kb.rules.pages import Audience, Kind
from kb.rules.review_states import State
from kb.rules.roles import MAY, READS, STAFF_ROLES, Actor, Permission, Role
from kb.services import accounts, editing, reviewing, submitting
from kb.services.checking import Text
from kb.services.editing import Outcome
from kb.store import pages
from kb.store.base import Session
from tests.make import PASSWORD, make_actor, make_page, make_story, story, text

HIDDEN = ":::sv\n返金は五千円まで。\n:::"


@pytest.fixture
def editor(db: Session) -> Actor:
    return make_actor(db, Role.EDITOR)


def save(db: Session, page_id: int, said: Text, base: int | None, *, by: Actor, propose: bool = False) -> editing.Saved:
    return editing.save(db, page_id, said, base_id=base, propose=propose, by=by)


def test_an_editor_is_an_operator_who_may_publish() -> None:
    assert MAY[Role.EDITOR] - MAY[Role.OPERATOR] == {Permission.PUBLISH}
    assert READS[Role.EDITOR] is Audience.STAFF
    assert Role.EDITOR in STAFF_ROLES


def test_an_editors_change_is_published_at_once_where_an_operators_waits(
    db: Session, editor: Actor, operator: Actor
) -> None:
    page = make_page(db, body="お届けは三日です。")
    saved = save(db, page.id, text(page.current.title, "お届けは二日です。"), page.current_revision_id, by=editor)
    assert (saved.outcome, saved.revision.state) == (Outcome.PUBLISHED, State.APPROVED)
    assert saved.revision.submitted_at is None
    other = save(db, page.id, text(page.current.title, "お届けは一日です。"), page.current_revision_id, by=operator)
    assert other.outcome is Outcome.PROPOSED


def test_an_editor_may_still_ask_for_review(db: Session, editor: Actor, sv: Actor) -> None:
    page = make_page(db, body="お届けは三日です。")
    said = text(page.current.title, "お届けは二日です。")
    proposed = save(db, page.id, said, page.current_revision_id, propose=True, by=editor).revision
    told = submitting.submit(db, story(), by=editor)
    assert (proposed.state, told.state) == (State.SUBMITTED, State.SUBMITTED)
    assert reviewing.approve(db, proposed.id, seen_current=page.current_revision_id, by=sv).current_revision_id


@pytest.mark.parametrize("body", ["お届けは二日です。", "まったく違う文です。\n\n二つ目の段落です。"])
def test_what_an_editor_can_not_read_stays_when_they_edit_beside_it(db: Session, editor: Actor, body: str) -> None:
    page = make_page(db, body=f"お届けは三日です。\n\n{HIDDEN}\n\nまたお問い合わせください。")
    assert page.current is not None
    saved = save(db, page.id, text(page.current.title, body), page.current_revision_id, by=editor).revision
    assert HIDDEN in saved.body
    assert "お届けは三日です。" not in saved.body


@pytest.mark.parametrize("now", [Audience.PUBLIC, Audience.STAFF])
@pytest.mark.parametrize("wanted", Audience)
def test_an_editor_opens_and_closes_nothing(db: Session, editor: Actor, now: Audience, wanted: Audience) -> None:
    page = make_page(db, audience=now)
    said = text(page.current.title, "新しい文です。", audience=wanted)
    assert save(db, page.id, said, page.current_revision_id, by=editor).revision.audience is now


@pytest.mark.parametrize("wanted", Audience)
def test_a_new_page_of_an_editor_is_for_staff(db: Session, editor: Actor, sv: Actor, wanted: Audience) -> None:
    assert editing.create(db, text(audience=wanted), kind=Kind.FAQ, by=editor).audience is Audience.STAFF
    # Whoever may set an audience gets the one that they set.
    assert editing.create(db, text(audience=wanted), kind=Kind.FAQ, by=sv).audience is wanted


def test_an_editor_neither_finds_nor_saves_a_page_for_svs(db: Session, editor: Actor) -> None:
    page = make_page(db, audience=Audience.SV)
    assert pages.get(db, page.id, viewer=editor) is None
    with pytest.raises(NotFound):
        save(db, page.id, text(), page.current_revision_id, by=editor)


def test_an_editor_decides_on_nobodys_story_not_even_their_own(db: Session, editor: Actor) -> None:
    for waiting in (make_story(db), make_story(db, by=editor)):
        with pytest.raises(NotAllowed):
            reviewing.approve(db, waiting.id, seen_current=None, by=editor)


def test_an_account_may_be_an_editors(db: Session) -> None:
    admin = make_actor(db, Role.ADMIN)
    made = accounts.add(db, "naoko", role=Role.EDITOR, password=PASSWORD, by=admin)
    assert made.actor.role is Role.EDITOR
    assert accounts.set_role(db, made.id, Role.OPERATOR, by=admin).role is Role.OPERATOR
