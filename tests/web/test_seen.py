"""What the script of public pages reports: counted without a person, from our own pages alone, and shown at home."""

import re

import pytest

from kb.app import create_app
from kb.config import Settings
from kb.rules.pages import Audience
from kb.services import indexing
from kb.services.house import House
from kb.store.base import Store
from kb.store.tallies import Tally
from tests.conftest import Browser
from tests.make import make_page


def rows(house: House) -> dict[tuple[str, str], int]:
    house.tallies.flush(house.store)
    with house.store.reading() as db:
        return {(row.name, row.key): row.count for row in db.query(Tally)}


@pytest.fixture
def pages(store: Store) -> tuple[int, int]:
    with store.writing() as db:
        return make_page(db, "返品の手順").id, make_page(db, "社内の手順", audience=Audience.STAFF).id


def test_a_report_is_counted_and_leaves_no_trace_of_who_sent_it(
    client: Browser, house: House, pages: tuple[int, int]
) -> None:
    answer = client.post("/seen", data={"page": pages[0], "words": "返品したい"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Set-Cookie" not in answer.headers
    assert rows(house) == {("view", f"{pages[0]}"): 1, ("led", f"{pages[0]} 返品したい"): 1}


def test_searches_are_counted_by_whether_they_found_anything(client: Browser, house: House) -> None:
    client.post("/seen", data={"words": "へんぴん", "total": 3})
    client.post("/seen", data={"words": "ないもの", "total": 0})
    assert rows(house) == {("search", "へんぴん"): 1, ("zero", "ないもの"): 1}


def test_a_hidden_page_and_a_missing_one_are_answered_like_any_other_and_not_counted(
    client: Browser, house: House, pages: tuple[int, int]
) -> None:
    answers = [client.post("/seen", data={"page": page}) for page in (pages[0], pages[1], 777)]
    assert {(answer.status_code, answer.data) for answer in answers} == {(204, b"")}
    assert rows(house) == {("view", f"{pages[0]}"): 1}


def test_staff_who_look_at_customers_pages_are_not_counted(
    as_operator: Browser, house: House, pages: tuple[int, int]
) -> None:
    assert as_operator.post("/seen", data={"page": pages[0]}).status_code == 204
    assert rows(house) == {}


def test_another_site_can_not_report(client: Browser, house: House, pages: tuple[int, int]) -> None:
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert client.post("/seen", data={"page": pages[0]}, headers=foreign).status_code == 403
    assert rows(house) == {}
    assert client.post("/seen", data={"page": pages[0]}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204
    assert client.get("/seen").status_code == 405


@pytest.mark.parametrize(
    "bad", [{"page": "x"}, {"page": "-1"}, {"page": 1, "before": "x"}, {"words": "x", "total": "y"}]
)
def test_what_can_not_be_read_is_refused_and_not_counted(client: Browser, house: House, bad: dict[str, str]) -> None:
    assert client.post("/seen", data=bad).status_code == 422
    assert client.post("/seen", data={}).status_code == 204
    assert rows(house) == {}


def test_whoever_reports_too_fast_is_slowed_down(settings: Settings, house: House) -> None:
    app = create_app(Settings(**(vars(settings) | {"rate_limits": True})), house)
    client = app.test_client()
    statuses = [client.post("/seen", data={"words": "a", "total": 1}).status_code for _ in range(125)]
    assert statuses[:120] == [204] * 120 and set(statuses[120:]) == {429}


def test_the_home_shows_first_what_many_read_and_says_so(client: Browser, store: Store, house: House) -> None:
    with store.writing() as db:
        first, second = make_page(db, "はじめの質問").id, make_page(db, "多い質問").id
    for _ in range(5):
        client.post("/seen", data={"page": second})
    rows(house)
    told = client.get("/ja/").text
    listed = re.findall(r'href="/ja/faq/(\d+)', told[told.index('id="often"') : told.index('id="fresh"')])
    assert listed[:1] == [str(second)] and str(first) not in listed[:1]
    assert "多くの方が読んだ質問" in told


def test_without_counts_the_home_claims_nothing(client: Browser, pages: tuple[int, int]) -> None:
    assert "多くの方が読んだ質問" not in client.get("/ja/").text


def test_public_pages_tell_the_script_what_to_report_and_staffs_do_not(
    client: Browser, as_sv: Browser, pages: tuple[int, int], house: House
) -> None:
    indexing.drain_all(house.store, house.index)
    read = client.get(f"/ja/faq/{pages[0]}", follow_redirects=True).text
    assert 'data-seen="/seen"' in read and f'data-read="{pages[0]}"' in read
    assert 'data-searched="返品" data-total="1"' in client.get("/ja/search?q=返品").text
    assert 'data-searched="ないもの" data-total="0"' in client.get("/ja/search?q=ないもの&part=list").text
    assert "data-searched" not in client.get("/ja/search?q=返品&category=returns").text
    assert "data-seen" not in as_sv.get(f"/ja/pages/{pages[0]}").text
