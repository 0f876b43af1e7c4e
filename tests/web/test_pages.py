"""Pages for staff: lists, links, versions side by side, going back, archiving, and the export."""

import io
import re
import zipfile

import pytest

from kb.rules.pages import Audience, Kind
from kb.rules.roles import SYSTEM
from kb.services import editing
from kb.store.base import Store
from kb.store.pages import Page
from tests.conftest import Browser
from tests.make import edit_page, make_category, make_page, make_proposal, make_story


@pytest.fixture
def page(store: Store) -> Page:
    with store.writing() as db:
        made = make_page(db, "配送の日数", "お届けは三日です。\n\n詳しくは [[返品の手順]] と [[まだない記事]] へ。")
        edit_page(
            db, made, "お届けは四日です。\n\n詳しくは [[返品の手順]] と [[まだない記事]] へ。", note="日数を直した"
        )
        return made


def test_a_page_shows_its_text_and_where_it_stands(as_operator: Browser, page: Page) -> None:
    shown = as_operator.get(f"/ja/pages/{page.id}").text
    assert "お届けは四日です。" in shown and "お届けは三日です。" not in shown
    assert f"/ja/faq/{page.id}-" in shown


def test_red_links_lead_svs_to_the_editor_and_operators_nowhere(
    as_operator: Browser, as_sv: Browser, page: Page, store: Store
) -> None:
    assert '<span class="redlink">まだない記事</span>' in as_operator.get(f"/ja/pages/{page.id}").text
    red = re.search(r'<a class="redlink" href="([^"]+)">まだない記事', as_sv.get(f"/ja/pages/{page.id}").text)
    assert red is not None
    assert 'value="まだない記事"' in as_sv.get(red[1]).text
    with store.writing() as db:
        target = make_page(db, "返品の手順")
    assert f'<a class="wikilink" href="/ja/pages/{target.id}">' in as_operator.get(f"/ja/pages/{page.id}").text


def test_a_link_follows_a_renamed_page(as_operator: Browser, page: Page, store: Store) -> None:
    with store.writing() as db:
        target = make_page(db, "返品の手順")
        edit_page(db, target, "文", title="返品と交換の手順")
    assert f'<a class="wikilink" href="/ja/pages/{target.id}">' in as_operator.get(f"/ja/pages/{page.id}").text
    assert "配送の日数" in as_operator.get(f"/ja/pages/{target.id}/links").text


def test_what_links_here_counts_only_links_that_the_reader_sees(
    as_operator: Browser, as_sv: Browser, store: Store
) -> None:
    with store.writing() as db:
        target = make_page(db, "返品の手順")
        make_page(db, "SVの覚え書き", "文\n\n:::sv\n[[返品の手順]]\n:::")
    assert "SVの覚え書き" in as_sv.get(f"/ja/pages/{target.id}/links").text
    assert "SVの覚え書き" not in as_operator.get(f"/ja/pages/{target.id}/links").text


def test_two_versions_stand_side_by_side_word_by_word(as_operator: Browser, page: Page) -> None:
    for mode in ("pairs", "inline"):
        shown = as_operator.get(f"/ja/pages/{page.id}/compare?a=1&b=2&mode={mode}").text
        assert re.search(r"<del[^>]*>三", shown) and re.search(r"<ins[^>]*>四", shown)
        assert not re.search(r"<(del|ins)[^>]*>お届け", shown)
    assert as_operator.get(f"/ja/pages/{page.id}/compare?a=1&b=9").status_code == 404
    assert as_operator.get(f"/ja/pages/{page.id}/compare").status_code == 200


def test_an_old_version_is_shown_as_it_was(as_operator: Browser, page: Page) -> None:
    assert "お届けは三日です。" in as_operator.get(f"/ja/pages/{page.id}/revisions/1").text
    assert as_operator.get(f"/ja/pages/{page.id}/revisions/3").status_code == 404


def test_the_history_tells_who_did_what(as_operator: Browser, as_sv: Browser, page: Page, store: Store) -> None:
    with store.writing() as db:
        assert as_sv.actor is not None
        edit_page(db, db.get_one(Page, page.id), "お届けは五日です。", by=as_sv.actor, note="また直した")
    shown = as_operator.get(f"/ja/pages/{page.id}/history").text
    assert "また直した" in shown and "日数を直した" in shown and as_sv.actor.display_name in shown


def test_going_back_is_a_new_version(as_sv: Browser, page: Page, store: Store) -> None:
    answer = as_sv.submit(f"/ja/pages/{page.id}/history", {"revert": 1})
    assert answer.status_code == 302
    with store.reading() as db:
        now = db.get_one(Page, page.id).current
        assert now is not None and now.number == 3 and "三日" in now.body


def test_an_operator_going_back_makes_a_proposal(as_operator: Browser, page: Page, store: Store) -> None:
    as_operator.submit(f"/ja/pages/{page.id}/history", {"revert": 1})
    with store.reading() as db:
        now = db.get_one(Page, page.id).current
        assert now is not None and now.number == 2
    assert as_operator.submit(f"/ja/pages/{page.id}/history", {"revert": 9}).status_code == 404


def test_archiving_and_bringing_back(as_sv: Browser, as_operator: Browser, client: Browser, page: Page) -> None:
    as_sv.submit(f"/ja/pages/{page.id}", {"action": "archive", "reason": "古いので"})
    assert client.get(f"/ja/faq/{page.id}").status_code == 410
    assert as_operator.get(f"/ja/pages/{page.id}").status_code == 410
    assert as_sv.get(f"/ja/pages/{page.id}").status_code == 200
    assert "配送の日数" in as_sv.get("/ja/pages?archived=1").text
    assert "配送の日数" not in as_operator.get("/ja/pages?archived=1").text
    as_sv.submit(f"/ja/pages/{page.id}", {"action": "restore"})
    assert as_operator.get(f"/ja/pages/{page.id}").status_code == 200


def test_an_archived_page_opened_in_the_search_does_not_break_it(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        gone = make_page(db, archived=True)
    assert as_operator.get(f"/ja/console?open={gone.id}").status_code == 200


def test_a_page_moves_to_another_shelf_and_is_stamped(as_sv: Browser, page: Page, store: Store) -> None:
    with store.writing() as db:
        shelf = make_category(db)
    as_sv.submit(f"/ja/pages/{page.id}", {"action": "place", "category": shelf.id})
    as_sv.submit(f"/ja/pages/{page.id}", {"action": "validate"})
    with store.reading() as db:
        found = db.get_one(Page, page.id)
        assert found.category_id == shelf.id and found.validated_by_id == as_sv.actor.id  # type: ignore[union-attr]


def test_an_operator_can_not_archive_place_or_stamp(as_operator: Browser, page: Page) -> None:
    for action in ("archive", "restore", "place", "validate"):
        assert as_operator.submit(f"/ja/pages/{page.id}", {"action": action}).status_code == 403


def test_the_list_is_narrowed_by_every_filter(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        shelf = make_category(db)
        make_page(db, "一つめ", category=shelf)
        make_page(db, "二つめ", kind=Kind.SCRIPT, audience=Audience.STAFF)
        make_page(db, "SVの題", audience=Audience.SV)
        make_story(db, title="三つめ")
    for query, found in (
        ("", {"一つめ", "二つめ", "三つめ"}),
        ("q=つめ", {"一つめ", "二つめ", "三つめ"}),
        ("q=一つ", {"一つめ"}),
        ("kind=script", {"二つめ"}),
        ("category=delivery", {"一つめ"}),
        ("audience=staff", {"二つめ", "三つめ"}),
        ("audience=sv", set()),
        ("confidence=unvalidated", {"三つめ"}),
    ):
        shown = as_operator.get(f"/ja/pages?{query}").text.partition("<main")[2].replace("<wbr>", "")
        assert {title for title in ("一つめ", "二つめ", "三つめ", "SVの題") if title in shown} == found, query


def test_a_long_list_has_pages(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        for number in range(25):
            make_page(db, f"記事 {number}")
    assert "/ja/pages?page=2" in as_operator.get("/ja/pages").text
    assert as_operator.get("/ja/pages?page=2").text.count("記事 ") >= 5


def test_a_page_tells_what_waits_for_it(as_operator: Browser, as_sv: Browser, page: Page, store: Store) -> None:
    with store.writing() as db:
        proposal = make_proposal(db, db.get_one(Page, page.id), "提案の文")
    assert f"/ja/review/{proposal.id}" in as_sv.get(f"/ja/pages/{page.id}").text
    assert f"/compare?b={proposal.number}" in as_operator.get(f"/ja/pages/{page.id}").text


def test_the_export_is_a_folder_of_what_one_may_read(as_sv: Browser, as_operator: Browser, page: Page) -> None:
    answer = as_sv.get("/ja/pages/export.zip")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert any("お届けは四日です。" in text for text in texts)
    assert as_operator.get("/ja/pages/export.zip").status_code == 403


def test_an_authors_old_version_does_not_tell_the_title_that_came_after_it(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        assert as_operator.actor is not None
        page = make_page(db, "夜間の配送", "夜間は不可。", audience=Audience.STAFF)
        edit_page(db, page, "夜間は可。", by=as_operator.actor)
        edit_page(db, page, "夜間は不可。", title="SVだけの題", audience=Audience.SV)
    assert as_operator.get(f"/ja/pages/{page.id}").status_code == 404
    for path in ("history", "compare", "revisions/2"):
        assert "SVだけの題" not in as_operator.get(f"/ja/pages/{page.id}/{path}").text


def test_archived_pages_lead_on_for_staff(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        gone, here = make_page(db), make_page(db, "移動先の題")
        editing.archive(db, gone.id, moved_to=here.id, by=SYSTEM)
    answer = as_operator.get(f"/ja/pages/{gone.id}")
    assert answer.status_code == 410
    assert f"/ja/pages/{here.id}" in answer.text
