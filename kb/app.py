"""Make the app: the only file that knows every room."""

import logging
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from flask import Blueprint, Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.local import LocalProxy

from kb import config
from kb.config import Settings
from kb.rules import limits
from kb.rules.inquiries import InquiryState
from kb.rules.roles import Actor, Permission, may
from kb.search.memory_index import MemoryIndex
from kb.search.whoosh_index import WhooshIndex
from kb.services import answering, helping, messaging, queueing
from kb.services.freshness import Freshness
from kb.services.house import House, Session
from kb.store.base import open_store
from kb.text.rendering import Renderer
from kb.web import (
    about,
    admin,
    api,
    assets,
    at_hand,
    call,
    calling,
    calls,
    console,
    editor,
    embed,
    errors,
    faq,
    faq_page,
    files,
    filters,
    head,
    headers,
    health,
    help_desk,
    history,
    inquiries,
    inquiry,
    language,
    letters,
    linking,
    looks,
    machines,
    masking,
    messages,
    noted,
    notices,
    pages,
    policy,
    queue,
    queue_items,
    roots,
    sampling,
    seen,
    session_plan,
    session_stage,
    shortcuts,
    sign_in,
    stories,
    styleguide,
    synonyms,
    transaction,
    voices,
    votes,
    why,
)
from kb.web import settings as settings_room
from kb.web.house import actor
from kb.web.page_cache import PageCache

log = logging.getLogger("kb")

# Blueprints whose addresses begin with the language of the screen.
SPOKEN = (
    sign_in.bp,
    shortcuts.bp,
    console.bp,
    call.bp,
    calling.bp,
    calls.bp,
    at_hand.bp,
    why.bp,
    pages.bp,
    history.bp,
    editor.bp,
    stories.bp,
    *(queue.bp, queue_items.bp),
    linking.bp,
    # The sessions are one blueprint in several files.
    *dict.fromkeys((session_plan.bp, session_stage.bp)),
    voices.bp,
    synonyms.bp,
    styleguide.bp,
    help_desk.bp,
    looks.bp,
    messages.bp,
    sampling.bp,
    inquiries.bp,
    notices.bp,
    admin.bp,
    settings_room.bp,
)
# The public side is one blueprint in several files.
PLAIN = (
    *(faq.bp, faq_page.bp, inquiry.bp, about.bp, seen.bp, votes.bp, machines.bp),
    *(files.bp, health.bp, api.bp, embed.bp),
)


def open_house(settings: Settings) -> House:
    """Open store, index and renderer as the settings say; no table and no index is made."""
    return House(
        store=open_store(settings.database_url),
        index=WhooshIndex(settings.index_folder, cache_mb=settings.search_cache_mb),
        renderer=Renderer(settings.var / "rendered"),
        files=settings.files,
        scratch=MemoryIndex,
    )


def create_app(settings: Settings, house: House | None = None) -> Flask:
    """The WSGI app for these settings; `house` may be given by whoever opened it before."""
    app = Flask("kb.web", static_folder=str(config.STATIC), static_url_path="/static")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        KB_SECURE=settings.is_secure,
        KB_BASE_URL=settings.base_url,
        KB_FIRST_SYNONYMS=config.CONTENT / "synonyms.csv",
        MAX_CONTENT_LENGTH=limits.REQUEST,
        MAX_FORM_MEMORY_SIZE=limits.FORM_MEMORY,
        MAX_FORM_PARTS=limits.FORM_PARTS,
        SESSION_COOKIE_NAME="__Host-session" if settings.is_secure else "kb_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        # An answer that was long on its way must not put the session back to what it was, and lose what it tells.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=limits.SESSION_HOURS * 3600,
        REMEMBER_COOKIE_NAME="kb_remember",
        REMEMBER_COOKIE_DURATION=limits.REMEMBER_DAYS * 86_400,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.is_secure,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.extensions["kb"] = house or open_house(settings)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    transaction.init_app(app)
    headers.init_app(app)
    assets.init_app(app)
    embed.init_app(app)
    language.init_app(app)
    sign_in.init_app(app)
    csrf = CSRFProtect(app)
    policy.init_app(app)
    filters.init_app(app)
    head.init_app(app)
    shortcuts.init_app(app)
    errors.init_app(app)
    _add_rooms(app)
    for endpoint, view in app.view_functions.items():
        if endpoint in policy.POLICY and policy.POLICY[endpoint].by_origin:
            csrf.exempt(view)
    _limit(app)
    personal = (app.config["SESSION_COOKIE_NAME"], app.config["REMEMBER_COOKIE_NAME"])
    stamp = Freshness(app.extensions["kb"].store)
    app.wsgi_app = PageCache(app.wsgi_app, stamp, personal=personal)  # type: ignore[method-assign]
    return app


def _add_rooms(app: Flask) -> None:
    app.extensions["kb_letters"] = letters.writer(app)
    masking.init_app(app)
    roots.init_app(app)
    noted.init_app(app)
    for blueprint in dict.fromkeys(PLAIN):
        app.register_blueprint(blueprint)
    for blueprint in dict.fromkeys(SPOKEN):
        app.register_blueprint(blueprint, url_prefix="/<any(ja,en):lang>")

    @app.context_processor
    def counts() -> dict[str, Any]:
        # Worked out where a bar is drawn, and not for a list alone that somebody is typing for.
        return {f"{name}_count": LocalProxy(cache(partial(_count, name))) for name in _COUNTS}


def _count(name: str) -> int:
    """What the bar says of a room: how much waits in it for this person."""
    return _COUNTS[name](transaction.db(), actor()) if actor().is_staff else 0


_COUNTS: dict[str, Callable[[Session, Actor], int]] = {
    "waiting": lambda db, who: queueing.count(db, viewer=who) if may(who, Permission.REVIEW) else 0,
    "help": lambda db, who: helping.now(db, viewer=who).count if may(who, Permission.HELP) else 0,
    "inquiries": lambda db, who: answering.counts(db, viewer=who)[InquiryState.OPEN],
    "messages": lambda db, who: messaging.unread(db, by=who),
}


def _limit(app: Flask) -> None:
    """Slow down whoever asks too fast: signing in by address, and searching."""
    # A limiter that is switched off is held by nobody, and the views it wrapped would fail once it is collected.
    if not app.config["RATELIMIT_ENABLED"]:
        return
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    searches: tuple[Blueprint, ...] = (api.bp,)
    for blueprint in searches:
        limiter.limit("240/minute")(blueprint)
    for endpoint, rate in {
        "faq.search": "600/minute",
        "faq.suggest": "600/minute",
        "faq.open_search_suggest": "600/minute",
        "embed.answer": "240/minute",
        "faq.sitemap": "60/minute",
        "faq.sitemap_part": "60/minute",
        "faq.inquiry_answers": "240/minute",
        "faq.seen": "120/minute",
        "faq.vote": "60/hour",
        "sign_in.enter": "60/minute",
        "sign_in.here": "60/minute",
        "sign_in.resume": "60/minute",
    }.items():
        app.view_functions[endpoint] = limiter.limit(rate)(app.view_functions[endpoint])
    # Only what was really sent counts, so that nobody is stopped by mending their own form.
    sending = limiter.limit("10/hour", deduct_when=lambda answer: answer.status_code == 303, on_breach=inquiry.too_many)
    app.view_functions["faq.send_inquiry"] = sending(app.view_functions["faq.send_inquiry"])
