"""The room of a call as the server draws it: the order of a page, the reader's own authority, and plain forms."""

import re

import pytest

from kb.rules.calls import StepKind
from kb.rules.pages import Audience
from kb.services import indexing
from kb.services.house import House
from kb.store.base import Store
from kb.store.calls import Call
from kb.text.audience import cut
from tests.conftest import Browser
from tests.make import make_page, make_user

BODY = """お客様が読む文です。

## 返品の手順

1. 画面を開く
2. 理由を選ぶ

## 知っておくこと

文だけの節です。

:::staff
社内の文です。
:::

:::purpose 色をまちがえた
新しい注文を先に受ける。
:::

:::purpose 使い方がわからない
急いで返品に進まない。
:::

:::limit operator
- 期限を3日延ばす
:::

:::limit sv
- 期限を30日延ばす
:::

:::ask
- 届いた日はいつか
:::

:::say
ご返品ですね。
:::

:::say mail
ご返品につきまして、ご連絡いたします。
:::
"""


@pytest.fixture
def page(store: Store, house: House) -> int:
    with store.writing() as db:
        made = make_page(db, "返品したい", BODY).id
        make_page(db, "返品の送料", "送料の文です。")
    indexing.drain_all(house.store, house.index)
    return made


def the_call(store: Store) -> Call:
    """The only call, with its steps read."""
    with store.reading() as db:
        call = db.query(Call).one()
        assert isinstance(call.steps, list)
        return call


def places(text: str, *words: str) -> list[int]:
    """Where each of these stands in the pane; each has to stand there once at least."""
    pane = text[text.index('id="view"') :]
    found = [pane.index(word) for word in words]
    return found


def test_what_a_call_needs_first_stands_first(as_operator: Browser, page: int) -> None:
    text = as_operator.get(f"/ja/call?open={page}").text
    in_order = [
        "ご返品ですね",
        "届いた日はいつか",
        "期限を3日",
        "色をまちがえた",
        "画面を開く",
        "お客様が読む文",
        "文だけの節",
        "社内の文",
    ]
    assert places(text, *in_order) == sorted(places(text, *in_order))
    assert f'data-page="{page}"' in text and 'data-revision="' in text


def test_authority_is_told_for_the_role_that_reads(as_operator: Browser, as_sv: Browser, page: int) -> None:
    asked, mine = (browser.get(f"/ja/call/preview/{page}").text for browser in (as_operator, as_sv))
    assert re.findall(r'<div class="(can|up)">', asked) == ["can", "up"]
    assert asked.index("期限を3日") < asked.index("SVへ") < asked.index("期限を30日")
    assert re.findall(r'<div class="(can|up)">', mine) == ["can", "can"]


def test_the_wording_of_the_channel_is_shown_first(as_operator: Browser, page: int) -> None:
    def chosen() -> list[str]:
        text = as_operator.get(f"/ja/call/preview/{page}").text
        assert re.findall(r'name="way" value="(\w+)"', text) == ["talk", "mail"]
        return re.findall(r'name="way" value="(\w+)" checked', text)

    assert chosen() == ["talk"]
    as_operator.submit("/ja/call/act", {"action": "start", "channel": "mail"})
    assert chosen() == ["mail"]
    as_operator.submit("/ja/call/act", {"action": "set", "channel": "chat"})
    assert chosen() == ["talk"]


def test_the_list_leads_back_into_the_room(as_operator: Browser, page: int) -> None:
    text = as_operator.get("/ja/call?q=返品").text
    links = re.findall(r'href="([^"]*)"[^>]* data-hit="(\d+)"', text)
    assert len(links) == 2 and all(href.startswith("/ja/call?q=") for href, _ in links)
    part = as_operator.get("/ja/call?q=返品&part=list").text
    assert "<html" not in part and 'data-total="2"' in part and "/ja/console?" not in part
    assert "/ja/call?" not in as_operator.get("/ja/console?q=返品&part=list").text


def test_a_page_that_one_may_not_read_is_not_there(as_operator: Browser, store: Store, page: int) -> None:
    with store.writing() as db:
        hidden = make_page(db, "SVだけの記事", "極秘の文。", audience=Audience.SV).id
    assert as_operator.get(f"/ja/call/preview/{page}").status_code == 200
    for number in (hidden, 777):
        assert as_operator.get(f"/ja/call/preview/{number}").status_code == 404
        text = as_operator.get(f"/ja/call?open={number}").text
        assert "極秘" not in text
        assert "data-page=" not in text


def test_before_a_page_is_chosen_the_pane_shows_what_lies_at_hand(as_operator: Browser, page: int) -> None:
    for path in ("/ja/call", "/ja/call/preview/0"):
        text = as_operator.get(path).text
        assert "今日の応対" in text and "data-page=" not in text
        assert 'data-deed="handover"' in text and 'data-deed="use"' not in text


def pressed(text: str, kind: str) -> list[tuple[str, str]]:
    """What the buttons of this kind would do, and whether they are pressed."""
    forms = re.findall(rf'data-step="{kind}".*?<button [^>]*>', text, re.S)
    return [
        (re.search(r'name="action" value="(\w+)"', one)[1], re.search(r'aria-pressed="(\w+)"', one)[1])  # type: ignore[index]
        for one in forms
    ]


def test_used_and_picked_are_written_down_and_taken_back_without_scripts(
    as_operator: Browser, store: Store, page: int
) -> None:
    path = f"/ja/call?q=返品&open={page}"
    text = as_operator.get(path).text
    assert pressed(text, "use") == [("use", "false")]
    fields = dict(re.findall(r'name="(page|revision|back)" value="([^"]*)"', text[text.index('data-step="use"') :]))
    answer = as_operator.submit("/ja/call/act", {"action": "use", "kind": "use", **fields})
    assert answer.location.startswith("/ja/call?q=") and f"open={page}" in answer.location
    as_operator.submit("/ja/call/act", {"action": "purpose", "kind": "purpose", "words": "色をまちがえた", **fields})
    text = as_operator.get(path).text
    assert pressed(text, "use") == [("undo", "true")]
    assert pressed(text, "purpose") == [("undo", "true"), ("purpose", "false")]
    assert "今月1回" in text
    assert [step.kind for step in the_call(store).steps] == [StepKind.USE, StepKind.PURPOSE]
    as_operator.submit("/ja/call/act", {"action": "undo", "kind": "use", **fields})
    assert pressed(as_operator.get(path).text, "use") == [("use", "false")]
    assert [step.undone_at is None for step in the_call(store).steps] == [False, True]


def test_how_many_calls_a_page_answered_is_told(as_operator: Browser, page: int) -> None:
    assert "使った 1件" not in as_operator.get(f"/ja/call/preview/{page}").text
    as_operator.submit("/ja/call/act", {"action": "use", "page": page})
    assert "使った 1件（今月1件）" in as_operator.get(f"/ja/call/preview/{page}").text


def test_the_purpose_of_the_call_is_kept_without_scripts(as_operator: Browser, page: int) -> None:
    as_operator.submit("/ja/call/act", {"action": "set", "purpose": "運動会に間に合わせたい"})
    assert 'value="運動会に間に合わせたい"' in as_operator.get("/ja/call").text


def test_the_room_is_the_first_door_and_where_work_begins(as_operator: Browser, client: Browser, store: Store) -> None:
    text = as_operator.get("/ja/console").text
    doors = re.findall(r'href="([^"]*)"', text[text.index("<nav") : text.index("</nav")])
    assert doors[:2] == ["/ja/call", "/ja/console"]
    assert re.search(r'class="brand" href="/ja/call"', text)
    with store.writing() as db:
        make_user(db, name="maria")
    answer = client.submit("/ja/sign-in", {"name": "maria", "password": "minamo-denki-42"})
    assert answer.location == "/ja/call"


def test_every_part_of_the_pane_was_cut_for_its_reader(as_operator: Browser, as_sv: Browser, store: Store) -> None:
    body = f"{BODY}\n:::sv\nSVだけの文です。\n\n1. SVだけの手順\n:::\n"
    with store.writing() as db:
        page = make_page(db, "返品の別の記事", body).id
    assert "SVだけ" not in cut(body, Audience.STAFF)
    assert "SVだけ" not in as_operator.get(f"/ja/call/preview/{page}").text
    assert "SVだけの手順" in as_sv.get(f"/ja/call/preview/{page}").text
