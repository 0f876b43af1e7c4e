"""One session a request: a success commits, anything else rolls back; reading requests can't write."""

from typing import cast

from flask import Flask, Response, g, request

from kb.services.house import Session
from kb.web.house import house

SAFE = ("GET", "HEAD", "OPTIONS")


def db() -> Session:
    """The session of this request, opened on first use: on the read-only engine for GET, else for writing."""
    if "db" not in g:
        g.db = house().store.session(write=request.method not in SAFE)
    return cast(Session, g.db)


def give_up() -> None:
    """Forget what this request has written so far, so that its refusal can be drawn from the store as it is."""
    session: Session | None = g.get("db")
    if session is not None:
        session.rollback()


def init_app(app: Flask) -> None:
    """Finish the session of every request."""

    @app.after_request
    def finish(response: Response) -> Response:
        session: Session | None = g.get("db")
        if session is not None:
            if request.method not in SAFE and response.status_code < 400:
                session.commit()
            else:
                session.rollback()
        return response

    @app.teardown_request
    def close(error: BaseException | None) -> None:
        session: Session | None = g.pop("db", None)
        if session is not None:
            session.close()
