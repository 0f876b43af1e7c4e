"""Categories: found by key before name, and told only to those who may know of them."""

from kb.rules.pages import Audience
from kb.rules.roles import VISITOR, Role
from kb.store import categories, listing
from kb.store.base import Session
from tests.make import make_actor, make_category, make_page


def test_a_key_wins_over_the_name_of_another_category(db: Session) -> None:
    named = make_category(db, "one")
    named.name_ja = "two"
    keyed = make_category(db, "two")
    db.flush()
    assert categories.by_word(db, "two") is keyed
    assert categories.by_word(db, "one") is named
    assert categories.by_key(db, "three") is None


def test_a_category_for_staff_is_unknown_to_customers(db: Session) -> None:
    public, staff = make_category(db, "public"), make_category(db, "staff", audience=Audience.STAFF)
    assert categories.visible_to(db, VISITOR) == [public]
    assert categories.visible_to(db, make_actor(db, Role.OPERATOR)) == [public, staff]


def test_a_category_counts_only_the_pages_that_the_reader_may_read(db: Session) -> None:
    category = make_category(db)
    make_page(db, category=category)
    make_page(db, category=category, audience=Audience.STAFF)
    make_page(db, category=category, archived=True)
    assert listing.counts_by_category(db, viewer=VISITOR, language="ja") == {category.id: 1}
    assert listing.counts_by_category(db, viewer=make_actor(db), language=None) == {category.id: 2}
    assert listing.counts_by_category(db, viewer=VISITOR, language="en") == {}


def test_the_home_shows_one_page_of_each_category_before_a_second_of_any(db: Session) -> None:
    first, second = make_category(db, "a"), make_category(db, "b")
    a1, a2, b1 = (make_page(db, category=category) for category in (first, first, second))
    make_page(db, category=second, audience=Audience.STAFF)
    found = listing.first_of_each_category(db, viewer=VISITOR, language="ja", limit=10)
    assert {page.id for page in found[:2]} == {a1.id, b1.id}
    assert found[2:] == [a2]
