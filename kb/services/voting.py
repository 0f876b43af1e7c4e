"""Votes of customers: take them, once a visitor a revision, and tell staff what they say."""

from dataclasses import dataclass

from kb.rules import clock, limits
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.rules.pages import Audience
from kb.rules.roles import Actor, Permission, may, require
from kb.rules.votes import Shortcoming
from kb.services import reading, settings
from kb.store import pages, votes
from kb.store.base import Session
from kb.store.pages import Page
from kb.store.votes import Count, Vote, Word
from kb.text import personal_data
from kb.text.personal_data import Kind

__all__ = ["Ballot", "Count", "Kind", "Summary", "Word"]

SHOWN = 3  # words on the page itself
VERSIONS = 10  # whose counts are told


@dataclass(frozen=True)
class Ballot:
    """What a customer says; reason and words count only beside a "no"."""

    is_helpful: bool
    shortcoming: Shortcoming | None = None
    words: str = ""


@dataclass(frozen=True)
class Summary:
    """What customers said: counts of the newest versions (the first is the live one), how many wrote, and some words.

    `words` is None for whoever may not read them.
    """

    counts: list[Count]
    total_words: int
    words: list[Word] | None


def cast(
    db: Session, page_id: int, revision_id: int, ballot: Ballot, *, visitor: str, viewer: Actor
) -> tuple[Kind, ...]:
    """Keep a customer's vote on the revision that they read, in place of their earlier one; returns what was masked.

    `visitor` is a word that stands for one browser and can't be led back to it. Votes on an older revision count
    there, if it was public. Raises NotFound, Gone, NotAllowed for staff, Conflict for a revision that customers have
    not read, Invalid for words that are too long; nothing is written then.
    """
    if viewer.is_staff:
        raise NotAllowed(
            "お客様のお答えだけを数えています。気づいたことは、社内の画面から「直す」か提案でお寄せください。"
        )
    if pages.get(db, page_id, viewer=viewer) is None:
        raise reading.missing(db, page_id, viewer=viewer)
    if not votes.was_public(db, page_id, revision_id):
        raise Conflict("画面が古くなっています。ページを開き直してから、もう一度お知らせください。", field="revision")
    said = "" if ballot.is_helpful else ballot.words.strip()
    if len(said) > limits.VOTE_WORDS:
        raise Invalid(
            "%(most)s文字までにまとめてください（いま%(now)s文字）。",
            field="words",
            most=limits.VOTE_WORDS,
            now=len(said),
        )
    found = personal_data.find(said, settings.current(db).number_patterns)
    masked = dict.fromkeys(finding.kind for finding in found)
    vote = Vote(
        page_id=page_id,
        revision_id=revision_id,
        visitor=visitor,
        is_helpful=ballot.is_helpful,
        shortcoming=None if ballot.is_helpful else ballot.shortcoming,
        # A mask may be longer than what it hides.
        words=personal_data.put_masks(said, found)[: limits.VOTE_WORDS],
        created_at=clock.now(),
    )
    votes.put(db, vote)
    return tuple(masked)


def summary(db: Session, page_id: int, *, viewer: Actor) -> Summary | None:
    """What customers said of a page, for staff; None where no customer could have said anything."""
    require(viewer, Permission.READ_STAFF)
    page = pages.get(db, page_id, viewer=viewer)
    if page is None or page.current_revision_id is None:
        return None
    counts = votes.counts(db, page_id, limit=VERSIONS)
    if page.audience is not Audience.PUBLIC and not any(one.total for one in counts):
        return None
    if not may(viewer, Permission.REVIEW):
        return Summary(counts, 0, None)
    total, words = votes.words(db, page_id, limit=SHOWN)
    return Summary(counts, total, words)


def told(
    db: Session, page_id: int, *, viewer: Actor, limit: int, offset: int = 0
) -> tuple[Page, list[Count], int, list[Word]]:
    """The page, its counts by version, how many customers wrote something, and one screen of it, the newest first."""
    require(viewer, Permission.REVIEW)
    page = pages.get(db, page_id, viewer=viewer)
    if page is None or page.current_revision_id is None:
        raise NotFound()
    total, words = votes.words(db, page_id, limit=limit, offset=offset)
    return page, votes.counts(db, page_id, limit=VERSIONS), total, words
