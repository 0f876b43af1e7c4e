"""Writing pages: what becomes a revision, what becomes a proposal, and what is refused."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from kb.rules import limits
from kb.rules.errors import Invalid, NotAllowed, NotSignedIn
from kb.rules.pages import Audience, Confidence, Kind
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import editing, templates
from kb.services.editing import Outcome, Stale
from kb.store import events, outbox, pages
from kb.store.base import Session, Store
from kb.store.pages import Page, Revision
from tests.conftest import StoppedClock
from tests.make import BODY, edit_page, make_actor, make_category, make_page, text


def revisions(db: Session, page: Page) -> int:
    rows = select(func.count()).select_from(Revision).where(Revision.page_id == page.id)
    return db.scalar(rows) or 0


def verbs(db: Session, page: Page) -> list[str]:
    db.flush()
    return [event.verb for event in events.of_page(db, page.id)]


def test_a_new_page_is_live_and_validated_and_waits_for_the_index(db: Session, sv: Actor, clock: StoppedClock) -> None:
    category = make_category(db)
    page = editing.create(db, text("届け日"), kind=Kind.FAQ, category_id=category.id, by=sv)
    assert page.current is not None
    assert (page.current.number, page.current.state, page.current.author_id) == (1, State.APPROVED, sv.id)
    assert (page.confidence, page.validated_at, page.validated_by_id) == (Confidence.VALIDATED, clock.time, sv.id)
    assert pages.get(db, page.id, viewer=VISITOR) is page
    db.flush()
    assert outbox.pages_waiting(db) == {page.id}
    assert verbs(db, page) == ["page created"]


@pytest.mark.parametrize(("role", "error"), [(Role.CUSTOMER, NotSignedIn), (Role.OPERATOR, NotAllowed)])
def test_nobody_below_sv_publishes(db: Session, role: Role, error: type[Exception]) -> None:
    page = make_page(db)
    actor = make_actor(db, role)
    for verb in (
        lambda: editing.create(db, text(), kind=Kind.FAQ, by=actor),
        lambda: editing.archive(db, page.id, by=actor),
        lambda: editing.bring_back(db, page.id, by=actor),
        lambda: editing.place(db, page.id, category_id=None, by=actor),
        lambda: editing.validate(db, page.id, by=actor),
    ):
        with pytest.raises(error):
            verb()


def test_a_visitor_can_not_even_propose(db: Session) -> None:
    page = make_page(db)
    with pytest.raises(NotSignedIn):
        editing.save(db, page.id, text(), base_id=page.current_revision_id, by=VISITOR)
    with pytest.raises(NotSignedIn):
        editing.revert(db, page.id, page.current_revision_id or 0, base_id=0, by=VISITOR)


def test_an_edit_by_an_sv_is_live_at_once(db: Session, sv: Actor) -> None:
    page = make_page(db)
    base = page.current_revision_id
    said = text("新しい題名", "新しい本文")
    saved = editing.save(db, page.id, said, base_id=base, by=sv)
    assert (saved.outcome, saved.revision.number, saved.revision.base_id) == (Outcome.PUBLISHED, 2, base)
    assert page.current is saved.revision
    assert verbs(db, page)[-1] == "revision published"


def test_an_edit_by_an_operator_is_a_proposal_and_the_live_text_stays(db: Session, operator: Actor) -> None:
    page = make_page(db)
    live, changed = page.current, page.updated_at
    saved = editing.save(db, page.id, text("題名", "直した本文"), base_id=page.current_revision_id, by=operator)
    assert (saved.outcome, saved.revision.state) == (Outcome.PROPOSED, State.SUBMITTED)
    assert saved.revision.submitted_at is not None
    assert page.current is live and live is not None and live.body == BODY
    assert page.updated_at == changed
    assert verbs(db, page)[-1] == "revision proposed"


def test_an_sv_may_also_only_propose(db: Session, sv: Actor) -> None:
    page = make_page(db)
    saved = editing.save(db, page.id, text(body="どうでしょう"), base_id=page.current_revision_id, propose=True, by=sv)
    assert saved.outcome is Outcome.PROPOSED


def test_an_operator_can_not_change_who_may_read(db: Session, operator: Actor) -> None:
    page = make_page(db, audience=Audience.STAFF)
    said = text(body="お客様にも見せたい", audience=Audience.PUBLIC)
    saved = editing.save(db, page.id, said, base_id=page.current_revision_id, by=operator)
    assert saved.revision.audience is Audience.STAFF


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SV])
def test_an_edit_that_changes_nothing_makes_no_revision(db: Session, role: Role) -> None:
    page = make_page(db, "題名", "本文です。", phrases=("言い換え",), tags=("配送",))
    said = text("  題名 ", "\r\n本文です。\r\n\r\n", phrases=("言い換え", " 言い換え"), tags=("配送",), note="直した")
    saved = editing.save(db, page.id, said, base_id=page.current_revision_id, by=make_actor(db, role))
    assert saved.outcome is Outcome.UNCHANGED
    assert revisions(db, page) == 1
    assert verbs(db, page) == ["page created"]


@pytest.mark.parametrize("change", ["title", "body", "phrases", "tags", "audience"])
def test_every_part_of_the_text_counts_as_a_change(db: Session, change: str) -> None:
    page = make_page(db, "題名", "本文です。")
    values = {"title": "別", "body": "別", "phrases": ("別",), "tags": ("別",), "audience": Audience.STAFF}
    said = replace(text("題名", "本文です。"), **{change: values[change]})  # type: ignore[arg-type]
    saved = editing.save(db, page.id, said, base_id=page.current_revision_id, by=SYSTEM)
    assert saved.outcome is Outcome.PUBLISHED


def test_a_save_on_a_stale_base_names_the_live_revision_and_writes_nothing(store: Store) -> None:
    with store.writing() as db:
        page = make_page(db)
        page_id, base = page.id, page.current_revision_id
        now = edit_page(db, page, "先に直した人の本文").id
        before = (revisions(db, page), outbox.waiting(db), len(events.of_page(db, page.id)))
    for role in (Role.OPERATOR, Role.SV):
        with store.writing() as db:
            actor = make_actor(db, role)
            with pytest.raises(Stale) as refused:
                editing.save(db, page_id, text(body="あとから直した人の本文"), base_id=base, by=actor)
            assert (refused.value.status, refused.value.page_id, refused.value.current_id) == (409, page_id, now)
    with store.reading() as db:
        page = db.get_one(Page, page_id)
        assert (revisions(db, page), outbox.waiting(db), len(events.of_page(db, page.id))) == before
        assert page.current is not None and page.current.body == "先に直した人の本文"


def test_a_save_without_a_base_or_on_a_foreign_one_is_stale(db: Session) -> None:
    page, other = make_page(db), make_page(db)
    for base in (None, other.current_revision_id, 10**6):
        with pytest.raises(Stale):
            editing.save(db, page.id, text(body="本文"), base_id=base, by=SYSTEM)


def test_a_text_with_open_conflict_markers_is_not_saved(db: Session) -> None:
    page = make_page(db)
    body = "前\n<<<<<<< あなたの文\nA\n=======\nB\n>>>>>>> 公開中の文"
    with pytest.raises(Invalid) as refused:
        edit_page(db, page, body)
    assert refused.value.field == "body"


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": " 　\n"}, "title"),
        ({"title": "あ" * (limits.TITLE + 1)}, "title"),
        ({"body": ""}, "body"),
        ({"body": "\n \n"}, "body"),
        ({"body": "あ" * 5_000_000}, "body"),
        ({"body": ":::staff\n閉じていない"}, "body"),
        ({"body": ":::secret\n知らない\n:::"}, "body"),
        ({"phrases": tuple(map(str, range(limits.PHRASES + 1)))}, "phrases"),
        ({"phrases": ("あ" * (limits.PHRASE + 1),)}, "phrases"),
        ({"tags": tuple(map(str, range(limits.TAGS + 1)))}, "tags"),
        ({"tags": ("あ" * (limits.TAG + 1),)}, "tags"),
    ],
)
def test_what_can_not_be_stored_is_refused_by_field(db: Session, part: dict[str, str], field: str) -> None:
    said = replace(text(), **part)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refused:
        editing.create(db, said, kind=Kind.FAQ, by=SYSTEM)
    assert refused.value.field == field
    assert db.scalar(select(func.count()).select_from(Page)) == 0


def test_text_at_every_limit_is_stored_whole(db: Session) -> None:
    said = text(
        "あ" * limits.TITLE,
        "い" * limits.BODY,
        phrases=tuple(f"{n:0{limits.PHRASE}}" for n in range(limits.PHRASES)),
        tags=tuple(f"{n:0{limits.TAG}}" for n in range(limits.TAGS)),
    )
    page = editing.create(db, said, kind=Kind.FAQ, by=SYSTEM)
    db.commit()
    assert page.current is not None and len(page.current.body) == limits.BODY


def test_control_characters_and_lone_surrogates_are_left_out(db: Session) -> None:
    page = make_page(db, "題\x00名\ud800", "本\x00文\ud800\u2028二行目")
    db.flush()
    assert page.current is not None
    assert (page.current.title, page.current.body) == ("題名", "本文\n二行目")


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CASE])
def test_a_template_that_nobody_rewrote_is_not_published(db: Session, sv: Actor, kind: Kind) -> None:
    with pytest.raises(Invalid) as refused:
        editing.create(db, text(body=templates.body(kind)), kind=kind, by=sv)
    assert refused.value.field == "body"
    editing.create(db, text(body="自分の言葉（書き換えた）\n- （かっこで始まる行）"), kind=kind, by=sv)
