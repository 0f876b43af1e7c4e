"""The screens on which the words of a submission are shown, who opens them there, and what is done on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from playwright.sync_api import Page

from tests.browser.attacked import WORDS, joined

ASKED = "!!document.querySelector('dialog[open] [data-back]')"
SIDE = "document.querySelector('[data-queue-side]')"
# A title that the form has had before would ask for nothing.
_titles = count(1)


@dataclass(frozen=True)
class Screen:
    """{story} and others in the path stand for numbers; `act` gets the payloads that are tried.

    All payloads are opened on the screens of the `core`; of the others each gets its share.
    """

    name: str
    path: str
    who: str = "sv"
    act: Callable[[Page, Sequence[str]], None] | None = None
    core: bool = False


def _chosen(page: Page, _words: Sequence[str]) -> None:
    """Go through the rows: the panel beside them is drawn by a script, and kept here to be looked at."""
    page.evaluate(f"{SIDE}.after(document.createElement('aside'))")
    rows = page.locator("[data-item]:not(.is-selected) .t")
    for at in reversed(range(rows.count())):
        with page.expect_response(lambda answer: "part=side" in answer.url):
            rows.nth(at).focus()
        page.wait_for_timeout(50)
        page.evaluate(f"{SIDE}.nextSibling.append(...{SIDE}.childNodes)")


def _unfolded(page: Page, _words: Sequence[str]) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def _talked(page: Page, _words: Sequence[str]) -> None:
    """Quote a passage, and be offered whom one can call."""
    _unfolded(page, _words)
    page.evaluate("document.querySelector('[data-quote-all]')?.click()")
    field = page.locator("[data-calls]")
    if field.count():
        field.focus()
        field.press_sequentially("@")


def _put(target: str) -> Callable[[Page, Sequence[str]], None]:
    """Pick every passage and put them all into one place; a script draws what the server makes of it."""

    def act(page: Page, _words: Sequence[str]) -> None:
        page.evaluate("document.querySelector('[data-merge] [name=title]').value ||= '題'")
        page.evaluate(
            "[...document.querySelectorAll('[name=pick]')].slice(0, 20).forEach((one) => { one.checked = true; })"
        )
        with page.expect_response(lambda answer: answer.request.method == "POST" and "/review/" in answer.url):
            page.evaluate(f"document.querySelector('.merge__targets [value={target}]').click()")
        page.wait_for_function("document.querySelector('[data-merge-count]').textContent")

    return act


def _noted(page: Page, words: Sequence[str]) -> None:
    """Note the payloads: each line stands there at once, and again when the server has it."""
    field = page.locator("[data-add-note] textarea")
    for part in joined([" ".join(one.split()) for one in words], 1_900):
        field.fill(part)
        field.press("Enter")
        page.wait_for_function(f"{ASKED} || !document.querySelector('[data-notes] .is-waiting')")
        if page.evaluate(ASKED):
            # Whom a line may give away is asked about first; everything stays as it was written.
            page.evaluate("document.querySelectorAll('dialog[open] input').forEach((one) => { one.checked = false; })")
            page.locator("dialog[open] [type=submit]").click()
            page.wait_for_function("!document.querySelector('[data-notes] .is-waiting')")


def _told_alike(page: Page, _words: Sequence[str]) -> None:
    """Write a title that others have: what looks alike is drawn by a script."""
    with page.expect_response(lambda answer: "look-alikes" in answer.url or "look_alikes" in answer.url):
        page.locator("main [name=title]").fill(f"{WORDS} {next(_titles)}")
    page.wait_for_timeout(100)


SCREENS = (
    Screen("queue", "/ja/review", act=_chosen, core=True),
    Screen("item", "/ja/review/{story}", act=_talked, core=True),
    Screen("item: returning", "/ja/review/{story}?decision=return"),
    Screen("item: diff", "/ja/review/{edit}", act=_unfolded, core=True),
    Screen("item: diff in pairs", "/ja/review/{edit}?diff=pairs"),
    Screen("item: returned", "/ja/review/{back}"),
    Screen("help request", "/ja/review/help/{help}"),
    Screen("hand-over", "/ja/review/help/{handover}"),
    Screen("flag", "/ja/review/flags/{flag}"),
    Screen("gap", "/ja/review/gaps/{gap}"),
    Screen("merge: which", "/ja/review/{story}/merge"),
    Screen("merge", "/ja/review/{story}/merge?into={page}", core=True),
    Screen("merge: put", "/ja/review/{story}/merge?into={page}", act=_put("say")),
    Screen("make FAQ", "/ja/review/{story}/faq", core=True),
    Screen("make FAQ: put", "/ja/review/{story}/faq", act=_put("text")),
    Screen("duplicate", "/ja/review/{story}/duplicate", core=True),
    Screen("duplicate of", "/ja/review/{story}/duplicate?of={page}"),
    Screen("contradict", "/ja/review/{story}/contradict?page={page}", core=True),
    Screen("requests: answered", "/ja/requests?tab=answered"),
    Screen("sessions", "/ja/sessions"),
    Screen("session", "/ja/sessions/{planned}", core=True),
    Screen("session: running", "/ja/sessions/{running}"),
    Screen("session: plan", "/ja/sessions/{planned}/edit"),
    Screen("session: new", "/ja/sessions/new"),
    Screen("session: wall", "/ja/sessions/{running}/stage", act=_noted, core=True),
    Screen("session: end", "/ja/sessions/{running}/end", core=True),
    Screen("session: sheet", "/ja/sessions/{planned}/sheet?story={told}", "author"),
    Screen("minutes", "/ja/pages/{minutes}", core=True),
    Screen("voices", "/ja/voices?state=answered"),
    Screen("tasks", "/ja/tasks"),
    Screen("looks", "/ja/looks"),
    Screen("look", "/ja/looks/{page}"),
    Screen("samples", "/ja/samples"),
    Screen("sample", "/ja/samples/{sample}"),
    Screen("sample: note", "/ja/samples/{looked}/note"),
    Screen("page", "/ja/pages/{page}", act=_unfolded, core=True),
    Screen("page for customers", "/ja/faq/{page}"),
    Screen("case", "/ja/pages/{case}", act=_unfolded),
    Screen("votes", "/ja/pages/{page}/votes"),
    Screen("history", "/ja/pages/{page}/history"),
    Screen("calls", "/ja/calls"),
    Screen("call", "/ja/calls/{call}"),
    Screen("console", f"/ja/console?q={WORDS}&open={{page}}"),
    Screen("messages", "/ja/messages", "author", core=True),
    Screen("own requests", "/ja/requests/mine", "author"),
    Screen("own stories", "/ja/stories", "author"),
    Screen("own story", "/ja/stories/{back}", "author"),
    Screen("story form", "/ja/stories/new", "author", _told_alike),
)

# What scripts and programs are told, opened as if it were a page; and files, which no browser may open.
ANSWERS = (
    "/api/v1/pages",
    "/api/v1/pages/{page}",
    "/api/v1/pages/{page}/revisions",
    f"/api/v1/search?q={WORDS}",
    f"/api/v1/suggest?q={WORDS}",
    "/api/v1/calls",
    "/api/v1/flags",
    "/ja/requests/now",
    "/ja/messages/now",
    f"/ja/console/suggest?q={WORDS}",
)
FILES = ("/files/1", "/ja/voices.csv", "/ja/calls.csv", "/ja/sessions/{planned}/calendar.ics")
