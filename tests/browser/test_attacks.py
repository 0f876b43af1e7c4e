"""Each of 14,000 published attack strings, in every free text that the review desk shows: nothing of them runs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from kb.app import create_app
from kb.config import Settings
from kb.search.memory_index import MemoryIndex
from kb.services import indexing
from kb.services.house import House
from kb.store.base import open_store
from kb.text.rendering import Renderer
from tests import make
from tests.browser import attacked, sowing
from tests.browser.attack_screens import ANSWERS, FILES, SCREENS, Screen
from tests.browser.attacking import Payload, Watch, batches, payloads, shown, varied
from tests.browser.hostile import listening

SIZE = 24_000  # characters in each field at once
SHARES = 6  # of the payloads, of which every screen outside of the core gets one
SAMPLE = 60
HARMLESS = ("普通の言葉です。",)


class Uncovered:
    """The app without its content policy: only what the app makes of the words stands between them and the browser."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [one for one in headers if one[0].lower() != "content-security-policy"], *more)

        return self.app(environ, begin)


@dataclass
class Siege:
    """The house, its address, who sits in it, and what was seen on its screens: (screen, field)."""

    app: Flask
    house: House
    address: str
    ids: dict[str, int]
    ground: sowing.Ground
    pages: dict[str, Page] = field(default_factory=dict)
    watches: dict[str, Watch] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    opened: int = 0

    def sow(self, said: Callable[[str], Sequence[str]]) -> None:
        """Put these words into the fields, and hold a session about them to its end."""
        for page in self.pages.values():
            # What a screen still sends by itself would wait for the house to be furnished anew.
            page.goto("about:blank")
        with self.house.store.writing() as db:
            sowing.sow(db, said, self.ground)
            self.ids["minutes"] = attacked.conclude(db, self.ids, said)

    def open(self, screen: Screen, words: Sequence[str]) -> list[str]:
        """What is wrong on this screen now: on opening it, and after what is done there."""
        page, watch = self.pages[screen.who], self.watches[screen.who]
        self.opened += 1
        answer = page.goto(f"{self.address}{screen.path.format_map(self.ids)}")
        assert answer is not None
        if answer.status != 200:
            return [f"answered {answer.status}"]
        faults, marks = watch.look(page)
        if screen.act is not None:
            screen.act(page, words)
            more, new = watch.look(page)
            faults, marks = faults + more, marks | new
        self.seen |= {(screen.name, mark.strip("⟪⟫")) for mark in marks}
        return list(dict.fromkeys(faults))

    def attack(self, batch: Sequence[Payload], screens: Sequence[Screen]) -> dict[str, list[str]]:
        """These screens with these payloads in every field: what is wrong, by screen."""
        words = [one.text for one in batch]
        self.sow(lambda field: words)
        return {screen.name: faults for screen in screens if (faults := self.open(screen, words))}

    def blame(self, batch: Sequence[Payload], name: str) -> str:
        """Which field and which payload are at fault on this screen, by trying ever fewer of them."""
        screen = next(one for one in SCREENS if one.name == name)

        def fails(fields: set[str], some: Sequence[Payload]) -> bool:
            words = [one.text for one in some]
            self.sow(lambda field: words if field in fields else HARMLESS)
            return bool(self.open(screen, words))

        guilty = set(sowing.fields())
        while len(guilty) > 1:
            half = set(sorted(guilty)[: len(guilty) // 2])
            guilty = half if fails(half, batch) else guilty - half
        some = list(batch)
        while len(some) > 1:
            half_of = some[: len(some) // 2]
            some = half_of if fails(guilty, half_of) else some[len(some) // 2 :]
        return f"{', '.join(guilty)} on {name}: {next(shown(some))}"


@contextmanager
def besieged(
    folder: Path, template: Path, chromium: Browser, renderer: Renderer, *, escaping: bool = True
) -> Iterator[Siege]:
    database = f"sqlite:///{folder / 'kb.db'}"
    (folder / "kb.db").write_bytes(template.read_bytes())
    house = House(open_store(database), MemoryIndex(), renderer, folder / "files", MemoryIndex)
    settings = Settings(folder, database, "whoosh:search_index", "a secret for tests", "http://localhost", False)
    app = create_app(settings, house)
    if not escaping:
        app.jinja_env.autoescape = False
    with house.store.writing() as db:
        ids = attacked.furnish(db, house)
        ground = sowing.survey(db, attacked.subjects(db, ids))
    indexing.drain_all(house.store, house.index)
    app.wsgi_app = Uncovered(app.wsgi_app)  # type: ignore[method-assign]
    with listening(app) as address:
        app.config["KB_BASE_URL"] = address
        siege = Siege(app, house, address, ids, ground)
        contexts = []
        for who in ("sv", "author"):
            context = chromium.new_context(base_url=address, locale="ja-JP")
            contexts.append(context)
            context.set_default_timeout(60_000)
            siege.watches[who] = Watch(context, address)
            page = siege.pages[who] = context.new_page()
            page.goto("/ja/sign-in?next=/ja/console")
            page.get_by_label("ID").fill(who)
            page.get_by_label("パスワード").fill(make.PASSWORD)
            page.get_by_role("main").get_by_role("button", name="サインイン").click()
            page.wait_for_url("**/console*")
        try:
            yield siege
        finally:
            for context in contexts:
                context.close()
    house.store.close()


@pytest.fixture(scope="module")
def patient() -> Iterator[Renderer]:
    """A renderer that does not give up: what it gives up is shown as plain text, and nothing would be tried."""
    renderer = Renderer(None, seconds=60)
    yield renderer
    renderer.close()


@pytest.fixture(scope="module")
def siege(
    tmp_path_factory: pytest.TempPathFactory, template_database: Path, chromium: Browser, patient: Renderer
) -> Iterator[Siege]:
    with besieged(tmp_path_factory.mktemp("siege"), template_database, chromium, patient) as siege:
        yield siege


# What is opened at each change.
OFTEN = {"queue", "item", "item: diff", "merge", "session: wall", "session: end"}
CORE = [screen for screen in SCREENS if screen.core]
OTHERS = [screen for screen in SCREENS if not screen.core]
PLANTED = """<!doctype html><title>x</title><p><script>alert("inline")</script><img src="/nothing" onerror="prompt(1)">
<script>console.log(1); fetch("https://elsewhere.example/");</script><a href="javascript:alert(2)">x</a>
<iframe srcdoc="<script>parent.attackRan('framed ran')</script>"></iframe><form action="https://elsewhere.example/"></form>"""
EXPECTED = (
    "alert(inline) ran",
    "prompt(1) ran",
    "console.log(1) ran",
    "a request to https://elsewhere.example/",
    "framed ran",
    "a script in",
    "onerror in",
    "href=javascript:alert(2) in",
    "<iframe> in",
    "srcdoc in",
    "action=https://elsewhere.example/ in",
)


def told(siege: Siege, wrong: dict[str, list[str]], batch: Sequence[Payload]) -> str:
    """The failures of a batch in words: payload and field of the first, and what was seen on each screen."""
    lines = [f"{name}: {faults[0]}" for name, faults in wrong.items()]
    return "\n".join([siege.blame(batch, next(iter(wrong))), *lines])


def test_what_is_planted_in_an_answer_runs_and_is_noticed(siege: Siege) -> None:
    page, watch = siege.pages["sv"], siege.watches["sv"]
    answer = page.goto(f"{siege.address}/ja/review")
    assert answer is not None and "content-security-policy" not in answer.headers
    page.route("**/planted", lambda route: route.fulfill(body=PLANTED, headers=answer.headers))
    page.goto(f"{siege.address}/planted")
    page.wait_for_load_state("networkidle")
    faults, _marks = watch.look(page)
    assert [what for what in EXPECTED if not any(fault.startswith(what) for fault in faults)] == []


def test_every_column_that_can_hold_a_text_is_attacked_or_closed_for_a_reason() -> None:
    closed = [name for names in sowing.CLOSED.values() for name in names.split()]
    assert len(closed) == len(set(closed)) and not set(closed) & sowing.attacked()
    assert set(closed) | sowing.attacked() == sowing.columns()


def test_the_nastiest_strings_of_each_kind_do_not_run(siege: Siege) -> None:
    batch = varied(payloads(), SAMPLE)
    wrong = siege.attack(batch, [screen for screen in CORE if screen.name in OFTEN])
    assert not wrong, told(siege, wrong, batch)


@pytest.mark.long
def test_answers_for_programs_are_no_pages_whatever_is_in_them(siege: Siege) -> None:
    words = [one.text for one in varied(payloads(), SAMPLE)]
    # The name of a file goes into a header, and no browser takes one without end.
    siege.sow(lambda field: words[:3] if field == "attachments.file_name" else words)
    page, watch = siege.pages["sv"], siege.watches["sv"]
    for path in ANSWERS:
        answer = page.goto(siege.address + path.format_map(siege.ids))
        assert answer is not None and answer.status == 200, path
        said = answer.headers
        assert (said["content-type"], said["x-content-type-options"]) == ("application/json", "nosniff"), path
        assert watch.look(page)[0] == [], path
    for path in FILES:
        file = page.request.get(siege.address + path.format_map(siege.ids))
        assert file.status == 200 and file.headers["content-disposition"].startswith("attachment"), path
        assert file.headers["x-content-type-options"] == "nosniff", path


@pytest.mark.long
def test_without_escaping_they_run_and_the_field_and_the_string_are_named(
    tmp_path: Path, template_database: Path, chromium: Browser, patient: Renderer
) -> None:
    batch = [
        Payload("harmless", "普通の言葉"),
        Payload("bad", "<img src=x onerror=alert(1)>"),
        Payload("fine", "<b>x</b>"),
    ]
    screens = [screen for screen in SCREENS if screen.name in ("messages", "session", "voices", "item: returned")]
    with besieged(tmp_path, template_database, chromium, patient, escaping=False) as siege:
        wrong = siege.attack(batch, screens)
        assert set(wrong) == {screen.name for screen in screens}
        assert any(fault == "alert(1) ran" for faults in wrong.values() for fault in faults)
        assert siege.blame(batch, "voices").endswith("on voices: bad: '<img src=x onerror=alert(1)>'")


@pytest.mark.long
def test_no_string_of_the_lists_runs_in_any_field_on_any_screen(siege: Siege) -> None:
    found = payloads()
    assert len(found) > 14_000
    for number, batch in enumerate(batches(found, SIZE)):
        share = [screen for at, screen in enumerate(OTHERS) if (at + number) % SHARES == 0]
        wrong = siege.attack(batch, [*CORE, *share])
        assert not wrong, told(siege, wrong, batch)
    missing = set(sowing.fields()) - {field for _screen, field in siege.seen}
    assert missing == set()
