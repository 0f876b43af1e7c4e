"""One look: components name roles of colour, never a value; and every component stands in the style guide."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "kb" / "web" / "templates"
SHEETS = ("app.css", "staff.css", "desk.css", "guide.css")
VALUE = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color)\(|:\s*(?:white|black|red|gray|grey)\b"
)
RAMP = re.compile(r"var\(--[a-z]+-\d{2,}\)")
# Files whose macros are components, and the macros in them that are parts of others or draw nothing by themselves.
PARTS = ("frame", "forms", "badges", "people", "diff", "body", "charts", "search")
INSIDE = {
    *(
        "csrf",
        "no_enter",
        "narrowing",
        "pieces",
        "fallback_notice",
        "diff_inline",
        "diff_pairs",
        "theme_choice",
        "look_alike",
    ),
    *("say", "ask", "limits", "purposes", "guarded", "contents_list", "face"),
}


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Selector and declarations of every rule, wherever it is nested."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    for selector, declarations in re.findall(r"([^{}]+)\{([^{}]*)\}", bare):
        yield selector.strip(), declarations


def faults(css: str) -> list[str]:
    """Colours by value or by a step of a ramp outside the palettes; italics, spaced letters, odd weights."""
    found = []
    for selector, declarations in rules(css):
        if not selector.startswith(":root"):
            found += [f"{selector}: {hit}" for hit in VALUE.findall(declarations) + RAMP.findall(declarations)]
        found += [
            f"{selector}: {hit}" for hit in re.findall(r"italic|letter-spacing|text-align: justify", declarations)
        ]
        weights = re.findall(r"font(?:-weight)?: (\d{3})\b", declarations)
        found += [f"{selector}: {weight}" for weight in weights if weight not in ("400", "700")]
    return found


def sheet(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


@pytest.mark.parametrize("name", SHEETS)
def test_components_name_roles_and_never_a_colour(name: str) -> None:
    assert list(rules(sheet(name)))
    assert faults(sheet(name)) == []


@pytest.mark.parametrize(
    "rule",
    [
        ".btn { color: #006173; }",
        "@media print { .btn { background: rgb(0 0 0 / .5); } }",
        ".btn { color: var(--cyan-1000); }",
        ".btn { background: white; }",
        ".btn { font-style: italic; }",
        ".btn { font-weight: 600; }",
        ".btn { letter-spacing: .1em; }",
    ],
)
def test_a_colour_or_a_style_of_its_own_is_seen(rule: str) -> None:
    assert len(faults(rule)) == 1


def test_every_token_that_is_used_is_declared_and_every_declared_one_is_used() -> None:
    css = "\n".join(sheet(name) for name in SHEETS)
    drawn = "\n".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.html"))
    declared = set(re.findall(r"(?<![\w-])(--[a-z][a-z0-9-]*):", css))
    used = set(re.findall(r"var\((--[a-z][a-z0-9-]*)", css + drawn))
    assert len(declared) > 80
    assert used ^ declared == set()


def test_both_palettes_give_a_value_to_the_same_roles() -> None:
    css = sheet("app.css")
    light = css.split("color-scheme: light;", 1)[1].split("}", 1)[0]
    dark = css.split("color-scheme: dark;", 1)[1].split("}", 1)[0]
    roles = [set(re.findall(r"(--[a-z][a-z0-9-]*):", palette)) for palette in (light, dark)]
    assert roles[1] - roles[0] == set()
    # These say the same in the dark: they stand on grounds that stay as they are.
    assert roles[0] - roles[1] == {"--bar-mark", "--on-bar-mark", "--ok-solid"}


def macros(name: str) -> set[str]:
    return set(re.findall(r"\{% macro ([a-z]\w*)\(", (TEMPLATES / "parts" / f"{name}.html").read_text("utf-8")))


def not_in_guide(components: set[str]) -> set[str]:
    """The components that the style guide neither draws nor names."""
    guide = "\n".join(path.read_text("utf-8") for path in (TEMPLATES / "styleguide").glob("*.html"))
    named = set(re.findall(r"<code>([a-z_]+)</code>", guide))
    return {one for one in components if one not in named or not re.search(rf"\b{one}\(", guide)}


def test_every_component_stands_in_the_style_guide_with_its_name() -> None:
    components = set().union(*(macros(name) for name in PARTS)) - INSIDE
    assert {
        "button",
        "field",
        "panel",
        "badge",
        "table",
        "tabs",
        "dialog",
        "toast",
        "empty",
        "pagination",
    } <= components
    assert {
        "diff",
        "body",
        "search_box",
        "skeleton",
        "chips",
        "notice",
        "stamp",
        "bar_chart",
        "day_chart",
    } <= components
    assert not_in_guide(components) == set()


def test_a_component_that_the_style_guide_forgot_is_seen() -> None:
    assert not_in_guide({"button", "new_thing"}) == {"new_thing"}


def test_what_is_left_out_of_the_style_guide_is_still_there() -> None:
    assert INSIDE - set().union(*(macros(name) for name in PARTS)) == set()


def shared(one: str, other: str) -> set[str]:
    """The classes that both sheets lay out from the ground, as their own."""
    found = [
        {part.strip() for selector, _ in rules(css) for part in selector.split(",") if part.strip().startswith(".")}
        for css in (one, other)
    ]
    return {part for part in found[0] & found[1] if re.fullmatch(r"\.[\w-]+", part)}


def test_the_call_room_and_the_desk_have_no_class_in_common() -> None:
    # The sheet of the desk is on every screen of staff, so that its classes reach into the call room.
    assert shared(*((STATIC / name).read_text("utf-8") for name in ("call.css", "desk.css"))) == set()


def test_a_class_that_two_sheets_lay_out_is_seen() -> None:
    assert shared(".a, .pick { color: red; }", "@media print { .pick { order: 1; } } .b .pick {}") == {".pick"}
