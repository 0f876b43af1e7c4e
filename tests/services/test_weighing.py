"""What speaks against a page or a passage lists it, in order, until somebody decides or validates it."""

from datetime import UTC, datetime, timedelta

import pytest

from kb.rules import limits
from kb.rules.calls import Outcome
from kb.rules.errors import Invalid
from kb.rules.looks import Sign, speaks
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM, Actor
from kb.services import accounts, editing, looking, owning, validating, weighing
from kb.services.weighing import WHOLE, Wanted
from kb.store.base import Session
from kb.store.pages import Page
from tests.conftest import StoppedClock
from tests.make import edit_page, make_actor, make_category, make_page, make_user
from tests.services.wearing import ENDED, WAYS, call, contradict, events_of, listed, seen, vote


@pytest.fixture
def page(db: Session, clock: StoppedClock) -> Page:
    made = make_page(db, body="お届けは三日です。\n\n離島は五日です。")
    clock.advance(days=1)
    return made


def test_a_page_that_nothing_speaks_against_is_not_listed(db: Session, page: Page) -> None:
    assert listed(db) == []
    assert not weighing.is_doubtful(db, page.id, viewer=make_actor(db))


@pytest.mark.parametrize("sign", WAYS)
def test_each_kind_of_evidence_lists_a_page_until_it_is_kept(
    db: Session, page: Page, clock: StoppedClock, sv: Actor, sign: Sign
) -> None:
    WAYS[sign](db, page, clock.now())
    assert listed(db, sign=sign) == listed(db) == [(page.id, "")]
    # Votes, calls and flags are no reason to warn everybody of what a page says.
    assert weighing.is_doubtful(db, page.id, viewer=make_actor(db)) is (sign is Sign.CONTRADICTED)
    clock.advance(minutes=1)
    looking.keep(db, page.id, WHOLE, "いまも正しい。", seen=seen(db, page), by=sv)
    assert listed(db) == []
    assert validating.fresh_at(db, page) == clock.now()
    clock.advance(minutes=1)
    WAYS[sign](db, page, clock.now())
    assert listed(db) == [(page.id, "")]


@pytest.mark.parametrize("sign", [Sign.CONTRADICTED, Sign.UNSOLVED, Sign.UNHELPFUL])
def test_what_happened_before_the_page_was_validated_is_not_counted(
    db: Session, page: Page, clock: StoppedClock, sign: Sign
) -> None:
    WAYS[sign](db, page, clock.now())
    clock.advance(minutes=1)
    editing.validate(db, page.id, by=SYSTEM)
    assert listed(db) == []


def test_a_limit_that_has_ended_lists_its_passage_from_the_day_after(
    db: Session, clock: StoppedClock, sv: Actor
) -> None:
    clock.time = datetime(2030, 3, 31, 14, 59, tzinfo=UTC)
    page = make_page(db, body=ENDED)
    assert listed(db) == []
    clock.advance(minutes=1)
    ((_id, passage),) = listed(db, sign=Sign.EXPIRED)
    assert passage == ":::limit operator 〜2030-03-31\n- 500円まで\n:::"
    key = weighing.key_of(passage)
    looking.keep(db, page.id, key, "記録として残す。", seen=seen(db, page, key), by=sv)
    assert listed(db) == []


def test_age_lists_a_page_and_use_keeps_it_off(db: Session, page: Page, clock: StoppedClock) -> None:
    other = make_page(db)
    clock.advance(days=364)
    assert listed(db) == [(page.id, "")]
    call(db, page, Outcome.SOLVED, clock.now())
    validating.count_anew(db, [page.id])
    assert listed(db) == []
    clock.advance(days=2)
    assert listed(db) == [(other.id, "")]


def test_too_few_votes_and_calls_say_nothing(db: Session, page: Page, clock: StoppedClock) -> None:
    call(db, page, Outcome.UNSOLVED, clock.now())
    call(db, page, Outcome.CALLBACK, clock.now())
    for _ in range(limits.LOOK_VOTES - 1):
        vote(db, page, clock.now())
    assert listed(db) == []
    assert speaks(3, 9) and not speaks(3, 10) and not speaks(2, 2)


def test_votes_on_an_older_version_are_about_another_text(db: Session, page: Page, clock: StoppedClock) -> None:
    WAYS[Sign.UNHELPFUL](db, page, clock.now())
    edit_page(db, page, "直した本文です。")
    assert listed(db) == []


def test_the_list_begins_with_what_weighs_most(db: Session, clock: StoppedClock) -> None:
    weak, strong, middle = make_page(db), make_page(db), make_page(db)
    clock.advance(days=1)
    WAYS[Sign.UNHELPFUL](db, weak, clock.now())
    for _ in range(2):
        contradict(db, strong, clock.now())
    WAYS[Sign.CONTRADICTED](db, middle, clock.now())
    assert listed(db) == [(strong.id, ""), (middle.id, ""), (weak.id, "")]
    found = weighing.find(db, Wanted(), limit=1, offset=1, viewer=SYSTEM)
    assert found.total == 3 and [row.page.id for row in found.rows] == [middle.id]
    assert found.counts[Sign.CONTRADICTED] == 2 and found.counts[Sign.UNHELPFUL] == 1


def test_after_a_decision_on_evidence_the_page_comes_back_on_its_date(
    db: Session, page: Page, clock: StoppedClock, sv: Actor
) -> None:
    WAYS[Sign.CONTRADICTED](db, page, clock.now())
    look = looking.keep(db, page.id, WHOLE, "例外の話だった。", seen=seen(db, page), by=sv)
    clock.time = look.next_at - timedelta(minutes=1)
    call(db, page, Outcome.SOLVED, clock.now())
    validating.count_anew(db, [page.id])
    assert listed(db) == []
    clock.advance(minutes=1)
    assert listed(db, sign=Sign.AGE) == [(page.id, "")]


def test_operators_are_not_warned_of_what_only_supervisors_read(
    db: Session, clock: StoppedClock, operator: Actor, sv: Actor
) -> None:
    page = make_page(db, body="公開の文。", audience=Audience.STAFF)
    assert page.current is not None
    page.current.body = "公開の文。\n\n:::sv\n社外秘\n:::limit operator 〜2030-01-31\n千円\n:::\n:::"
    db.flush()
    assert not weighing.is_doubtful(db, page.id, viewer=operator)
    page.current.body = "公開の文。\n\n:::limit operator 〜2030-01-31\n千円\n:::"
    db.flush()
    assert weighing.is_doubtful(db, page.id, viewer=operator)


def test_the_list_is_narrowed_by_category_and_group(db: Session, clock: StoppedClock, sv: Actor) -> None:
    shelf = make_category(db)
    one, other = make_page(db, category=shelf), make_page(db)
    owning.set_owner(db, other.id, "配送チーム", sv.id, by=sv)
    clock.advance(days=366)
    assert listed(db, wanted=Wanted(category_id=shelf.id)) == [(one.id, "")]
    assert listed(db, wanted=Wanted(group="配送チーム")) == [(other.id, "")]
    assert len(listed(db)) == 2


def test_an_owner_is_a_group_with_a_person_and_one_who_left_is_evidence(db: Session, page: Page, sv: Actor) -> None:
    person = make_user(db)
    for group, user_id, field in (("", person.id, "group"), ("配送", None, "owner"), ("あ" * 61, person.id, "group")):
        with pytest.raises(Invalid) as refused:
            owning.set_owner(db, page.id, group, user_id, by=sv)
        assert refused.value.field == field
    owning.set_owner(db, page.id, " 配送 ", person.id, by=sv)
    assert owning.groups(db, viewer=sv) == ["配送"] and listed(db) == []
    accounts.close(db, person.id, by=SYSTEM)
    assert listed(db, sign=Sign.OWNER) == [(page.id, "")]
    assert person.id not in [one.id for one in owning.people(db, viewer=sv)]
    with pytest.raises(Invalid):
        owning.set_owner(db, page.id, "配送", person.id, by=sv)
    owning.set_owner(db, page.id, "配送", sv.id, by=sv)
    assert listed(db) == []
    owning.set_owner(db, page.id, "", None, by=sv)
    assert owning.of_page(db, page.id, viewer=sv) is None
    verbs = [verb for verb in events_of(db) if verb.startswith("owner")]
    assert verbs == ["owner set", "owner set", "owner removed"]
