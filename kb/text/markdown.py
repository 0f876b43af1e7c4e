"""The only maker of HTML: Markdown with a few additions, then a tight sanitiser."""

import html
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import cast
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from pymdownx.slugs import slugify
from pymdownx.tilde import DeleteSubExtension

from kb.text.blocks import tidy
from kb.text.layout import relaxed
from kb.text.plain import RUBY, WIKI_LINK

# The first number is ours: raise it when this file changes what comes out, and every cache is made anew.
VERSION = "2 " + " ".join(f"{name}-{version(name)}" for name in ("markdown", "pymdown-extensions", "nh3"))

# A noncharacter stands for the bar inside [[…|…]] and {…|…}, so that a table cell may hold them; `tidy` removes it.
_BAR = "\ufdd0"
_BARRED = re.compile(f"{WIKI_LINK.pattern}|{RUBY.pattern}")
_WIKI = rf"\[\[([^\[\]|{_BAR}\n]{{1,200}})(?:[|{_BAR}]([^\[\]\n]{{1,200}}))?\]\]"
_RUBY = RUBY.pattern.replace(r"\|", f"[|{_BAR}]").replace("{}|", f"{{}}|{_BAR}")
_ATTACHMENT = re.compile(r"attachment:([0-9]{1,18})\Z")
_EXTERNAL = re.compile(r"[\x00-\x20]*(?:https?:|[/\\]{2})", re.IGNORECASE)
_BARE_URL = r"(?a:(?<![\w/])(https?://[\w\-.~:/?#@!$&'()*+,;=%]*[\w\-~/#@$&*+=%]))"
_REL = "nofollow noopener noreferrer"

_TAGS = {"p", "br", "hr", "strong", "em", "del", "a", "img", "ul", "ol", "li", "blockquote", "pre", "code"}
_TAGS |= {"h2", "h3", "h4", "h5", "h6", "ruby", "rt", "rp", "table", "thead", "tbody", "tr", "th", "td"}
_ALLOWED: dict[tuple[str, str], re.Pattern[str]] = {
    ("a", "href"): re.compile(r"(?i:https?://|mailto:|tel:\+?[0-9]|wiki:)[^\s]+|[/#?.][^\s\\]*|[\w%][^\s:\\]*"),
    ("a", "rel"): re.compile(_REL),
    ("img", "src"): re.compile(r"/files/[0-9]{1,18}"),
    ("img", "alt"): re.compile(r"(?s:.*)"),
    ("img", "loading"): re.compile(r"lazy"),
    ("ol", "start"): re.compile(r"[0-9]{1,9}"),
    ("code", "class"): re.compile(r"language-[A-Za-z0-9_+-]{1,40}"),
    ("th", "align"): re.compile(r"left|center|right"),
    ("td", "align"): re.compile(r"left|center|right"),
    **{(f"h{level}", "id"): re.compile(r"h-[\w-]{1,90}") for level in range(2, 7)},
}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ATTRIBUTES: dict[str, set[str]] = {}
for _tag, _name in _ALLOWED:
    _ATTRIBUTES.setdefault(_tag, set()).add(_name)
_PLAIN_LINK = re.compile(r'<a href="((?:[hH][tT][tT][pP][sS]?:|//)[^"]*)">')


@dataclass(frozen=True)
class Heading:
    """A heading for the table of contents: its level from 2 to 6, its id in the HTML, its text."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """Safe HTML and its headings in order."""

    html: str
    contents: tuple[Heading, ...]


def _allow(tag: str, name: str, value: str) -> str | None:
    pattern = _ALLOWED.get((tag, name))
    return value if pattern and pattern.fullmatch(value) else None


_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    attribute_filter=_allow,
    url_schemes={"http", "https", "mailto", "tel", "wiki"},
    link_rel=None,
)


def clean(unsafe: str) -> str:
    """Return HTML with nothing but the allowed tags, attributes and addresses."""
    safe = _cleaner.clean(unsafe)
    # Character references such as &#13; come out as the controls that `tidy` took from the source.
    tidied = tidy(safe)
    return safe if tidied == safe else _cleaner.clean(tidied)


class _Relax(Preprocessor):
    """Lets lists and tables stand as people write them, and hides the bars that are no cell borders."""

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(relaxed(lines))
        return _BARRED.sub(lambda match: match[0].replace("|", _BAR), text).split("\n")


class _Unhide(Postprocessor):
    """Gives the hidden bars back where they stood in code."""

    def run(self, text: str) -> str:
        return text.replace(_BAR, "|")


class _WikiLink(InlineProcessor):
    """Makes [[題名|表示]] a link that `wiki_links.resolve` finishes."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        title = match[1].strip()
        if not title:
            return None, None, None
        element = Element("a", {"href": "wiki:" + quote(title, safe="")})
        element.text = AtomicString((match[2] or title).strip())
        return element, match.start(0), match.end(0)


class _Ruby(InlineProcessor):
    """Makes {解約|かいやく} a ruby with brackets for readers that know none."""

    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        element = Element("ruby")
        element.text = AtomicString(match[1])
        for tag, text in (("rp", "（"), ("rt", match[2].strip()), ("rp", "）")):
            SubElement(element, tag).text = AtomicString(text)
        return element, match.start(0), match.end(0)


class _BareUrl(InlineProcessor):
    """Makes an address in running text a link; it ends where Japanese begins."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        element = Element("a", {"href": match[1]})
        element.text = AtomicString(match[1])
        return element, match.start(0), match.end(0)


class _Addresses(Treeprocessor):
    """Keeps h1 for the page's title, points attachments at /files/, makes other pictures plain links."""

    def run(self, root: Element) -> None:
        headings = [element for element in root.iter() if element.tag in _HEADINGS]
        if any(element.tag == "h1" for element in headings):
            for element in headings:
                element.tag = f"h{min(int(element.tag[1]) + 1, 6)}"
        waiting = [(root, False)]
        while waiting:
            element, in_link = waiting.pop()
            if element.tag == "img":
                self._picture(element, in_link)
            elif element.tag == "a":
                in_link = True
                element.attrib.pop("title", None)
                file = self._file(element.get("href", ""))
                if file:
                    element.set("href", file)
            waiting.extend((child, in_link) for child in element)

    @staticmethod
    def _file(address: str) -> str | None:
        match = _ATTACHMENT.match(address.strip())
        return f"/files/{match[1]}" if match else None

    def _picture(self, element: Element, in_link: bool) -> None:
        address, text = element.get("src", ""), element.get("alt", "")
        file = self._file(address)
        element.attrib.clear()
        if file:
            element.attrib.update({"src": file, "alt": text, "loading": "lazy"})
            return
        element.tag, element.text = ("em" if in_link else "a"), AtomicString(text or address)
        if not in_link:
            element.set("href", address)


class _House(Extension):
    """Everything of our own, and no raw HTML: writers see the tags they typed."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.parser.blockprocessors.deregister("code")
        # Between the fenced code, which it must not touch, and the blocks.
        md.preprocessors.register(_Relax(md), "relax", 22)
        md.inlinePatterns.register(_WikiLink(_WIKI, md), "wiki", 176)
        md.inlinePatterns.register(_Ruby(_RUBY, md), "ruby", 175)
        md.inlinePatterns.register(_BareUrl(_BARE_URL, md), "bare_url", 100)
        # After the inline patterns (20), before the table of contents (5) reads the headings.
        md.treeprocessors.register(_Addresses(md), "addresses", 15)
        md.postprocessors.register(_Unhide(md), "unhide", 5)


def _heading_id(text: str, separator: str) -> str:
    found = slugify(case="lower")(html.unescape(text), separator)
    return "h-" + (re.sub(r"[^\w-]+|-+(?=-)", "", found)[:80].strip("-") or "section")


def _make() -> Markdown:
    toc = TocExtension(slugify=_heading_id, marker="")
    table = TableExtension(use_align_attribute=True)
    tilde = DeleteSubExtension(subscript=False)
    return Markdown(
        extensions=["nl2br", "sane_lists", "fenced_code", table, tilde, toc, _House()],
        output_format="html",
        tab_length=4,
    )


class _PerThread(threading.local):
    """One Markdown machine per thread: it keeps state while it works."""

    def __init__(self) -> None:
        self.machine = _make()


_own = _PerThread()


def render(source: str) -> Rendered:
    """Return the safe HTML of Markdown and its headings; hostile input may take long or raise RecursionError.

    Headings are h2 to h6 (all one lower where a `#` is used), raw HTML shows as text, external links get rel, and wiki
    links wait as `href="wiki:…"` for `wiki_links.resolve`. Text of strangers goes through `rendering.Renderer`, which
    bounds time and memory.
    """
    machine = _own.machine.reset()
    try:
        unsafe = machine.convert(tidy(source))
        tokens = cast(list[dict[str, object]], getattr(machine, "toc_tokens", []))
    except BaseException:
        # A machine that stopped half-way keeps half a document.
        _own.machine = _make()
        raise
    safe = _PLAIN_LINK.sub(rf'<a href="\1" rel="{_REL}">', clean(unsafe))
    return Rendered(safe, tuple(_headings(tokens)))


def _headings(tokens: list[dict[str, object]]) -> Iterator[Heading]:
    for token in tokens:
        level, name, text = cast(int, token["level"]), cast(str, token["id"]), cast(str, token["name"])
        yield Heading(level, name, html.unescape(text).replace(_BAR, "|").strip())
        yield from _headings(cast(list[dict[str, object]], token["children"]))
