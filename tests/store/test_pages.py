"""Who may read which page and which revision: every role against every state a page can be in."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from kb.rules.pages import Audience, Kind
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import editing
from kb.store import listing, pages
from kb.store.base import Session
from kb.store.pages import PageTag, Revision, Tag
from tests.make import edit_page, make_actor, make_page, make_proposal, make_story

Made = Callable[[Session, Actor], Revision]


def live(audience: Audience) -> Made:
    def made(db: Session, author: Actor) -> Revision:
        return shown(make_page(db, audience=audience))

    return made


def shown(page: pages.Page) -> Revision:
    assert page.shown is not None
    return page.shown


def story(state: State, audience: Audience = Audience.STAFF) -> Made:
    return lambda db, author: make_story(db, in_state=state, by=author, audience=audience)


def proposal(state: State) -> Made:
    return lambda db, author: make_proposal(db, make_page(db), in_state=state, by=author)


def archived(db: Session, author: Actor) -> Revision:
    return shown(make_page(db, archived=True))


def archived_sv(db: Session, author: Actor) -> Revision:
    return shown(make_page(db, audience=Audience.SV, archived=True))


def old_public(db: Session, author: Actor) -> Revision:
    page = make_page(db)
    old = shown(page)
    edit_page(db, page, "新しい本文です。")
    return old


def made_public(before: Audience) -> Made:
    def made(db: Session, author: Actor) -> Revision:
        page = make_page(db, audience=before)
        old = shown(page)
        edit_page(db, page, "公開してよい本文です。", audience=Audience.PUBLIC)
        return old

    return made


def made_staff(db: Session, author: Actor) -> Revision:
    page = make_page(db)
    old = shown(page)
    edit_page(db, page, "社内だけの本文です。", audience=Audience.STAFF)
    return old


def of_archived(db: Session, author: Actor) -> Revision:
    revision = make_proposal(db, make_page(db), by=author)
    editing.archive(db, revision.page_id, by=SYSTEM)
    return revision


# What is asked for | who finds its page in lists | who may read the revision itself.
# c customer, o another operator, w the operator who wrote it, s SV, a admin.
TABLE: list[tuple[str, Made, str, str]] = [
    ("a live public page", live(Audience.PUBLIC), "cowsa", "cowsa"),
    ("a live staff page", live(Audience.STAFF), "owsa", "owsa"),
    ("a live SV page", live(Audience.SV), "sa", "sa"),
    ("a story: draft", story(State.DRAFT), "", "w"),
    ("a story: submitted", story(State.SUBMITTED), "owsa", "owsa"),
    ("a story: in review", story(State.IN_REVIEW), "owsa", "owsa"),
    ("a story: approved", story(State.APPROVED), "owsa", "owsa"),
    ("a story: returned", story(State.RETURNED), "", "wsa"),
    ("a story: rejected", story(State.REJECTED), "", "wsa"),
    ("a story: merged", story(State.MERGED), "", "owsa"),
    ("a story: duplicate", story(State.DUPLICATE), "", "owsa"),
    ("a story: withdrawn", story(State.WITHDRAWN), "", "w"),
    ("a story for SVs: submitted", story(State.SUBMITTED, Audience.SV), "sa", "wsa"),
    ("a story for SVs: draft", story(State.DRAFT, Audience.SV), "", "w"),
    ("an edit of a public page: submitted", proposal(State.SUBMITTED), "cowsa", "owsa"),
    ("an edit of a public page: in review", proposal(State.IN_REVIEW), "cowsa", "owsa"),
    ("an edit of a public page: approved", proposal(State.APPROVED), "cowsa", "cowsa"),
    ("an edit of a public page: returned", proposal(State.RETURNED), "cowsa", "wsa"),
    ("an edit of a public page: rejected", proposal(State.REJECTED), "cowsa", "wsa"),
    ("an edit of a public page: withdrawn", proposal(State.WITHDRAWN), "cowsa", "w"),
    ("an edit of a page archived meanwhile", of_archived, "", "wsa"),
    ("an archived page", archived, "", "sa"),
    ("an archived SV page", archived_sv, "", "sa"),
    ("the old revision of a public page", old_public, "cowsa", "owsa"),
    ("the staff revision of a page made public", made_public(Audience.STAFF), "cowsa", "owsa"),
    ("the SV revision of a page made public", made_public(Audience.SV), "cowsa", "sa"),
    ("the public revision of a page made internal", made_staff, "owsa", "owsa"),
]


@pytest.mark.parametrize(("name", "made", "in_lists", "readers"), TABLE, ids=[row[0] for row in TABLE])
def test_each_reader_sees_what_the_table_says_and_nothing_else(
    db: Session, name: str, made: Made, in_lists: str, readers: str
) -> None:
    author = make_actor(db)
    revision = made(db, author)
    viewers = {
        "c": VISITOR,
        "o": make_actor(db),
        "w": author,
        "s": make_actor(db, Role.SV),
        "a": make_actor(db, Role.ADMIN),
    }
    db.flush()
    page_id = revision.page_id
    listed = "".join(key for key, viewer in viewers.items() if pages.get(db, page_id, viewer=viewer))
    counted = "".join(key for key, viewer in viewers.items() if page_id in _in_lists(db, viewer))
    looked_up = "".join(key for key, viewer in viewers.items() if pages.by_ids(db, [page_id], viewer=viewer))
    readable = "".join(key for key, viewer in viewers.items() if pages.revision(db, revision.id, viewer=viewer))
    history = "".join(key for key, viewer in viewers.items() if revision.id in _history(db, page_id, viewer))
    assert (listed, counted, looked_up) == (in_lists, in_lists, in_lists)
    assert (readable, history) == (readers, readers)


def _in_lists(db: Session, viewer: Actor) -> set[int]:
    total, found = listing.find(db, listing.Filter(), viewer=viewer, limit=100, offset=0)
    assert total == len(found)
    return {page.id for page in found}


def _history(db: Session, page_id: int, viewer: Actor) -> set[int]:
    return {revision.id for revision in pages.revisions_of(db, page_id, viewer=viewer)}


@pytest.mark.parametrize("state", State)
def test_a_reader_without_an_account_owns_nothing_of_what_nobody_signed(db: Session, state: State) -> None:
    revision = make_story(db, in_state=state)
    revision.author_id = None
    db.flush()
    assert pages.revision(db, revision.id, viewer=VISITOR) is None
    if state in (State.DRAFT, State.WITHDRAWN):
        assert pages.revision(db, revision.id, viewer=SYSTEM) is None


def test_an_account_that_lost_its_role_owns_nothing_beyond_its_own_words(db: Session) -> None:
    author = make_actor(db)
    revision = make_story(db, in_state=State.SUBMITTED, by=author)
    demoted = replace(author, role=Role.CUSTOMER)
    assert pages.revision(db, revision.id, viewer=demoted) is None
    assert pages.revision(db, revision.id, viewer=author) is revision


def test_many_pages_are_looked_up_however_many_are_asked_for(db: Session) -> None:
    page = make_page(db)
    asked = [*range(page.id + 1, page.id + 40_000), page.id]
    assert set(pages.by_ids(db, asked, viewer=VISITOR)) == {page.id}


def test_a_page_stands_under_exactly_the_tags_it_was_last_given(db: Session) -> None:
    page = make_page(db, tags=("配送", "不在"))
    pages.set_tags(db, page.id, ["不在", "再配達", "不在"])
    db.flush()
    names = select(Tag.name).join(PageTag, PageTag.tag_id == Tag.id).where(PageTag.page_id == page.id)
    assert set(db.scalars(names)) == {"不在", "再配達"}
    assert listing.tags(db, viewer=VISITOR) == [("不在", 1), ("再配達", 1)]


def test_a_tag_of_a_hidden_page_is_neither_listed_nor_counted(db: Session) -> None:
    make_page(db, tags=("秘密", "配送"), audience=Audience.STAFF)
    make_page(db, tags=("配送",))
    assert listing.tags(db, viewer=VISITOR) == [("配送", 1)]
    assert listing.tags(db, viewer=make_actor(db)) == [("配送", 2), ("秘密", 1)]


def test_a_list_is_narrowed_by_kind_title_and_tag_at_once(db: Session) -> None:
    wanted = make_page(db, "配達の時間を変える", kind=Kind.PROCEDURE, tags=("配送",))
    make_page(db, "配達の時間を知る", kind=Kind.FAQ, tags=("配送",))
    make_page(db, "返品する", kind=Kind.PROCEDURE, tags=("配送",))
    narrowed = listing.Filter(kind=Kind.PROCEDURE, title="配達", tag="配送")
    assert listing.find(db, narrowed, viewer=VISITOR, limit=10, offset=0) == (1, [wanted])


@pytest.mark.parametrize("letters", ["100%", "a_b", "\\", "%"])
def test_letters_that_mean_something_to_like_mean_only_themselves(db: Session, letters: str) -> None:
    make_page(db, "ふつうの題名")
    held = make_page(db, f"題名に {letters} がある")
    found = listing.titled_like(db, letters, viewer=VISITOR, language=None, limit=10)
    assert found == [held]
