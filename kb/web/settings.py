"""The settings' screen for administrators, and how to reach a person, for every screen of customers."""

import re
from functools import cached_property
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for

from kb.rules import limits
from kb.rules.errors import Faults
from kb.rules.settings import TABLE, Settings
from kb.services import messaging, settings
from kb.web import forms
from kb.web.house import actor
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.transaction import db

bp = Blueprint("settings", __name__)


class Contact:
    """How customers reach a person; nothing is read from the store until a template asks."""

    @cached_property
    def _settings(self) -> Settings:
        return settings.current(db())

    @property
    def phone(self) -> str:
        return self._settings.contact_phone

    @property
    def phone_url(self) -> str:
        """The number as a tel: address (RFC 3966), empty where there is none."""
        return "tel:" + re.sub("[^0-9+]", "", self.phone) if self.phone else ""

    @property
    def hours(self) -> str:
        return self._settings.contact_hours

    @property
    def note(self) -> str:
        return self._settings.contact_note


@bp.app_context_processor
def contact() -> dict[str, Any]:
    return {"contact": Contact()}


@bp.get("/admin/settings")
def show() -> Any:
    return _draw(_texts(settings.current(db())))


@bp.post("/admin/settings")
def change() -> Any:
    typed = {name: forms.text(name) for name in TABLE if name in forms.everything()}
    try:
        changed = settings.change(db(), typed, by=actor())
    except Faults as refused:
        kept = _texts(settings.current(db()))
        errors = {name: told(one) for name, one in refused.each.items()}
        return _draw({**kept, **typed}, errors), refused.status
    flash(_("設定を保存しました。") if changed else _("変わったところはありません。"))
    return redirect(url_for("settings.show"), 303)


def _texts(now: Settings) -> dict[str, str]:
    """Every setting as its field shows it."""
    texts = {}
    for name in TABLE:
        value = getattr(now, name)
        texts[name] = "\n".join(value) if isinstance(value, tuple) else _word(value)
    return texts


def _word(value: Any) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _draw(values: dict[str, str], errors: dict[str, str] | None = None) -> str:
    fields = {
        name: {
            "label": _(choice.label),
            "hint": _(choice.explanation),
            "value": values[name],
            "error": (errors or {}).get(name),
        }
        for name, choice in TABLE.items()
    }
    told_out = {"given_up": messaging.given_up(db(), by=actor()), "has_base": bool(current_app.config["KB_BASE_URL"])}
    return render_template("admin/settings.html", fields=fields, errors=errors or {}, limits=limits, **told_out)
