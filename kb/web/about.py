"""What the public side says about itself: how everyone can use it, what was tested, and what is not yet good enough."""

from datetime import datetime
from typing import Any

from flask import render_template

from kb.web.faq import bp
from kb.web.filters import HERE

# When the sentences of the page were last compared with what the tests and people really try.
CHECKED = datetime(2026, 11, 22, tzinfo=HERE)


@bp.get("/<any(ja,en):lang>/accessibility")
def accessibility() -> Any:
    return render_template("faq/accessibility.html", checked=CHECKED)
