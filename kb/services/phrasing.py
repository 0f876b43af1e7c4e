"""Break titles and short texts between phrases, remembering what was broken before."""

from functools import lru_cache

from kb.text import phrasing


@lru_cache(maxsize=4096)
def phrases(text: str) -> tuple[str, ...]:
    """The text in phrases, in order; joined they are the text again."""
    return tuple(phrasing.phrases(text)) if text else ()
