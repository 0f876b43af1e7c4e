"""The customers' side: one right address a page, the same face for staff, and nothing told of what is hidden."""

import re
from typing import Any

from kb.rules.pages import Audience, Language
from kb.rules.roles import SYSTEM
from kb.services import editing, indexing
from kb.store.base import Store
from kb.store.pages import Page
from tests.conftest import Browser
from tests.make import edit_page, make_category, make_page, make_story

CHANGING = re.compile(r'nonce="[^"]*"|nonce-[\w-]+')


def make(store: Store, *args: Any, **more: Any) -> int:
    with store.writing() as db:
        return make_page(db, *args, **more).id


def test_the_root_leads_to_the_readers_language(client: Browser) -> None:
    for accepted, place in (("en-GB,en;q=0.9", "/en/"), ("ja,en;q=0.5", "/ja/"), ("fr", "/ja/"), ("", "/ja/")):
        answer = client.get("/", headers={"Accept-Language": accepted})
        assert (answer.status_code, answer.location) == (302, place)
        assert "Accept-Language" in answer.headers["Vary"]


def test_every_other_address_of_a_page_leads_to_its_one_right_address(client: Browser, store: Store) -> None:
    page = make(store, "返品・交換の手順 (2026)")
    for path in (f"/ja/faq/{page}", f"/ja/faq/{page}-old-title", f"/en/faq/{page}-x", f"/ja/faq/{page}-a/b?q=1"):
        answer = client.get(path)
        assert answer.status_code == 301
        right = client.get(answer.location)
        assert right.status_code == 200
        assert "/ja/faq/" in answer.location
        assert f'<link rel="canonical" href="http://localhost{answer.location}">' in right.text


def test_a_renamed_page_keeps_its_old_addresses(client: Browser, store: Store) -> None:
    page = make(store, "古い題")
    old = client.get(f"/ja/faq/{page}").location
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page), "文", title="新しい題")
    answer = client.get(old)
    assert answer.status_code == 301
    assert answer.location != old
    assert "新しい題" in client.get(answer.location).text


def test_an_archived_page_is_gone_and_says_where_it_went(client: Browser, store: Store) -> None:
    with store.writing() as db:
        first, middle, last = (make_page(db, title).id for title in ("最初の記事", "途中の記事", "最後の記事"))
        editing.archive(db, first, moved_to=middle, by=SYSTEM)
        editing.archive(db, middle, moved_to=last, by=SYSTEM)
    answer = client.get(f"/ja/faq/{first}")
    assert answer.status_code == 410
    assert "最後の記事" in answer.text and f"/ja/faq/{last}-" in answer.text
    assert "最初の記事" not in answer.text


def test_a_gone_page_does_not_name_a_hidden_one(client: Browser, store: Store) -> None:
    with store.writing() as db:
        gone, hidden = make_page(db).id, make_page(db, "社内だけの題", audience=Audience.STAFF).id
        editing.archive(db, gone, moved_to=hidden, by=SYSTEM)
    answer = client.get(f"/ja/faq/{gone}")
    assert answer.status_code == 410
    assert "社内だけの題" not in answer.text and f"/faq/{hidden}" not in answer.text


def test_a_hidden_page_is_answered_like_a_missing_one(client: Browser, store: Store) -> None:
    with store.writing() as db:
        hidden = [make_page(db, audience=audience).id for audience in (Audience.STAFF, Audience.SV)]
        hidden.append(make_page(db, audience=Audience.STAFF, archived=True).id)
        hidden.append(make_story(db).page_id)
        make_category(db, "secret", audience=Audience.STAFF)
    for page in hidden:
        for path, other in ((f"/ja/faq/{page}-x", "/ja/faq/777-x"), (f"/api/v1/pages/{page}", "/api/v1/pages/777")):
            found, missing = client.get(path), client.get(other)
            assert found.status_code == missing.status_code == 404
            assert same(found, str(page)) == same(missing, "777")
    assert same(client.get("/ja/category/secret"), "secret") == same(client.get("/ja/category/nothing"), "nothing")


def same(answer: Any, name: str) -> str:
    return CHANGING.sub("", answer.text).replace(f"/{name}", "/*") + re.sub(
        r"\n.*(Policy|Length).*", "", str(answer.headers)
    )


def test_staff_see_there_what_customers_see(client: Browser, as_sv: Browser, store: Store) -> None:
    page = make(store, "配送の日数", "三日です。\n\n:::staff\n急ぎは二日\n:::\n\n:::say\nお調べします\n:::")
    address = client.get(f"/ja/faq/{page}").location
    for browser in (client, as_sv):
        told = browser.get(address).text
        assert "三日です。" in told and "急ぎは二日" not in told and "お調べします" not in told
    assert "急ぎは二日" in as_sv.get(f"/ja/pages/{page}").text


def test_a_page_links_to_its_translation_and_only_then(client: Browser, store: Store) -> None:
    with store.writing() as db:
        japanese, alone = make_page(db, "返品の手順"), make_page(db, "修理の手順")
        english = make_page(db, "How to return", "Send it back.", language=Language.EN)
        english.translates_id = japanese.id
    for page, lang, other in (
        (japanese.id, "ja", f"/en/faq/{english.id}-"),
        (english.id, "en", f"/ja/faq/{japanese.id}-"),
    ):
        shown = client.get(f"/{lang}/faq/{page}", follow_redirects=True)
        assert f'<html lang="{lang}"' in shown.text
        assert f'href="{other}' in shown.text
    assert "hreflang" not in client.get(f"/ja/faq/{alone.id}", follow_redirects=True).text


def test_the_home_shows_only_shelves_and_pages_of_the_language(client: Browser, store: Store) -> None:
    with store.writing() as db:
        shelf, empty = make_category(db, "delivery"), make_category(db, "empty")
        make_page(db, "配送の日数", category=shelf)
        make_page(db, "Delivery times", language=Language.EN)
    japanese, english = client.get("/ja/").text, client.get("/en/").text
    assert "配送の日数" in japanese.replace("<wbr>", "") and "Delivery times" not in japanese
    assert "Delivery times" in english and "配送の日数" not in english
    assert "/ja/category/delivery" in japanese and empty.key not in japanese


def test_a_search_finds_marks_and_counts(client: Browser, store: Store, house: Any, as_sv: Browser) -> None:
    with store.writing() as db:
        for number in range(25):
            make_page(db, f"返品の手順 {number}", "返品は三十日まで。")
        make_page(db, "返品の社内の手順", audience=Audience.STAFF)
    indexing.drain_all(house.store, house.index)
    for browser in (client, as_sv):
        first = browser.get("/ja/search?q=返品")
        assert "25" in first.text and "社内の手順" not in first.text
        assert "<mark>返品</mark>" in first.text
        assert first.text.count('href="/ja/faq/') == 20
        assert browser.get("/ja/search?q=返品&page=2").text.count("<mark>返品</mark>の") == 5
    assert client.get("/ja/search?q=返品&page=9").status_code == 200
    assert client.get("/ja/search?q=").status_code == 200


def test_suggestions_are_titles_and_addresses(client: Browser, store: Store, house: Any) -> None:
    page = make(store, "返品の手順")
    make(store, "返品の社内の手順", audience=Audience.STAFF)
    indexing.drain_all(house.store, house.index)
    found = client.get("/ja/suggest?q=返品").get_json()["suggestions"]
    assert [(one["title"], one["pieces"]) for one in found] == [("返品の手順", [["返品", True], ["の手順", False]])]
    assert found[0]["url"].startswith(f"/ja/faq/{page}-")
    nothing = {"q": "", "completions": [], "suggestions": []}
    assert client.get("/ja/suggest?q=").get_json() == nothing
    assert client.get("/en/suggest?q=返品").get_json() == nothing | {"q": "返品"}


def test_the_number_of_a_page_leads_to_it_and_a_hidden_one_nowhere(
    client: Browser, as_sv: Browser, store: Store, house: Any
) -> None:
    page, hidden = make(store, "返品の手順"), make(store, "内規", audience=Audience.STAFF)
    indexing.drain_all(house.store, house.index)
    for browser in (client, as_sv):
        for typed in (f"%23{page}", f"＃{page}"):
            answer = browser.get(f"/ja/search?q={typed}")
            assert (answer.status_code, answer.location) == (302, client.get(f"/ja/faq/{page}").location)
        answers = [browser.get(f"/ja/search?q=%23{number}") for number in (hidden, 777)]
        assert [answer.status_code for answer in answers] == [200, 200]
        told, nothing = (CHANGING.sub("", answer.text) for answer in answers)
        assert told.replace(f"#{hidden}", "#777").replace(f"%23{hidden}", "%23777") == nothing
    assert "返品の手順" in client.get(f"/ja/search?q=%23{page}&part=list").text.replace("<wbr>", "")


def test_a_mended_search_says_so_and_leads_back_to_the_very_words(client: Browser, store: Store, house: Any) -> None:
    make(store, "パスワードを変える")
    indexing.drain_all(house.store, house.index)
    answer = client.get("/ja/search?q=パスワド")
    assert "「パスワード」で検索しました。" in answer.text
    exact = re.search(r'<a href="([^"]*)">「パスワド」のまま探す', answer.text)
    assert exact is not None and "「パスワード」" not in client.get(exact[1]).text
    assert "で検索しました" not in client.get("/ja/search?q=パスワード").text


def test_customers_narrow_by_category_and_see_counts_of_what_they_may_read(
    client: Browser, store: Store, house: Any
) -> None:
    with store.writing() as db:
        one, two = make_category(db, "returns"), make_category(db, "delivery")
        secret = make_category(db, "secret", audience=Audience.STAFF)
        for shelf in (one, one, two):
            make_page(db, category=shelf)
        make_page(db, category=secret, audience=Audience.STAFF)
    indexing.drain_all(house.store, house.index)
    text = client.get("/ja/search?q=配送").text
    chips = dict(re.findall(r'<a class="chip" href="[^"]*category=(\w+)"[^>]*>\w+ <span class="num">(\d+)', text))
    assert chips == {"returns": "2", "delivery": "1"}
    assert "secret" not in text
    assert client.get("/ja/search?q=配送&category=returns").text.count('href="/ja/faq/') == 2


def test_what_stands_under_the_box_is_answered_alone(client: Browser, store: Store, house: Any) -> None:
    make(store, "返品の手順")
    indexing.drain_all(house.store, house.index)
    part, whole = (client.get(f"/ja/search?q=返品{more}").text for more in ("&part=list", ""))
    assert "<html" not in part and 'role="search"' not in part
    assert part.strip() in whole
    assert "part=list" not in part
    # The last word may be half typed while somebody types; whoever sends it means what stands there.
    half, sent = (client.get(f"/ja/search?q=へんぴ{more}").text for more in ("&part=list", ""))
    assert "返品" in half and "/ja/faq/" in half


def test_what_is_searched_for_is_text_and_no_markup(client: Browser) -> None:
    answer = client.get("/ja/search?q=<script>alert(1)</script>")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
