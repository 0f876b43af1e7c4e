"""What a request needs of the house, and who is asking."""

from typing import cast

from flask import current_app, g, has_request_context
from flask_login import current_user

from kb.rules.roles import VISITOR, Actor
from kb.services.house import House


def house() -> House:
    """The house this app was made with."""
    return cast(House, current_app.extensions["kb"])


def actor() -> Actor:
    """Who is asking; a visitor when nobody is signed in."""
    if not has_request_context():
        return VISITOR
    if "actor" not in g:
        g.actor = current_user.actor if current_user.is_authenticated else VISITOR
    return cast(Actor, g.actor)


def lang() -> str:
    """The language of the screen: ja or en; Japanese where nothing is being asked."""
    return cast(str, g.get("lang", "ja")) if g else "ja"
