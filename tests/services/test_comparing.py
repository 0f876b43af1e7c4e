"""History, comparison and three-way merge: each cut for its reader before anything is compared."""

import pytest

from kb.rules.errors import NotFound, NotSignedIn
from kb.rules.pages import Audience
from kb.rules.review_states import State
from kb.rules.roles import VISITOR, Actor
from kb.services import comparing, editing
from kb.store.base import Session
from kb.store.pages import Page, Revision
from tests.make import edit_page, make_page, make_proposal, make_story, text

SECRET = "返金は三万円まで"


def twice(db: Session, before: str, after: str) -> tuple[Page, Revision, Revision]:
    page = make_page(db, body=before)
    assert page.current is not None
    return page, page.current, edit_page(db, page, after)


def test_the_history_has_every_readable_version_and_what_happened(db: Session, operator: Actor, sv: Actor) -> None:
    page, first, second = twice(db, "一つめ", "二つめ")
    rejected = make_proposal(db, page, in_state=State.REJECTED)
    db.flush()
    seen = comparing.history(db, page.id, viewer=operator)
    assert seen.revisions == [second, first]
    assert [event.verb for event in seen.events] == ["page created", "revision published"]
    whole = comparing.history(db, page.id, viewer=sv)
    assert whole.revisions == [rejected, second, first]
    assert "revision rejected" in [event.verb for event in whole.events]


def test_a_hidden_or_missing_page_has_no_history(db: Session, operator: Actor) -> None:
    for page_id in (make_page(db, audience=Audience.SV).id, make_page(db, archived=True).id, 10**6):
        with pytest.raises(NotFound):
            comparing.history(db, page_id, viewer=operator)
    with pytest.raises(NotSignedIn):
        comparing.history(db, make_page(db).id, viewer=VISITOR)


def test_an_archived_page_keeps_its_history_for_who_may_bring_it_back(db: Session, sv: Actor) -> None:
    page = make_page(db, archived=True)
    assert comparing.history(db, page.id, viewer=sv).revisions == [page.current]


def test_two_revisions_are_compared_the_older_one_first_whichever_way_they_are_asked(
    db: Session, operator: Actor
) -> None:
    page, first, second = twice(db, "同じ行\n古い行", "同じ行\n新しい行")
    for old, new in ((first, second), (second, first)):
        found = comparing.compare(db, page.id, old.id, new.id, viewer=operator)
        assert (found.old, found.new) == (first, second)
        assert (found.added, found.removed) == (1, 1)


def test_what_a_reader_may_not_see_is_not_in_the_comparison(db: Session, operator: Actor, sv: Actor) -> None:
    page, first, second = twice(db, "見える文", f"見える文\n\n:::sv\n{SECRET}\n:::")
    seen = comparing.compare(db, page.id, first.id, second.id, viewer=operator)
    assert SECRET not in str(seen.rows) + str(seen.fields)
    assert (seen.added, seen.removed) == (0, 0)
    whole = comparing.compare(db, page.id, first.id, second.id, viewer=sv)
    assert SECRET in str(whole.rows) and whole.added > 0


def test_changed_title_phrases_and_tags_are_told_and_unchanged_ones_are_not(db: Session, sv: Actor) -> None:
    page = make_page(db, "題名", "本文", phrases=("届かない",), tags=("配送",))
    first = page.current
    assert first is not None
    second = edit_page(db, page, "本文", title="別の題名", tags=("不在",), phrases=("届かない",))
    found = comparing.compare(db, page.id, first.id, second.id, viewer=sv)
    assert [name for name, _rows in found.fields] == ["title", "tags"]


def test_only_readable_revisions_of_one_page_are_compared(db: Session, operator: Actor) -> None:
    page, first, _second = twice(db, "一つめ", "二つめ")
    other = make_page(db)
    hidden = make_proposal(db, page, in_state=State.RETURNED)
    for revision_id in (other.current_revision_id or 0, hidden.id, 10**6):
        for pair in ((first.id, revision_id), (revision_id, first.id)):
            with pytest.raises(NotFound):
                comparing.compare(db, page.id, *pair, viewer=operator)


def test_a_three_way_merge_keeps_both_edits(db: Session, sv: Actor) -> None:
    page, first, second = twice(db, "一\n\n二\n\n三", "一\n\n二\n\n三（相手）")
    mine = text(body="一（私）\n\n二\n\n三")
    found = comparing.three_way(db, page.id, mine, base_id=first.id, viewer=sv)
    assert (found.base, found.theirs) == (first, second)
    assert (found.merged.text, found.merged.conflicts) == ("一（私）\n\n二\n\n三（相手）", 0)


def test_a_three_way_merge_marks_where_both_changed_the_same_line(db: Session, sv: Actor) -> None:
    page, first, _second = twice(db, "一", "一（相手）")
    found = comparing.three_way(db, page.id, text(body="一（私）"), base_id=first.id, viewer=sv)
    assert found.merged.conflicts == 1
    assert "一（私）" in found.merged.text and "一（相手）" in found.merged.text


def test_a_three_way_merge_shows_an_operator_nothing_hidden(db: Session, operator: Actor) -> None:
    block = f"\n\n:::sv\n{SECRET}\n:::"
    page, first, _second = twice(
        db, f"一{block}", f"一（相手）{block}のつづき\n\n:::sv\nもう一つ{SECRET}\n:::".replace(":::の", ":::\n\nの")
    )
    found = comparing.three_way(db, page.id, text(body="一（私）"), base_id=first.id, viewer=operator)
    assert SECRET not in found.merged.text + found.their_body + str(found.rows)
    saved = editing.save(
        db, page.id, text("題名", "一（まとめた）\n\nのつづき"), base_id=page.current_revision_id, by=operator
    )
    assert saved.revision.body.count(SECRET) == 2


def test_the_merge_of_a_foreign_base_is_refused(db: Session, operator: Actor) -> None:
    page, other = make_page(db), make_page(db)
    with pytest.raises(NotFound):
        comparing.three_way(db, page.id, text(), base_id=other.current_revision_id, viewer=operator)
    with pytest.raises(NotFound):
        comparing.three_way(db, make_story(db).page_id, text(), base_id=None, viewer=operator)
