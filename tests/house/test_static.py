"""The stylesheets and the vendored files keep their own promises."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CSS = (ROOT / "static" / "app.css").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "kb" / "web" / "templates").rglob("*.html"))


def _palette(selector: str) -> list[str]:
    block = CSS.split(selector + " {", 1)[1].split("}", 1)[0]
    return [line.strip() for line in block.strip().splitlines()]


def test_both_copies_of_the_dark_palette_are_equal():
    assert _palette(':root:not([data-theme="light"])') == _palette(':root[data-theme="dark"]')


def test_every_ramp_step_has_the_value_of_the_vendored_tokens():
    tokens = (ROOT / "static" / "vendor" / "design-tokens" / "tokens.css").read_text(encoding="utf-8")
    theirs = dict(re.findall(r"--color-primitive-([a-z]+-\d+): (#[0-9a-f]{6});", tokens))
    ours = dict(re.findall(r"--([a-z]+-\d{2,}): (#[0-9a-f]{6});", CSS))
    assert ours
    assert ours == {name: theirs[name] for name in ours}


def test_vendored_files_match_their_checksums():
    folder = ROOT / "static" / "vendor"
    rows = re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", (folder / "README.md").read_text(encoding="utf-8"), re.M)
    assert len(rows) == 2
    for name, checksum in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == checksum
        assert (folder / name).with_name("LICENSE").exists()


def test_templates_hold_no_inline_style_or_script():
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        assert re.findall(r"<script[^>]*>", text) == [] or path.name == "base.html", path


def test_only_sanitised_html_is_marked_safe():
    texts = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES}
    marked = {(name, expression) for name, text in texts.items() for expression in re.findall(r"([\w.]+)\|safe", text)}
    limits = {("body.html", "one.block.html"), ("body.html", "one.next.html")}
    assert marked == {("body.html", "part.html"), ("_body.html", "part.html"), *limits}


def test_every_icon_that_is_named_is_drawn():
    text = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    drawn = set(re.findall(r'id="i-([a-z]+)"', text))
    named = set(re.findall(r'icon\("([a-z]+)"\)', text))
    assert named and named <= drawn
