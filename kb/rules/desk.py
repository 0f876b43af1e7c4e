"""The words of the review desk: what waits, what stories do for pages, what a session notes, what age decides."""

from datetime import datetime, timedelta
from enum import StrEnum

from kb.rules import limits


class ItemKind(StrEnum):
    """What waits: a help request, a new story, an edit of a live page, a flag, a search that found nothing."""

    HELP = "help"
    STORY = "story"
    EDIT = "edit"
    FLAG = "flag"
    GAP = "gap"


class GapDecision(StrEnum):
    """What was done about words that found nothing: a page, a synonym, or nothing, with a reason."""

    PAGE = "page"
    SYNONYM = "synonym"
    DISMISSED = "dismissed"


class Bond(StrEnum):
    """What a story is to a page: it supports a passage, or it contradicts one."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"


class MessageKind(StrEnum):
    """What somebody is told of."""

    TAKEN = "taken"
    RETURNED = "returned"
    PUBLISHED = "published"
    MERGED = "merged"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    REPLIED = "replied"
    MENTIONED = "mentioned"
    USED = "used"
    COACHED = "coached"
    INVITED = "invited"
    CREDITED = "credited"
    FIXED = "fixed"


class Way(StrEnum):
    """How a message leaves the house."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class Check(StrEnum):
    """What is looked at in a sample: each is yes, no, or not asked here."""

    FOUND = "found"
    ONE_IDEA = "one_idea"
    COMPLETE = "complete"
    AUDIENCE = "audience"
    PRIVATE = "private"
    SPOKEN = "spoken"


class Mark(StrEnum):
    YES = "yes"
    NO = "no"
    NA = "na"


class SessionState(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"


class NoteKind(StrEnum):
    """What was said in a session: a fact, a feeling, an idea, a rule to break."""

    FACT = "fact"
    FEELING = "feeling"
    IDEA = "idea"
    RULE = "rule"


class Fate(StrEnum):
    """What a note becomes at the end of a session."""

    PROPOSAL = "proposal"
    STORY = "story"
    VOICE = "voice"
    TASK = "task"
    NOTHING = "nothing"


class VoiceState(StrEnum):
    OPEN = "open"
    SENT = "sent"
    ANSWERED = "answered"


class LookDecision(StrEnum):
    """What was decided about a page whose support has worn off."""

    KEEP = "keep"
    CHANGE = "change"
    DROP = "drop"


def is_held(taken_by_id: int | None, taken_at: datetime | None, now: datetime) -> bool:
    """Whether an item is still somebody's: a take that nothing came of for `limits.HOLD_MINUTES` frees itself."""
    if taken_by_id is None:
        return False
    return taken_at is None or now - taken_at < timedelta(minutes=limits.HOLD_MINUTES)
