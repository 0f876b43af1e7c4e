"""Take a picture of every screen and main state, in both languages and themes and three widths: `make screenshots`.

`--only home,page` chooses screens by name, `--sizes 390,1280`, `--themes light,dark,forced` and `--langs ja,en` the
rest; without them everything is taken. Pictures are called folder/lang-width-theme/name.png.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from tests.browser.looking import Looking
from tests.browser.screens import SCREENS, Screen
from tests.browser.serving import ARGUMENTS, CHROMIUM, serve

FOLDER = Path(__file__).resolve().parents[2] / "screenshots"
SIZES, THEMES, LANGS = ("390", "768", "1280"), ("light", "dark"), ("ja", "en")


def take(looking: Looking, screens: list[Screen], wanted: argparse.Namespace) -> list[str]:
    """Take the pictures; returns the names of screens that could not be opened, each with why."""
    lost = []
    for screen in screens:
        for lang in wanted.langs:
            try:
                _one(looking, screen, lang, wanted)
            except Exception as error:  # One screen that is at fault must not keep the others from being seen.
                lost.append(f"{screen.name} ({lang}): {str(error).splitlines()[0]}")
    return lost


def _one(looking: Looking, screen: Screen, lang: str, wanted: argparse.Namespace) -> None:
    for size in wanted.sizes:
        # Opened anew for each width: what a script has placed for one may not fit another.
        page = looking.at(screen, lang, size, wanted.themes[0])
        for theme in wanted.themes:
            looking.turn(page, size, theme)
            page.emulate_media(forced_colors="active" if theme == "forced" else "none")
            place = wanted.folder / f"{lang}-{size}-{theme}"
            place.mkdir(parents=True, exist_ok=True)
            _settle(page)
            page.screenshot(path=place / f"{screen.name}.png", full_page=page.locator("dialog[open]").count() == 0)
        page.emulate_media(forced_colors="none")


def _settle(page: Page) -> None:
    # The sample of a skeleton is busy for ever.
    page.locator("[aria-busy=true]:not(:has(.bone))").first.wait_for(state="detached")
    page.wait_for_timeout(50)


def _chosen(given: list[str] | None = None) -> argparse.Namespace:
    """What the command line asks for; make hands over empty words for what was not said."""

    def words(default: tuple[str, ...]) -> dict[str, object]:
        return {"type": lambda text: [one for one in text.split(",") if one] or list(default), "default": list(default)}

    parser = argparse.ArgumentParser(description="Take pictures of the screens.")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--only", **words(()))  # type: ignore[arg-type]
    parser.add_argument("--sizes", **words(SIZES))  # type: ignore[arg-type]
    parser.add_argument("--themes", **words(THEMES))  # type: ignore[arg-type]
    parser.add_argument("--langs", **words(LANGS))  # type: ignore[arg-type]
    return parser.parse_args(given)


def main() -> None:
    """Serve a filled demonstration and take the pictures; ends with 1 when a screen could not be opened."""
    wanted = _chosen()
    unknown = set(wanted.only) - {screen.name for screen in SCREENS}
    if unknown:
        names = " ".join(screen.name for screen in SCREENS)
        raise SystemExit(f"No screen is called {', '.join(sorted(unknown))}. There are: {names}")
    screens = [screen for screen in SCREENS if not wanted.only or screen.name in wanted.only]
    with TemporaryDirectory() as home, serve(Path(home)) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        looking = Looking(browser, served)
        lost = take(looking, screens, wanted)
        looking.close()
        browser.close()
    print(f"{len(screens)} screens → {wanted.folder}")
    if lost:
        raise SystemExit("\n".join(lost))


if __name__ == "__main__":
    main()
