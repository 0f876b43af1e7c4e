"""The SV's desk: queue, every decision, and what may not be decided."""

import re
from typing import Any

import pytest

from kb.rules.pages import Audience, Kind
from kb.rules.review_states import State
from kb.rules.roles import Role
from kb.store.base import Store
from kb.store.events import Event
from kb.store.pages import Page, Revision
from tests.conftest import Browser
from tests.make import edit_page, make_page, make_proposal, make_story, make_user


@pytest.fixture
def story(store: Store) -> Revision:
    with store.writing() as db:
        return make_story(db, title="届かない荷物の話", proposal="代わりの色を案内した")


@pytest.fixture
def page(store: Store) -> Page:
    with store.writing() as db:
        return make_page(db, "配送の日数", "三日です。")


def decide(browser: Browser, revision: Revision, decision: str, **more: Any) -> Any:
    return browser.submit(f"/ja/review/{revision.id}", {"decision": decision, "revision": revision.id, **more})


def now(store: Store, revision: Revision) -> Revision:
    with store.reading() as db:
        return db.get_one(Revision, revision.id)


def test_a_taken_item_is_one_svs_until_it_is_given_back(
    as_sv: Browser, as_admin: Browser, store: Store, story: Revision
) -> None:
    decide(as_sv, story, "take")
    assert now(store, story).state is State.IN_REVIEW
    for decision in ("take", "approve", "return", "reject"):
        assert decide(as_admin, story, decision, reason="理由", current="").status_code == 409
    decide(as_sv, story, "give_back")
    assert decide(as_admin, story, "take").status_code == 302


@pytest.mark.parametrize(("decision", "state"), [("return", State.RETURNED), ("reject", State.REJECTED)])
def test_a_refusal_needs_a_reason_that_the_author_reads(
    as_sv: Browser, as_operator: Browser, store: Store, decision: str, state: State
) -> None:
    with store.writing() as db:
        story = make_story(db, by=as_operator.actor)
    answer = decide(as_sv, story, decision, thanks="ありがとう")
    assert answer.status_code == 422 and "理由を書いてください" in answer.text
    assert now(store, story).state is State.SUBMITTED
    assert decide(as_sv, story, decision, reason="日付が要ります", thanks="助かります").location == "/ja/review"
    assert now(store, story).state is state
    shown = as_operator.get(f"/ja/stories/{story.id}").text
    assert "日付が要ります" in shown and "助かります" in shown
    assert "日付が要ります" in as_sv.get(f"/ja/review/{story.id}").text


def test_a_duplicate_names_the_other_page(as_sv: Browser, as_operator: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        story = make_story(db, by=as_operator.actor)
    decide(as_sv, story, "take")
    for other in ("", "999", str(story.page_id)):
        answer = decide(as_sv, story, "duplicate", other=other, reason="同じ話")
        assert answer.status_code == 422 and 'id="f-other-error"' in answer.text
    decide(as_sv, story, "duplicate", other=page.id, reason="同じ話")
    assert now(store, story).outcome_page_id == page.id
    assert f"/ja/pages/{page.id}" in as_operator.get(f"/ja/stories/{story.id}").text


def test_approving_a_story_makes_it_a_validated_case(as_sv: Browser, store: Store, story: Revision) -> None:
    answer = decide(as_sv, story, "approve", current="", thanks="よい話")
    assert answer.location == f"/ja/pages/{story.page_id}"
    with store.reading() as db:
        page = db.get_one(Page, story.page_id)
        assert (page.current_revision_id, page.kind, page.audience) == (story.id, Kind.CASE, Audience.STAFF)
        assert page.confidence.value == "validated"


def test_approving_an_edit_publishes_it(as_sv: Browser, client: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        edit = make_proposal(db, db.get_one(Page, page.id), "五日です。")
    shown = as_sv.get(f"/ja/review/{edit.id}").text
    assert re.search(r"<del[^>]*>三", shown) and re.search(r"<ins[^>]*>五", shown)
    decide(as_sv, edit, "approve", current=page.current_revision_id)
    assert "五日です。" in client.get(f"/ja/faq/{page.id}", follow_redirects=True).text


def test_what_moved_on_since_the_sv_looked_is_not_published(as_sv: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        edit = make_proposal(db, db.get_one(Page, page.id), "五日です。")
        old = page.current_revision_id
        newer = edit_page(db, db.get_one(Page, page.id), "四日です。")
    for seen in (old, newer.id, ""):
        answer = decide(as_sv, edit, "approve", current=seen, thanks="ありがとう")
        assert answer.status_code == 409
        assert re.search(r"<del[^>]*>四", answer.text) and re.search(r"<ins[^>]*>五", answer.text)
    assert now(store, edit).state is State.SUBMITTED
    looked_at_another = {"decision": "approve", "revision": edit.id + 1}
    assert as_sv.submit(f"/ja/review/{edit.id}", looked_at_another).status_code == 422


def test_an_overtaken_edit_is_merged_by_hand(as_sv: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        edit = make_proposal(db, db.get_one(Page, page.id), "五日です。")
        edit_page(db, db.get_one(Page, page.id), "三日です。土日を除きます。")
    form = as_sv.get(f"/ja/review/{edit.id}/merge").text
    assert "三日です。土日を除きます。</textarea>" in form and "五日です。" in form
    base = re.search(r'name="base" value="(\d+)"', form)
    assert base is not None
    typed = {"into": page.id, "base": base[1], "title": "配送の日数", "audience": "public"}
    as_sv.submit(f"/ja/review/{edit.id}/merge", {**typed, "body": "五日です。土日を除きます。"})
    assert now(store, edit).state is State.MERGED


def test_merging_a_story_into_a_page(as_sv: Browser, store: Store, story: Revision, page: Page) -> None:
    form = as_sv.get(f"/ja/review/{story.id}/merge?into={page.id}").text.replace("<wbr>", "")
    assert "三日です。</textarea>" in form and "まだ届かないんだけど" in form
    typed = {"into": page.id, "base": page.current_revision_id, "title": "配送の日数", "audience": "public"}
    same = as_sv.submit(f"/ja/review/{story.id}/merge", {**typed, "body": "三日です。"})
    assert same.status_code == 422 and "まだ変わっていません" in same.text
    assert now(store, story).state is State.SUBMITTED
    answer = as_sv.submit(f"/ja/review/{story.id}/merge", {**typed, "body": "三日です。\n\n:::staff\n体験から\n:::"})
    assert answer.location == f"/ja/pages/{page.id}"
    assert (now(store, story).state, now(store, story).outcome_page_id) == (State.MERGED, page.id)
    with store.reading() as db:
        current = db.get_one(Page, page.id).current
        assert current is not None and "体験から" in current.body


def test_a_stale_merge_loses_nothing(as_sv: Browser, store: Store, story: Revision, page: Page) -> None:
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page.id), "四日です。")
    typed = {
        "into": page.id,
        "base": page.current_revision_id,
        "title": "題",
        "audience": "public",
        "body": "長く書いた文",
    }
    answer = as_sv.submit(f"/ja/review/{story.id}/merge", typed)
    assert answer.status_code == 409
    assert "長く書いた文</textarea>" in answer.text
    assert now(store, story).state is State.SUBMITTED


def test_a_faq_is_written_from_a_story(as_sv: Browser, client: Browser, store: Store, story: Revision) -> None:
    assert decide(as_sv, story, "faq").location == f"/ja/review/{story.id}/faq"
    form = as_sv.get(f"/ja/review/{story.id}/faq").text
    assert "まだ届かないんだけど" in form and "代わりの色を案内した" in form
    typed = {
        "title": "荷物が届かないときは",
        "body": "追跡番号で調べます。",
        "phrases": "まだ届かない",
        "audience": "public",
    }
    faulty = as_sv.submit(f"/ja/review/{story.id}/faq", {**typed, "title": ""})
    assert faulty.status_code == 422 and "追跡番号で調べます。</textarea>" in faulty.text
    answer = as_sv.submit(f"/ja/review/{story.id}/faq", typed)
    page = int(answer.location.rpartition("/")[2])
    assert "追跡番号で調べます。" in client.get(f"/ja/faq/{page}", follow_redirects=True).text
    assert (now(store, story).state, now(store, story).outcome_page_id) == (State.MERGED, page)


def test_nobody_publishes_their_own_text_unless_the_role_says_so(
    as_sv: Browser, as_admin: Browser, store: Store
) -> None:
    with store.writing() as db:
        by_sv, by_admin = make_story(db, by=as_sv.actor), make_story(db, by=as_admin.actor)
    typed = {"title": "題", "body": "文", "audience": "public"}
    assert decide(as_sv, by_sv, "approve", current="").status_code == 403
    assert as_sv.submit(f"/ja/review/{by_sv.id}/faq", typed).status_code == 403
    assert now(store, by_sv).state is State.SUBMITTED
    assert "これはあなたが書いたものです" in as_admin.get(f"/ja/review/{by_admin.id}").text
    assert decide(as_admin, by_admin, "approve", current="").status_code == 302
    with store.reading() as db:
        event = db.query(Event).filter_by(verb="revision approved", revision_id=by_admin.id).one()
        assert event.facts["own_text"] is True


def test_a_decided_item_stays_decided(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        made = make_user(db, Role.SV).actor
        decided = [make_story(db, in_state=state, reviewer=made) for state in (State.APPROVED, State.REJECTED)]
    for story in decided:
        for decision in ("take", "approve", "return", "reject"):
            assert decide(as_sv, story, decision, reason="理由", current="").status_code == 409
        assert as_sv.get(f"/ja/review/{story.id}").status_code == 200
        assert 'name="decision" value="approve"' not in as_sv.get(f"/ja/review/{story.id}").text


def test_drafts_are_not_on_the_desk(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        draft, mine = make_story(db, in_state=State.DRAFT), make_story(db, in_state=State.DRAFT, by=as_sv.actor)
    for story in (draft, mine):
        assert as_sv.get(f"/ja/review/{story.id}").status_code == 404
        assert decide(as_sv, story, "take").status_code in (404, 409)


def test_a_comment_needs_words_and_stands_in_the_thread(as_sv: Browser, story: Revision) -> None:
    answer = decide(as_sv, story, "comment", comment=" ")
    assert answer.status_code == 422 and "ひとこと書いてから" in answer.text
    decide(as_sv, story, "comment", comment="いつの話ですか")
    assert "いつの話ですか" in as_sv.get(f"/ja/review/{story.id}").text
