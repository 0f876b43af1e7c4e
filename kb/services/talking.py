"""Talk inside an item: what its author and the SVs say, the passages it is about, and who is called."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.rules import clock, limits
from kb.rules.desk import MessageKind
from kb.rules.errors import Invalid, NotFound
from kb.rules.review_states import WAITING
from kb.rules.roles import STAFF_ROLES, Actor, Permission, Role, may, require
from kb.services import lineage, messaging
from kb.store import comments, events, pages, users
from kb.store.base import Session
from kb.store.comments import Comment
from kb.store.pages import Revision
from kb.store.users import User
from kb.text import blocks

# The sign of a call stands at the beginning of a word: what stands in a mail address calls nobody.
_CALL = re.compile(r"(?<![0-9A-Za-z._+-])[@＠]")
_NAME_GOES_ON = re.compile(r"[0-9A-Za-z_]")


@dataclass(frozen=True)
class Said:
    """A comment as one reader may see it: `pieces` are its words, each with whether it calls somebody."""

    comment: Comment
    quote: str
    pieces: tuple[tuple[str, bool], ...]


def comment(db: Session, revision_id: int, body: str, *, quote: str = "", is_part: bool = False, by: Actor) -> Comment:
    """Say something on a proposal, about the passage `quote` of it if given; who is called by @name is told.

    `is_part`: it goes with a decision of the same moment, which leaves the event and tells the author.
    Raises NotFound for who may not talk here, Invalid for no words, for a passage that the writer can't read in this
    version, and for a call to somebody who may not read the item.
    """
    require(by, Permission.COMMENT)
    revision = _spoken_of(db, revision_id, by=by)
    text, quote = blocks.tidy(body).strip(), blocks.tidy(quote).strip()
    if not text:
        raise Invalid("ひとこと書いてから送ってください。", field="body")
    for field, words, limit in (("body", text, limits.COMMENT), ("quote", quote, limits.QUOTE)):
        if len(words) > limit:
            raise Invalid("%(limit)s文字までにしてください。", field=field, limit=limit)
    if quote and not lineage.says(revision, quote, by.audience):
        raise Invalid("引用した言葉が、いまの文に見つかりません。文から一続きで写してください。", field="quote")
    called = _called_by(db, text, revision)
    found = Comment(
        revision_id=revision.id,
        author_id=by.id,
        body=text,
        quote=quote,
        mentions=[user.id for user in called],
        at=clock.now(),
    )
    db.add(found)
    if revision.taken_by_id == by.id and revision.state in WAITING:
        revision.taken_at = clock.now()
    db.flush()
    _tell(db, revision, found, is_part=is_part, by=by)
    if not is_part:
        events.record(db, "comment written", by=by, page_id=revision.page_id, revision_id=revision.id)
    return found


def talk(db: Session, page_id: int, *, viewer: Actor) -> list[Said]:
    """What was said on a page's proposals, the oldest first: for the SVs, and for each author on their own.

    A passage that this reader can't read in the version that it was taken from is left out.
    """
    require(viewer, Permission.COMMENT)
    known = {
        revision.id
        for revision in pages.revisions_of(db, page_id, viewer=viewer)
        if revision.author_id == viewer.id or may(viewer, Permission.REVIEW)
    }
    said = [one for one in comments.on_page(db, page_id) if one.revision_id in known]
    people = users.usable(db, STAFF_ROLES) if any(one.mentions for one in said) else []
    return [_said(one, [user for user in people if user.id in one.mentions], viewer=viewer) for one in said]


def people(db: Session, revision_id: int, *, viewer: Actor) -> list[User]:
    """Whom one can call on this item: its author and the SVs who may read it, but not oneself."""
    require(viewer, Permission.COMMENT)
    revision = _spoken_of(db, revision_id, by=viewer)
    return [user for user in _readers(db, revision) if user.id != viewer.id]


def handle(user: User, among: Sequence[User]) -> str:
    """What to write behind the @ for this person: the name that is shown, unless somebody else has the same."""
    return (
        user.name
        if any(user.display_name == one.display_name and user is not one for one in among)
        else (user.display_name)
    )


def _spoken_of(db: Session, revision_id: int, *, by: Actor) -> Revision:
    revision = pages.revision(db, revision_id, viewer=by)
    if revision is None or (revision.author_id != by.id and not may(by, Permission.REVIEW)):
        raise NotFound()
    return revision


def _readers(db: Session, revision: Revision) -> list[User]:
    """The author, and everybody of a role that reviews and may read this version."""
    roles = {role for role in STAFF_ROLES if _reads(db, revision, role)}
    found = users.usable(db, roles)
    author = revision.author
    if author is not None and author.disabled_at is None and author not in found:
        found.append(author)
    return found


def _reads(db: Session, revision: Revision, role: Role) -> bool:
    anybody = Actor(None, "", "", role)
    return may(anybody, Permission.REVIEW) and pages.revision(db, revision.id, viewer=anybody) is not None


def _called_by(db: Session, text: str, revision: Revision) -> list[User]:
    """Whom a text calls, each once; Invalid for somebody who may not read the item."""
    if not _CALL.search(text):
        return []
    readers = {user.id for user in _readers(db, revision)}
    called: dict[int, User] = {}
    for _start, _end, named in _calls(text, users.usable(db, STAFF_ROLES)):
        allowed = [user for user in named if user.id in readers]
        if not allowed:
            who = named[0].display_name
            raise Invalid("%(who)sさんはこのやりとりを読めないので、ここでは呼べません。", field="body", who=who)
        called |= {user.id: user for user in allowed}
    return list(called.values())


def _calls(text: str, people: Sequence[User]) -> Iterator[tuple[int, int, list[User]]]:
    """Each call of one of these people: from the @ to the end of the name, and everybody who is called so."""
    names: dict[str, list[User]] = {}
    for user in people:
        for name in {user.display_name, "".join(user.display_name.split()), user.name}:
            names.setdefault(name.lower(), []).append(user)
    longest_first = sorted(names, key=len, reverse=True)
    for sign in _CALL.finditer(text):
        for name in longest_first:
            end = sign.end() + len(name)
            is_said = name and text[sign.end() : end].lower() == name
            if is_said and not (_NAME_GOES_ON.match(name[-1]) and _NAME_GOES_ON.match(text[end : end + 1])):
                yield sign.start(), end, names[name]
                break


def _said(one: Comment, called: Sequence[User], *, viewer: Actor) -> Said:
    quote = one.quote if one.quote and lineage.says(one.revision, one.quote, viewer.audience) else ""
    pieces: list[tuple[str, bool]] = []
    done = 0
    for start, end, _named in _calls(one.body, called):
        pieces += [(one.body[done:start], False), (one.body[start:end], True)]
        done = end
    pieces.append((one.body[done:], False))
    return Said(one, quote, tuple(piece for piece in pieces if piece[0]))


def _tell(db: Session, revision: Revision, said: Comment, *, is_part: bool, by: Actor) -> None:
    """Who is called hears that, the others of the talk that there is an answer; nobody hears twice of one comment."""
    about = {"page_id": revision.page_id, "revision_id": revision.id}
    called = [user_id for user_id in said.mentions if not (is_part and user_id == revision.author_id)]
    for user_id in called:
        messaging.tell(db, user_id, MessageKind.MENTIONED, by=by, **about, comment=said.id)
    if is_part:
        return
    others = {revision.author_id, revision.taken_by_id or revision.decided_by_id} - {None, *called}
    for user_id in sorted(one for one in others if one is not None):
        messaging.tell(db, user_id, MessageKind.REPLIED, by=by, **about, comment=said.id)
