"""What the script of public pages reports, to be counted without a word about whom: pages read, searches settled on."""

from typing import Any

from flask import make_response

from kb.web import forms
from kb.web.faq import bp
from kb.web.house import actor, house


@bp.post("/seen")
def seen() -> Any:
    """Count a page read (page, before, words) or a search (words, total); always the same empty answer.

    The session of the database is not opened: a write would wait for its lock, and nobody waits for a count.
    """
    # Staff look at customers' pages all day, and would count for hundreds of customers.
    if not actor().is_staff:
        page, words = forms.number("page"), forms.text("words")
        if page is not None:
            house().tallies.viewed(page, before=forms.number("before"), words=words)
        elif words:
            house().tallies.searched(words, is_empty=forms.number("total") == 0)
    return make_response("", 204)
