"""What the head of a public page tells machines: its one address, its languages, its preview, and data about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request, url_for
from markupsafe import Markup

from kb.rules import limits
from kb.rules.pages import Kind
from kb.rules.roles import VISITOR
from kb.services import describing, reading
from kb.services.reading import View
from kb.web import addresses
from kb.web.house import lang
from kb.web.language import LANGUAGES
from kb.web.language import gettext as _

LOCALES = {"ja": "ja_JP", "en": "en_US"}
# What would end a script element, or a line in older readers of JSON, is written as an escape.
ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Head:
    """`alternates` is language → address; `about` are schema.org objects."""

    canonical: str
    description: str = ""
    alternates: Mapping[str, str] = field(default_factory=dict)
    kind: str = "website"
    about: tuple[dict[str, Any], ...] = ()

    @property
    def data(self) -> Markup:
        """The objects as a JSON-LD element; it is data and never runs, so that it needs no nonce."""
        if not self.about:
            return Markup("")
        told = json.dumps({"@context": "https://schema.org", "@graph": self.about}, ensure_ascii=False)
        return Markup('<script type="application/ld+json">{}</script>').format(Markup(told.translate(ESCAPED)))


def init_app(app: Flask) -> None:
    """Let every public screen have a head, also those that give none."""

    @app.context_processor
    def names() -> dict[str, Any]:
        return {"screen_head": screen, "locales": LOCALES}


def screen(description: str = "") -> Head | None:
    """The head of a screen that is there in both languages; None for an address that leads nowhere."""
    rule = request.url_rule
    if rule is None or request.endpoint is None or "lang" not in str(rule):
        return None
    number = request.args.get("page", "")
    more = f"?page={number}" if number.isascii() and number.isdigit() and int(number[:9]) > 1 else ""
    values = request.view_args or {}
    # Both addresses are made, not copied: whatever else was asked for is no other page.
    places = {one: addresses.absolute(url_for(request.endpoint, **{**values, "lang": one})) + more for one in LANGUAGES}
    about = (_site(places[lang()]),) if request.endpoint == "faq.home" else ()
    words = description or _("困りごとをふだんの言葉で探せる、よくある質問です。")
    return Head(places[lang()], words, {**places, "x-default": places["ja"]}, about=about)


def of_page(view: View, trail: list[tuple[str, str]]) -> Head:
    """The head of one page; `trail` are (name, address) of what stands above it."""
    page, canonical = view.page, addresses.public(view.page, external=True)
    both = {one.language.value: addresses.public(one, external=True) for one in (page, *view.translations)}
    alternates = {**both, "x-default": both.get("ja", canonical)} if len(both) > 1 else {}
    summary = reading.summary(view.revision, viewer=VISITOR, length=120)
    about = [_trail([*trail, (view.revision.title, canonical)]), _article(view, canonical, summary)]
    if page.kind is Kind.FAQ:
        about.append(_question(view))
    return Head(canonical, summary, alternates, "article", tuple(about))


def _site(address: str) -> dict[str, Any]:
    found = addresses.absolute(url_for("faq.search", q=""))
    action = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": found + "{words}"},
        "query-input": "required name=words",
    }
    return {"@type": "WebSite", "name": site_name(), "url": address, "inLanguage": lang(), "potentialAction": action}


def _trail(steps: list[tuple[str, str]]) -> dict[str, Any]:
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": address}
        for place, (name, address) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _article(view: View, address: str, summary: str) -> dict[str, Any]:
    page = view.page
    return {
        "@type": "Article",
        "headline": view.revision.title,
        "description": summary,
        "inLanguage": page.language.value,
        "datePublished": page.created_at.isoformat(timespec="seconds"),
        "dateModified": page.updated_at.isoformat(timespec="seconds"),
        "mainEntityOfPage": address,
        "author": {"@type": "Organization", "name": site_name()},
        "publisher": {"@type": "Organization", "name": site_name()},
    }


def _question(view: View) -> dict[str, Any]:
    answer = describing.text(view.revision, viewer=VISITOR, length=limits.DATA_ANSWER)
    question = {
        "@type": "Question",
        "name": view.revision.title,
        "acceptedAnswer": {"@type": "Answer", "text": answer},
    }
    return {"@type": "FAQPage", "inLanguage": view.page.language.value, "mainEntity": [question]}


def site_name() -> str:
    """What the site is called."""
    return _("みなも電機 サポート")
