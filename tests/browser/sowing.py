"""Every free text of the database by its column: filled with the same words at once, however long they are."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Enum, String, delete, func, select

from kb.services import submitting
from kb.services.submitting import HEADINGS, Story
from kb.store.attachments import Attachment
from kb.store.base import Base, Session
from kb.store.calls import Call, CallStep
from kb.store.categories import Category
from kb.store.comments import Comment
from kb.store.drafts import Draft
from kb.store.flags import Flag
from kb.store.gaps import Gap
from kb.store.help_requests import HelpRequest
from kb.store.lineages import Lineage
from kb.store.looks import Look, Owner, Sample
from kb.store.messages import Message
from kb.store.notices import Notice
from kb.store.pages import Page, Revision, Tag
from kb.store.story_sessions import SessionNote, SessionPerson, SessionStory, StorySession
from kb.store.users import User
from kb.store.voices import Task, Voice
from kb.store.votes import Vote
from tests.browser.attacked import BLOCKS, WORDS

# What a table holds in a text column of its own.
TEXTS: dict[Any, tuple[str, ...]] = {
    Attachment: ("file_name",),
    Call: ("inquiry_type", "purpose", "ticket", "ivr", "campaign", "memo"),
    CallStep: ("words",),
    Category: ("name_ja",),
    Comment: ("body",),
    Flag: ("words", "reply"),
    Gap: ("words", "reason"),
    HelpRequest: ("words", "answer"),
    Look: ("reason",),
    Notice: ("text",),
    Owner: ("group",),
    Revision: ("title", "note", "reason", "thanks"),
    Sample: ("note",),
    SessionNote: ("words",),
    StorySession: ("title", "place"),
    Tag: ("name",),
    Task: ("words",),
    User: ("display_name",),
    Voice: ("words", "answer"),
    Vote: ("words",),
}
# What it holds as a list of texts, or as texts by name.
LISTS: dict[Any, tuple[str, ...]] = {Revision: ("phrases", "tags"), Lineage: ("passages",)}
CARDS: dict[Any, dict[str, tuple[str, ...]]] = {
    HelpRequest: {"card": ("question", "purpose", "tried", "limit", "line")},
    SessionStory: {"sheet": ("wanted", "felt", "again")},
    Message: {"facts": ("words", "answer", "title")},
    Draft: {"fields": ("title", "body", "inside", "phrases", "tags", "note", "thanks", "reason")},
}
PARTS = ("text", "say", "ask", "line", "purpose", "limit", "staff", "sv")
BODIES = tuple(f"story.{name}" for name in HEADINGS) + tuple(f"page.{name}" for name in PARTS)
# The other columns with texts: nobody fills them freely, or their screens are not the review desk's.
CLOSED = {
    "ours": "attachments.storage_name attachments.media_type attachments.sha256 calls.key call_steps.key "
    "categories.key categories.icon comments.mentions drafts.place events.verb gaps.key inquiries.number "
    "inquiries.offered links.title_key looks.evidence revisions.channel samples.checks session_notes.key settings.name "
    "tallies.name sign_in_tries.device redirects.title_key users.password_hash users.language "
    "users.shortcuts votes.visitor",
    "a name or an address": "users.name users.mail sign_in_tries.name pages.external_id calls.external_id",
    "made of other fields, and filled by the verbs alone": "events.facts looks.passage tallies.key",
    "on screens of customers, inquiries, synonyms or settings": "inquiries.subject inquiries.text inquiries.mail "
    "inquiries.note synonyms.wordings synonyms.note settings.value categories.name_en categories.description_ja "
    "categories.description_en",
}
# What a session that is held to its end leaves, in the order in which it can be forgotten.
LEFT = (Message, SessionNote, Voice, Task, SessionPerson, SessionStory, StorySession)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
Said = Callable[[str], Sequence[str]]


def fields() -> list[str]:
    """The names of all free texts, as marks on the screens name them."""
    named = [f"{model.__tablename__}.{name}" for model, names in TEXTS.items() for name in names]
    named += [f"{model.__tablename__}.{name}" for model, names in LISTS.items() for name in names]
    for model, columns in CARDS.items():
        named += [f"{model.__tablename__}.{column}.{key}" for column, keys in columns.items() for key in keys]
    return [*named, *BODIES, "minutes"]


def attacked() -> set[str]:
    """The columns of the database that hold these texts."""
    known = {".".join(name.split(".")[:2]) for name in fields() if name not in (*BODIES, "minutes")}
    return known | {"revisions.body", "comments.quote"}


def columns() -> set[str]:
    """Every column of the database that can hold a text."""
    found = set()
    for table in Base.metadata.tables.values():
        texts = (one for one in table.columns if isinstance(one.type, String | JSON) and not isinstance(one.type, Enum))
        found |= {f"{table.name}.{one.name}" for one in texts}
    return found


@dataclass(frozen=True)
class Ground:
    """The highest number in each table before anything was sown, and the rows that keep harmless words, by table."""

    highest: dict[str, int]
    quiet: dict[str, frozenset[int]]


def survey(db: Session, loud: dict[str, set[int]]) -> Ground:
    """Of the tables in `loud` only these rows are attacked: the same words ten times on a screen only take longer."""
    tables = [model.__table__ for model in (*LEFT, Comment, Revision, User)]
    highest = {table.name: db.scalar(select(func.max(_number(table)))) or 0 for table in tables}
    return Ground(highest, {name: frozenset(range(highest[name] + 1)) - ids for name, ids in loud.items()})


def clear(db: Session, ground: Ground) -> None:
    """Forget what the last session left; the page of its minutes stays, with harmless words."""
    for model in LEFT:
        db.execute(delete(model).where(_number(model.__table__) > ground.highest[model.__tablename__]))
    for revision in db.query(Revision).filter(Revision.id > ground.highest["revisions"]):
        revision.body = revision.title = WORDS


def _number(table: Any) -> Any:
    return table.c.id if "id" in table.c else table.c.session_id


def _rows(db: Session, model: Any, ground: Ground) -> Iterator[tuple[Any, bool]]:
    """The rows that were there before, each with whether it is attacked."""
    quiet = ground.quiet.get(model.__tablename__, frozenset())
    for row in db.query(model):
        number = getattr(row, "id", 0)
        if number <= ground.highest.get(model.__tablename__, number):
            yield row, number not in quiet


def sow(db: Session, said: Said, ground: Ground) -> None:
    """Put what `said` gives for each field into the rows that are attacked; the mark of its field stands in front."""
    clear(db, ground)
    for model, names in TEXTS.items():
        for row, is_loud in _rows(db, model, ground):
            for name in names:
                field = f"{model.__tablename__}.{name}"
                # A search for these words finds what looks alike, as it would in a real house.
                words = f"{WORDS}{row.id}" if field == "revisions.title" else ""
                told = " ".join([f"⟪{field}⟫", words, *said(field)]) if is_loud else words or "普通の言葉"
                # No answer could carry the name of a file with line breaks: nobody could fetch such a file.
                setattr(row, name, _CONTROLS.sub(" ", told) if name == "file_name" else told)
    for model, columns in CARDS.items():
        for row, _is_loud in _rows(db, model, ground):
            for column, keys in columns.items():
                kept = {key: value for key, value in getattr(row, column).items() if key not in keys}
                given = {key: _lines(f"{model.__tablename__}.{column}.{key}", said) for key in keys}
                setattr(row, column, kept | given)
    phrases, tags = (_listed(f"revisions.{name}", said) for name in ("phrases", "tags"))
    for revision, is_loud in _rows(db, Revision, ground):
        if is_loud:
            revision.phrases, revision.tags, revision.body = phrases, tags, _body(revision, said)
    db.flush()
    _quote(db, said, ground)


def _lines(field: str, said: Said) -> str:
    return "\n".join([f"⟪{field}⟫", *said(field)])


def _listed(field: str, said: Said) -> list[str]:
    return [f"⟪{field}⟫", *(one for one in said(field) if one.strip())]


def _body(revision: Revision, said: Said) -> str:
    if revision.submitted_at is not None and revision.page.kind == "case":
        told = {name: "\n\n".join([f"⟪story.{name}⟫", *said(f"story.{name}")]) for name in HEADINGS}
        return submitting.to_text(Story(**told)).body
    parts = {}
    for at, name in enumerate(PARTS):
        words = list(said(f"page.{name}"))
        # All of them stand in the text; of the blocks each holds its share, another one in each version.
        words = words if name == "text" else words[(at + revision.number) % len(PARTS) :: len(PARTS)]
        between = " " if name in ("line", "ask", "limit") else "\n\n"
        parts[name] = between.join([f"⟪page.{name}⟫", *words])
    parts["line"] = " ".join(parts["line"].split())
    return BLOCKS.format_map(parts)


def _quote(db: Session, said: Said, ground: Ground) -> None:
    """Passages are shown as long as they stand in the text that they are about."""
    for comment, is_loud in _rows(db, Comment, ground):
        comment.quote = "\n\n## ".join(comment.revision.body.split("\n\n## ")[:2]) if is_loud else ""
    for bond in db.query(Lineage):
        shown = db.get(Page, bond.page_id)
        assert shown is not None and shown.shown is not None
        bond.passages = [*_listed("lineages.passages", said)]
        shown.shown.phrases = [*shown.shown.phrases, *bond.passages]
