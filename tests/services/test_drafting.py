"""Drafts of the editor: kept for one person and place, and never in anybody's way."""

import pytest

from kb.rules import limits
from kb.rules.errors import NotSignedIn, TooLarge
from kb.rules.roles import SYSTEM, VISITOR
from kb.services import drafting, editing
from kb.store.base import Session
from tests.conftest import StoppedClock
from tests.make import make_actor, make_page


def test_a_draft_is_kept_over_the_one_before(db: Session, clock: StoppedClock) -> None:
    author = make_actor(db)
    page = make_page(db)
    drafting.keep(db, f"page:{page.id}", {"body": "一"}, base_id=page.current_revision_id, by=author)
    clock.advance(seconds=10)
    kept = drafting.keep(db, f"page:{page.id}", {"body": "一二"}, base_id=page.current_revision_id, by=author)
    assert (kept.fields, kept.saved_at, kept.base_id) == ({"body": "一二"}, clock.time, page.current_revision_id)
    assert drafting.kept_everywhere(db, by=author) == [kept]


def test_a_draft_belongs_to_one_person_and_one_place(db: Session) -> None:
    author, other = make_actor(db), make_actor(db)
    drafting.keep(db, "new", {"body": "私の"}, base_id=None, by=author)
    drafting.keep(db, "story", {"words": "別の場所"}, base_id=None, by=author)
    drafting.keep(db, "new", {"body": "ほかの人の"}, base_id=None, by=other)
    mine = drafting.kept(db, "new", by=author)
    assert mine is not None and mine.fields == {"body": "私の"}
    assert drafting.kept(db, "page:1", by=author) is None
    assert len(drafting.kept_everywhere(db, by=author)) == 2


def test_a_dropped_draft_is_forgotten_and_dropping_nothing_is_no_fault(db: Session) -> None:
    author = make_actor(db)
    drafting.keep(db, "new", {"body": "一"}, base_id=None, by=author)
    drafting.drop(db, "new", by=author)
    drafting.drop(db, "new", by=author)
    assert drafting.kept(db, "new", by=author) is None


def test_a_place_with_a_long_name_is_one_place(db: Session) -> None:
    author = make_actor(db)
    place = "page:" + "9" * 60
    first = drafting.keep(db, place, {"body": "一"}, base_id=None, by=author)
    assert drafting.keep(db, place, {"body": "二"}, base_id=None, by=author) is first
    assert drafting.kept(db, place, by=author) is first
    drafting.drop(db, place, by=author)
    assert drafting.kept(db, place, by=author) is None


def test_what_was_typed_is_kept_even_when_its_base_has_gone(db: Session) -> None:
    author = make_actor(db)
    page = make_page(db)
    editing.archive(db, page.id, by=SYSTEM)
    for base_id in (page.current_revision_id, 10**6):
        kept = drafting.keep(db, f"page:{page.id}", {"body": "書きかけ"}, base_id=base_id, by=author)
        assert (kept.base_id, kept.fields) == (None, {"body": "書きかけ"})


def test_a_draft_may_be_as_long_as_a_page_and_not_much_longer(db: Session) -> None:
    author = make_actor(db)
    drafting.keep(db, "new", {"body": "あ" * limits.BODY}, base_id=None, by=author)
    with pytest.raises(TooLarge):
        drafting.keep(db, "new", {"body": "あ" * (limits.BODY + 20_001)}, base_id=None, by=author)
    kept = drafting.kept(db, "new", by=author)
    assert kept is not None and len(kept.fields["body"]) == limits.BODY


def test_letters_that_no_database_takes_are_left_out(db: Session) -> None:
    kept = drafting.keep(db, "new", {"body": "書\x00き\ud800かけ"}, base_id=None, by=make_actor(db))
    db.commit()
    assert kept.fields == {"body": "書きかけ"}


def test_a_visitor_has_no_drafts(db: Session) -> None:
    with pytest.raises(NotSignedIn):
        drafting.keep(db, "new", {}, base_id=None, by=VISITOR)
    assert drafting.kept(db, "new", by=VISITOR) is None
    assert drafting.kept_everywhere(db, by=VISITOR) == []
    drafting.drop(db, "new", by=VISITOR)
