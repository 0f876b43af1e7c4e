"""Whether the app lives, and whether it can do its work."""

from typing import Any

from flask import Blueprint, jsonify

from kb.services import indexing
from kb.web.house import house

bp = Blueprint("health", __name__)


@bp.get("/health/live")
def live() -> Any:
    """Never touches the database."""
    return jsonify(status="ok")


@bp.get("/health/ready")
def ready() -> Any:
    """200 when database and index answer, 503 naming the part that does not."""
    parts = indexing.parts_ready(house().store, house().index)
    return jsonify(status="ok" if all(parts.values()) else "not ready", **parts), 200 if all(parts.values()) else 503
