"""A static check, independent of the sanitiser, that HTML holds nothing that can run or leave the page's rules."""

import re
from html.parser import HTMLParser

TAGS = {
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "br",
    "hr",
    "strong",
    "em",
    "del",
    "a",
    "img",
    "ul",
    "ol",
    "li",
    "blockquote",
}
TAGS |= {"pre", "code", "ruby", "rt", "rp", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {
    "a": {"href", "rel"},
    "img": {"src", "alt", "loading"},
    "ol": {"start"},
    "code": {"class"},
    "th": {"align"},
    "td": {"align"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
SCHEMES = {"http", "https", "mailto", "tel", "wiki"}
REL = "nofollow noopener noreferrer"


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"tag {tag}")
        found = dict(attrs)
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, set()):
                self.faults.append(f"attribute {tag}.{name}")
            elif name in ("href", "src"):
                self._address(tag, name, value or "", found)

    def _address(self, tag: str, name: str, value: str, found: dict[str, str | None]) -> None:
        # Browsers drop controls and white space in front of and inside a scheme.
        bare = re.sub(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]", "", value).lower()
        scheme = re.match(r"([^/?#:]*):", bare)
        if scheme and scheme[1] not in SCHEMES:
            self.faults.append(f"scheme {scheme[1]}")
        if bare != value.lower():
            self.faults.append(f"hidden characters in {name}")
        if tag == "img" and not re.fullmatch(r"/files/\d+", value):
            self.faults.append(f"picture from {value}")
        if re.match(r"https?:|[/\\]{2}", bare) and found.get("rel") != REL:
            self.faults.append(f"external link without rel: {value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data: str) -> None:
        self.faults.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.faults.append("processing instruction")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("unknown declaration")


def faults(html: str) -> list[str]:
    """Return what in the HTML is outside the rules; an empty list means that nothing can run."""
    checker = _Checker()
    try:
        checker.feed(html)
        checker.close()
    except AssertionError as error:
        # The parser of older Pythons gives up on a broken declaration, which clean HTML never has.
        checker.faults.append(f"unreadable: {error}")
    return checker.faults
