"""Nothing of 14,000 published attack strings is left able to run after rendering."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.rules import limits
from kb.text import markdown, wiki_links
from kb.text.rendering import as_text, too_deep
from tests.text.html_check import faults

PAYLOADS = Path(__file__).resolve().parents[3] / "shared" / "data" / "xss"
LISTS = {"all_attack.jsonl": 12_000, "all_mutation.jsonl": 1_700}
MISSING = "THE XSS PAYLOADS ARE NOT HERE: ../shared/data/xss is missing, so 14,000 attack strings were NOT tried"


def payloads(name: str) -> Iterator[tuple[str, str]]:
    if not (PAYLOADS / name).exists():
        pytest.skip(MISSING)
    with open(PAYLOADS / name, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["id"], row["payload"]


def rendered(payload: str) -> str:
    if too_deep(payload) or len(payload) > limits.BODY:
        return ""
    try:
        return markdown.render(payload).html
    except RecursionError:
        return ""


@pytest.mark.parametrize("name", LISTS)
def test_no_payload_survives_rendering(name: str) -> None:
    bad: list[tuple[str, list[str]]] = []
    moved: list[str] = []
    count = empty = 0
    for key, payload in payloads(name):
        html = rendered(payload)
        count, empty = count + 1, empty + (not html)
        if faults(html):
            bad.append((key, faults(html)))
        if markdown.clean(html) != html:
            moved.append(key)
        resolved = wiki_links.resolve(html, lambda keys: dict.fromkeys(keys[::2], "/ja/"))
        assert resolved.count("<script") == 0
    assert count > LISTS[name] and empty < count // 20
    assert bad[:5] == [] and moved[:5] == []


@pytest.mark.parametrize("name", LISTS)
def test_the_sanitiser_alone_lets_no_payload_through(name: str) -> None:
    bad, moved = [], []
    for key, payload in payloads(name):
        html = markdown.clean(payload)
        # The rel of external links is added after cleaning; everything else must already hold.
        found = [fault for fault in faults(html) if not fault.startswith("external link without rel")]
        if found:
            bad.append((key, found))
        if markdown.clean(html) != html:
            moved.append(key)
    assert bad[:5] == []
    # Raw HTML never gets this far in the product; a few broken trees settle only at the second cleaning.
    assert len(moved) < 40


def test_the_check_finds_the_payloads_when_nothing_is_cleaned() -> None:
    found = total = 0
    for _, payload in payloads("all_attack.jsonl"):
        if re.search(r"<\w+[^>]*\son\w+\s*=|<script", payload, re.IGNORECASE):
            total += 1
            found += bool(faults(payload))
    assert total > 5_000 and found > total * 0.95


@pytest.mark.parametrize(
    "html",
    [
        "<script>x</script>",
        '<p onclick="x">y</p>',
        '<a href="javascript:x">y</a>',
        '<a href="java&#10;script:x">y</a>',
        '<a href="data:text/html,x">y</a>',
        '<img src="http://a.example/x">',
        '<img src="/files/1" onerror="x">',
        '<p style="color:red">x</p>',
        "<!-- x -->",
        '<a href="https://a.example">x</a>',
        '<a href="//a.example">x</a>',
    ],
)
def test_the_check_finds_each_kind_of_fault(html: str) -> None:
    assert faults(html) != []


@pytest.mark.parametrize(
    "source",
    [
        "[x](javascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](javascript&#58;alert(1))",
        "[x](&#x6a;avascript:alert(1))",
        "[x](\x01javascript:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        "[x](vbscript:x)",
        "[x](/\\evil.example)",
        "[x](\\\\evil.example)",
        "![x](javascript:alert(1))",
        '![x](attachment:1"onerror=alert(1))',
        "[x]: javascript:alert(1)\n\n[x]",
        "<javascript:alert(1)>",
        "<img src=x onerror=alert(1)>",
        "`<img src=x onerror=alert(1)>`",
        '```"><script>alert(1)</script>\nx\n```',
        "``` {.a onclick=alert(1)}\nx\n```",
        "# <img src=x onerror=alert(1)>",
        '[[x"onclick="alert(1)]]',
        "[[javascript:alert(1)|<b>x</b>]]",
        "{<b>|かな}",
        "https://a.example/<script>alert(1)</script>",
        '[x](https://a.example "t\\" onclick=alert(1)")',
        "| <script> |\n|---|\n| <img onerror=x> |",
        "\x02wzxhzdk:0\x03<script>",
        "\x02klzzwxh:0000\x03",
    ],
)
def test_known_ways_in_are_closed(source: str) -> None:
    html = markdown.render(source).html
    assert faults(html) == []
    assert faults(as_text(source).replace(' class="plain"', "")) == []
    assert not re.search(r'href="[^"]*evil', html)
