"""A small house with a word hidden in every place that somebody must not read, and who may read each word."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from kb.app import create_app
from kb.config import Settings
from kb.rules import clock
from kb.rules.calls import Fault, Outcome, StepKind
from kb.rules.desk import Check, Fate, Mark, MessageKind, NoteKind
from kb.rules.pages import Audience, Kind, Language
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, Actor, Role
from kb.rules.roles import VISITOR as EVERYBODY
from kb.search.memory_index import MemoryIndex
from kb.services import (
    accounts,
    attaching,
    calling,
    concluding,
    drafting,
    editing,
    flagging,
    helping,
    indexing,
    inquiring,
    messaging,
    notices,
    reviewing,
    sampling,
    sessions,
    submitting,
    talking,
    telling,
    voting,
)
from kb.services.calling import End
from kb.services.calling import Message as CallMessage
from kb.services.house import House
from kb.services.inquiring import Letter
from kb.services.recording import Step
from kb.services.sessions import Plan
from kb.store.attachments import Attachment
from kb.store.base import Session, Store, open_store
from kb.store.categories import Category
from kb.store.gaps import Gap
from kb.store.looks import Sample
from kb.store.messages import Message
from kb.store.pages import Page, Revision
from kb.store.shifts import Shift
from kb.store.story_sessions import StorySession
from kb.store.users import User
from kb.text.rendering import Renderer
from tests import make
from tests.conftest import Browser
from tests.web.secrets import AUTHOR, DISABLED, EDITOR, PEOPLE, ROLES, SV


@dataclass
class World:
    """The app, its house, and the browsers of its people; `ids` names the pages and revisions that tests ask for."""

    app: Flask
    house: House
    browsers: dict[str, Browser]
    ids: dict[str, int] = field(default_factory=dict)
    highest: dict[str, int] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.house.store

    def settle(self) -> None:
        """Bring the index up to date."""
        indexing.drain_all(self.house.store, self.house.index)


def build(database: str, folder: Path, renderer: Renderer) -> World:
    """Make the house at an empty database."""
    house = House(open_store(database), MemoryIndex(), renderer, folder / "files", MemoryIndex)
    settings = Settings(folder, database, "whoosh:search_index", "a secret for tests", "http://localhost", False)
    app = create_app(settings, house)
    app.testing, app.test_client_class = True, Browser
    with house.store.writing() as db:
        users = {who: _user(db, who, role) for who, role in ROLES.items()}
        actors = {who: user.actor for who, user in users.items()}
        ids = _fill(db, house, actors)
        identities = {who: accounts.identity_of(user) for who, user in users.items()}
        accounts.close(db, users[DISABLED].id, by=SYSTEM)
        highest = {
            "pages": db.query(Page).count(),
            "revisions": db.query(Revision).count(),
            "files": db.query(Attachment).count(),
            "messages": db.query(Message).count(),
            "samples": db.query(Sample).count(),
            "sessions": db.query(StorySession).count(),
        }
    world = World(app, house, {}, ids, highest)
    for who in PEOPLE:
        browser: Any = app.test_client()
        if who in identities:
            with browser.session_transaction() as cookie:
                cookie["_user_id"], cookie["_fresh"] = identities[who], True
            browser.actor = actors[who]
        world.browsers[who] = browser
    world.settle()
    return world


def _user(db: Session, who: str, role: Role) -> User:
    return make.make_user(db, role, name=who, display_name="zqauthorname" if who == AUTHOR else f"{who}さん")


def _fill(db: Session, house: House, actors: dict[str, Actor]) -> dict[str, int]:
    shelf = make.make_category(db)
    staff_shelf, sv_shelf = _shelf(db, "zqstaffshelf", Audience.STAFF), _shelf(db, "zqsvshelf", Audience.SV)
    public = make.make_page(db, "配送の日数", "お届けは三日です。", category=shelf)
    other = make.make_page(db, "返品の手順", "返品はこちら。", category=shelf)
    staff = make.make_page(
        db,
        "zqstafftitle 配送",
        "配送 zqstaffbody\n\n:::sv\nzqstaffsv\n:::",
        audience=Audience.STAFF,
        category=staff_shelf,
        phrases=("zqstaffphrase 配送",),
        tags=("zqstafftag",),
        kind=Kind.PROCEDURE,
    )
    sv = make.make_page(
        db,
        "zqsvtitle 配送",
        "配送 zqsvbody",
        audience=Audience.SV,
        category=sv_shelf,
        phrases=("zqsvphrase 配送",),
        tags=("zqsvtag",),
        kind=Kind.SCRIPT,
    )
    ids = {"public": public.id, "other": other.id, "staff": staff.id, "sv": sv.id}
    ids |= _files_and_blocks(db, house, public, actors)
    ids |= _past(db, actors, moved_to=other.id)
    ids |= _stories(db, house, actors, sv)
    fields = {"title": "zqtyped", "body": "zqtyped"}
    drafting.keep(db, f"page:{public.id}", fields, base_id=public.current_revision_id, by=actors[AUTHOR])
    inquiring.send(db, Letter("zqinquiry 配送", "配送 zqinquiry", "zqinquiry@example.com"))
    drafting.keep(db, "story", {"words": "zqtyped"}, base_id=None, by=actors[AUTHOR])
    _notices(db, actors[SV], public.id)
    flagging.flag(db, public.id, None, Fault.WRONG, "zqflagwords", by=actors[AUTHOR])
    flagging.flag(db, sv.id, None, Fault.WRONG, "zqsvflagwords", by=actors[SV])
    helping.ask(db, "zqhelpwords 配送", "", call=None, by=actors[AUTHOR])
    now = clock.now()
    db.add(Gap(key="zqgapwords", words="zqgapwords 配送", times=3, first_at=now, last_at=now))
    searched = Step("zq-search", StepKind.SEARCH, now, "zqcallsearch 配送", 2)
    told = CallMessage("c" * 32, now, {"memo": "zqcallmemo"}, (searched,), End(Outcome.SOLVED, now), wrapped=True)
    calling.keep(db, told, by=actors[AUTHOR])
    ids |= _told(db, actors, ids)
    _session(db, actors, ids)
    for who in actors.values():
        # They worked the day before, so that all of this is news to them.
        worked = clock.now() - timedelta(days=1)
        db.add(Shift(user_id=who.id, started_at=worked, last_at=worked))
    return ids


def _told(db: Session, actors: dict[str, Actor], ids: dict[str, int]) -> dict[str, int]:
    """What was told to one person alone: of a page that is not theirs to read any more, of a task, and on a sample."""
    editor, sv = actors[EDITOR], actors[SV]
    for person in (actors[AUTHOR], sv):
        messaging.tell(db, person.id, MessageKind.CREDITED, by=SYSTEM, page_id=ids["closed"])
    messaging.tell(db, actors[AUTHOR].id, MessageKind.MENTIONED, by=sv, task=1, words="zqtoldfact")
    box = make.make_page(db, "箱の返し方", "箱はお客様に捨てていただきます。", audience=Audience.STAFF)
    drawn = []
    for text in ("箱はお預かりします。", "箱はお預かりします。中身は入れません。"):
        change = make.edit_page(db, box, text, by=editor)
        when = {"month": clock.today(), "drawn_at": clock.now()}
        drawn.append(Sample(revision_id=change.id, author_id=editor.id, **when))
    db.add_all(drawn)
    db.flush()
    sampling.finish(db, drawn[0].id, dict.fromkeys(Check, Mark.YES), "zqcoachnote", by=sv)
    return {"looked sample": drawn[0].id, "sample": drawn[1].id}


def _session(db: Session, actors: dict[str, Actor], ids: dict[str, int]) -> None:
    """A session that runs: the author's story and an SV's page, what was said of both, a voice and a task."""
    author, sv = actors[AUTHOR], actors[SV]
    story = db.get_one(Revision, ids["zqsubmitted"]).page_id
    plan = Plan("zqsession 配送", clock.now(), "zqsession 会議室", 60, 7, (story, ids["sv"]))
    held = sessions.plan(db, plan, by=sv)
    sessions.fill_sheet(db, held.id, story, {"felt": "zqsheet"}, by=author)
    telling.start(db, held.id, by=sv)
    said = ((story, "zqjotted"), (ids["sv"], "zqsvnote"), (story, "zqvoice"), (story, "zqtask"))
    made = [telling.note(db, held.id, page_id, NoteKind.FACT, words, by=sv).id for page_id, words in said]
    concluding.settle(db, held.id, made[3:], Fate.TASK, owner_id=author.id, by=sv)
    concluding.settle(db, held.id, made[2:3], Fate.VOICE, by=sv)


def _notices(db: Session, by: Actor, page: int) -> None:
    """Notices for everybody, for staff and for SVs, the last one about a page that everybody reads."""
    for text, audience, about in (
        ("遅れています", Audience.PUBLIC, str(page)),
        ("zqstaffnotice", Audience.STAFF, ""),
        ("zqsvnotice", Audience.SV, ""),
        ("zqsvpagenotice", Audience.SV, str(page)),
    ):
        times = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(days=1)}
        notices.post(db, notices.Draft(text, Language.JA, audience, about, **times), by=by)


def _shelf(db: Session, key: str, audience: Audience) -> Category:
    return make.make_category(db, key, audience=audience)


def _files_and_blocks(db: Session, house: House, page: Page, actors: dict[str, Actor]) -> dict[str, int]:
    names = ("open.txt", "zqfilename.txt", "zqsvfilename.txt")
    texts = (b"open", b"zqfilecontent", b"zqsvfilecontent")
    shown, hidden, for_svs = (
        attaching.add(db, house.files, page.id, name, text, by=SYSTEM).id
        for name, text in zip(names, texts, strict=True)
    )
    body = f"""\
お届けは三日です。[表](attachment:{shown})

:::say
zqsayblock と伝えます。
:::

:::ask
- zqaskblock ですか
:::

:::purpose zqpurposetitle
早く要る。
:::

:::limit operator
- zqlimitblock まで
:::

:::staff
zqstaffblock [[zqstafftitle 配送]] [図](attachment:{hidden})
:::

:::sv
zqsvblock [[zqsvtitle 配送]] [表](attachment:{for_svs})
:::
"""
    shown_now = make.edit_page(db, page, body, note="zqeditnote")
    voting.cast(db, page.id, shown_now.id, voting.Ballot(False, None, "zqvotewords"), visitor="v", viewer=EVERYBODY)
    proposal = make.edit_page(db, page, body.replace("三日", "二日 zqproposal"), by=actors[AUTHOR])
    return {"open file": shown, "staff file": hidden, "sv file": for_svs, "proposal": proposal.id}


def _past(db: Session, actors: dict[str, Actor], *, moved_to: int) -> dict[str, int]:
    """Pages that were something else before: narrower, wider, elsewhere, or still there."""
    archived = make.make_page(db, "zqarchivedtitle 配送", "配送 zqarchivedbody")
    editing.archive(db, archived.id, moved_to=moved_to, by=SYSTEM)
    hidden = make.make_page(db, "zqarchivedtitle 社内", "配送 zqarchivedbody", audience=Audience.STAFF, archived=True)
    opened = make.make_page(db, "送料の一覧", "送料 zqoldstaff", audience=Audience.STAFF)
    make.edit_page(db, opened, "送料の新しい文。", audience=Audience.PUBLIC)
    released = make.make_page(db, "送料の例外", "送料 zqoldsv", audience=Audience.SV)
    make.edit_page(db, released, "送料の例外の新しい文。", audience=Audience.STAFF)
    make.edit_page(db, released, "送料の例外。だれでも読める。", audience=Audience.PUBLIC)
    renamed = make.make_page(db, "zqrenamed 送料", "古い題の文。", audience=Audience.STAFF)
    make.edit_page(db, renamed, "新しい題の文。", title="離島の送料", audience=Audience.PUBLIC)
    # Its author proposed something for it while it was staff's; now it is for SVs alone, under another title.
    closed = make.make_page(db, "夜間の配送", "夜間は配送しません。", audience=Audience.STAFF)
    make.edit_page(db, closed, "夜間は配送しません。直しました。", by=actors[AUTHOR])
    make.edit_page(db, closed, "夜間 zqsvbody", title="zqmovedtitle 夜間", audience=Audience.SV)
    return {"archived": archived.id, "hidden archived": hidden.id, "opened": opened.id, "closed": closed.id}


def _stories(db: Session, house: House, actors: dict[str, Actor], sv: Page) -> dict[str, int]:
    """A story of the author in every state that hides it from somebody."""
    by, reviewer = actors[AUTHOR], actors[SV]
    ids = {}
    for word, state in {
        "zqdraft": State.DRAFT,
        "zqsubmitted": State.SUBMITTED,
        "zqrejected": State.REJECTED,
        "zqwithdrawn": State.WITHDRAWN,
    }.items():
        parts = {"words": f"配送 {word} ですか", "purpose": word, "done": word}
        told = make.make_story(db, in_state=state, title=f"{word} 配送の話", by=by, reviewer=reviewer, **parts)
        ids[word] = told.id
    secret = make.story("zqsvstory の話", audience=Audience.SV, done="zqsvstory")
    ids["zqsvstory"] = submitting.submit(db, secret, by=by).id
    returned = submitting.submit(db, make.story("zqreturned の話", done="zqreturned"), by=by)
    talking.comment(db, returned.id, "zqcomment", by=reviewer)
    reviewing.send_back(db, returned.id, reason="zqreturnreason", thanks="zqthanks", by=reviewer)
    ids["zqreturned"] = returned.id
    merged = submitting.submit(db, make.story("zqmergedstory の話"), by=by)
    assert sv.current is not None
    more = make.text(sv.current.title, "配送 zqsvbody 足した文", audience=Audience.SV, tags=("zqsvtag",))
    reviewing.merge(db, merged.id, more, into=sv.id, base_id=sv.current.id, reason="取り入れました", by=reviewer)
    ids["zqmergedstory"] = merged.id
    return ids
