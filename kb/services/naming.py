"""The part of an address that repeats a page's title: decoration, for the id alone decides."""

from kb.store.pages import Page
from kb.text.slugs import slug

__all__ = ["slug", "slug_of"]


def slug_of(page: Page) -> str:
    """The title of what readers see, fit for an address."""
    return slug(page.shown.title) if page.shown else "page"
