"""Take a picture of every main screen, light and dark, on a phone and on a desk: `make screenshots`."""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.serving import ARGUMENTS, CHROMIUM, Served, serve

FOLDER = Path(__file__).resolve().parents[2] / "screenshots"
SIZES = {"390": {"width": 390, "height": 844}, "1280": {"width": 1280, "height": 860}}
PUBLIC = {
    "home": "/ja/",
    "home-en": "/en/",
    "page": "/ja/faq/26",
    "search": "/ja/search?q=いつ届く",
    "search-nothing": "/ja/search?q=zzzz",
    "category": "/ja/category/delivery",
    "not-found": "/ja/nothing",
    "sign-in": "/ja/sign-in",
}
STAFF = {
    "console": "/ja/console?q=いつ届く",
    "console-empty": "/ja/console",
    "why": "/ja/console/why?q=返品の送料&page=返品したい",
    "pages": "/ja/pages",
    "page-staff": "/ja/pages/26",
    "editor": "/ja/pages/26/edit",
    "history": "/ja/pages/26/history",
    "compare": "/ja/pages/26/compare",
    "links": "/ja/pages/26/links",
    "stories": "/ja/stories",
    "story-form": "/ja/stories/new",
    "queue": "/ja/review",
    "item": "/ja/review/{story}",
    "merge": "/ja/review/{story}/merge?into=26",
    "make-faq": "/ja/review/{story}/faq",
    "people": "/ja/admin/people",
    "roles": "/ja/admin/roles",
    "events": "/ja/admin/events",
}


def main(folder: Path) -> None:
    """Write the pictures into `folder`, named screen-width-theme.png."""
    folder.mkdir(exist_ok=True)
    with TemporaryDirectory() as home, serve(Path(home)) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        story = _prepare(browser, served)
        for size, viewport in SIZES.items():
            for theme in ("light", "dark"):
                options = {"viewport": viewport, "color_scheme": theme, "base_url": served.address, "locale": "ja-JP"}
                page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
                _shoot(page, PUBLIC, folder, f"{size}-{theme}")
                served.sign_in(page, "admin")
                _shoot(
                    page, {name: path.format(story=story) for name, path in STAFF.items()}, folder, f"{size}-{theme}"
                )
                page.context.close()
        browser.close()


def _prepare(browser: Browser, served: Served) -> str:
    """A story and a second version, so that no screen is empty; returns the story's number."""
    page = browser.new_context(base_url=served.address, locale="ja-JP").new_page()
    served.sign_in(page, "operator", "/ja/stories/new")
    page.get_by_label("ひとことで言うと").fill("「いつ届く？」の奥に、授業参観のスリッパがあった")
    page.get_by_label("お客様の言葉").fill("昨日頼んだの、いつ届くの？ 明後日いるんだけど。")
    page.get_by_label("本当の目的").fill("授業参観の日に使いたい。")
    page.get_by_role("textbox", name=re.compile("^したこと")).fill(
        "日付の理由を伺い、在庫のある色に変えて、きょう発送した。"
    )
    page.get_by_role("button", name=re.compile("提出する")).click()
    page.wait_for_url(re.compile(r"/stories/\d+$"))
    story = page.url.rpartition("/")[2]
    page.context.close()
    page = browser.new_context(base_url=served.address, locale="ja-JP").new_page()
    served.sign_in(page, "sv", f"/ja/review/{story}")
    page.get_by_role("button", name="手放す").or_(page.get_by_role("button", name="引き受ける")).click()
    page.goto("/ja/pages/26/edit")
    body = page.get_by_label("本文")
    body.fill(body.input_value().replace("です。", "です（土日も同じです）。", 1) + "\n\n年末は早めにご注文ください。")
    page.get_by_role("button", name=re.compile("として公開")).click()
    page.wait_for_url(re.compile(r"/pages/26$"))
    page.context.close()
    return story


def _shoot(page: Page, screens: dict[str, str], folder: Path, suffix: str) -> None:
    for name, path in screens.items():
        page.goto(path)
        page.wait_for_timeout(400)
        page.screenshot(path=folder / f"{name}-{suffix}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
