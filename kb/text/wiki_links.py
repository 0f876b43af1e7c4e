"""Links between pages by title: found in the source, resolved in the rendered HTML."""

import html
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

from kb.text.plain import WIKI_LINK, split_code

_RENDERED = re.compile(r'<a href="wiki:([^"]*)">(.*?)</a>', re.DOTALL)


def title_key(title: str) -> str:
    """Return the key by which titles meet: NFKC, case folded, white space folded to one space."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold()).split())


def titles_in(source: str) -> list[str]:
    """Return the titles of the [[wiki links]] outside code, in order, each key once, as first written."""
    found: dict[str, str] = {}
    for is_code, piece in split_code(source):
        for match in () if is_code else WIKI_LINK.finditer(piece):
            title = match[1].strip()
            if title and (match.start() == 0 or piece[match.start() - 1] != "\\"):
                found.setdefault(title_key(title), title)
    return list(found.values())


def resolve(
    rendered: str,
    lookup: Callable[[list[str]], dict[str, str | None]],
    missing: Callable[[str], str | None] | None = None,
) -> str:
    """Return `render`'s HTML with its wiki links made into links or red links.

    `lookup` is called once, with the unique title keys, and returns the address for each key that the reader may open;
    a key without one is missing. `missing` turns the title of a missing page into the address for writing it; without
    it, or when it returns None, the link becomes a plain span. Addresses are escaped here.
    """
    titles = [unquote(html.unescape(match[1])) for match in _RENDERED.finditer(rendered)]
    if not titles:
        return rendered
    addresses = lookup(list(dict.fromkeys(map(title_key, titles))))

    def link(match: re.Match[str]) -> str:
        title = unquote(html.unescape(match[1]))
        address = addresses.get(title_key(title))
        if address is not None:
            return f'<a class="wikilink" href="{html.escape(address)}">{match[2]}</a>'
        address = missing(title) if missing else None
        if address is not None:
            return f'<a class="redlink" href="{html.escape(address)}">{match[2]}</a>'
        return f'<span class="redlink">{match[2]}</span>'

    return _RENDERED.sub(link, rendered)
