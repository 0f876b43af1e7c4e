"""Writing: save, propose, conflict, preview for each audience, drafts; and nothing anybody wrote is ever lost."""

import re
from typing import Any

import pytest

from kb.rules.pages import Audience
from kb.rules.review_states import State
from kb.store.base import Store
from kb.store.drafts import Draft
from kb.store.pages import Page, Revision
from tests.conftest import Browser
from tests.make import edit_page, make_category, make_page, make_proposal, make_story

BODY = "三日です。\n\n:::staff\n急ぎは二日\n:::\n\n:::sv\n例外は部長\n:::"


@pytest.fixture
def page(store: Store) -> Page:
    with store.writing() as db:
        return make_page(db, "配送の日数", BODY, phrases=("いつ届く",), tags=("配送",))


def fields(page: Page, **more: Any) -> dict[str, Any]:
    """The editor's form as it opens for an SV, with what was typed over it."""
    start = {"action": "save", "title": "配送の日数", "body": BODY, "phrases": "いつ届く", "tags": "配送"}
    return start | {"audience": "public", "significance": "change", "base": page.current_revision_id} | more


def revisions(store: Store, page: Page) -> list[Revision]:
    with store.reading() as db:
        return db.query(Revision).filter_by(page_id=page.id).order_by(Revision.number).all()


def current(store: Store, page: Page) -> Revision:
    with store.reading() as db:
        found = db.get_one(Page, page.id).current
        assert found is not None
        return found


def test_an_sv_publishes_a_new_page(as_sv: Browser, client: Browser, store: Store) -> None:
    with store.writing() as db:
        shelf = make_category(db).id
    typed = {"title": " 送料は？ ", "body": "無料です。\r\n", "kind": "faq", "audience": "public", "category": shelf}
    answer = as_sv.submit(
        "/ja/pages/new", {"action": "save", **typed, "phrases": "いくら\nいくら\n", "tags": "送料、料金"}
    )
    assert answer.status_code == 302
    number = int(answer.location.rpartition("/")[2])
    with store.reading() as db:
        made = db.get_one(Page, number)
        assert made.current is not None and made.current.number == 1
        assert (made.current.title, made.current.body) == ("送料は？", "無料です。")
        assert (made.current.phrases, made.current.tags) == (["いくら"], ["送料", "料金"])
    assert "公開しました" in as_sv.get(answer.location).text
    assert client.get(f"/ja/faq/{number}", follow_redirects=True).status_code == 200


def test_an_sv_saves_the_next_version(as_sv: Browser, store: Store, page: Page) -> None:
    answer = as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, body=BODY.replace("三日", "四日"), note="日数"))
    assert (answer.status_code, answer.location) == (302, f"/ja/pages/{page.id}")
    now = current(store, page)
    assert (now.number, now.body, now.note) == (2, BODY.replace("三日", "四日"), "日数")
    assert [one.number for one in revisions(store, page)] == [1, 2]


def test_a_text_that_says_the_same_makes_no_version(as_sv: Browser, store: Store, page: Page) -> None:
    for body in (BODY, BODY.replace("\n", "\r\n") + "\r\n\r\n"):
        answer = as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, body=body, note="書いたつもり"))
        assert answer.status_code == 302
        assert "新しい版は作りませんでした" in as_sv.get(answer.location).text
    assert len(revisions(store, page)) == 1


def test_an_operators_edit_waits_while_the_page_stays(
    as_operator: Browser, client: Browser, store: Store, page: Page
) -> None:
    form = as_operator.get(f"/ja/pages/{page.id}/edit").text
    assert "急ぎは二日" in form and "例外は部長" not in form
    typed = fields(page, body="五日です。\n\n:::staff\n急ぎは三日\n:::", audience="sv")
    answer = as_operator.submit(f"/ja/pages/{page.id}/edit", typed)
    proposal = revisions(store, page)[1]
    assert answer.location == f"/ja/stories/{proposal.id}"
    assert (proposal.state, proposal.audience) == (State.SUBMITTED, Audience.PUBLIC)
    # What the writer could not see is still there.
    assert ":::sv\n例外は部長\n:::" in proposal.body
    assert current(store, page).number == 1
    assert "三日です。" in client.get(f"/ja/faq/{page.id}", follow_redirects=True).text


def test_an_sv_may_propose_as_well(as_sv: Browser, store: Store, page: Page) -> None:
    as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, body="別の文", action="propose"))
    assert revisions(store, page)[1].state is State.SUBMITTED


def test_a_stale_save_shows_both_texts_and_their_merge(as_sv: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page.id), BODY.replace("部長", "課長"), note="例外を直した")
    answer = as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, body=BODY.replace("三日", "四日")))
    assert answer.status_code == 409
    assert len(revisions(store, page)) == 2
    merged = re.search(r'<textarea[^>]*name="body".*?>\n(.*?)</textarea>', answer.text, re.S)
    assert merged is not None
    assert "四日です。" in merged[1] and "例外は課長" in merged[1]
    base = re.search(r'name="base" value="(\d+)"', answer.text)
    assert base is not None and int(base[1]) == current(store, page).id
    again = as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, body=merged[1], base=base[1]))
    assert again.status_code == 302
    assert "四日です。" in current(store, page).body and "例外は課長" in current(store, page).body


def test_two_edits_of_one_line_have_to_be_put_together_by_hand(as_sv: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page.id), BODY.replace("三日", "五日"))
    answer = as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, body=BODY.replace("三日", "四日")))
    assert "&lt;&lt;&lt;&lt;&lt;&lt;&lt;" in answer.text and "四日です。" in answer.text and "五日です。" in answer.text
    marked = "<<<<<<< あなたの文\n四日です。\n=======\n五日です。\n>>>>>>> 公開中の文"
    refused = as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, body=marked, base=current(store, page).id))
    assert refused.status_code == 422
    assert "まだ一つになっていません" in refused.text and "四日です。" in refused.text


def test_the_same_edit_by_two_people_is_no_conflict(as_sv: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        same: dict[str, Any] = {"phrases": ("いつ届く",), "tags": ("配送",)}
        edit_page(db, db.get_one(Page, page.id), BODY.replace("三日", "四日"), **same)
    answer = as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, body=BODY.replace("三日", "四日")))
    assert answer.status_code == 302
    assert len(revisions(store, page)) == 2


@pytest.mark.parametrize(
    ("audience", "seen", "unseen"),
    [
        ("public", ["三日"], ["急ぎは", "例外は"]),
        ("staff", ["三日", "急ぎは"], ["例外は"]),
        ("sv", ["三日", "例外は"], []),
    ],
)
def test_a_preview_is_cut_for_its_audience(as_sv: Browser, audience: str, seen: list[str], unseen: list[str]) -> None:
    alone = as_sv.submit("/ja/preview", {"body": BODY, "audience": audience}).text
    whole = as_sv.submit(
        "/ja/pages/new", {"action": "preview", "title": "題", "body": BODY, "preview_as": audience}
    ).text
    for text in (alone, whole.partition("preview__body")[2].partition('name="phrases"')[0]):
        assert all(word in text for word in seen) and not any(word in text for word in unseen)


def test_a_preview_never_shows_more_than_its_reader_may_see(as_operator: Browser) -> None:
    assert "例外は" not in as_operator.submit("/ja/preview", {"body": BODY, "audience": "sv"}).text


def test_a_preview_writes_nothing_and_keeps_the_form(as_sv: Browser, store: Store, page: Page) -> None:
    answer = as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, action="preview", body="新しい<文>", note="理由"))
    assert answer.status_code == 200
    assert "新しい&lt;文&gt;</textarea>" in answer.text and 'value="理由"' in answer.text
    assert len(revisions(store, page)) == 1


def test_a_draft_is_kept_for_its_writer_alone(as_sv: Browser, as_admin: Browser, store: Store, page: Page) -> None:
    typed = {
        "place": f"page:{page.id}",
        "title": "打ちかけの題",
        "body": "打ちかけの文",
        "base": page.current_revision_id,
    }
    saved = as_sv.submit("/ja/drafts", typed, headers={"Accept": "application/json"})
    assert saved.get_json()["saved_at"] and saved.get_json()["told"].startswith("きょう")
    assert "打ちかけの文</textarea>" in as_sv.get(f"/ja/pages/{page.id}/edit").text
    assert "打ちかけ" not in as_admin.get(f"/ja/pages/{page.id}/edit").text
    as_sv.submit(f"/ja/pages/{page.id}/edit", {"action": "discard"})
    assert "打ちかけ" not in as_sv.get(f"/ja/pages/{page.id}/edit").text


def test_saving_for_good_forgets_the_draft(as_sv: Browser, store: Store, page: Page) -> None:
    as_sv.submit("/ja/drafts", {"place": f"page:{page.id}", "body": "途中"})
    as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, body="できあがり"))
    with store.reading() as db:
        assert db.query(Draft).count() == 0


@pytest.mark.parametrize("body", ["", " \n\n"])
def test_an_empty_draft_never_opens_over_a_page_that_has_a_text(as_sv: Browser, page: Page, body: str) -> None:
    as_sv.submit("/ja/drafts", {"place": f"page:{page.id}", "title": "", "body": body})
    form = as_sv.get(f"/ja/pages/{page.id}/edit").text
    assert "三日です。" in form and 'value="配送の日数"' in form


def test_a_draft_of_an_older_version_meets_the_new_one_as_a_conflict(as_sv: Browser, store: Store, page: Page) -> None:
    old = page.current_revision_id
    as_sv.submit("/ja/drafts", {"place": f"page:{page.id}", "title": "配送の日数", "body": "途中の文", "base": old})
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page.id), "だれかの新しい文")
    form = as_sv.get(f"/ja/pages/{page.id}/edit").text
    assert "途中の文</textarea>" in form and f'name="base" value="{old}"' in form
    assert as_sv.submit(f"/ja/pages/{page.id}/edit", fields(page, body="途中の文", base=old)).status_code == 409


def test_a_returned_proposal_is_taken_up_again(as_operator: Browser, store: Store, page: Page) -> None:
    with store.writing() as db:
        assert as_operator.actor is not None
        mine = make_proposal(db, db.get_one(Page, page.id), "六日です。", in_state=State.RETURNED, by=as_operator.actor)
    form = as_operator.get(f"/ja/pages/{page.id}/edit?take={mine.id}").text
    assert "六日です。" in form
    again = as_operator.submit(f"/ja/pages/{page.id}/edit", fields(page, body="七日です。"))
    assert again.status_code == 302
    assert [one.state for one in revisions(store, page)] == [State.APPROVED, State.RETURNED, State.SUBMITTED]


def test_a_story_that_waits_is_not_edited_behind_its_authors_back(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        story = make_story(db)
    assert as_sv.get(f"/ja/pages/{story.page_id}/edit").location == f"/ja/pages/{story.page_id}"
    typed = {"action": "save", "title": "題", "body": "書きかえた文", "base": story.id, "audience": "staff"}
    assert as_sv.submit(f"/ja/pages/{story.page_id}/edit", typed).status_code == 409


def test_every_kind_begins_with_its_template(as_sv: Browser) -> None:
    for kind, start in (("faq", ":::say"), ("procedure", ":::limit operator"), ("script", "最初のひとこと")):
        assert start in as_sv.get(f"/ja/pages/new?kind={kind}").text
    assert 'value="ない記事の題"' in as_sv.get("/ja/pages/new?title=ない記事の題").text


def test_each_kind_begins_with_its_template_and_keeps_a_draft_of_its_own(as_sv: Browser) -> None:
    assert "始める前に" in as_sv.get("/ja/pages/new?kind=procedure").text
    as_sv.submit("/ja/drafts", {"place": "new:procedure", "title": "書きかけ", "body": "書きかけの手順"})
    assert "書きかけの手順" in as_sv.get("/ja/pages/new?kind=procedure").text
    assert "書きかけの手順" not in as_sv.get("/ja/pages/new?kind=faq").text
    fields = {"title": "できた手順", "body": "書きかけの手順", "kind": "procedure", "place": "new:procedure"}
    assert as_sv.submit("/ja/pages/new", {**fields, "action": "save"}).status_code == 302
    assert "書きかけの手順" not in as_sv.get("/ja/pages/new?kind=procedure").text
