"""The form of a story comes back as it was filled in, and shows what is like it."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.rules.errors import NotSignedIn
from kb.rules.pages import Audience, Kind
from kb.rules.roles import VISITOR, Actor
from kb.services import indexing, searching, submitting
from kb.services.checking import checked
from kb.services.house import House
from kb.services.submitting import Story
from kb.store.base import Session, Store
from kb.store.pages import Page, Revision
from kb.text import blocks
from tests.make import make_actor, make_page, make_story, story


@pytest.fixture
def author(db: Session) -> Actor:
    return make_actor(db)


LINE = st.one_of(
    st.sampled_from(["# 題", "## 対応", "##学び", "\\# 逃がした", "\\\\## 二重", "\\", "#", "::", ":::staff\n話\n:::"]),
    st.sampled_from(
        ["- 一つ", "> 引用", "", "   字下げ", "## 状況（お客様の言葉）", "ふつうの文。", "```", "\t# 字下げ"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\r:：﹕︓∶"), max_size=20),
)


PART = st.lists(LINE, max_size=5).map("\n".join)


FORM = st.fixed_dictionaries(dict.fromkeys(submitting.HEADINGS, PART))


@settings(max_examples=300, deadline=None)
@given(parts=FORM)
def test_the_form_comes_back_as_it_was_filled_in(parts: dict[str, str]) -> None:
    told = Story(title="題名", **{name: blocks.tidy(value).strip() for name, value in parts.items()})
    text = submitting.to_text(told)
    body = checked(replace(text, body=text.body or "## " + submitting.HEADINGS["words"])).body
    page = Page(kind=Kind.CASE, audience=Audience.STAFF)
    stored = Revision(title="題名", body=body, audience=Audience.STAFF, channel="", page=page)
    assert submitting.from_revision(stored) == told


def test_lines_that_look_like_headings_or_escapes_survive_the_whole_way(db: Session, author: Actor) -> None:
    told = story(done="## 学び\n\\# もともとの逆斜線\n###### 六つ\n#タグ", result=":::staff\n社内の話\n:::")
    revision = submitting.submit(db, told, by=author)
    assert submitting.from_revision(revision) == told


def test_the_text_of_an_unknown_heading_is_kept_under_what_was_done() -> None:
    page = Page(kind=Kind.CASE, audience=Audience.STAFF)
    revision = Revision(
        title="題", body="前書き\n\n## 結果\n\n良い\n\n## 余談\n\n話", audience=Audience.STAFF, channel=""
    )
    revision.page = page
    found = submitting.from_revision(revision)
    assert (found.done, found.result) == ("前書き", "良い\n\n## 余談\n\n話")


def test_every_part_of_the_form_is_a_heading_or_a_column() -> None:
    names = {field.name for field in fields(Story)}
    assert names == {*submitting.HEADINGS, "title", "channel", "category_id", "audience"}


def test_look_alikes_are_shown_while_writing_but_not_the_text_itself(store: Store, house: House) -> None:
    with store.writing() as db:
        author = make_actor(db)
        known = make_page(db, "不在票がなくて再配達を頼めない")
        hidden = make_page(db, "再配達の裏の決まり", audience=Audience.SV)
        mine = make_story(db, title="再配達が来ない話", by=author)
        known_id, hidden_id, mine_id = known.id, hidden.id, mine.page_id
    indexing.drain_all(store, house.index)
    with store.reading() as db:
        found = searching.look_alikes(db, house, '再配達を頼みたい -不在票 "', but=mine_id, viewer=author)
        assert [result.page.id for result in found] == [known_id]
        assert hidden_id not in {result.page.id for result in found}
        with pytest.raises(NotSignedIn):
            searching.look_alikes(db, house, "再配達", viewer=VISITOR)
