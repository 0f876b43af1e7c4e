"""Take a picture of every main screen, light and dark, at 390 and 1280 pixels, from a house of its own."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from tests.browser.serving import ARGUMENTS, CHROMIUM, Served, serve

HERE = Path(__file__).resolve().parents[2]
WIDTHS = (390, 1280)


def main(folder: Path) -> None:
    """Write the pictures into `folder`, named screen-width-theme.png."""
    folder.mkdir(exist_ok=True)
    with TemporaryDirectory() as home, serve(Path(home)) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width in WIDTHS:
            for theme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": 844 if width < 500 else 860},
                    color_scheme=theme,
                    base_url=served.address,
                    locale="ja-JP",
                )
                page = context.new_page()
                _walk(page, served, folder, f"{width}-{theme}")
                context.close()
        browser.close()


def _walk(page: Page, served: Served, folder: Path, suffix: str) -> None:
    def shot(name: str, path: str) -> None:
        page.goto(path)
        page.screenshot(path=folder / f"{name}-{suffix}.png", full_page=True)

    for name, path in served.public_screens:
        shot(name, path)
    served.sign_in(page, "sv")
    for name, path in served.staff_screens:
        shot(name, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "screenshots")
