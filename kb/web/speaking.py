"""How long a `say` takes, for templates."""

from kb.services import speaking
from kb.web.transaction import db


def seconds(html: str) -> int:
    """Whole seconds that a rendered text takes when read aloud at the pace that is set."""
    return speaking.seconds(db(), str(html))
