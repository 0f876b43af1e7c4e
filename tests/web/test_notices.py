"""The notices' desk and where notices stand: the right ones on every screen, and nothing typed is lost."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from kb.rules import clock as real_clock
from kb.rules.pages import Audience, Language
from kb.rules.roles import SYSTEM, Role
from kb.services import editing, notices
from kb.services.notices import Draft
from kb.store.base import Store
from kb.store.notices import Notice
from tests.conftest import Browser, StoppedClock
from tests.make import make_actor, make_page


@pytest.fixture
def page(store: Store) -> int:
    with store.writing() as db:
        return make_page(db, "返品の手順", "返品は八日以内です。").id


@pytest.fixture
def post(store: Store) -> Any:
    """Post a notice that holds now."""

    def make(text: str, audience: Audience = Audience.PUBLIC, *, page: object = "", **more: Any) -> int:
        now = real_clock.now()
        facts: dict[str, Any] = {"language": Language.JA, "starts_at": now, "ends_at": now + timedelta(hours=2)} | more
        with store.writing() as db:
            made = notices.post(db, Draft(text, audience=audience, page=str(page), **facts), by=make_actor(db, Role.SV))
            return made.id

    return make


def plain(answer: Any) -> str:
    return str(answer.text).replace("<wbr>", "")


def form(**changes: str) -> dict[str, str]:
    now = real_clock.now().astimezone(real_clock.HERE)
    typed = {"action": "post", "text": "遅れています", "language": "ja", "audience": "public", "page": ""}
    times = {"starts_at": f"{now:%Y-%m-%dT%H:%M}", "ends_at": f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}"}
    return typed | times | changes


def test_customers_see_it_at_home_in_the_search_and_on_its_page_alone(
    client: Browser, store: Store, page: int, post: Any
) -> None:
    with store.writing() as db:
        other = make_page(db, "配送の日数").id
    post("遅れています", page=page)
    post("停電です")
    post("社内の知らせ", Audience.STAFF)
    post("SVの知らせ", Audience.SV, page=page)
    post("Delays", language=Language.EN)
    for path in ("/ja/", "/ja/search?q=", "/ja/search?q=なにもない", "/ja/search?q=返品"):
        told = plain(client.get(path))
        assert "遅れています" in told and "停電です" in told, path
        assert "の知らせ" not in told and "Delays" not in told, path
    about = plain(client.get(f"/ja/faq/{page}", follow_redirects=True))
    assert "遅れています" in about and "停電です" not in about and "の知らせ" not in about
    assert "遅れています" not in plain(client.get(f"/ja/faq/{other}", follow_redirects=True))
    assert "Delays" in plain(client.get("/en/"))


def test_staff_notices_reach_no_visitor_by_any_door(
    client: Browser, as_operator: Browser, page: int, post: Any
) -> None:
    post("zqstaff の知らせ", Audience.STAFF, page=page)
    post("zqsv の知らせ", Audience.SV, page=page)
    doors = ["/ja/", f"/ja/faq/{page}", "/ja/feed.atom", "/sitemap.xml", "/ja/search?q=", "/ja/search?q=返品&part=list"]
    doors += [f"/api/v1/pages/{page}", "/api/v1/search?q=返品", "/ja/suggest?q=zq", "/ja/category/nothing"]
    for path in doors:
        assert "の知らせ" not in client.get(path, follow_redirects=True).text, path
    # Nor does a search find it.
    assert client.get("/api/v1/search?q=zqstaff").get_json()["total"] == 0
    for path in ("/ja/console", "/ja/console?q=返品", f"/ja/pages/{page}", f"/ja/console/preview/{page}"):
        told = as_operator.get(path).text
        assert "zqstaff の知らせ" in told and "zqsv" not in told, path


def test_staff_who_look_at_a_public_address_see_what_customers_see(as_sv: Browser, post: Any) -> None:
    post("社内の知らせ", Audience.STAFF)
    post("遅れています")
    assert "社内の知らせ" not in as_sv.get("/ja/").text
    assert "社内の知らせ" in as_sv.get("/ja/console").text
    assert "遅れています" in as_sv.get("/ja/console").text


def test_it_comes_and_goes_by_the_clock(client: Browser, clock: StoppedClock, post: Any) -> None:
    post("遅れています", starts_at=clock.now() + timedelta(hours=1))
    seen = []
    for _ in range(3):
        seen.append("遅れています" in client.get("/ja/").text)
        clock.advance(hours=1)
    assert seen == [False, True, False]


def test_a_page_hidden_since_is_neither_linked_nor_named(client: Browser, store: Store, page: int, post: Any) -> None:
    post("遅れています", page=page)
    assert f'href="/ja/faq/{page}-' in client.get("/ja/search?q=").text
    with store.writing() as db:
        editing.archive(db, page, by=SYSTEM)
    told = plain(client.get("/ja/search?q="))
    assert "遅れています" in told and f"/faq/{page}" not in told and "返品の手順" not in told


def test_what_stands_in_a_notice_is_text_and_no_markup(client: Browser, as_sv: Browser, post: Any) -> None:
    post("<script>alert(1)</script>&amp;")
    for browser, path in ((client, "/ja/"), (as_sv, "/ja/notices"), (as_sv, "/ja/console")):
        assert "<script>alert" not in browser.get(path).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;" in browser.get(path).text


def test_an_sv_posts_ends_undoes_and_the_record_says_so(
    as_sv: Browser, as_operator: Browser, client: Browser, page: int
) -> None:
    assert as_operator.get("/ja/notices").status_code == 403
    assert as_sv.submit("/ja/notices", form(page=f"#{page}")).status_code == 302
    desk = plain(as_sv.get("/ja/notices"))
    assert "遅れています" in desk and "返品の手順" in desk and "遅れています" in client.get("/ja/").text
    number = re.search(r'name="id" value="(\d+)"', desk)
    assert number is not None
    ended = as_sv.submit("/ja/notices", {"action": "end", "id": number[1]})
    assert "速報を終えました" in as_sv.get(ended.location).text and "遅れています" not in client.get("/ja/").text
    twice = as_sv.submit("/ja/notices", {"action": "end", "id": number[1]})
    assert twice.status_code == 409 and "もう終わっています" in twice.text
    as_sv.submit("/ja/notices", {"action": "restore", "id": number[1]})
    assert "遅れています" in client.get("/ja/").text
    record = as_sv.get("/ja/admin/events").text
    assert all(word in record for word in ("速報を出した：遅れています", "速報を終えた", "速報を元に戻した"))
    again = as_sv.get(f"/ja/notices?again={number[1]}").text
    assert ">\n遅れています</textarea>" in again and f'value="#{page}"' in again
    assert as_sv.get("/ja/notices?again=777").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "あ" * 201}, "text"),
        ({"ends_at": ""}, "ends_at"),
        ({"ends_at": "あした"}, "ends_at"),
        ({"ends_at": "99999-01-01T00:00"}, "ends_at"),
        ({"ends_at": "2020-01-01T00:00", "starts_at": "2019-01-01T00:00"}, "ends_at"),
        ({"starts_at": "2031-01-01T00:00"}, "ends_at"),
        ({"starts_at": "きのう"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
        ({"audience": "everybody"}, "audience"),
        ({"language": "fr"}, "language"),
        ({"page": "777"}, "page"),
    ],
)
def test_what_is_refused_is_drawn_again_with_everything_typed(
    as_sv: Browser, store: Store, clock: StoppedClock, changes: dict[str, str], field: str
) -> None:
    answer = as_sv.submit("/ja/notices", form(**({"text": "消えてはいけない文"} | changes)))
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text or f'href="#f-{field}"' in answer.text
    for value in ({"text": "消えてはいけない文"} | changes).values():
        assert value in answer.text or value in ("everybody", "fr")
    with store.reading() as db:
        assert db.query(Notice).count() == 0


def test_times_are_typed_and_shown_in_japan(as_sv: Browser, store: Store, clock: StoppedClock) -> None:
    # The clock stands at 9:00 UTC on the first of April 2030: 18:00 in Japan.
    assert 'value="2030-04-01T18:00"' in as_sv.get("/ja/notices").text
    assert 'value="2030-04-02T23:59"' in as_sv.get("/ja/notices").text
    as_sv.submit("/ja/notices", form(starts_at="", ends_at="2030-04-01T20:30"))
    with store.reading() as db:
        made = db.query(Notice).one()
    assert (made.starts_at, made.ends_at) == (clock.now(), datetime(2030, 4, 1, 11, 30, tzinfo=clock.now().tzinfo))
    assert "きょう 20:30" in as_sv.get("/ja/notices").text
