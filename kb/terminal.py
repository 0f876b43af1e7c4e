"""Sentences for the terminal, in its language: Japanese, or English where the environment says so."""

import os
from functools import cache
from typing import Any

from babel.support import NullTranslations, Translations

from kb import config
from kb.rules.errors import KbError


@cache
def _translations() -> NullTranslations:
    """The catalogue of the terminal's language; Japanese needs none."""
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    languages = ["en"] if wanted.lower().startswith("en") else []
    return Translations.load(str(config.PACKAGE / "web" / "translations"), languages)


def gettext(sentence: str, **facts: Any) -> str:
    """The sentence in the language of the terminal, its places filled."""
    told = str(_translations().gettext(sentence))
    return told % facts if facts else told


def told(error: KbError) -> str:
    """The sentence of a refusal."""
    facts = {name: told(fact) if isinstance(fact, KbError) else fact for name, fact in error.facts.items()}
    return gettext(error.sentence, **facts)
