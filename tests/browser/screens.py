"""Every screen and main state, as one table: what the pictures show, and what nobody may meet a barrier on."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser import call_acts

VISITOR, OPERATOR, SV, ADMIN = "visitor", "operator", "sv", "admin"
WHO = (VISITOR, OPERATOR, SV, ADMIN)


@dataclass(frozen=True)
class Screen:
    """Where it is (without the language; {story} and others stand for numbers), who sees it, and what is done there."""

    name: str
    path: str
    who: str = VISITOR
    act: Callable[[Page], None] | None = None


def _suggested(page: Page) -> None:
    words = "配送" if page.locator("html").get_attribute("lang") == "ja" else "deliver"
    page.get_by_role("combobox").first.press_sequentially(words, delay=10)
    # The staff's list follows the typing by itself: there suggestions come for whoever asks by arrow.
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()


def _sent_empty(page: Page) -> None:
    form = page.locator("main form[method=post]:has(.btn--primary)").first
    form.evaluate("form => { form.noValidate = true; form.requestSubmit(form.querySelector('.btn--primary')); }")
    expect(page.locator('main :is([role="alert"], [aria-invalid="true"])').first).to_be_visible()


def _told_of_somebody(page: Page) -> None:
    for name, text in {
        "title": "届かない",
        "words": "佐々木と申します",
        "done": "佐々木様に 090-0000-1234 へ折り返した",
    }.items():
        page.locator(f"main [name={name}]").fill(text)
    page.locator("main button[value=submit]").click()
    expect(page.locator("main [name=personal_mask]").first).to_be_visible()


def _told_of_somebody_again(page: Page) -> None:
    _told_of_somebody(page)
    page.locator("main [name=personal_edit]").click()
    expect(page.locator("main textarea[name=done]")).to_be_visible()


def _said_no(page: Page) -> None:
    page.locator('button[name="said"][value="no"]').click()
    expect(page.locator('button[name="said"][value="why"]')).to_be_visible()


def _signed_in_wrongly(page: Page) -> None:
    page.get_by_role("main").locator("input[name=name]").fill("nobody")
    page.get_by_role("main").locator("input[name=password]").fill("wrong password")
    page.get_by_role("main").locator("button[type=submit]").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def _without_token(page: Page) -> None:
    page.evaluate("""() => {
      const form = document.querySelector("main form[method=post]");
      form.querySelector("[name=csrf_token]").remove();
      form.noValidate = true;
      form.submit();
    }""")
    page.wait_for_load_state()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def _person_menu(page: Page) -> None:
    page.locator(".bar details[data-menu] > summary").click()


def _unfolded(page: Page) -> None:
    page.locator("#facets summary").click()


def _help(page: Page) -> None:
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def _asked_first(page: Page) -> None:
    page.locator("main [data-confirm]").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _signed_in_here(page: Page) -> None:
    page.evaluate("document.getElementById('sign-in-here').showModal()")


def _toasted(page: Page) -> None:
    page.locator('main form button[name="action"][value="save"]').click()
    expect(page.locator("[data-toast]")).to_be_visible()


def _decision_menu(page: Page) -> None:
    page.locator(".decide details > summary").first.click()


def _doubled(page: Page) -> None:
    page.locator("input[name=copy]").fill("w")
    page.locator('main form button[value="save"]').click()
    expect(page.get_by_role("alert")).to_be_visible()


PUBLIC = (
    Screen("home", "/"),
    Screen("home-suggestions", "/", act=_suggested),
    Screen("search", "/search?q=返品"),
    Screen("search-start", "/search"),
    Screen("search-nothing", "/search?q=zzzzqqq"),
    Screen("search-mended", "/search?q=パスワート"),
    Screen("search-long", "/search?q=" + "いつ届きますか" * 50),
    Screen("page", "/faq/26"),
    Screen("page-long", "/faq/{long}"),
    Screen("page-vote-reasons", "/faq/26", act=_said_no),
    Screen("page-voted", "/faq/26/vote?revision={revision}&said=yes"),
    Screen("category", "/category/delivery"),
    Screen("category-narrowed", "/search?q=送料&category=delivery"),
    Screen("accessibility", "/accessibility"),
    Screen("inquiry", "/inquiry?q=冷蔵庫"),
    Screen("inquiry-error", "/inquiry", act=_sent_empty),
    Screen("inquiry-received", "/inquiry?solved=1"),
    Screen("not-found", "/nothing"),
    Screen("gone", "/faq/{gone}"),
    Screen("sign-in", "/sign-in"),
    Screen("sign-in-error", "/sign-in", act=_signed_in_wrongly),
    Screen("sign-in-old-screen", "/sign-in", act=_without_token),
)
STAFF = (
    Screen("console", "/console?q=返品", OPERATOR),
    Screen("console-empty", "/console", OPERATOR),
    Screen("console-nothing", "/console?q=zzzzqqq", OPERATOR),
    Screen("console-narrowed", "/console?q=返品&audience=staff", OPERATOR, _unfolded),
    Screen("console-long", "/console?q=長い記事&open={long}", OPERATOR),
    Screen("console-suggestions", "/console", OPERATOR, _suggested),
    Screen("console-menu", "/console?q=返品", OPERATOR, _person_menu),
    Screen("console-keys", "/console?q=返品&open=26", OPERATOR, _help),
    Screen("sign-in-here", "/console?q=返品", OPERATOR, _signed_in_here),
    Screen("call-at-hand", "/call", OPERATOR),
    Screen("call-list", "/call?q=返品", OPERATOR),
    Screen("call-page", "/call?q=返品したい", OPERATOR, call_acts.picked),
    Screen("call-long", "/call?open={long}", OPERATOR),
    Screen("call-nothing", "/call?q=zzzzqqq", OPERATOR),
    Screen("call-keys", "/call?q=返品&open=26", OPERATOR, _help),
    Screen("call-first-day", "/call", ADMIN),
    Screen("call-ending", "/call?q=返品", SV, call_acts.ending),
    Screen("call-wrapping-up", "/call?q=返品", SV, call_acts.wrapping_up),
    Screen("call-outbound", "/call?direction=outbound", OPERATOR),
    Screen("why", "/console/why?q=返品の送料&page=返品したい", OPERATOR),
    Screen("why-not", "/console/why?q=宇宙&page=26&reader=customer", OPERATOR),
    Screen("why-which", "/console/why?q=返品&page=返品", OPERATOR),
    Screen("why-nothing", "/console/why?q=返品&page=zzzzqqq", OPERATOR),
    Screen("call-flag", "/call?q=返品&open=26", OPERATOR, call_acts.asked_for("flag")),
    Screen("call-gap", "/call?q=宇宙", OPERATOR, call_acts.asked_for("gap")),
    Screen("call-handover", "/call?q=返品&open=26", OPERATOR, call_acts.asked_for("handover")),
    Screen("call-harassment", "/call?q=返品&open=26", OPERATOR, call_acts.harassed),
    Screen("flag", "/call/flag?page=26", OPERATOR),
    Screen("gap", "/call/gap?words=宇宙", OPERATOR),
    Screen("handover", "/call/handover?page=26&words=返品", OPERATOR),
    Screen("harassment", "/call/harassment", OPERATOR),
    Screen("my-requests", "/requests/mine", OPERATOR),
    Screen("my-requests-empty", "/requests/mine", ADMIN),
    Screen("requests-answered", "/requests?tab=answered", SV),
    Screen("queue-help", "/review/help/1", SV),
    Screen("queue-flag", "/review/flags/1", SV),
    Screen("queue-gap", "/review/gaps/1", SV),
    Screen("messages", "/messages", OPERATOR),
    Screen("messages-empty", "/messages", ADMIN),
    Screen("message", "/messages/{message}", OPERATOR),
    Screen("looks", "/looks", SV),
    Screen("look", "/looks/26", SV),
    Screen("samples", "/samples", SV),
    Screen("samples-done", "/samples?tab=done", SV),
    Screen("sample", "/samples/{sample}", SV),
    Screen("sample-error", "/samples/{sample}", SV, _sent_empty),
    Screen("sample-note", "/samples/{noted}/note", SV),
    Screen("not-allowed", "/admin/people", OPERATOR),
    Screen("staff-not-found", "/pages/999999", OPERATOR),
    Screen("stories", "/stories", OPERATOR),
    Screen("stories-empty", "/stories", ADMIN),
    Screen("story-form", "/stories/new", OPERATOR),
    Screen("story-form-error", "/stories/new", OPERATOR, _sent_empty),
    Screen("story-personal", "/stories/new", OPERATOR, _told_of_somebody),
    Screen("story-personal-again", "/stories/new", OPERATOR, _told_of_somebody_again),
    Screen("story", "/stories/{story}", OPERATOR),
    Screen("story-returned", "/stories/{back}", OPERATOR),
    Screen("propose", "/pages/26/edit", OPERATOR),
    Screen("password", "/password", OPERATOR),
    Screen("password-error", "/password", OPERATOR, _sent_empty),
    Screen("old-screen", "/password", OPERATOR, _without_token),
    Screen("styleguide", "/styleguide", OPERATOR),
    Screen("shortcuts", "/shortcuts", OPERATOR),
    Screen("shortcuts-error", "/shortcuts", OPERATOR, _doubled),
    Screen("shortcuts-saved", "/shortcuts", OPERATOR, _toasted),
    Screen("pages", "/pages", SV),
    Screen("pages-nothing", "/pages?q=zzzzqqq", SV),
    Screen("page-staff", "/pages/26", SV),
    Screen("page-staff-long", "/pages/{long}", SV),
    Screen("page-staff-gone", "/pages/{gone}", SV),
    Screen("editor-new", "/pages/new", SV),
    Screen("editor", "/pages/{long}/edit", SV),
    Screen("history", "/pages/{long}/history", SV),
    Screen("compare", "/pages/{long}/compare", SV),
    Screen("revision", "/pages/{long}/revisions/1", SV),
    Screen("links", "/pages/26/links", SV),
    Screen("votes", "/pages/26/votes", SV),
    Screen("votes-empty", "/pages/{long}/votes", SV),
    Screen("queue", "/review", SV),
    Screen("queue-empty", "/review?hold=mine", ADMIN),
    Screen("item", "/review/{story}", SV),
    Screen("item-decision", "/review/{story}", SV, _decision_menu),
    Screen("item-duplicate", "/review/{story}?decision=duplicate", SV),
    Screen("merge", "/review/{story}/merge?into=26", SV),
    Screen("merge-which", "/review/{story}/merge", SV),
    Screen("make-faq", "/review/{story}/faq", SV),
    Screen("duplicate", "/review/{story}/duplicate?of=26", SV),
    Screen("contradict", "/review/{story}/contradict?page=26", SV),
    Screen("sessions", "/sessions", SV),
    Screen("sessions-asked", "/sessions", OPERATOR),
    Screen("session", "/sessions/1", SV),
    Screen("session-sheet", "/sessions/1/sheet", OPERATOR),
    Screen("session-plan", "/sessions/new", SV),
    Screen("session-plan-error", "/sessions/new", SV, _sent_empty),
    Screen("session-edit", "/sessions/{session}/edit", SV),
    Screen("session-stage", "/sessions/{running}/stage", SV),
    Screen("session-end", "/sessions/{running}/end", SV),
    Screen("voices", "/voices", SV),
    Screen("tasks", "/tasks", OPERATOR),
    Screen("tasks-all", "/tasks?all=1", SV),
    Screen("synonyms", "/synonyms", SV),
    Screen("synonyms-nothing", "/synonyms?q=zzzzqqq", SV),
    Screen("notices", "/notices", SV),
    Screen("notices-error", "/notices", SV, _sent_empty),
    Screen("calls", "/calls", SV),
    Screen("calls-nothing", "/calls?from=1999-01-01&to=1999-01-02", SV),
    Screen("call-told", "/calls/1", SV),
    Screen("inquiries", "/inquiries", SV),
    Screen("inquiries-empty", "/inquiries?state=closed", SV),
    Screen("inquiry-staff", "/inquiries/{inquiry}", SV),
    Screen("people", "/admin/people", ADMIN),
    Screen("people-error", "/admin/people", ADMIN, _sent_empty),
    Screen("people-asked-first", "/admin/people", ADMIN, _asked_first),
    Screen("roles", "/admin/roles", ADMIN),
    Screen("events", "/admin/events", ADMIN),
    Screen("settings", "/admin/settings", ADMIN),
    Screen("embed", "/embed", ADMIN),
)
SCREENS = PUBLIC + STAFF

# GET addresses that nobody looks at: files, feeds, answers to scripts and programs, and doors that lead elsewhere.
NO_SCREENS = frozenset(
    {
        "static",
        "faq.door",
        "faq.suggest",
        "faq.feed",
        "faq.sitemap",
        "faq.sitemap_part",
        "faq.open_search",
        "faq.open_search_suggest",
        "faq.robots",
        "faq.manifest",
        "faq.icon",
        "files.show",
        "health.live",
        "health.ready",
        "sign_in.token",
        "console.suggest",
        "help.now",
        "messages.now",
        "console.preview",
        "call.preview",
        "pages.export",
        "synonyms.export",
        "sessions.calendar",
        "voices.export",
        "calls.export",
        "api.search",
        "api.suggest",
        "api.pages",
        "api.page",
        "api.revisions",
        "api.votes",
        "api.calls",
        "api.flags",
        "embed.script",
        "embed.answer",
    }
)
