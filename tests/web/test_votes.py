"""役に立ちましたか: with and without scripts, what the cookie is, and what is refused with nothing written."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kb.app import create_app
from kb.config import Settings
from kb.rules import limits
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM
from kb.rules.votes import Shortcoming
from kb.services import editing
from kb.services.house import House
from kb.store.base import Store
from kb.store.pages import Page
from kb.store.stamp import Stamp
from kb.store.votes import Vote
from tests.conftest import Browser
from tests.make import edit_page, make_page

PART = {"part": "1"}


@pytest.fixture
def page(store: Store) -> tuple[int, int]:
    """A public page: its id, and its revision's."""
    with store.writing() as db:
        made = make_page(db, "返品の手順", "返品はこちら。")
        assert made.current_revision_id is not None
        return made.id, made.current_revision_id


def votes(store: Store) -> list[Vote]:
    with store.reading() as db:
        return list(db.scalars(select(Vote).order_by(Vote.id)))


def send(client: Browser, page: tuple[int, int], said: str, lang: str = "ja", **more: Any) -> Any:
    fields = {"revision": page[1], "said": said, **more}
    return client.post(f"/{lang}/faq/{page[0]}/vote", data={key: value for key, value in fields.items() if value != ""})


def cookie_of(client: Browser) -> str | None:
    cookie = client.get_cookie("kb_visitor")
    return cookie.value if cookie else None


def test_the_page_asks_and_sets_no_cookie(client: Browser, page: tuple[int, int]) -> None:
    answer = client.get(f"/ja/faq/{page[0]}", follow_redirects=True)
    assert "役に立ちましたか" in answer.text
    assert f'action="/ja/faq/{page[0]}/vote"' in answer.text
    assert f'name="revision" value="{page[1]}"' in answer.text
    assert "csrf_token" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_without_scripts_a_no_leads_to_the_reasons_and_those_to_thanks(
    client: Browser, store: Store, page: tuple[int, int]
) -> None:
    answer = send(client, page, "no")
    assert answer.status_code == 303
    asked = client.get(answer.location)
    assert "どんなところでしょうか" in asked.text and "お問い合わせ" in asked.text
    assert asked.headers["X-Robots-Tag"] == "noindex"
    assert "返品の手順" in asked.text
    answer = send(client, page, "why", reason="out_of_date", words="電話は090-1234-5678です")
    assert answer.status_code == 303
    thanks = client.get(answer.location).text
    assert "ありがとうございます" in thanks and "（電話番号）は、伏せて保存しました" in thanks
    (vote,) = votes(store)
    assert (vote.shortcoming, vote.words) == (Shortcoming.OUT_OF_DATE, "電話は［電話番号］です")


def test_a_script_gets_the_part_alone_with_the_choice_pressed(client: Browser, page: tuple[int, int]) -> None:
    for said, pressed in (("yes", ["true", "false"]), ("no", ["false", "true"])):
        answer = send(client, page, said, **PART)
        assert answer.status_code == 200
        assert "<html" not in answer.text and "data-told" in answer.text
        assert re.findall(r'aria-pressed="(\w+)"', answer.text) == pressed
    assert "What was wrong?" in send(client, page, "no", lang="en", **PART).text
    assert "data-vote-done" in send(client, page, "why", reason="other", **PART).text


def test_the_cookie_is_random_for_the_server_alone_and_not_what_is_stored(
    app: Flask, client: Browser, store: Store, page: tuple[int, int]
) -> None:
    told = send(client, page, "yes").headers["Set-Cookie"]
    assert re.search(r"kb_visitor=[\w-]{22};", told)
    assert "HttpOnly" in told and "SameSite=Lax" in told
    first = cookie_of(client)
    send(client, page, "no")
    assert cookie_of(client) == first
    (vote,) = votes(store)
    assert first is not None and first not in vote.visitor and len(vote.visitor) == 64
    # Another browser is another visitor; one that makes up a cookie gets a random one.
    other: Any = app.test_client()
    other.set_cookie("kb_visitor", "x'; --")
    send(other, page, "yes")
    assert cookie_of(other) not in (None, first, "x'; --")
    assert len(votes(store)) == 2


def test_what_is_stored_does_not_tell_that_two_votes_are_one_visitors(
    client: Browser, store: Store, page: tuple[int, int]
) -> None:
    with store.writing() as db:
        other = make_page(db)
        second = other.id, other.current_revision_id
    send(client, page, "yes")
    send(client, second, "yes")  # type: ignore[arg-type]
    assert len({vote.visitor for vote in votes(store)}) == 2


def test_behind_https_the_cookie_stays_there(settings: Settings, house: House, page: tuple[int, int]) -> None:
    secure = create_app(Settings(**{**vars(settings), "base_url": "https://faq.example"}), house)
    client = secure.test_client()
    answer = client.post(f"/ja/faq/{page[0]}/vote", data={"revision": page[1], "said": "yes"})
    assert answer.status_code == 303
    assert "Secure" in answer.headers["Set-Cookie"]


def test_what_cannot_be_counted_is_refused_and_nothing_is_written(
    client: Browser, store: Store, page: tuple[int, int]
) -> None:
    with store.writing() as db:
        hidden = make_page(db, audience=Audience.STAFF)
        gone = make_page(db)
        hidden_one, gone_one = (hidden.id, hidden.current_revision_id), (gone.id, gone.current_revision_id)
        editing.archive(db, gone.id, moved_to=page[0], by=SYSTEM)
    long = "あ" * (limits.VOTE_WORDS + 1)
    refused: list[tuple[Any, str, dict[str, Any], int]] = [
        (page, "maybe", {}, 422),
        (page, "", {}, 422),
        (page, "why", {"reason": "boring"}, 422),
        (page, "why", {}, 422),
        (page, "why", {"reason": "other", "words": long}, 422),
        ((page[0], "x"), "yes", {}, 422),
        ((page[0], ""), "yes", {}, 422),
        ((page[0], hidden_one[1]), "yes", {}, 409),
        ((page[0], 777), "yes", {}, 409),
        ((page[0], 2**70), "yes", {}, 422),
        (hidden_one, "yes", {}, 404),
        ((777, page[1]), "yes", {}, 404),
        (gone_one, "yes", {}, 410),
    ]
    for where, said, more, status in refused:
        for part in ({}, PART):
            answer = send(client, where, said, **more, **part)
            assert (answer.status_code, where, said) == (status, where, said)
            assert "Set-Cookie" not in answer.headers
    assert votes(store) == []
    assert "返品の手順" in send(client, gone_one, "yes").text  # type: ignore[arg-type]
    send(client, page, "why", reason="other", words="あ" * limits.VOTE_WORDS)
    assert len(votes(store)) == 1


def test_a_refused_reason_comes_back_with_everything_typed(client: Browser, page: tuple[int, int]) -> None:
    long = "い" * (limits.VOTE_WORDS + 1)
    answer = send(client, page, "why", reason="unsolved", words=long)
    assert "600文字までにまとめてください（いま601文字）。" in answer.text
    assert long in answer.text
    assert re.search(r'value="unsolved" checked', answer.text)
    told = client.post(
        f"/ja/faq/{page[0]}/vote",
        data={"revision": page[1], "said": "why", **PART},
        headers={"Accept": "application/json"},
    )
    assert told.status_code == 422
    assert told.get_json()["error"]["message"] == "あてはまるものを選ぶか、ひとこと書いてください。"


def test_another_sites_form_is_refused(client: Browser, store: Store, page: tuple[int, int]) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = client.post(f"/ja/faq/{page[0]}/vote", data={"revision": page[1], "said": "yes"}, headers=headers)
        assert answer.status_code == 403
    assert votes(store) == []
    own = client.post(
        f"/ja/faq/{page[0]}/vote", data={"revision": page[1], "said": "yes"}, headers={"Origin": "http://localhost"}
    )
    assert own.status_code == 303


def test_a_flood_from_one_address_is_stopped(
    settings: Settings, house: House, store: Store, page: tuple[int, int]
) -> None:
    limited = create_app(Settings(**{**vars(settings), "rate_limits": True}), house)
    client = limited.test_client()
    statuses = []
    for _turn in range(61):
        client.delete_cookie("kb_visitor")
        answer = client.post(f"/ja/faq/{page[0]}/vote", data={"revision": page[1], "said": "yes"})
        statuses.append(answer.status_code)
    assert statuses == [303] * 60 + [429]
    assert "少し待ってから" in answer.text
    assert len(votes(store)) == 60


def test_the_vote_counts_for_the_revision_that_was_read(client: Browser, store: Store, page: tuple[int, int]) -> None:
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page[0]), "直した本文")
    assert send(client, page, "no").status_code == 303
    assert votes(store)[0].revision_id == page[1]


def test_staff_are_told_that_only_customers_are_counted(
    as_operator: Browser, store: Store, page: tuple[int, int]
) -> None:
    answer = send(as_operator, page, "yes")
    assert answer.status_code == 403
    assert "お客様のお答えだけを数えています" in answer.text
    assert votes(store) == []


def test_the_thanks_can_be_asked_for_only_of_public_pages(client: Browser, store: Store, page: tuple[int, int]) -> None:
    with store.writing() as db:
        hidden = make_page(db, "社内だけの題", audience=Audience.STAFF).id
    for address, status in (
        (f"/ja/faq/{hidden}/vote?said=no&revision=1", 404),
        ("/ja/faq/777/vote?said=no&revision=1", 404),
        (f"/ja/faq/{page[0]}/vote?said=no", 422),
        (f"/ja/faq/{page[0]}/vote?said=<b>&revision=1&masked=<i>,phone", 200),
    ):
        answer = client.get(address)
        assert answer.status_code == status
        assert "社内だけの題" not in answer.text and "<i>" not in answer.text


def test_operators_see_counts_and_svs_the_words(
    client: Browser, as_operator: Browser, as_sv: Browser, page: tuple[int, int]
) -> None:
    empty = as_sv.get(f"/ja/pages/{page[0]}").text
    assert "版1になってから、まだありません。" in empty
    assert "まだ言葉は届いていません" in as_sv.get(f"/ja/pages/{page[0]}/votes").text.replace("<wbr>", "")
    send(client, page, "why", reason="unclear", words="図がほしい<b>")
    operator, sv = (browser.get(f"/ja/pages/{page[0]}").text for browser in (as_operator, as_sv))
    for told in (operator, sv):
        assert "役に立たなかった" in told and "分かりにくい" in told
    assert "図がほしい" not in operator and "図がほしい&lt;b&gt;" in sv
    assert as_operator.get(f"/ja/pages/{page[0]}/votes").status_code == 403
    shown = as_sv.get(f"/ja/pages/{page[0]}/votes").text
    assert "図がほしい&lt;b&gt;" in shown and "版1" in shown and "<svg" in shown


def test_programs_of_svs_read_votes_as_json(
    client: Browser, as_operator: Browser, as_sv: Browser, store: Store, page: tuple[int, int]
) -> None:
    send(client, page, "why", reason="unclear", words="図がほしい")
    told = as_sv.get(f"/api/v1/pages/{page[0]}/votes").get_json()
    assert told["revisions"] == [{"number": 1, "helpful": 0, "unhelpful": 1, "reasons": {"unclear": 1}}]
    assert (told["total"], told["words"][0]["words"], told["words"][0]["reason"]) == (1, "図がほしい", "unclear")
    assert as_operator.get(f"/api/v1/pages/{page[0]}/votes").status_code == 403
    assert client.get(f"/api/v1/pages/{page[0]}/votes").status_code == 401
    assert as_sv.get("/api/v1/pages/777/votes").status_code == 404


def test_a_vote_leaves_the_pages_that_are_kept_for_customers(
    client: Browser, store: Store, page: tuple[int, int]
) -> None:
    stamp = Stamp(store)
    before = stamp()
    send(client, page, "yes")
    assert len(votes(store)) == 1
    assert stamp() == before
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page[0]), "直した本文")
    assert stamp() != before


def test_no_vote_is_lost_when_its_page_is_edited(client: Browser, store: Store, page: tuple[int, int]) -> None:
    send(client, page, "yes")
    with store.writing() as db:
        edit_page(db, db.get_one(Page, page[0]), "直した本文")
    with store.reading() as db:
        assert db.scalar(select(func.count()).select_from(Vote)) == 1
