"""Attachments: images are shown, everything else is saved; no file of ours may ever act as a page."""

from typing import Any

from flask import Blueprint, send_file

from kb.services import attaching
from kb.web.house import actor, house
from kb.web.transaction import db

bp = Blueprint("files", __name__)


@bp.get("/files/<int:id>")
def show(id: int) -> Any:
    found = attaching.fetch(db(), house().files, id, viewer=actor())
    answer = send_file(
        found.path,
        mimetype=found.attachment.media_type,
        as_attachment=not found.attachment.is_image,
        download_name=found.attachment.file_name,
        etag=found.attachment.sha256,
        conditional=True,
        max_age=0,
    )
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    # Rights follow the page at every request, so nobody in between may keep a copy.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
