"""The part of a page's address that repeats its title."""

import re
import unicodedata

SLUG = 60  # characters

_UNSAFE = re.compile(r"[\W_]+")


def slug(title: str) -> str:
    """Return the title as one URL part: NFKC, lower case, Japanese kept, anything unsafe a hyphen; never empty."""
    text = unicodedata.normalize("NFKC", title[: SLUG * 4]).lower()
    return _UNSAFE.sub("-", text).strip("-")[:SLUG].strip("-") or "page"
