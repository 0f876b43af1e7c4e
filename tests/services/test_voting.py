"""Votes: one a visitor a revision, on what customers could read, without anything personal."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from kb.rules import limits
from kb.rules.errors import Conflict, Gone, Invalid, KbError, NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.rules.votes import Shortcoming
from kb.services import editing, voting
from kb.services.voting import Ballot, Kind
from kb.store.base import Session, Store
from kb.store.pages import Page
from kb.store.votes import Vote
from tests.conftest import StoppedClock
from tests.make import edit_page, make_page, make_proposal, make_story

YES, NO = Ballot(True), Ballot(False)


def cast(
    db: Session,
    page: Page,
    ballot: Ballot,
    *,
    visitor: str = "one",
    revision: int | None = None,
    viewer: Actor = VISITOR,
) -> tuple[Kind, ...]:
    current = revision or page.current_revision_id
    assert current is not None
    return voting.cast(db, page.id, current, ballot, visitor=visitor, viewer=viewer)


def kept(db: Session) -> list[Vote]:
    return list(db.scalars(select(Vote).order_by(Vote.id)))


def test_the_last_word_of_a_visitor_on_a_revision_counts(db: Session, clock: StoppedClock) -> None:
    page = make_page(db)
    cast(db, page, NO)
    cast(db, page, Ballot(False, Shortcoming.UNSOLVED, " 途中で止まる \n"))
    (vote,) = kept(db)
    assert (vote.is_helpful, vote.shortcoming, vote.words) == (False, Shortcoming.UNSOLVED, "途中で止まる")
    clock.advance(minutes=1)
    cast(db, page, Ballot(True, Shortcoming.OTHER, "書きかけ"))
    db.expire_all()
    (vote,) = kept(db)
    assert (vote.is_helpful, vote.shortcoming, vote.words, vote.created_at) == (True, None, "", clock.time)


def test_another_visitor_and_another_revision_count_apart(db: Session) -> None:
    page = make_page(db)
    first = page.current_revision_id
    cast(db, page, YES)
    cast(db, page, NO, visitor="two")
    edit_page(db, page, "直した本文")
    cast(db, page, NO)
    # Who still had the old text before them speaks of the old text.
    cast(db, page, YES, visitor="three", revision=first)
    counts = voting.told(db, page.id, viewer=SYSTEM, limit=9)[1]
    assert [(one.number, one.helpful, one.unhelpful) for one in counts] == [(2, 0, 1), (1, 2, 1)]


def test_personal_data_is_masked_before_it_is_kept_and_told(db: Session) -> None:
    page = make_page(db)
    said = "090-1234-5678 か taro@example.com へ。03-1234-5678 も可"
    assert cast(db, page, Ballot(False, Shortcoming.OTHER, said)) == (Kind.PHONE, Kind.MAIL)
    assert kept(db)[0].words == "［電話番号］ か ［メールアドレス］ へ。［電話番号］ も可"


def test_words_that_grow_by_masking_still_fit(db: Session) -> None:
    page = make_page(db)
    said = "a@b.jp " * 85
    assert len(said.strip()) <= limits.VOTE_WORDS
    cast(db, page, Ballot(False, None, said))
    assert len(kept(db)[0].words) == limits.VOTE_WORDS
    assert "@" not in kept(db)[0].words


def test_what_customers_could_not_read_takes_no_vote(db: Session, sv: Actor) -> None:
    public, hidden = make_page(db), make_page(db, audience=Audience.STAFF)
    was_hidden = make_page(db, audience=Audience.STAFF)
    past = was_hidden.current_revision_id
    edit_page(db, was_hidden, "公開した本文", audience=Audience.PUBLIC)
    proposal, story = make_proposal(db, public), make_story(db)
    refused: list[tuple[int, int | None, type[KbError]]] = [
        (hidden.id, hidden.current_revision_id, NotFound),
        (777, public.current_revision_id, NotFound),
        (story.page_id, story.id, NotFound),
        (public.id, proposal.id, Conflict),
        (public.id, hidden.current_revision_id, Conflict),
        (public.id, 777, Conflict),
        (was_hidden.id, past, Conflict),
    ]
    for page_id, revision, error in refused:
        assert revision is not None
        with pytest.raises(error):
            voting.cast(db, page_id, revision, YES, visitor="one", viewer=VISITOR)
    assert kept(db) == []
    cast(db, was_hidden, YES)
    assert len(kept(db)) == 1


def test_an_archived_page_takes_no_vote_and_says_where_it_went(db: Session) -> None:
    page, other = make_page(db), make_page(db)
    editing.archive(db, page.id, moved_to=other.id, by=SYSTEM)
    with pytest.raises(Gone) as gone:
        cast(db, page, YES)
    assert gone.value.moved_to == other.id
    assert kept(db) == []


def test_words_have_a_limit_and_staff_have_no_vote(db: Session, operator: Actor) -> None:
    page = make_page(db)
    with pytest.raises(Invalid) as long:
        cast(db, page, Ballot(False, None, "あ" * (limits.VOTE_WORDS + 1)))
    assert long.value.field == "words"
    with pytest.raises(NotAllowed):
        cast(db, page, YES, viewer=operator)
    assert kept(db) == []
    cast(db, page, Ballot(False, None, "あ" * limits.VOTE_WORDS))
    assert len(kept(db)) == 1


def test_sixteen_at_once_with_one_cookie_make_one_row(store: Store) -> None:
    with store.writing() as db:
        page = make_page(db)
        page_id, revision = page.id, page.current_revision_id
    assert revision is not None
    start = Barrier(16)

    def one(turn: int) -> None:
        start.wait()
        with store.writing() as db:
            voting.cast(db, page_id, revision, Ballot(turn % 2 == 0), visitor="one", viewer=VISITOR)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(16)))
    with store.reading() as db:
        assert db.scalar(select(func.count()).select_from(Vote)) == 1


def test_staff_see_counts_and_only_svs_see_words(db: Session, operator: Actor, sv: Actor, clock: StoppedClock) -> None:
    page = make_page(db)
    for visitor in ("a", "b"):
        cast(db, page, YES, visitor=visitor)
    for number in range(5):
        clock.advance(minutes=1)
        cast(db, page, Ballot(False, Shortcoming.UNCLEAR, f"言葉{number}"), visitor=str(number))
    cast(db, page, NO, visitor="silent")
    for viewer in (operator, sv):
        told = voting.summary(db, page.id, viewer=viewer)
        assert told is not None
        (count,) = told.counts
        assert (count.helpful, count.unhelpful, count.total) == (2, 6, 8)
        assert count.shortcomings == {Shortcoming.UNCLEAR: 5}
        if viewer is operator:
            assert (told.words, told.total_words) == (None, 0)
        else:
            assert told.words is not None
            assert [one.words for one in told.words] == ["言葉4", "言葉3", "言葉2"]
            assert told.total_words == 5
    _page, _counts, total, words = voting.told(db, page.id, viewer=sv, limit=2, offset=4)
    assert (total, [(one.number, one.words) for one in words]) == (5, [(1, "言葉0")])


@pytest.mark.parametrize(("viewer", "error"), [(VISITOR, NotSignedIn), (Actor(1, "o", "o", Role.OPERATOR), NotAllowed)])
def test_words_are_for_svs(db: Session, viewer: Actor, error: type[KbError]) -> None:
    page = make_page(db)
    with pytest.raises(error):
        voting.told(db, page.id, viewer=viewer, limit=5)
    assert voting.told(db, page.id, viewer=SYSTEM, limit=5)[2] == 0


def test_a_page_for_staff_alone_has_no_summary(db: Session, sv: Actor) -> None:
    page, hidden = make_page(db), make_page(db, audience=Audience.STAFF)
    assert voting.summary(db, hidden.id, viewer=sv) is None
    assert voting.summary(db, 777, viewer=sv) is None
    assert voting.summary(db, page.id, viewer=sv) is not None
    with pytest.raises(NotSignedIn):
        voting.summary(db, page.id, viewer=VISITOR)
