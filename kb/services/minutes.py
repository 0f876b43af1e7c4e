"""The minutes of a story session as the Markdown of a page: who was there, what was said, and what became of it."""

from collections.abc import Sequence

from kb.rules import clock, limits
from kb.rules.desk import Fate, NoteKind
from kb.rules.roles import Actor
from kb.store import pages
from kb.store.base import Session
from kb.store.story_sessions import SessionNote, StorySession

# Minutes are a record of the house, so their words stay as they are in every language of the screen.
KINDS = {NoteKind.FACT: "事実", NoteKind.FEELING: "気持ち", NoteKind.IDEA: "アイデア", NoteKind.RULE: "壊す決まり"}
FATES = {Fate.PROPOSAL: "改訂", Fate.STORY: "体験", Fate.VOICE: "お客様の声", Fate.TASK: "やること", Fate.NOTHING: ""}


def title(found: StorySession) -> str:
    """What the page of the minutes is called: the session with its day."""
    day = found.starts_at.astimezone(clock.HERE)
    return f"語り場の記録：{found.title}"[: limits.TITLE - 20] + f"（{day.year}年{day.month}月{day.day}日）"


def body(db: Session, found: StorySession, notes: Sequence[SessionNote], *, by: Actor) -> str:
    """The minutes in Markdown: who was there, and under each story what was said and what became of it."""
    day = found.starts_at.astimezone(clock.HERE)
    tellers = "、".join(_plain(one.user.display_name) for one in found.people if one.is_teller)
    listeners = "、".join(_plain(one.user.display_name) for one in found.people if not one.is_teller)
    lines = [
        f"- 日時：{day.year}年{day.month}月{day.day}日 {day.hour}:{day.minute:02}",
        *([f"- 場所：{_plain(found.place)}"] if found.place else []),
        f"- 進行：{_plain(found.host.display_name)}",
        *([f"- 語った人：{tellers}"] if tellers else []),
        *([f"- 聞いた人：{listeners}"] if listeners else []),
        *("", "語ってくださった皆さん、聞いてくださった皆さん、ありがとうございました。"),
    ]
    known = pages.by_ids(db, [one.page_id for one in found.stories], viewer=by)
    about: dict[int | None, list[SessionNote]] = {}
    for note in notes:
        about.setdefault(note.page_id, []).append(note)
    for one in found.stories:
        shown = known[one.page_id].shown if one.page_id in known else None
        teller = one.page.created_by
        said = f"（{_plain(teller.display_name)}さんの話）" if teller is not None else ""
        lines += ["", f"## {_linked(shown.title) if shown is not None else '（いまは開けない体験）'}{said}", ""]
        lines += [_line(note, by=by) for note in about.pop(one.page_id, [])] or ["書きとめはありません。"]
    for rest in about.values():
        lines += ["", "## そのほか", "", *(_line(note, by=by) for note in rest)]
    return "\n".join(lines)


def _line(note: SessionNote, *, by: Actor) -> str:
    became = FATES[note.fate] if note.fate is not None else ""
    revision = note.revision
    if revision is not None and revision.audience in by.audience.readable:
        became += f" {_linked(revision.title)}"
    return f"- **{KINDS[note.kind]}**　{_plain(note.words)}" + (f"　→ {became}" if became else "")


def _linked(title: str) -> str:
    """A link to the page of this title, or the title alone where it can't stand in a link."""
    return _plain(title) if any(sign in title for sign in "[]|") else f"[[{title}]]"


def _plain(text: str) -> str:
    """Words as they were said: nothing in them is taken for markup."""
    text = "".join("\\" + sign if sign in "\\`*_{}[]#!" else sign for sign in text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("~", "&#126;").replace("|", "&#124;")
