"""Hostile text ends as plain text, the next page renders, and results are kept with care."""

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.rules import limits
from kb.text import rendering
from kb.text.blocks import BlockKind
from kb.text.rendering import Renderer, as_text, too_deep

GOOD = "## 見出し\n\n**注意：**必ず\n\n:::purpose 急ぎ\n同等品を\n\n## 見出し\n:::\n\n## 見出し\n"
# Each of these takes the Markdown package far more than the budget, or down.
SLOW = "[" * 5_000


@pytest.fixture
def renderer(tmp_path: Path) -> Iterator[Renderer]:
    made = Renderer(tmp_path / "cache")
    yield made
    made.close()


@pytest.fixture(scope="module")
def quick() -> Iterator[Renderer]:
    """A renderer with a short budget: what is hostile here is hostile for two seconds too."""
    made = Renderer(None, seconds=0.6)
    yield made
    made.close()


def is_plain(html: str) -> bool:
    return html.startswith('<pre class="plain">')


def test_a_body_comes_back_in_parts_with_contents(renderer: Renderer) -> None:
    body = renderer.parts(GOOD)
    assert [(part.kind, part.argument) for part in body.parts] == [
        (BlockKind.TEXT, ""),
        (BlockKind.PURPOSE, "急ぎ"),
        (BlockKind.TEXT, ""),
    ]
    assert "<strong>注意：</strong>必ず" in body.parts[0].html
    assert [heading.id for heading in body.contents] == ["h-見出し", "h-見出し-3"]
    assert '<h2 id="h-見出し-2">' in body.parts[1].html and '<h2 id="h-見出し-3">' in body.parts[2].html
    assert renderer.parts("").parts == ()


@pytest.mark.parametrize(
    ("name", "source", "always_plain"),
    [
        ("quotes", ">" * 5_000 + "a", True),
        ("spaced quotes", "> " * 300 + "a", True),
        ("brackets", SLOW, True),
        ("open links", "[a](" * 5_000, False),
        ("pictures", "![" * 20_000, True),
        ("nested lists", "".join(" " * (2 * depth) + "- a\n" for depth in range(2_000)), True),
        ("lists in a row", "- " * 2_000 + "a", True),
        ("stars", "*a **b " * 20_000, False),
        ("backticks", " a ".join("`" * count for count in range(1, 500)), False),
        ("too long", "あ" * (limits.BODY + 1), True),
        ("references", "[a]: " * 30_000, False),
        ("table", "|" * 50_000 + "\n" + "|-" * 50_000, False),
        ("tags", "<div>" * 40_000, False),
        ("entities", "&#x3c;" * 33_000, False),
        ("ruby", "{あ|" * 50_000, False),
        ("wiki", "[[" * 100_000, False),
        ("emphasis", "_a*" * 60_000, False),
        ("deep inside a list", "- a\n" + "  " * 200 + "- b", True),
    ],
)
def test_a_hostile_text_ends_in_time_and_the_next_page_renders(
    quick: Renderer, name: str, source: str, always_plain: bool
) -> None:
    parts = quick.parts(source).parts
    assert len(parts) == 1
    if always_plain:
        assert is_plain(parts[0].html), name
    assert quick.parts(f"次の**{name}**").parts[0].html == f"<p>次の<strong>{name}</strong></p>"


def test_a_hostile_segment_leaves_the_others_rendered(quick: Renderer) -> None:
    body = quick.parts(f"**前**\n\n:::staff\n{'> ' * 300}\n:::\n\n**後**")
    assert [is_plain(part.html) for part in body.parts] == [False, True, False]


def test_many_hostile_segments_together_keep_to_one_budget(quick: Renderer) -> None:
    body = quick.parts("\n".join(f":::staff\n{index} {SLOW}\n:::" for index in range(50)))
    assert len(body.parts) == 50 and all(is_plain(part.html) for part in body.parts)


def test_plain_text_is_escaped() -> None:
    assert as_text("<b>&\"'") == '<pre class="plain">&lt;b&gt;&amp;"\'</pre>'


@pytest.mark.parametrize("source", ["> " * limits.RENDER_NESTING + "a", "- a\n  - b\n    - c", "普通の文 - です"])
def test_a_text_within_the_limit_is_not_too_deep(source: str) -> None:
    assert not too_deep(source)


def test_a_result_is_kept_in_a_private_folder_and_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    first = Renderer(folder)
    body = first.parts(GOOD)
    first.close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [file.suffix for file in folder.iterdir()] == [".json"]
    second = Renderer(folder)
    assert second.parts(GOOD) == body
    assert second._process.pid is None


@pytest.mark.parametrize(
    "broken", ["", "{", "[]", '{"lasting": true}', '{"lasting": true, "parts": [1], "contents": []}', "\x00"]
)
def test_a_broken_cache_file_is_rendered_anew(tmp_path: Path, broken: str) -> None:
    first = Renderer(tmp_path)
    body = first.parts(GOOD)
    (file,) = tmp_path.iterdir()
    file.write_text(broken)
    second = Renderer(tmp_path)
    assert second.parts(GOOD) == body
    assert json.loads(file.read_text())["lasting"] is True
    first.close()
    second.close()


def test_a_new_version_of_the_sanitiser_forgets_the_old_results(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    renderer.parts("a")
    monkeypatch.setattr(rendering, "VERSION", "next")
    renderer.parts("a")
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_a_preview_leaves_no_file(renderer: Renderer, tmp_path: Path) -> None:
    renderer.parts("a", keep=False)
    assert not (tmp_path / "cache").exists()


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    made = Renderer(tmp_path / "file" / "cache")
    assert made.parts("a").parts[0].html == "<p>a</p>"
    made.close()


def test_too_slow_is_remembered_for_a_while_and_then_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Renderer(tmp_path, seconds=0.3)
    made.parts(SLOW)
    (file,) = tmp_path.iterdir()
    kept = json.loads(file.read_text())
    assert kept["lasting"] is False
    made.close()
    again = Renderer(tmp_path, seconds=0.3)
    again.parts(SLOW)
    assert again._process.pid is None
    kept["at"] -= rendering.FAILURE_SECONDS + 1
    kept["parts"][0]["html"] = "old"
    file.write_text(json.dumps(kept))
    later = Renderer(tmp_path, seconds=0.3)
    assert is_plain(later.parts(SLOW).parts[0].html)
    again.close()
    later.close()


def test_without_any_process_a_page_is_plain_and_not_remembered(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/nonexistent/python")
        assert is_plain(renderer.parts("**a**").parts[0].html)
    assert renderer.parts("**a**").parts[0].html == "<p><strong>a</strong></p>"


def test_the_oldest_files_go_when_the_cache_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "CACHE_FILES", 8)
    for number in range(12):
        file = tmp_path / f"{number:02}.json"
        file.write_text("{}")
        os.utime(file, (number, number))
    made = Renderer(tmp_path)
    made.parts("a")
    made.close()
    names = sorted(file.name for file in tmp_path.iterdir())
    assert "00.json" not in names and "11.json" in names and len(names) == 10
