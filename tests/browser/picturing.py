"""Pictures of the style guide, section by section: taken, kept small, compared. `make looks` renews the kept ones."""

import io
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.serving import ARGUMENTS, CHROMIUM, Served, serve

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent / "looks"
MADE_WITH = FOLDER / "made_with.json"
# Each component is looked at on a desk in light and on a phone in dark.
VIEWS = {"desk": (1280, "light"), "phone": (390, "dark")}
SEEN = 16  # of 255: a smaller difference of a channel is none
ALLOWED = 0.002  # the share of a picture that may be seen to differ


def machine(browser: Browser) -> dict[str, object]:
    """What pictures depend on besides our own files: the browser, and which of our fonts are installed."""
    sheet = (ROOT / "static" / "app.css").read_text("utf-8")
    families = re.findall(r'"([^"]+)"', " ".join(re.findall(r"--font[a-z-]*: ([^;]+);", sheet)))
    fonts = {family: _run("fc-list", family, "family", "fontversion") for family in families}
    return {
        "chromium": browser.version.partition(".")[0],
        "fonts": {name: found for name, found in fonts.items() if found},
    }


def _run(*command: str) -> list[str]:
    try:
        return sorted(set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()))
    except (OSError, subprocess.CalledProcessError):
        return []


def open_guide(browser: Browser, served: Served, view: str) -> Page:
    """The style guide before an operator, at rest."""
    width, theme = VIEWS[view]
    context = browser.new_context(
        base_url=served.address,
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    served.sign_in(page, "operator", "/ja/styleguide")
    page.locator("html.js").wait_for()
    page.evaluate("document.fonts.ready")
    return page


def pictures(page: Page) -> Iterator[tuple[str, Image.Image]]:
    """Every section by its name, at half its size."""
    for section in page.locator(".guide").all():
        taken = Image.open(io.BytesIO(section.screenshot())).convert("RGB")
        yield section.get_attribute("id") or "", taken.reduce(2)


def differs(before: Image.Image, after: Image.Image) -> float:
    """The share of two pictures (0 to 1) that anybody could see to differ; another size differs altogether."""
    if before.size != after.size:
        return 1.0
    apart = ImageChops.difference(before, after).convert("RGB").split()
    strongest = ImageChops.lighter(ImageChops.lighter(apart[0], apart[1]), apart[2])
    seen = sum(strongest.histogram()[SEEN:])
    return seen / (before.width * before.height)


def main() -> None:
    """Take every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    with TemporaryDirectory() as home, serve(Path(home)) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for view in VIEWS:
            for name, picture in pictures(open_guide(browser, served, view)):
                picture.save(FOLDER / f"{name}-{view}.webp", lossless=True, quality=100, method=6)
        MADE_WITH.write_text(json.dumps(machine(browser), ensure_ascii=False, indent=1) + "\n", "utf-8")
        browser.close()


if __name__ == "__main__":
    main()
