"""What templates draw of lineages: the stories under a page, and the pages that a story supports."""

from typing import Any

from flask import Flask, url_for

from kb.rules.desk import Bond
from kb.rules.roles import Permission, may
from kb.services import lineage, reading
from kb.services.lineage import Root
from kb.web import addresses
from kb.web.house import actor
from kb.web.transaction import db


def roots_of(page_id: int) -> dict[str, Any]:
    """The stories under a page for its reader: supports, and contradicts for SVs alone."""
    found = lineage.of_page(db(), page_id, viewer=actor())
    rows = [_row(root, page_id) for root in found]
    return {
        "supports": [row for row in rows if row["bond"] is Bond.SUPPORTS],
        "contradicts": [row for row in rows if row["bond"] is Bond.CONTRADICTS and may(actor(), Permission.REVIEW)],
    }


def branches_of(revision_id: int) -> list[dict[str, Any]]:
    """The pages that a story, given by a version of it, supports or contradicts, as far as its reader may see them."""
    found = lineage.of_version(db(), revision_id, viewer=actor())
    return [
        {
            "url": addresses.desk(one.page),
            "title": one.page.shown.title if one.page.shown else "",
            "bond": one.bond,
            "passages": one.passages,
        }
        for one in found
        if one.bond is Bond.SUPPORTS or may(actor(), Permission.REVIEW)
    ]


def _row(root: Root, page_id: int) -> dict[str, Any]:
    return {
        "id": root.id,
        "bond": root.bond,
        "title": root.title,
        "url": _address(root, page_id),
        "teller": root.teller,
        "at": root.told_at,
        "passages": root.passages,
        "uses": root.uses,
        "is_duplicate": root.is_duplicate,
        "is_itself": root.id is None,
    }


def _address(root: Root, page_id: int) -> str | None:
    """Where this reader may read the story: the desk for SVs, its page or its author's own view for others."""
    if may(actor(), Permission.REVIEW):
        return url_for("review.show", id=root.revision_id)
    if root.story_id != page_id and reading.known(db(), root.story_id, viewer=actor()) is not None:
        return url_for("pages.show", id=root.story_id)
    return None


def init_app(app: Flask) -> None:
    """Let templates of staff ask for lineages where they draw them."""

    @app.context_processor
    def names() -> dict[str, Any]:
        return {"roots_of": roots_of, "branches_of": branches_of}
