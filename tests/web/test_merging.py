"""Merging, making a FAQ, duplicates and contradictions as an SV meets them, without a script."""

import re
from html import unescape
from typing import Any

import pytest

from kb.rules.desk import MessageKind
from kb.rules.pages import Audience
from kb.rules.review_states import State
from kb.services import lineage, reviewing
from kb.store.base import Store
from kb.store.events import Event
from kb.store.messages import Message
from kb.store.pages import Page, Revision
from tests.conftest import Browser
from tests.make import edit_page, make_page, make_story

BODY = "三日です。\n\n:::say\nお調べします。\n:::"
SECRET = "差額は五千円まで。"


@pytest.fixture
def page(store: Store) -> Page:
    with store.writing() as db:
        return make_page(db, "配送の日数", BODY)


@pytest.fixture
def story(store: Store, as_operator: Browser) -> Revision:
    with store.writing() as db:
        return make_story(
            db,
            title="入学式に間に合わせた話",
            by=as_operator.actor,
            purpose="娘の入学式に使いたい",
            proposal="いつまでにご入用か、お聞かせください。",
        )


def field(html: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n?(.*?)</textarea>', html, re.S)
    found = found or re.search(rf'<textarea name="{name}"[^>]*>(.*?)</textarea>', html, re.S)
    assert found is not None
    return unescape(found[1])


def number_of(html: str, passage: str) -> str:
    found = re.search(rf'value="(\d+)" id="pick-\d+"><span>{re.escape(passage)}', html.replace("<wbr>", ""))
    assert found is not None
    return found[1]


def typed(page: Page, **more: Any) -> dict[str, Any]:
    known = {"into": page.id, "base": page.current_revision_id, "title": "配送の日数", "audience": "public"}
    return {**known, "body": BODY, **more}


def test_a_passage_goes_into_its_block_and_nothing_is_stored_until_it_is_published(
    as_sv: Browser, store: Store, story: Revision, page: Page
) -> None:
    address = f"/ja/review/{story.id}/merge"
    form = as_sv.get(f"{address}?into={page.id}").text
    asked = number_of(form, "いつまでにご入用か、お聞かせください。")
    put = as_sv.submit(address, typed(page, put="say", pick=asked))
    assert put.status_code == 200
    body = field(put.text, "body")
    assert ":::say\nお調べします。\nいつまでにご入用か、お聞かせください。\n:::" in body
    assert "「ひとこと」に入れました" in put.text and re.search(r"<ins[^>]*>いつまでに", put.text)
    kept = field(put.text, "passages")
    said = number_of(form, "まだ届かないんだけど、どうなってるの")
    again = as_sv.submit(address, typed(page, body=body, passages=kept, put=f"phrases:{said}"))
    assert field(again.text, "phrases") == "まだ届かないんだけど、どうなってるの"
    with store.reading() as db:
        assert db.get_one(Page, page.id).current_revision_id == page.current_revision_id
        assert db.get_one(Revision, story.id).state is State.SUBMITTED
    fields = {name: field(again.text, name) for name in ("body", "phrases", "passages")}
    as_sv.submit(address, typed(page, **fields, decision="merge", thanks="ありがとう"))
    with store.reading() as db:
        (root,) = lineage.of_page(db, page.id, viewer=as_sv.actor)
        assert root.passages == ("いつまでにご入用か、お聞かせください。", "まだ届かないんだけど、どうなってるの")


def test_nothing_chosen_and_places_that_do_not_exist_change_nothing(
    as_sv: Browser, story: Revision, page: Page
) -> None:
    for put in ("say", "say:999", "nowhere", "look"):
        answer = as_sv.submit(f"/ja/review/{story.id}/merge", typed(page, put=put))
        assert answer.status_code == 200
        assert field(answer.text, "body") == BODY
    assert "先に、体験の文を選んでください" in as_sv.submit(f"/ja/review/{story.id}/merge", typed(page, put="say")).text


def test_a_merge_is_one_decision_with_one_event_and_one_message(
    as_sv: Browser, as_operator: Browser, store: Store, story: Revision, page: Page
) -> None:
    as_sv.submit(f"/ja/review/{story.id}/merge", typed(page, body=BODY + "\n\n土日を除きます。"))
    again = as_sv.submit(f"/ja/review/{story.id}/merge", typed(page, body=BODY + "\n\n二度目。"))
    assert again.status_code == 409
    with store.reading() as db:
        told = db.query(Message).filter_by(user_id=as_operator.actor.id, kind=MessageKind.MERGED).all()
        assert [one.revision_id for one in told] == [story.id]
        assert db.query(Event).filter_by(verb="revision merged", revision_id=story.id).count() == 1


def test_what_others_published_meanwhile_is_put_together_with_what_was_typed(
    as_sv: Browser, store: Store, story: Revision, page: Page
) -> None:
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page.id), BODY.replace("三日", "四日"), phrases=("いつ届く",))
    mine = typed(page, body=BODY.replace("お調べします。", "お調べします。\n先にうかがいます。"), phrases="まだ")
    answer = as_sv.submit(f"/ja/review/{story.id}/merge", mine)
    assert answer.status_code == 409
    assert field(answer.text, "body") == "四日です。\n\n:::say\nお調べします。\n先にうかがいます。\n:::"
    assert field(answer.text, "phrases") == "まだ\nいつ届く"
    base = re.search(r'name="base" value="(\d+)"', answer.text)
    assert base is not None
    fields = {"body": field(answer.text, "body"), "phrases": field(answer.text, "phrases"), "base": base[1]}
    assert as_sv.submit(f"/ja/review/{story.id}/merge", mine | fields).location == f"/ja/pages/{page.id}"


def test_a_draft_of_an_older_page_never_takes_back_what_was_published_since(
    as_sv: Browser, store: Store, story: Revision, page: Page
) -> None:
    kept = {"place": f"merge:{story.id}:{page.id}", "base": page.current_revision_id, "body": BODY + "\n\n私の追記。"}
    as_sv.submit("/ja/drafts", {**kept, "title": "配送の日数"})
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page.id), BODY.replace("三日", "四日"))
    form = as_sv.get(f"/ja/review/{story.id}/merge?into={page.id}").text
    assert field(form, "body") == BODY.replace("三日", "四日") + "\n\n私の追記。"
    assert "書いているあいだに" in form


def test_words_for_staff_never_reach_customers_however_they_are_written(
    as_sv: Browser, client: Browser, as_operator: Browser, store: Store, story: Revision
) -> None:
    form = as_sv.get(f"/ja/review/{story.id}/faq").text
    assert ":::purpose 娘の入学式に使いたい" in field(form, "inside")
    fields = {"title": "金曜に着きますか", "body": "着きます。", "audience": "public", "phrases": "まだ"}
    inside = ":::ask\n- 何に使いますか\n:::\n\n囲まずに書いた内輪の文"
    answer = as_sv.submit(f"/ja/review/{story.id}/faq", {**fields, "inside": inside})
    page = int(answer.location.rpartition("/")[2])
    public = client.get(f"/ja/faq/{page}", follow_redirects=True).text
    assert "着きます。" in public
    assert "内輪の文" not in public and "何に使いますか" not in public
    staff = as_operator.get(f"/ja/pages/{page}").text
    assert "内輪の文" in staff and "何に使いますか" in staff


def test_a_fault_in_the_part_for_staff_is_told_there(as_sv: Browser, store: Store, story: Revision) -> None:
    fields = {"title": "題", "body": "文", "audience": "public", "inside": ":::say\n閉じない"}
    answer = as_sv.submit(f"/ja/review/{story.id}/faq", fields)
    assert answer.status_code == 422 and 'id="f-inside-error"' in answer.text
    assert field(answer.text, "inside") == ":::say\n閉じない"
    with store.reading() as db:
        assert db.get_one(Revision, story.id).state is State.SUBMITTED


def test_passages_of_a_faq_go_to_the_side_of_those_who_may_read_them(as_sv: Browser, story: Revision) -> None:
    address = f"/ja/review/{story.id}/faq"
    asked = number_of(as_sv.get(address).text, "いつまでにご入用か、お聞かせください。")
    fields = {"title": "題", "body": "文", "inside": "", "audience": "public"}
    said = as_sv.submit(address, {**fields, "put": "say", "pick": asked}).text
    assert field(said, "body") == "文" and "いつまでに" in field(said, "inside")
    open_text = as_sv.submit(address, {**fields, "put": "text", "pick": asked}).text
    assert "いつまでに" in field(open_text, "body") and field(open_text, "inside") == ""


def test_a_duplicate_takes_only_the_chosen_wordings_along_and_its_address_leads_on(
    as_sv: Browser, as_operator: Browser, client: Browser, store: Store, story: Revision, page: Page
) -> None:
    chosen = as_sv.get(f"/ja/review/{story.id}/duplicate").text
    assert f"duplicate?of={page.id}" in chosen or "番号で選ぶ" in chosen
    form = as_sv.get(f"/ja/review/{story.id}/duplicate?of={page.id}").text
    assert 'name="wording" value="まだ届かないんだけど、どうなってるの"' in form
    fields = {"of": page.id, "wording": "まだ届かない"}
    faulty = as_sv.submit(f"/ja/review/{story.id}/duplicate", fields)
    assert faulty.status_code == 422 and 'id="f-reason-error"' in faulty.text
    answer = as_sv.submit(f"/ja/review/{story.id}/duplicate", {**fields, "reason": "同じ話"})
    assert answer.location == f"/ja/pages/{page.id}"
    with store.reading() as db:
        current = db.get_one(Page, page.id).current
        assert current is not None and current.phrases == ["まだ届かない"]
        assert db.query(Message).filter_by(kind=MessageKind.DUPLICATE, revision_id=story.id).count() == 1
    assert as_operator.get(f"/ja/pages/{story.page_id}").location == f"/ja/pages/{page.id}"
    assert as_sv.get(f"/ja/review/{story.id}/duplicate?of={page.id}").status_code == 409
    assert client.get(f"/ja/faq/{story.page_id}").status_code == 404


def test_a_contradiction_is_shown_to_svs_alone_and_can_be_taken_back(
    as_sv: Browser, as_operator: Browser, client: Browser, story: Revision, page: Page
) -> None:
    assert "三日です。" in as_sv.get(f"/ja/review/{story.id}/contradict?page={page.id}").text
    fields = {"page": page.id, "passage": "三日です。"}
    assert as_sv.submit(f"/ja/review/{story.id}/contradict", {"page": page.id, "passage": "無い文"}).status_code == 422
    assert as_sv.submit(f"/ja/review/{story.id}/contradict", fields).location == f"/ja/review/{story.id}"
    assert as_sv.submit(f"/ja/review/{story.id}/contradict", fields).status_code == 409
    shown = as_sv.get(f"/ja/pages/{page.id}").text
    assert "食い違う体験" in shown and story.title in shown
    number = re.search(r'name="lineage" value="(\d+)"', shown)
    assert number is not None
    assert story.title not in as_operator.get(f"/ja/pages/{page.id}").text
    assert "件の記事と食い違って" not in as_operator.get(f"/ja/stories/{story.id}").text
    unlink = {"action": "unlink", "lineage": number[1]}
    assert as_operator.submit(f"/ja/pages/{page.id}", unlink).status_code == 403
    as_sv.submit(f"/ja/pages/{page.id}", unlink)
    assert story.title not in as_sv.get(f"/ja/pages/{page.id}").text


def test_each_reader_of_a_page_sees_of_its_stories_what_they_may(
    as_sv: Browser, as_operator: Browser, client: Browser, store: Store, story: Revision
) -> None:
    with store.writing() as db:
        sv = as_sv.actor
        page = make_page(db, "配送の料金", f"{BODY}\n\n:::sv\n{SECRET}\n:::", audience=Audience.PUBLIC)
        lineage.support(db, page, db.get_one(Revision, story.id), ["三日です。", SECRET], by=sv)
        reviewing.mark_duplicate(db, story.id, of=make_page(db).id, reason="同じ", wordings=[], by=sv)
    by_sv, by_operator = (who.get(f"/ja/pages/{page.id}").text for who in (as_sv, as_operator))
    told = [str(who.get(f"/api/v1/pages/{page.id}").json) for who in (as_sv, as_operator, client)]
    author = as_operator.actor.display_name
    assert SECRET in by_sv and SECRET in told[0]
    for text in (by_operator, told[1]):
        assert SECRET not in text
        assert story.title in text and author in text
    visitors = (client.get(f"/ja/faq/{page.id}", follow_redirects=True).text, told[2])
    for text in visitors:
        assert "三日です。" in text or "配送の料金" in text
        assert story.title not in text and author not in text and "lineage" not in text


def test_operators_are_not_let_in_to_any_of_it(as_operator: Browser, story: Revision, page: Page) -> None:
    for path in ("merge", "faq", "duplicate", "contradict"):
        assert as_operator.get(f"/ja/review/{story.id}/{path}").status_code == 403
        assert as_operator.submit(f"/ja/review/{story.id}/{path}", {"into": page.id}).status_code == 403
