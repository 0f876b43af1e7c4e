"""A house with something in every free field of the review desk, and what puts other words into all of these fields."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kb.rules import clock
from kb.rules.calls import Fault, HelpKind, Outcome, StepKind
from kb.rules.desk import Check, Fate, GapDecision, Mark, NoteKind
from kb.rules.pages import Audience, Language
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import (
    attaching,
    calling,
    concluding,
    drafting,
    flagging,
    helping,
    lineage,
    notices,
    owning,
    retelling,
    reviewing,
    sampling,
    sessions,
    submitting,
    talking,
    tasking,
    telling,
    voicing,
    voting,
)
from kb.services.house import House
from kb.services.recording import Step
from kb.services.sessions import Plan
from kb.store.base import Session
from kb.store.comments import Comment
from kb.store.gaps import Gap
from kb.store.looks import Look, LookDecision, Sample
from kb.store.pages import Page, Revision
from kb.store.users import User
from tests import make

BLOCKS = """\
{text}

## 見出し {text}

:::say
{say}
:::

:::ask
- {ask}
:::

:::purpose {line}
{purpose}
:::

:::limit operator 2020-01-01まで
- {limit}
:::

:::staff
{staff}
:::

:::sv
{sv}
:::
"""
FIRST = BLOCKS.format_map(
    dict.fromkeys(("text", "say", "ask", "line", "purpose", "limit", "staff", "sv"), "箱は要りません。")
)
WORDS = "届かない荷物"


@dataclass
class People:
    """Who sits at the desk, who tells, and who changes pages without review."""

    sv: Actor
    author: Actor
    editor: Actor


def furnish(db: Session, house: House) -> dict[str, int]:
    """Fill an empty house by the verbs, with harmless words; the numbers of what the screens are about, by name."""
    people = People(
        make.make_user(db, Role.SV, name="sv").actor,
        make.make_user(db, name="author").actor,
        make.make_user(db, Role.EDITOR, name="editor").actor,
    )
    shelf = make.make_category(db)
    said: dict[str, Any] = {"category": shelf, "phrases": ("箱",), "tags": ("箱",)}
    page = make.make_page(db, f"{WORDS}の箱", FIRST, **said)
    attaching.add(db, house.files, page.id, "list.txt", b"x", by=SYSTEM)
    ids = {"page": page.id}
    ids |= _proposals(db, people, page)
    ids |= _called(db, people, page, ids["story"])
    ids |= _looked(db, people, page)
    ids |= _sessions(db, people, ids)
    draft = notices.Draft("遅れています", Language.JA, Audience.STAFF, "", clock.now(), clock.now() + timedelta(days=9))
    notices.post(db, draft, by=people.sv)
    return ids


def subjects(db: Session, ids: dict[str, int]) -> dict[str, set[int]]:
    """Whose words and which texts are the attack, by table; the SV who opens the screens is called as usual."""
    pages = (db.get_one(Page, ids[name]).current_revision_id for name in ("page", "case"))
    author = db.query(User).filter(User.name == "author").one().id
    said = db.query(Comment).filter(Comment.author_id == author)
    shown = {ids[name] for name in ("story", "edit", "back")} | {one for one in pages if one is not None}
    return {"revisions": shown, "users": {author}, "comments": {one.id for one in said}}


def _proposals(db: Session, people: People, page: Page) -> dict[str, int]:
    by, sv = people.author, people.sv
    alike = make.make_story(db, in_state=State.APPROVED, title=f"{WORDS}の続き", by=by, reviewer=sv)
    other = submitting.submit(db, make.story(f"{WORDS}の別の話"), by=by)
    story = submitting.submit(db, make.story(f"{WORDS}の話"), by=by)
    talking.comment(db, story.id, "ありがとう @author", by=sv)
    talking.comment(db, story.id, "こちらこそ", by=by)
    edit = make.edit_page(db, page, FIRST.replace("要りません", "要ります"), by=by, note="箱のこと")
    back = submitting.submit(db, make.story(f"{WORDS}の途中の話"), by=by)
    reviewing.send_back(db, back.id, reason="もう少し", thanks="ありがとう", by=sv)
    lineage.support(db, page, alike, [], by=sv)
    lineage.contradict(db, page, other, [], by=sv)
    drafting.keep(db, f"faq:{story.id}", {"body": FIRST, "inside": "箱"}, base_id=None, by=sv)
    drafting.keep(db, f"merge:{story.id}:{page.id}", {"body": FIRST}, base_id=page.current_revision_id, by=sv)
    return {"story": story.id, "edit": edit.id, "back": back.id, "case": alike.page_id, "other": other.id}


def _called(db: Session, people: People, page: Page, story: int) -> dict[str, int]:
    by, now = people.author, clock.now()
    assert page.current is not None
    steps = (
        Step("k6-search", StepKind.SEARCH, now, WORDS, 2),
        Step("k6-use", StepKind.USE, now, page=page.id, revision=page.current_revision_id),
    )
    known = {"memo": "箱", "purpose": "箱", "ticket": "箱", "ivr": "箱", "campaign": "箱"}
    call = calling.keep(
        db, calling.Message("a" * 32, now, known, steps, calling.End(Outcome.UNSOLVED, now)), by=by
    ).call
    revision = db.get(Revision, story)
    assert revision is not None
    retelling.link(db, call.id, revision.page, by=by)
    card = dict.fromkeys(("purpose", "tried", "limit", "line"), "箱")
    asked = helping.ask(db, "箱", "箱はどこですか", call=call, by=by)
    passed = helping.send(db, HelpKind.HANDOVER, "箱", card, call=call, by=by)
    answered = helping.ask(db, "箱", "箱は", call=None, by=by)
    helping.answer(db, answered.id, "箱です", by=people.sv)
    flag = flagging.flag(db, page.id, None, Fault.WRONG, "箱", by=by)
    closed = flagging.flag(db, page.id, None, Fault.UNCLEAR, "箱の色", by=by)
    flagging.close(db, closed.id, "直しました", by=people.sv)
    gap = Gap(
        key="箱 色", words="箱の色", times=9, first_at=now, last_at=now, reason="箱", decision=GapDecision.DISMISSED
    )
    db.add(gap)
    voting.cast(db, page.id, page.current.id, voting.Ballot(False, None, "箱"), visitor="v", viewer=VISITOR)
    db.flush()
    return {"call": call.id, "help": asked.id, "handover": passed.id, "flag": flag.id, "gap": gap.id}


def _looked(db: Session, people: People, page: Page) -> dict[str, int]:
    sv, now = people.sv, clock.now()
    assert page.current_revision_id is not None and sv.id is not None and people.editor.id is not None
    owning.set_owner(db, page.id, "配送の係", sv.id, by=sv)
    common = {
        "page_id": page.id,
        "revision_id": page.current_revision_id,
        "by_id": sv.id,
        "at": now - timedelta(days=9),
    }
    db.add(Look(decision=LookDecision.KEEP, reason="箱", next_at=now - timedelta(days=1), **common))
    about = make.make_page(db, f"{WORDS}の箱の返し方", "箱は捨てます。", audience=Audience.STAFF)
    drawn = []
    for text in ("箱は預かります。", "箱は預かります。中身は入れません。"):
        change = make.edit_page(db, about, text, by=people.editor)
        drawn.append(Sample(revision_id=change.id, author_id=people.editor.id, month=clock.today(), drawn_at=now))
    db.add_all(drawn)
    db.flush()
    sampling.finish(db, drawn[0].id, dict.fromkeys(Check, Mark.YES), "箱", by=sv)
    return {"looked": drawn[0].id, "sample": drawn[1].id}


def _sessions(db: Session, people: People, ids: dict[str, int]) -> dict[str, int]:
    story = db.get(Revision, ids["story"])
    assert story is not None
    planned, running = (_planned(db, people, (story.page_id, ids["case"])) for _ in range(2))
    answers = dict.fromkeys(("wanted", "felt", "again"), "箱")
    for one in (planned, running):
        sessions.fill_sheet(db, one, story.page_id, answers, by=people.author)
    telling.start(db, running, by=people.sv)
    for kind in NoteKind:
        telling.note(db, running, story.page_id, kind, "箱", by=people.sv)
    tasking.give(db, "箱", people.sv.id, None, by=people.sv)
    voice = voicing.raise_voice(db, "箱", page_id=ids["page"], by=people.author)
    voicing.answer(db, voice.id, "箱", by=people.sv)
    return {"planned": planned, "running": running, "told": story.page_id}


def _planned(db: Session, people: People, stories: tuple[int, ...]) -> int:
    assert people.author.id is not None and people.sv.id is not None
    asked = (people.author.id, people.sv.id)
    plan = Plan("箱の話", clock.now() + timedelta(days=1), "会議室", 60, 7, stories, asked)
    return sessions.plan(db, plan, by=people.sv).id


def conclude(db: Session, ids: dict[str, int], said: Callable[[str], Sequence[str]]) -> int:
    """Hold a session to its end whose notes say these words; the page of its minutes, a voice and a task are left."""
    users = {one.name: one.actor for one in db.query(User).all()}
    people = People(users["sv"], users["author"], users["editor"])
    held = _planned(db, people, (ids["told"], ids["case"]))
    telling.start(db, held, by=people.sv)
    words = [" ".join(["⟪minutes⟫", *one.split()]) for one in said("minutes")]
    notes = [telling.note(db, held, ids["told"], NoteKind.RULE, line, by=people.sv).id for line in joined(words, 1_900)]
    fates = (Fate.VOICE, Fate.TASK, Fate.NOTHING)
    for at, note in enumerate(notes):
        concluding.settle(db, held, [note], fates[min(at, 2)], owner_id=people.sv.id, by=people.sv)
    page = concluding.end(db, held, by=people.sv)
    return page.id


def joined(words: Sequence[str], most: int) -> list[str]:
    """The words as few lines of at most so many characters; what is longer by itself is cut."""
    lines = [""]
    for one in words:
        if lines[-1] and len(lines[-1]) + len(one) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {one}".strip()[:most]
    return lines
