"""Published attack strings by the batch, and a browser that notices whatever of them runs or gets into the page."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "xss"
LISTS = ("all_attack.jsonl", "all_mutation.jsonl")
MISSING = "THE XSS PAYLOADS ARE NOT HERE: ../shared/data/xss is missing, so NO attack was tried in a browser"
# Behind these a Markdown text may be code or a comment to its end: whatever follows would not be tried.
_SWALLOWS = re.compile(r"```|~~~|<!--|:::|<(?:script|style|textarea|title|pre|plaintext|xmp)\b", re.IGNORECASE)
# By what attacks differ: elements, handlers, schemes, and the ways of hiding or breaking out.
_KINDS = re.compile(
    r"<\s*[/!?]?\s*[a-z][\w:-]*|\bon[a-z]+(?=\s*=)|[a-z]+(?=\s*:)|&#x?|&[a-z]+;|\\x|\\u|%[0-9a-f]{2}|]]>|--!?>|\{\{|\$\{"
    r"|srcdoc|base64|expression|@import|\[[^]]*]\(|!\[|`|^\s*[\"']|[\0-\x08\x0b-\x1f]|//",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Payload:
    """One published string; lone surrogates, which no form can send, have been replaced."""

    id: str
    text: str


def payloads() -> list[Payload]:
    """All of them, or a skip that says loudly that they are missing."""
    found = []
    for name in LISTS:
        if not (FOLDER / name).exists():
            pytest.skip(MISSING)
        with open(FOLDER / name, encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            found += [Payload(row["id"], row["payload"].encode("utf-8", "replace").decode()) for row in rows]
    return found


def batches(found: list[Payload], size: int) -> list[list[Payload]]:
    """The payloads in batches of about `size` characters; what may swallow others comes last in each."""
    made: list[list[Payload]] = [[]]
    length = 0
    for one in found:
        if length and length + len(one.text) > size:
            made.append([])
            length = 0
        made[-1].append(one)
        length += len(one.text) + 2
    return [sorted(batch, key=lambda one: bool(_SWALLOWS.search(one.text))) for batch in made]


def varied(found: list[Payload], count: int) -> list[Payload]:
    """The payloads that together are of as many kinds as so few can be, always the same ones."""
    kinds = {one: {kind.lower() for kind in _KINDS.findall(one.text)} for one in found if len(one.text) < 300}
    chosen: list[Payload] = []
    while len(chosen) < count and kinds:
        best = max(kinds, key=lambda one: (len(kinds[one]), -len(one.text), one.id))
        new = kinds.pop(best)
        chosen.append(best)
        kinds = {one: left for one, had in kinds.items() if (left := had - new)}
    return sorted(chosen, key=lambda one: bool(_SWALLOWS.search(one.text)))


# Whatever a payload calls is only written down; pages of ours call none of it by themselves.
_STUBS = """() => {
  const ran = (what) => window.attackRan?.(`${what} ran`);
  for (const name of ["alert", "confirm", "prompt", "print", "open"])
    window[name] = (...all) => ran(`${name}(${all})`);
  for (const name of ["write", "writeln"]) document[name] = () => ran(`document.${name}`);
  window.addEventListener("error", (event) => event instanceof ErrorEvent && ran(`broken: ${event.message}`));
}"""
_OURS = """html head meta title link script body header nav main footer section article aside div span p a ul ol li dl
dt dd h1 h2 h3 h4 h5 h6 form input button select option optgroup textarea label fieldset legend details summary dialog
template table caption colgroup col thead tbody tr th td time mark b strong em i small del ins code pre kbd blockquote
hr br img ruby rt rp bdi figure figcaption output progress noscript wbr datalist svg g path use symbol circle rect line
polyline text desc"""
_CHECK = r"""(ours) => {
  const known = new Set(ours.split(/\s+/)), faults = [];
  const links = ["http:", "https:", "mailto:", "tel:"];
  const safe = (value, loads) => {
    try {
      const url = new URL(value, location.href);
      return url.origin === location.origin || (!loads && links.includes(url.protocol));
    } catch {
      return !loads;
    }
  };
  // Where an address stands, and whether the browser goes there by itself.
  const places = {
    href: false, action: true, formaction: true, "xlink:href": true, src: true, data: true, poster: true,
    background: true, srcset: true,
  };
  const runs = /^(on|hx-on|data-hx-on|srcdoc$|http-equiv$|ping$|is$)/;
  const isOurs = (script) => {
    if (script.type !== "application/ld+json") return /^\/static\//.test(script.getAttribute("src") ?? "");
    try {
      return Boolean(JSON.parse(script.textContent));
    } catch {
      return false;
    }
  };
  const told = (what, element) => faults.push(`${what} in ${element.outerHTML.slice(0, 240)}`);
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      const name = element.localName;
      if (!known.has(name)) told(`<${name}>`, element);
      if (name === "script" && !isOurs(element)) told("a script", element);
      for (const { name: kind, value } of element.attributes) {
        if (runs.test(kind)) told(kind, element);
        else if (kind === "style" && /url|expression|import|behavio|binding|script/i.test(value)) told(kind, element);
        else if (kind in places && !safe(value, places[kind] || name === "link")) told(`${kind}=${value}`, element);
      }
      if (name === "template") look(element.content);
    }
  };
  look(document);
  const marks = [...new Set(document.documentElement.outerHTML.match(/⟪[\w. ]+⟫/g) ?? [])];
  return { faults, marks };
}"""


class Watch:
    """Writes down what runs in a context, where a page goes by itself, and what it asks of other hosts."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.heard: list[str] = []
        context.expose_function("attackRan", lambda what: self.heard.append(what))
        context.add_init_script(f"({_STUBS})()")
        context.route(lambda url: not url.startswith(address), self._refuse)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.heard.append(f"broken: {error.error} ran"))
        context.on("page", lambda page: page.on("framenavigated", self._navigated))

    def _refuse(self, route: Route) -> None:
        self.heard.append(f"a request to {route.request.url[:120]}")
        route.abort()

    def _console(self, message: Any) -> None:
        if message.type in ("log", "info", "debug", "dir", "table", "trace"):
            self.heard.append(f"console.{message.type}({message.text[:80]}) ran")

    def _navigated(self, frame: Any) -> None:
        at = urlsplit(frame.url)
        if f"{at.scheme}://{at.netloc}" != self.address and frame.url != "about:blank":
            self.heard.append(f"it went to {frame.url[:120]}")

    def look(self, page: Page) -> tuple[list[str], set[str]]:
        """What was heard since the last look and what the page should not hold, and the marks of the fields on it."""
        found = page.evaluate(_CHECK, _OURS)
        heard = list(dict.fromkeys(self.heard))
        self.heard.clear()
        return heard + found["faults"], set(found["marks"])


def shown(some: list[Payload]) -> Iterator[str]:
    """Payloads as a failure names them."""
    return (f"{one.id}: {one.text[:200]!r}" for one in some)
