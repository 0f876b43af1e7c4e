"""The customers' inquiry form: answers while somebody writes, a look before sending, and the receipt."""

from typing import Any

from flask import make_response, redirect, render_template, url_for

from kb.rules import limits
from kb.rules.errors import Faults
from kb.rules.inquiries import number_in
from kb.rules.pages import Language
from kb.services import inquiring, settings
from kb.services.inquiring import Count, Letter
from kb.web import addresses, filters, forms
from kb.web.faq import bp
from kb.web.house import house, lang
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.transaction import db

MASK, KEEP = "mask", "keep"
SEEN = 20  # pages at most that a form remembers as shown


@bp.get("/<any(ja,en):lang>/inquiry")
def inquiry() -> Any:
    """The empty form; after sending, the receipt number, and after an answer, the thanks."""
    number = number_in(forms.text("received"))
    if number or forms.ticked("solved"):
        answer = make_response(render_template("faq/inquiry_done.html", number=number, days=_days()))
        answer.headers["Cache-Control"] = "private, no-store"
        return answer
    return _draw(Letter(forms.text("q"), ""))


@bp.post("/<any(ja,en):lang>/inquiry")
def send_inquiry() -> Any:
    """Send; before that, once, show what may answer it and what tells of a person. Nothing typed is lost on the way."""
    if forms.text("website"):
        # Nobody sees this field, so a program has filled it in: it is told what it wants to hear.
        return redirect(url_for("faq.inquiry", received=inquiring.new_number()), 303)
    if forms.number("solved"):
        inquiring.count(db(), Count.AVOIDED)
        return redirect(url_for("faq.inquiry", solved=1), 303)
    letter = _typed()
    try:
        letter = inquiring.checked(letter)
    except Faults as refused:
        return _draw(letter, errors={name: told(one) for name, one in refused.each.items()}), refused.status
    answers = [] if forms.ticked("seen") else _answers(letter)
    has_choice = forms.text("personal") in (MASK, KEEP)
    personal = [] if has_choice else inquiring.personal(letter)
    if answers or personal:
        if answers:
            inquiring.count(db(), Count.SHOWN)
        return _draw(letter, answers=answers, asks=True)
    sent = inquiring.send(db(), letter)
    return redirect(url_for("faq.inquiry", received=sent.number), 303)


@bp.post("/<any(ja,en):lang>/inquiry/answers")
def inquiry_answers() -> Any:
    """What may answer the text so far; answered alone while somebody writes. `first`: nothing was shown before."""
    with house().store.reading() as session:
        found = inquiring.answers(
            session, house(), forms.text("subject"), forms.text("text"), language=Language(lang())
        )
        html = render_template("faq/_inquiry_answers.html", answers=[_answer(one) for one in found])
    if found and forms.ticked("first"):
        with house().store.writing() as session:
            inquiring.count(session, Count.SHOWN)
    return html


def too_many(_limit: Any) -> Any:
    """The answer to whoever has sent too much: the form again, with everything that was typed."""
    sentence = _("続けて何通も届いたため、いまは受け付けられません。1時間ほどたってから、もう一度お送りください。")
    return make_response(_draw(_typed(), errors={"form": sentence}), 429)


def _typed() -> Letter:
    shown = forms.text("offered").split(",")
    return Letter(
        forms.text("subject"),
        forms.text("text"),
        forms.text("mail"),
        Language(lang()),
        tuple(int(one) for one in shown[:SEEN] if one.isascii() and one.isdecimal() and len(one) < 10),
        forms.text("personal") == KEEP,
    )


def _answers(letter: Letter) -> list[dict[str, Any]]:
    found = inquiring.answers(db(), house(), letter.subject, letter.text, language=letter.language)
    return [_answer(one) for one in found]


def _answer(found: Any) -> dict[str, Any]:
    return {
        "id": found.page.id,
        "title": found.revision.title,
        "summary": inquiring.opening(found),
        "url": addresses.public(found.page),
    }


def _days() -> int:
    return settings.current(db()).inquiry_days


def _draw(
    letter: Letter,
    *,
    answers: list[dict[str, Any]] | None = None,
    errors: dict[str, str] | None = None,
    asks: bool = False,
) -> str:
    """The form; `asks`: it was sent, and goes on once its writer has looked at the answers and the personal data."""
    found = inquiring.personal(letter)
    offered = dict.fromkeys([*letter.offered, *(one["id"] for one in answers or ())])
    return render_template(
        "faq/inquiry.html",
        letter=letter,
        errors=errors or {},
        answers=answers or [],
        offered=",".join(map(str, offered)),
        asks=asks,
        seen=asks or forms.ticked("seen"),
        chosen=forms.text("personal") if forms.text("personal") in (MASK, KEEP) else "",
        personal=[
            {"what": filters.personal_word(kind.value), "value": value, "always": kind in inquiring.NEVER_KEPT}
            for kind, value in found
        ],
        days=_days(),
        limits=limits,
    )
