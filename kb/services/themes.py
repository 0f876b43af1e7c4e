"""Find stories for a session: by words that they say, or as themes of stories whose wording is alike."""

from dataclasses import dataclass
from functools import lru_cache

from kb.rules import limits
from kb.rules.roles import Actor, Permission, require
from kb.store import story_sessions
from kb.store.base import Session
from kb.store.pages import Page
from kb.text import audience as audiences
from kb.text import clustering, japanese, plain

LOOKED_AT = 800  # characters of a story that tell what it is about


@dataclass(frozen=True)
class Candidate:
    """A story that could be told, and whether a session has heard it already."""

    page: Page
    told_before: bool


@dataclass(frozen=True)
class Theme:
    """Stories that say the same rare words, which are the reason why they are proposed together."""

    words: tuple[str, ...]
    stories: tuple[Candidate, ...]


def candidates(
    db: Session, words: str = "", *, waiting: bool | None = None, category_id: int | None = None, viewer: Actor
) -> list[Candidate]:
    """The stories that wait (`waiting`), those published as cases (False), or both, that say all the words."""
    require(viewer, Permission.HOLD_SESSIONS)
    wanted = japanese.fold(words).split()
    found = []
    for page in story_sessions.candidates(db, viewer=viewer, limit=limits.CANDIDATES):
        if waiting is not None and waiting is not (page.current is None):
            continue
        if category_id is not None and page.category_id != category_id:
            continue
        told = japanese.fold(_text(page, viewer)) if wanted else ""
        if all(word in told for word in wanted):
            found.append(page)
    before = story_sessions.told_before(db, [page.id for page in found])
    return [Candidate(page, page.id in before) for page in found]


def propose(db: Session, *, viewer: Actor) -> list[Theme]:
    """Themes among the stories that no session has heard, the closest first."""
    fresh = {one.page.id: one for one in candidates(db, viewer=viewer) if not one.told_before}
    terms = {id: _terms(_text(one.page, viewer)[:LOOKED_AT]) for id, one in fresh.items()}
    return [
        Theme(group.words, tuple(fresh[id] for id in group.members))
        for group in clustering.groups(terms, most=limits.THEMES)
    ]


def _text(page: Page, viewer: Actor) -> str:
    revision = page.shown
    if revision is None:
        return ""
    body = "\n".join(line for line in audiences.cut(revision.body, viewer.audience).split("\n") if line[:1] != "#")
    return "\n".join([revision.title, *revision.phrases, plain.plain(body)])


# The same stories are looked through whenever somebody narrows the list.
@lru_cache(maxsize=2 * limits.CANDIDATES)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(term for term in japanese.terms(text) if not term.isdecimal() and term[0] != japanese.NEGATED)
