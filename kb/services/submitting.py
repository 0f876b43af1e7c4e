"""Write down an experience: draft, look-alikes, submit, withdraw, follow what became of it."""

import re
from dataclasses import dataclass, fields, replace

from kb.rules import clock, limits
from kb.rules.calls import Channel
from kb.rules.errors import Conflict, Invalid, NotFound
from kb.rules.pages import Audience, Kind, Language
from kb.rules.review_states import State, require_move
from kb.rules.roles import Actor, Permission, require
from kb.services import publishing
from kb.services.checking import Text, checked
from kb.services.editing import require_category
from kb.store import events, messages, pages, review
from kb.store.base import Session
from kb.store.pages import Page, Revision
from kb.text import block_faults

# The headings are part of the stored text, so they stay as they are in every language of the screen.
HEADINGS = {
    "words": "状況（お客様の言葉）",
    "purpose": "本当の目的",
    "done": "対応",
    "proposal": "提案",
    "result": "結果",
    "learnt": "学び",
}
UNTITLED = "（題名はまだありません）"
# A line of # is escaped by a backslash in front, one that is escaped already by one more.
_HEADING = re.compile(r"\\*#")
_GUARDED = re.compile(r"\\+#")
REQUIRED = {
    "title": "ひとことで言うと何があったか、書いてください。",
    "words": "お客様の言葉を、聞こえたまま書いてください。",
    "done": "どう対応したかを書いてください。",
}


@dataclass(frozen=True)
class Story:
    """The form of an experience; becomes the Markdown of a `case` page."""

    title: str = ""
    words: str = ""
    purpose: str = ""
    done: str = ""
    proposal: str = ""
    result: str = ""
    learnt: str = ""
    channel: str = ""
    category_id: int | None = None
    audience: Audience = Audience.STAFF


def to_text(story: Story) -> Text:
    """The page that a story makes: a heading for each part that was filled in, the customer's words as phrases."""
    parts = [
        f"## {heading}\n\n{_guard(value)}"
        for name, heading in HEADINGS.items()
        if (value := getattr(story, name).replace("\r\n", "\n").strip())
    ]
    said = re.split(r"[\n。！？!?]+", story.words.replace("\r\n", "\n"))
    phrases = [line.strip(" 　「」") for line in said]
    short = tuple(line for line in phrases if 1 < len(line) <= limits.PHRASE)[:10]
    return Text(story.title, "\n\n".join(parts), story.audience, phrases=short, channel=story.channel)


def from_revision(revision: Revision) -> Story:
    """The form filled with what a story says; text under unknown headings stands under 対応."""
    names = {heading: name for name, heading in HEADINGS.items()}
    found: dict[str, list[str]] = {"done": []}
    place = "done"
    for line in revision.body.split("\n"):
        heading = line[3:].strip() if line.startswith("## ") else ""
        if heading in names:
            place = names[heading]
            found.setdefault(place, [])
        else:
            found[place].append(line[1:] if _GUARDED.match(line) else line)
    return Story(
        title="" if revision.title == UNTITLED else revision.title,
        channel=revision.channel,
        category_id=revision.page.category_id,
        audience=revision.audience,
        **{name: "\n".join(lines).strip() for name, lines in found.items()},
    )


def save_draft(db: Session, story: Story, *, page_id: int | None = None, by: Actor) -> Revision:
    """Keep a story that only its author can see; an earlier draft of it is replaced."""
    require(by, Permission.WRITE_STORY)
    _check_fields(story, draft=True, by=by, db=db)
    text = to_text(replace(story, title=story.title.strip() or UNTITLED))
    text = checked(replace(text, body=text.body or "## " + HEADINGS["words"]))
    page, newest = _own(db, page_id, by=by) if page_id is not None else (None, None)
    if newest is not None and newest.state not in (State.DRAFT, State.RETURNED):
        raise Conflict("もう提出されています。直すときは、いちど取り下げてください。")
    if page is not None:
        page.category_id = story.category_id
    if newest is not None and newest.state is State.DRAFT:
        _rewrite(newest, text)
        return newest
    if page is None:
        page = _story_page(db, story, by=by)
    base_id = newest.id if newest else None
    revision = publishing.new_revision(db, page, text, state=State.DRAFT, base_id=base_id, by=by)
    events.record(db, "story drafted", by=by, page_id=page.id, revision_id=revision.id)
    return revision


def submit(db: Session, story: Story, *, page_id: int | None = None, by: Actor) -> Revision:
    """Send a story to the review; operators and SVs find it at once, marked 未検証.

    A returned story whose text changed becomes the next revision; unchanged, the same revision is sent again.
    """
    require(by, Permission.WRITE_STORY)
    _check_fields(story, draft=False, by=by, db=db)
    text = checked(to_text(story))
    page, revision = _own(db, page_id, by=by) if page_id is not None else (_story_page(db, story, by=by), None)
    page.category_id = story.category_id
    if revision is not None and revision.state is State.DRAFT:
        _rewrite(revision, text)
    elif revision is None:
        revision = publishing.new_revision(db, page, text, state=State.DRAFT, base_id=None, by=by)
    elif not text.says_the_same(revision):
        require_move(revision.state, State.SUBMITTED)
        revision = publishing.new_revision(db, page, text, state=State.DRAFT, base_id=revision.id, by=by)
    _send(db, revision, by=by)
    return revision


def withdraw(db: Session, revision_id: int, *, by: Actor) -> Revision:
    """Take back one's own draft or submission before anybody has begun to review it."""
    require(by, Permission.WRITE_STORY)
    revision = review.locked(db, revision_id, viewer=by)
    if revision is None or revision.author_id != by.id:
        raise NotFound()
    require_move(revision.state, State.WITHDRAWN)
    revision.state = State.WITHDRAWN
    revision.decided_at = clock.now()
    publishing.hide_story(db, revision)
    events.record(db, "revision withdrawn", by=by, page_id=revision.page_id, revision_id=revision.id)
    return revision


def resubmit(db: Session, revision_id: int, *, by: Actor) -> Revision:
    """Send a returned proposal again as it is."""
    require(by, Permission.PROPOSE)
    revision = review.locked(db, revision_id, viewer=by)
    if revision is None or revision.author_id != by.id:
        raise NotFound()
    rewritten = any(one.base_id == revision.id for one in pages.revisions_of(db, revision.page_id, viewer=by))
    if revision.state is not State.RETURNED or rewritten:
        raise Conflict("この版はそのままでは出し直せません。開き直して、いちばん新しい版を確かめてください。")
    _send(db, revision, by=by)
    return revision


def mark_seen(db: Session, revision_id: int, *, by: Actor) -> None:
    """Remember that the author has read the outcome, and with it what they were told of it."""
    revision = pages.revision(db, revision_id, viewer=by)
    if revision is None or revision.author_id != by.id:
        raise NotFound()
    if revision.decided_at is not None and revision.author_seen_at is None:
        revision.author_seen_at = clock.now()
        assert by.id is not None
        messages.read_about(db, by.id, revision.id, at=revision.author_seen_at)


def _send(db: Session, revision: Revision, *, by: Actor) -> None:
    require_move(revision.state, State.SUBMITTED)
    again = revision.submitted_at is not None or revision.base_id is not None
    revision.state = State.SUBMITTED
    revision.submitted_at = clock.now()
    revision.taken_by_id, revision.taken_at = None, None
    revision.decided_by_id, revision.decided_at, revision.author_seen_at = None, None, None
    if revision.page.current_revision_id is None:
        publishing.show_story(db, revision)
    events.record(db, "revision submitted", by=by, page_id=revision.page_id, revision_id=revision.id, again=again)


def _own(db: Session, page_id: int, *, by: Actor) -> tuple[Page, Revision]:
    """The author's own story page and its newest revision."""
    revisions = pages.revisions_of(db, page_id, viewer=by)
    mine = [revision for revision in revisions if revision.author_id == by.id]
    page = db.get(Page, page_id)
    if page is None or not mine or page.kind is not Kind.CASE or page.created_by_id != by.id:
        raise NotFound()
    if page.current_revision_id is not None:
        raise Conflict("この体験はもう記事になっています。記事の編集画面から提案してください。")
    return page, mine[0]


def _story_page(db: Session, story: Story, *, by: Actor) -> Page:
    return publishing.new_page(
        db, kind=Kind.CASE, language=Language.JA, audience=story.audience, category_id=story.category_id, by=by
    )


def _rewrite(draft: Revision, text: Text) -> None:
    draft.title, draft.body, draft.audience, draft.channel = text.title, text.body, text.audience, text.channel
    draft.phrases, draft.tags = list(text.phrases), list(text.tags)
    draft.page.audience = text.audience


def _check_fields(story: Story, *, draft: bool, by: Actor, db: Session) -> None:
    for field in fields(Story):
        value = getattr(story, field.name)
        if isinstance(value, str) and len(value) > limits.STORY_FIELD:
            raise Invalid("%(limit)s文字までにしてください。", field=field.name, limit=limits.STORY_FIELD)
        if field.name in HEADINGS:
            for fault in block_faults.faults(value):
                raise Invalid(fault.sentence, **fault.facts | {"field": field.name})
        if not draft and field.name in REQUIRED and not value.strip():
            raise Invalid(REQUIRED[field.name], field=field.name)
    if story.channel and story.channel not in set(Channel):
        raise Invalid("手段を選び直してください。", field="channel")
    if story.audience is Audience.PUBLIC:
        raise Invalid("体験は社内のものです。公開の記事にするかどうかはSVが決めます。", field="audience")
    require_category(db, story.category_id, by=by)


def _guard(value: str) -> str:
    """A writer's own line of # must not end their part: it would be read as a heading of the form."""
    return "\n".join("\\" + line if _HEADING.match(line) else line for line in value.split("\n"))
