"""Describe the public side to machines: the map of the site, and the plain text of a page."""

from datetime import datetime

from kb.rules import limits
from kb.rules.errors import NotFound
from kb.rules.roles import Actor
from kb.store import site_map
from kb.store.base import Session
from kb.store.pages import Revision
from kb.store.site_map import Entry
from kb.text import audience as audiences
from kb.text import plain

__all__ = ["Entry"]


def parts(db: Session, *, viewer: Actor) -> int:
    """In how many files the map of the site comes; one at least."""
    return max(1, -(-site_map.count(db, viewer=viewer) // limits.SITEMAP_PART))


def part(db: Session, number: int, *, viewer: Actor) -> list[Entry]:
    """The pages of one file of the map, counted from 1; NotFound beyond the last."""
    if number < 1 or number > parts(db, viewer=viewer):
        raise NotFound()
    size = limits.SITEMAP_PART
    return site_map.entries(db, viewer=viewer, limit=size, offset=(number - 1) * size)


def newest(db: Session, *, viewer: Actor) -> datetime | None:
    """When anything that this reader sees was last changed."""
    return site_map.newest(db, viewer=viewer)


def text(revision: Revision, *, viewer: Actor, length: int) -> str:
    """The readable text of what this reader may read, without markup, up to `length` characters."""
    whole = plain.plain(audiences.cut(revision.body, viewer.audience))
    return whole if len(whole) <= length else whole[: length - 1].rstrip() + "…"
