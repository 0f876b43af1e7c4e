"""Choose ja or en for the screen: the address decides, the root asks the browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.support import NullTranslations, Translations
from flask import Flask, g, request, url_for
from flask_babel import Babel

from kb.rules.errors import KbError
from kb.web.house import lang

LANGUAGES = ("ja", "en")
_FOLDER = Path(__file__).parent / "translations"

__all__ = ["LANGUAGES", "gettext", "init_app", "ngettext", "other_language_url", "speaking", "told"]


@cache
def _catalogue(language: str) -> NullTranslations:
    """The sentences of a language; Japanese needs none."""
    return Translations.load(str(_FOLDER), [language] if language != "ja" else [])


def gettext(sentence: str, **facts: Any) -> str:
    """The sentence in the language of the screen, its places filled where there is something for them.

    A list of hits has a hundred sentences, and Flask-Babel would work out the language anew for each of them.
    """
    said = str(_catalogue(lang()).ugettext(sentence))
    return said % facts if facts else said


def ngettext(one: str, many: str, number: int) -> str:
    """The sentence for so many, in the language of the screen; Jinja fills the places."""
    return str(_catalogue(lang()).ungettext(one, many, number))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let everything inside be said in this language."""
    before, g.lang = lang(), language
    try:
        yield
    finally:
        g.lang = before


def init_app(app: Flask) -> None:
    """Take the language out of every address, and put it into every address that is made."""
    app.config["BABEL_DEFAULT_LOCALE"] = "ja"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Tokyo"
    Babel(app, locale_selector=lang)
    app.jinja_env.install_gettext_callables(gettext=gettext, ngettext=ngettext, newstyle=True)  # type: ignore[attr-defined]

    @app.url_value_preprocessor
    def take(endpoint: str | None, values: dict[str, Any] | None) -> None:
        chosen = values.pop("lang", None) if values else None
        # An unknown address has no such value, but its reader has a language.
        start = request.path[1:].partition("/")[0]
        g.lang = chosen or (start if start in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "ja"))

    @app.url_defaults
    def put(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = lang()


def told(error: KbError) -> str:
    """The sentence of a refusal in the reader's language."""
    facts = {name: told(fact) if isinstance(fact, KbError) else fact for name, fact in error.facts.items()}
    return gettext(error.sentence, **facts)


def other_language_url() -> str | None:
    """This screen in the other language; None where there is none."""
    if request.endpoint is None or request.method != "GET" or "lang" not in str(request.url_rule):
        return None
    other = "en" if lang() == "ja" else "ja"
    place = url_for(request.endpoint, **{**(request.view_args or {}), "lang": other})
    # The arguments are copied as they came: url_for would take some of them for its own.
    return f"{place}?{urlencode(list(request.args.items(multi=True)))}" if request.args else place
