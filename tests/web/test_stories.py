"""Writing down an experience: draft, look-alikes, submit, withdraw, and what became of it."""

from typing import Any

import pytest

from kb.rules.pages import Audience
from kb.rules.review_states import State
from kb.services import indexing, submitting
from kb.services.house import House
from kb.store.base import Store
from kb.store.pages import Revision
from tests.conftest import Browser
from tests.make import make_category, make_page, make_story

TYPED = {
    "title": "孫の誕生日に間に合わせたい",
    "words": "まだ届かないんだけど\nいつ届くの？",
    "purpose": "土曜の誕生日",
    "done": "在庫を調べた",
    "proposal": "代わりの色",
    "result": "喜ばれた",
    "learnt": "先に日付を聞く",
    "channel": "phone",
    "audience": "staff",
}


def newest(store: Store) -> Revision:
    with store.reading() as db:
        found = db.query(Revision).order_by(Revision.id.desc()).first()
        assert found is not None
        return found


def send(browser: Browser, action: str = "submit", **more: Any) -> Any:
    return browser.submit("/ja/stories/new", {**TYPED, "action": action, **more})


def test_a_story_becomes_a_page_that_waits(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        shelf = make_category(db).id
    answer = send(as_operator, category=shelf)
    story = newest(store)
    assert answer.location == f"/ja/stories/{story.id}"
    assert (story.state, story.title, story.channel) == (State.SUBMITTED, TYPED["title"], "phone")
    assert "## 状況（お客様の言葉）\n\nまだ届かないんだけど\nいつ届くの？" in story.body
    assert story.phrases == ["まだ届かないんだけど", "いつ届くの"]
    shown = as_operator.get(answer.location).text
    assert "提出しました" in shown and "先に日付を聞く" in shown


def test_a_submitted_story_is_found_by_staff_at_once_and_by_customers_never(
    as_operator: Browser, as_sv: Browser, client: Browser, house: House, store: Store
) -> None:
    send(as_operator)
    indexing.drain_all(house.store, house.index)
    page = newest(store).page_id
    for browser in (as_operator, as_sv):
        assert f"/ja/pages/{page}" in browser.get("/ja/console?q=誕生日").text
        assert "未検証" in browser.get(f"/ja/pages/{page}").text
    assert client.get("/api/v1/search?q=誕生日").get_json()["total"] == 0
    assert client.get(f"/ja/faq/{page}").status_code == 404


def test_a_draft_may_lack_everything_and_opens_again(as_operator: Browser, as_sv: Browser, store: Store) -> None:
    answer = as_operator.submit("/ja/stories/new", {"action": "draft", "words": "途中まで"})
    draft = newest(store)
    assert (answer.status_code, draft.state) == (302, State.DRAFT)
    form = as_operator.get(f"/ja/stories/new?draft={draft.id}").text
    assert "途中まで</textarea>" in form and f'name="draft" value="{draft.id}"' in form
    assert "（題名はまだありません）" not in form
    assert as_sv.get(f"/ja/stories/new?draft={draft.id}").status_code == 404
    send(as_operator, draft=draft.id)
    assert newest(store).id == draft.id and newest(store).state is State.SUBMITTED


@pytest.mark.parametrize("field", ["title", "words", "done"])
def test_what_a_story_needs_is_asked_for_by_its_field(as_operator: Browser, store: Store, field: str) -> None:
    answer = send(as_operator, **{field: "  "})
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert all(TYPED[name] in answer.text for name in ("purpose", "learnt") if name != field)
    with store.reading() as db:
        assert db.query(Revision).count() == 0


def test_a_markdown_heading_in_a_part_stays_in_its_part(as_operator: Browser, store: Store) -> None:
    send(as_operator, done="## 学び\n# 大見出し")
    with store.reading() as db:
        told = submitting.from_revision(db.get_one(Revision, newest(store).id))
    assert (told.done, told.learnt) == ("## 学び\n# 大見出し", TYPED["learnt"])


def test_look_alikes_are_shown_while_writing(as_operator: Browser, client: Browser, house: House, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db, "誕生日の贈り物が届かない", audience=Audience.STAFF)
        make_page(db, "誕生日のSVの話", audience=Audience.SV)
    indexing.drain_all(house.store, house.index)
    shown = as_operator.submit("/ja/stories/look-alikes", {"text": '孫の誕生日 -贈り物 "届かない'}).text
    assert f"/ja/pages/{page.id}" in shown and "SVの話" not in shown
    assert f"/ja/pages/{page.id}" in as_operator.get("/ja/stories/new?words=誕生日の贈り物").text
    assert client.submit("/ja/stories/look-alikes", {"text": "誕生日"}).status_code == 401


def test_the_search_words_become_the_story(as_operator: Browser) -> None:
    assert "見つからない言葉</textarea>" in as_operator.get("/ja/stories/new?words=見つからない言葉").text


def test_a_story_is_withdrawn_until_somebody_reviews_it(as_operator: Browser, as_sv: Browser, store: Store) -> None:
    send(as_operator)
    story = newest(store)
    assert as_operator.submit(f"/ja/stories/{story.id}", {"action": "withdraw"}).status_code == 302
    assert newest(store).state is State.WITHDRAWN
    assert as_sv.get(f"/ja/pages/{story.page_id}").status_code == 404
    send(as_operator)
    second = newest(store)
    as_sv.submit(f"/ja/review/{second.id}", {"decision": "take"})
    assert as_operator.submit(f"/ja/stories/{second.id}", {"action": "withdraw"}).status_code == 409


def test_nobody_else_acts_on_a_story(as_operator: Browser, as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        story = make_story(db)
    for browser in (as_operator, as_sv):
        assert browser.get(f"/ja/stories/{story.id}").status_code == 404
        for action in ("withdraw", "seen"):
            assert browser.submit(f"/ja/stories/{story.id}", {"action": action}).status_code == 404
        assert send(browser, draft=story.id).status_code == 404
    assert newest(store).state is State.SUBMITTED


def test_a_returned_story_shows_why_and_comes_back_as_the_next_version(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        returned = make_story(db, in_state=State.RETURNED, by=as_operator.actor, done="もとの対応")
    assert "理由はこうです。" in as_operator.get(f"/ja/stories/{returned.id}").text
    form = as_operator.get(f"/ja/stories/new?draft={returned.id}").text
    assert "理由はこうです。" in form and "もとの対応</textarea>" in form
    assert send(as_operator, draft=returned.id).status_code == 302
    again = newest(store)
    assert (again.page_id, again.number, again.state) == (returned.page_id, 2, State.SUBMITTED)
    with store.reading() as db:
        kept = db.get_one(Revision, returned.id)
        assert kept.state is State.RETURNED and "もとの対応" in kept.body


def test_an_outcome_is_news_until_it_is_read(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        decided = make_story(db, in_state=State.APPROVED, by=as_operator.actor)
    assert "data-bell-count>1<" in as_operator.get("/ja/console").text
    as_operator.submit(f"/ja/stories/{decided.id}", {"action": "seen"})
    assert "data-bell-count>0<" in as_operator.get("/ja/console").text


def test_a_story_that_an_sv_only_page_took_in_does_not_name_it(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        merged = make_story(db, in_state=State.MERGED, by=as_operator.actor)
        target = db.get_one(Revision, merged.id).outcome_page
        assert target is not None and target.current is not None
        target.audience = target.current.audience = Audience.SV
        title, page = target.current.title, target.id
    for path in (f"/ja/stories/{merged.id}", "/ja/stories"):
        shown = as_operator.get(path).text.replace("<wbr>", "")
        assert title not in shown and f"/ja/pages/{page}" not in shown


def test_the_list_has_a_tab_for_each_step(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        for state in (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED, State.WITHDRAWN):
            make_story(db, in_state=state, title=f"話{state.value}", by=as_operator.actor)
        make_story(db, title="ほかの人の話")
    for tab, found in {
        "all": {"draft", "submitted", "returned", "approved", "withdrawn"},
        "draft": {"draft", "returned"},
        "waiting": {"submitted"},
        "decided": {"approved", "withdrawn"},
    }.items():
        shown = as_operator.get(f"/ja/stories?tab={tab}").text
        assert {state.value for state in State if f"話{state.value}" in shown} == found
        assert "ほかの人の話" not in shown


def test_a_comment_is_read_by_author_and_svs_alone(as_operator: Browser, as_sv: Browser, store: Store) -> None:
    send(as_operator)
    story = newest(store)
    as_operator.submit(f"/ja/stories/{story.id}", {"action": "comment", "comment": "補足です<b>"})
    assert "補足です&lt;b&gt;" in as_sv.get(f"/ja/review/{story.id}").text
    assert "補足です" not in as_operator.get(f"/ja/pages/{story.page_id}/history").text
    assert as_operator.submit(f"/ja/stories/{story.id}", {"action": "comment", "comment": " "}).status_code == 422
