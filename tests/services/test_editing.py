"""Writing pages: what becomes a revision, what becomes a proposal, and what is refused."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from kb.rules import limits
from kb.rules.errors import Conflict, Gone, Invalid, NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Audience, Confidence, Kind, Significance
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import editing, reading, reviewing
from kb.services.editing import Outcome, Stale
from kb.store import events, outbox, pages
from kb.store.base import Session, Store
from kb.store.pages import Page, Revision
from kb.text.rendering import Renderer
from tests.conftest import StoppedClock
from tests.make import BODY, edit_page, make_actor, make_category, make_page, make_proposal, make_story, text


@pytest.fixture
def operator(db: Session) -> Actor:
    return make_actor(db)


@pytest.fixture
def sv(db: Session) -> Actor:
    return make_actor(db, Role.SV)


def revisions(db: Session, page: Page) -> int:
    rows = select(func.count()).select_from(Revision).where(Revision.page_id == page.id)
    return db.scalar(rows) or 0


def verbs(db: Session, page: Page) -> list[str]:
    db.flush()
    return [event.verb for event in events.of_page(db, page.id)]


def test_a_new_page_is_live_and_validated_and_waits_for_the_index(
    db: Session, sv: Actor, clock: StoppedClock
) -> None:
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


def test_a_rename_leaves_the_old_title_as_a_way_to_the_page(db: Session, sv: Actor) -> None:
    page = make_page(db, "返品のしかた")
    edit_page(db, page, BODY, title="返品・交換のしかた", by=sv)
    assert editing.titled(db, "返品のしかた", language="ja", by=VISITOR) is page
    assert editing.titled(db, "返品・交換のしかた", language="ja", by=VISITOR) is page
    assert events.of_page(db, page.id)[-1].facts == {"old_title": "返品のしかた"}


def test_a_proposed_title_leads_nowhere_until_it_is_approved(db: Session, operator: Actor, sv: Actor) -> None:
    page = make_page(db, "返品のしかた")
    proposal = edit_page(db, page, BODY, title="返品・交換", by=operator)
    assert editing.titled(db, "返品・交換", language="ja", by=sv) is None
    reviewing.approve(db, proposal.id, seen_current=page.current_revision_id, by=sv)
    assert editing.titled(db, "返品・交換", language="ja", by=VISITOR) is page


def test_a_revert_is_a_new_revision_that_says_what_the_old_one_said(db: Session, sv: Actor) -> None:
    page = make_page(db, "題名", "一つめ", phrases=("言い換え",), tags=("配送",))
    first = page.current
    assert first is not None
    second = edit_page(db, page, "二つめ", title="別の題名")
    saved = editing.revert(db, page.id, first.id, base_id=second.id, by=sv)
    assert (saved.outcome, saved.revision.number, saved.revision.note) == (Outcome.PUBLISHED, 3, "版1の内容に戻す")
    assert (saved.revision.title, saved.revision.body) == ("題名", "一つめ")
    assert (saved.revision.phrases, saved.revision.tags) == (["言い換え"], ["配送"])


def test_a_revert_by_an_operator_is_a_proposal_that_keeps_what_is_hidden_now(db: Session, operator: Actor) -> None:
    page = make_page(db, "題名", "一つめ\n\n:::sv\n古い秘密\n:::")
    first = page.current
    assert first is not None
    second = edit_page(db, page, "二つめ\n\n:::sv\n新しい秘密\n:::")
    saved = editing.revert(db, page.id, first.id, base_id=second.id, by=operator)
    assert saved.outcome is Outcome.PROPOSED
    assert "一つめ" in saved.revision.body and "新しい秘密" in saved.revision.body
    assert "古い秘密" not in saved.revision.body


def test_a_revert_goes_only_to_a_readable_revision_of_the_same_page(db: Session, operator: Actor) -> None:
    page, other = make_page(db), make_page(db)
    hidden = make_proposal(db, page, in_state=State.REJECTED)
    for revision_id in (other.current_revision_id, hidden.id, 10**6):
        with pytest.raises(NotFound):
            editing.revert(db, page.id, revision_id or 0, base_id=page.current_revision_id or 0, by=operator)


def test_a_revert_to_the_live_revision_changes_nothing(db: Session) -> None:
    page = make_page(db)
    live = page.current_revision_id or 0
    assert editing.revert(db, page.id, live, base_id=live, by=SYSTEM).outcome is Outcome.UNCHANGED


def test_a_story_that_waits_is_decided_on_and_not_edited(db: Session) -> None:
    revision = make_story(db)
    with pytest.raises(Conflict):
        editing.save(db, revision.page_id, text(body="本文"), base_id=revision.id, by=SYSTEM)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SV])
def test_a_page_that_the_writer_may_not_read_is_not_there(db: Session, role: Role) -> None:
    hidden = make_page(db, audience=Audience.SV) if role is Role.OPERATOR else make_page(db, archived=True)
    actor = make_actor(db, role)
    with pytest.raises(NotFound):
        editing.save(db, hidden.id, text(), base_id=hidden.current_revision_id, by=actor)
    with pytest.raises(NotFound):
        editing.save(db, 10**6, text(), base_id=1, by=actor)


def gone(db: Session, page: Page, renderer: Renderer) -> Gone:
    with pytest.raises(Gone) as refused:
        reading.page(db, page.id, viewer=VISITOR, renderer=renderer, address=reading.Address(lambda page: "/"))
    return refused.value


def test_an_archived_page_is_gone_and_says_where_it_went(db: Session, sv: Actor, renderer: Renderer) -> None:
    page, target = make_page(db), make_page(db)
    editing.archive(db, page.id, moved_to=target.id, reason="まとめました", by=sv)
    assert pages.get(db, page.id, viewer=sv) is None
    assert gone(db, page, renderer).moved_to == target.id
    db.flush()
    assert page.id in outbox.pages_waiting(db)
    assert events.of_page(db, page.id)[-1].facts == {"moved_to": target.id, "reason": "まとめました"}


def test_an_archived_page_does_not_tell_of_a_hidden_page_in_its_place(db: Session, renderer: Renderer) -> None:
    page, hidden = make_page(db), make_page(db, audience=Audience.STAFF)
    editing.archive(db, page.id, moved_to=hidden.id, by=SYSTEM)
    assert gone(db, page, renderer).moved_to is None


def test_a_chain_of_moved_pages_leads_to_its_end(db: Session, renderer: Renderer) -> None:
    first, second, third = (make_page(db) for _ in range(3))
    editing.archive(db, first.id, moved_to=second.id, by=SYSTEM)
    editing.archive(db, second.id, moved_to=third.id, by=SYSTEM)
    assert gone(db, first, renderer).moved_to == third.id


def test_a_page_brought_back_is_where_it_was(db: Session, sv: Actor) -> None:
    page, target = make_page(db), make_page(db)
    editing.archive(db, page.id, moved_to=target.id, by=sv)
    editing.bring_back(db, page.id, by=sv)
    assert pages.get(db, page.id, viewer=VISITOR) is page
    assert page.moved_to_id is None
    assert verbs(db, page) == ["page created", "page archived", "page brought back"]
    with pytest.raises(Conflict):
        editing.bring_back(db, page.id, by=sv)


def test_an_archived_page_can_not_be_archived_again_or_moved(db: Session) -> None:
    page = make_page(db, archived=True)
    with pytest.raises(NotFound):
        editing.archive(db, page.id, by=SYSTEM)
    with pytest.raises(NotFound):
        editing.place(db, page.id, category_id=None, by=SYSTEM)
    with pytest.raises(NotFound):
        editing.bring_back(db, 10**6, by=SYSTEM)


def test_no_page_can_be_moved_so_that_the_way_comes_back_to_it(db: Session) -> None:
    first, second = make_page(db), make_page(db)
    with pytest.raises(Invalid) as refused:
        editing.archive(db, first.id, moved_to=first.id, by=SYSTEM)
    assert refused.value.field == "moved_to"
    # Such a row can't be made by the verbs, but an older program or a hand may have left it.
    second.moved_to_id = first.id
    db.flush()
    with pytest.raises(Invalid, match="戻ってしまいます"):
        editing.archive(db, first.id, moved_to=second.id, by=SYSTEM)
    assert first.archived_at is None


def test_a_circle_of_moved_pages_ends_in_an_answer(db: Session, renderer: Renderer) -> None:
    first, second = make_page(db, archived=True), make_page(db, archived=True)
    first.moved_to_id, second.moved_to_id = second.id, first.id
    db.flush()
    assert gone(db, first, renderer).moved_to is None


def test_a_page_moves_only_to_a_page_that_is_there(db: Session) -> None:
    page, away = make_page(db), make_page(db, archived=True)
    for target in (away.id, 10**6):
        with pytest.raises(Invalid) as refused:
            editing.archive(db, page.id, moved_to=target, by=SYSTEM)
        assert refused.value.field == "moved_to"


def test_a_page_is_put_into_a_category_and_taken_out_again(db: Session, sv: Actor) -> None:
    page, category = make_page(db), make_category(db)
    editing.place(db, page.id, category_id=category.id, by=sv)
    assert page.category_id == category.id
    editing.place(db, page.id, category_id=category.id, by=sv)
    editing.place(db, page.id, category_id=None, by=sv)
    db.flush()
    moves = [event.facts for event in events.of_page(db, page.id) if event.verb == "page moved"]
    assert moves == [{"old": None, "new": category.id}, {"old": category.id, "new": None}]


def test_a_category_that_is_not_there_is_refused(db: Session) -> None:
    page = make_page(db)
    with pytest.raises(Invalid) as refused:
        editing.place(db, page.id, category_id=99, by=SYSTEM)
    assert refused.value.field == "category"
    with pytest.raises(Invalid):
        editing.create(db, text(), kind=Kind.FAQ, category_id=99, by=SYSTEM)


def test_a_typo_keeps_the_day_of_validation_and_a_change_renews_it(
    db: Session, sv: Actor, clock: StoppedClock
) -> None:
    page = make_page(db)
    first = clock.time
    clock.advance(days=30)
    edit_page(db, page, "誤字を直した本文", significance=Significance.TYPO, by=sv)
    assert (page.validated_at, page.updated_at) == (first, clock.time)
    edit_page(db, page, "中身を変えた本文", significance=Significance.CHANGE, by=sv)
    assert (page.validated_at, page.validated_by_id) == (clock.time, sv.id)


def test_a_page_is_stamped_as_checked_without_a_new_revision(db: Session, sv: Actor, clock: StoppedClock) -> None:
    page = make_page(db)
    page.confidence = Confidence.UNVALIDATED
    clock.advance(days=30)
    editing.validate(db, page.id, by=sv)
    assert (page.confidence, page.validated_at, page.validated_by_id) == (Confidence.VALIDATED, clock.time, sv.id)
    assert revisions(db, page) == 1
    with pytest.raises(Conflict):
        editing.validate(db, make_story(db).page_id, by=sv)
