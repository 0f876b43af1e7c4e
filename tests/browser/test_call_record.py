"""What happens in a call is kept, whatever happens to the browser, the server and the sign-in meanwhile."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kb.rules.roles import Role
from kb.store import schema
from kb.store.base import open_store
from tests.browser.serving import free_port
from tests.make import PASSWORD, make_page, make_user

PEOPLE = ("keyboard", "dead", "expired", "tabs", "slow", "phone")
ROOM = "/ja/call"


class Server:
    """A server of its own, that may be killed in the middle and started again at the same address."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.database = home / "var" / "kb.db"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        known = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        command = [str(Path(sys.executable).parent / "kb"), "serve", "--port", str(self.port), "--workers", "1"]
        with (self.home / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                command,
                env=known | {"KB_HOME": str(self.home), "KB_RATE_LIMITS": "off"},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urlopen(f"{self.address}/health/live", timeout=2):
                    return
            except (URLError, OSError):
                time.sleep(0.2)
        raise AssertionError((self.home / "server.log").read_text())

    def kill(self) -> None:
        """As a power cut would: nobody gets to say goodbye."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=30)
            self.process = None

    def ask(self, question: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(question, values).fetchall()

    def calls(self, person: str) -> list[Any]:
        """channel, inquiry type, outcome and memo of somebody's calls."""
        question = "select channel, inquiry_type, outcome, memo from calls join users on users.id = user_id"
        return self.ask(f"{question} where users.name = ? order by calls.id", person)

    def steps(self, person: str) -> list[Any]:
        """Kind and words of what somebody did, in every call."""
        question = (
            "select kind, words from call_steps join calls on calls.id = call_id join users on users.id = user_id"
        )
        return self.ask(f"{question} where users.name = ? order by at, call_steps.id", person)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("calls"))
    store = open_store(f"sqlite:///{server.database}")
    schema.upgrade(store)
    with store.writing() as db:
        for name in PEOPLE:
            make_user(db, Role.OPERATOR, name=name)
        make_page(db, "注文した商品はいつ届きますか", ":::say\n3日でお届けします。\n:::\n\n発送から3日です。")
    store.close()
    server.start()
    yield server
    server.kill()


@pytest.fixture
def signed_in(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open the room of a call in a browser of somebody who is signed in; faults of scripts fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_room(name: str, path: str = ROOM) -> Page:
        context = chromium.new_context(base_url=server.address, locale="ja-JP", viewport={"width": 1280, "height": 800})
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        contexts.append(context)
        page = context.new_page()
        page.goto(f"/ja/sign-in?next={path}")
        page.get_by_label("ID").fill(name)
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="サインイン").click()
        expect(page.locator("section[data-call]")).to_be_attached()
        return page

    yield open_room
    for context in contexts:
        context.close()
    assert not faults


def until(true: Callable[[], bool]) -> None:
    """Wait for something that the server does."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def search(page: Page, words: str) -> None:
    page.get_by_label("お客様の言葉で検索").fill(words)


def clock(page: Page) -> Any:
    return page.locator("[data-clock]")


def chosen_type(page: Page) -> Any:
    return page.locator('.call__types [aria-pressed="true"]')


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_call_is_begun_told_of_ended_and_taken_up_again_by_keys(
    signed_in: Callable[..., Page], server: Server
) -> None:
    page = signed_in("keyboard")
    page.locator("#main").focus()
    press(page, "s")
    expect(clock(page)).to_be_visible()
    expect(page.get_by_label("お客様の言葉で検索")).to_be_focused()
    page.keyboard.type("いつ届く")
    until(lambda: ("search", "いつ届く") in server.steps("keyboard"))
    page.locator("#view").focus()
    press(page, "t", "4")
    expect(chosen_type(page)).to_have_text("配送")
    expect(page.locator("#view")).to_be_focused()
    # A letter or a digit that is typed is text.
    search(page, "t4s")
    expect(chosen_type(page)).to_have_text("配送")
    press(page, "Alt+e")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "2")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("応対を終えました（折り返し）")).to_be_visible()
    expect(page.get_by_label("一言メモ")).to_be_focused()
    # While the server is out of reach, what is taken back and done otherwise goes out in one message.
    until(lambda: server.calls("keyboard") == [("phone", "配送", "callback", "")])
    page.route("**/call/keep", lambda route: route.abort())
    page.get_by_role("button", name="元に戻す").click()
    expect(clock(page)).to_be_visible()
    press(page, "Alt+e", "1")
    page.unroute("**/call/keep")
    until(lambda: server.calls("keyboard") == [("phone", "配送", "solved", "")])
    page.get_by_label("一言メモ").fill("あすの便に変えた")
    press(page, "Enter")
    expect(page.get_by_role("button", name="応対を始める")).to_be_visible()
    assert server.calls("keyboard") == [("phone", "配送", "solved", "あすの便に変えた")]


def test_a_killed_server_and_a_closed_browser_lose_nothing(signed_in: Callable[..., Page], server: Server) -> None:
    page = signed_in("dead")
    search(page, "いつ届く")
    until(lambda: len(server.steps("dead")) == 1)
    server.kill()
    page.locator(".call__types button", has_text="請求").click()
    page.locator(".call summary").first.click()
    press(page, "3")
    expect(page.get_by_text(re.compile("未送信.*件"))).to_be_visible()
    press(page, "Alt+e", "4")
    expect(page.get_by_label("一言メモ")).to_be_visible()
    page.get_by_label("一言メモ").fill("まだ送れていない")
    assert server.calls("dead") == [("phone", "", None, "")]
    # Closing a page tells of what is unsent once more, so it has to be closed before the server is back.
    context = page.context
    page.close()
    server.start()
    again = context.new_page()
    again.goto(ROOM)
    until(lambda: server.calls("dead") == [("chat", "請求", "unsolved", "")])
    expect(again.get_by_label("一言メモ")).to_have_value("まだ送れていない")
    expect(again.get_by_text(re.compile("未送信.*件"))).to_be_hidden()
    again.get_by_role("button", name="保存して次へ").click()
    until(lambda: server.calls("dead") == [("chat", "請求", "unsolved", "まだ送れていない")])
    expect(again.get_by_role("button", name="応対を始める")).to_be_visible()
    kinds = [kind for kind, _words in server.steps("dead")]
    assert kinds.count("search") == 1 and len(kinds) == len(set(kinds))
    assert again.evaluate("Object.keys(localStorage).filter((name) => /log:|memo/.test(name))") == []


def test_an_expired_sign_in_is_renewed_on_the_spot_and_loses_nothing(
    signed_in: Callable[..., Page], server: Server
) -> None:
    page = signed_in("expired")
    page.get_by_role("button", name="応対を始める").click()
    until(lambda: len(server.calls("expired")) == 1)
    page.context.clear_cookies()
    page.locator(".call__types button", has_text="部品").click()
    door = page.locator("#sign-in-here")
    expect(door).to_be_visible()
    door.get_by_label("ID").fill("expired")
    door.get_by_label("パスワード").fill(PASSWORD)
    door.get_by_role("button", name="サインイン").click()
    until(lambda: server.calls("expired") == [("phone", "部品", None, "")])
    expect(clock(page)).to_be_visible()


def test_two_tabs_of_one_person_have_one_call(signed_in: Callable[..., Page], server: Server) -> None:
    first = signed_in("tabs")
    second = first.context.new_page()
    second.goto(ROOM)
    first.get_by_role("button", name="応対を始める").click()
    expect(clock(second)).to_be_visible()
    second.locator(".call__types button", has_text="変更").click()
    expect(chosen_type(first)).to_have_text("変更")
    second.locator("[data-end]").click()
    press(second, "1")
    expect(first.get_by_label("一言メモ")).to_be_visible()
    until(lambda: server.calls("tabs") == [("phone", "変更", "solved", "")])


def test_the_end_of_the_half_minute_cuts_no_writing_off(signed_in: Callable[..., Page], server: Server) -> None:
    page = signed_in("slow")
    page.clock.install()
    page.reload()
    page.get_by_role("button", name="応対を始める").click()
    page.clock.run_for(1000)
    press(page, "Alt+e", "1")
    memo = page.get_by_label("一言メモ")
    memo.fill("書いている途中")
    page.locator("#view").focus()
    page.clock.run_for(40_000)
    expect(page.get_by_text("ゆっくり書いて大丈夫です")).to_be_visible()
    expect(memo).to_have_value("書いている途中")
    # Nothing is written, but somebody still looks at the field: they get the same time once more.
    memo.fill("")
    page.clock.run_for(2000)
    expect(memo).to_be_visible()
    page.clock.run_for(30_000)
    expect(memo).to_be_hidden()
    expect(page.get_by_label("お客様の言葉で検索")).to_be_focused()
    expect(page.get_by_role("button", name="応対を始める")).to_be_visible()


def test_telephony_begins_a_call_once_and_waits_for_the_one_that_is_on(
    signed_in: Callable[..., Page], server: Server
) -> None:
    page = signed_in("phone")
    page.goto(f"{ROOM}?q=いつ届く&type=配送&ticket=T-1")
    expect(chosen_type(page)).to_have_text("配送")
    until(lambda: server.steps("phone") == [("search", "いつ届く")])
    page.reload()
    expect(clock(page)).to_be_visible()
    page.goto(f"{ROOM}?type=請求&ticket=T-2")
    expect(page.get_by_text("次の応対が来ています")).to_be_visible()
    expect(chosen_type(page)).to_have_text("配送")
    press(page, "Alt+e", "1")
    expect(chosen_type(page)).to_have_text("請求")
    expect(clock(page)).to_be_visible()
    until(lambda: server.calls("phone") == [("phone", "配送", "solved", ""), ("phone", "請求", None, "")])
    assert server.ask("select ticket from calls where ticket != '' order by id") == [("T-1",), ("T-2",)]
