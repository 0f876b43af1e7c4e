"""The files of static/ at addresses that change with their content, so that browsers need never ask again."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface

# Files that are the same for everybody, signed in or not.
SHARED = ("static", "embed.script")


@cache
def version_of(folder: Path) -> str:
    """A word that changes when any file below the folder does; read once a process.

    It is one for all files, and part of the path, because a module of ours imports others by relative addresses.
    """
    told = hashlib.blake2b(digest_size=6)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            told.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return told.hexdigest()


class Sessions(SecureCookieSessionInterface):
    """Flask's own, but files of SHARED set no cookie and do not vary by one, or a new cookie would fetch them anew."""

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        if request.endpoint not in SHARED:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Serve static files under /static/v-<version>/ too, and make url_for lead there."""
    app.session_interface = Sessions()
    version = version_of(Path(str(app.static_folder)))
    app.add_url_rule(
        f"{app.static_url_path}/v-<version>/<path:filename>",
        endpoint="static",
        view_func=app.view_functions["static"],
    )

    @app.url_defaults
    def put(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("version", version)

    @app.url_value_preprocessor
    def take(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if endpoint == "static" and values:
            g.static_version = values.pop("version", None)

    @app.after_request
    def keep(response: Response) -> Response:
        # A page of an older version asks at its old address, and gets the file of today: that one is not to be kept.
        if request.endpoint == "static" and g.get("static_version") == version and response.status_code in (200, 304):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
