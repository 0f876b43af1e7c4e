"""Every address of a page, for customers and for staff."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request, url_for

from kb.services import naming
from kb.services.reading import Address

# What may stand in a query as it is (Werkzeug leaves the same signs alone).
_PLAIN = "!$'()*,/:;?@"


def queried(path: str, values: Mapping[str, Any], anchor: str = "") -> str:
    """A path of this site with these values behind it, as `url_for` would write them; what is None is left out.

    A list of hits has seventy addresses of one path, and `url_for` would work out that path for each of them.
    """
    query = urlencode([(name, value) for name, value in values.items() if value is not None], safe=_PLAIN)
    return f"{path}{'?' if query else ''}{query}{'#' if anchor else ''}{anchor}"


def numbered(path: str, name: str, values: Mapping[str, Any], anchor: str = "") -> Callable[[int], str]:
    """Addresses that differ in one number alone, called `name`: everything else of them is written once."""
    # No value brings an equals sign that is not escaped, so this stands there once.
    before, _, after = queried(path, {**values, name: "\0"}, anchor).partition(f"{name}=%00")
    return lambda number: f"{before}{name}={number}{after}"


def absolute(address: str) -> str:
    """An address of this site for the outside: under KB_BASE_URL where it is set, so that no Host header decides."""
    return (current_app.config["KB_BASE_URL"] or request.host_url.rstrip("/")) + address


def public(page: Any, *, external: bool = False) -> str:
    """Where customers read a page: /ja/faq/12-title, in the page's own language."""
    address = _public(page.id, page.language, naming.slug_of(page))
    return absolute(address) if external else address


def of(id: int, language: str, title: str) -> str:
    """Where customers read a page of which only this much is known."""
    return _public(id, language, naming.slug(title))


def _public(id: int, language: str, slug: str) -> str:
    return url_for("faq.page", lang=str(language), id=id, title=slug)


def desk(page: Any) -> str:
    """Where staff read a page."""
    return url_for("pages.show", id=page.id)


def missing(title: str) -> str:
    """Where an SV writes the page that a red link asks for."""
    return url_for("editor.new", title=title)


FOR_CUSTOMERS = Address(public)
FOR_STAFF = Address(desk, missing)


def safe_next(place: str | None) -> str | None:
    """An address of this site to go back to, or None for anything else.

    Only a path of this site passes: it begins with one slash, and has no backslash, control character or second slash
    that a browser might read as another host (WHATWG URL, "special authority slashes").
    """
    if not place or not place.startswith("/") or place.startswith("//") or len(place) > 2000:
        return None
    if "\\" in place or any(ord(letter) < 0x21 or ord(letter) == 0x7F for letter in place):
        return None
    return place


def here() -> str:
    """The address being asked for, to come back to after signing in."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path
