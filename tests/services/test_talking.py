"""The talk inside an item: who hears it, which passages may be quoted, and who can be called."""

from typing import Any

import pytest
from sqlalchemy import select

from kb.rules import limits
from kb.rules.desk import MessageKind
from kb.rules.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from kb.rules.pages import Audience
from kb.rules.review_states import State
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import reviewing, talking
from kb.store import events
from kb.store.base import Session
from kb.store.messages import Message
from kb.store.pages import Revision
from tests.make import make_actor, make_page, make_proposal, make_story, make_user

SECRET = "SVだけの切り札"


def told(db: Session) -> list[tuple[int, str]]:
    """Who was told what, in order."""
    db.flush()
    return [(one.user_id, one.kind.value) for one in db.scalars(select(Message).order_by(Message.id))]


@pytest.fixture
def revision(db: Session, operator: Actor) -> Revision:
    return make_story(db, by=operator, done="在庫のある一つ下の機種なら\n金曜に着く、とご案内した。")


def guarded(db: Session, by: Actor) -> Revision:
    """A proposal of an operator whose text holds what they themselves can't read."""
    page = make_page(db, body=f"はじめの文。\n\n:::sv\n{SECRET}\n:::", audience=Audience.STAFF)
    proposal = make_proposal(db, page, "直した文。", by=by)
    assert SECRET in proposal.body
    return proposal


def test_comments_are_for_the_author_and_the_svs(db: Session, revision: Revision, operator: Actor, sv: Actor) -> None:
    talking.comment(db, revision.id, "もう少し", by=sv)
    talking.comment(db, revision.id, "はい", by=operator)
    heard = [["もう少し", "はい"], ["もう少し", "はい"], []]
    for viewer, expected in zip((sv, operator, make_actor(db)), heard, strict=True):
        assert [one.comment.body for one in talking.talk(db, revision.page_id, viewer=viewer)] == expected


def test_a_visitor_hears_no_comment_even_on_what_nobody_signed(db: Session, sv: Actor) -> None:
    page = make_page(db, by=SYSTEM)
    assert page.current is not None and page.current.author_id is None
    talking.comment(db, page.current.id, "社内の話", by=sv)
    with pytest.raises(NotSignedIn):
        talking.talk(db, page.id, viewer=VISITOR)


@pytest.mark.parametrize("body", ["", " \n", "あ" * (limits.COMMENT + 1)])
def test_a_comment_says_something_and_not_too_much(db: Session, sv: Actor, body: str) -> None:
    with pytest.raises(Invalid) as refused:
        talking.comment(db, make_story(db).id, body, by=sv)
    assert refused.value.field == "body"


def test_nobody_comments_on_a_draft_but_its_author(db: Session, sv: Actor) -> None:
    author = make_actor(db)
    draft = make_story(db, in_state=State.DRAFT, by=author)
    talking.comment(db, draft.id, "自分へのメモ", by=author)
    with pytest.raises(NotFound):
        talking.comment(db, draft.id, "見えないはず", by=sv)


@pytest.mark.parametrize(
    "quote", ["在庫のある一つ下の機種なら金曜に着く", " 一つ下の機種なら 金曜 ", "まだ届かないんだけど"]
)
def test_a_passage_of_the_text_can_be_quoted_whatever_its_white_space(
    db: Session, revision: Revision, sv: Actor, quote: str
) -> None:
    said = talking.comment(db, revision.id, "ここが良いです", quote=quote, by=sv)
    assert said.quote == quote.strip()
    assert [one.quote for one in talking.talk(db, revision.page_id, viewer=sv)] == [quote.strip()]


@pytest.mark.parametrize("quote", ["在庫のある二つ下の機種", "金曜に着く在庫のある", "あ" * (limits.QUOTE + 1)])
def test_what_the_text_does_not_say_can_not_be_quoted(db: Session, revision: Revision, sv: Actor, quote: str) -> None:
    with pytest.raises(Invalid) as refused:
        talking.comment(db, revision.id, "ここが", quote=quote, by=sv)
    assert refused.value.field == "quote"
    assert talking.talk(db, revision.page_id, viewer=sv) == [] and told(db) == []


def test_a_writer_quotes_only_what_they_can_read(db: Session, operator: Actor, sv: Actor) -> None:
    proposal = guarded(db, operator)
    with pytest.raises(Invalid) as refused:
        talking.comment(db, proposal.id, "これは", quote=SECRET, by=operator)
    assert refused.value.field == "quote"
    talking.comment(db, proposal.id, "これは", quote=SECRET, by=sv)


def test_a_quote_is_left_out_for_who_can_not_read_the_passage(db: Session, operator: Actor, sv: Actor) -> None:
    proposal = guarded(db, operator)
    talking.comment(db, proposal.id, "ここは直さないで", quote=SECRET, by=sv)
    talking.comment(db, proposal.id, "ここは良い", quote="直した文", by=sv)
    for viewer, quotes in ((sv, [SECRET, "直した文"]), (operator, ["", "直した文"])):
        said = talking.talk(db, proposal.page_id, viewer=viewer)
        assert [one.quote for one in said] == quotes
        assert [one.comment.body for one in said] == ["ここは直さないで", "ここは良い"]


def test_an_answer_reaches_the_other_side_once(db: Session, revision: Revision, operator: Actor, sv: Actor) -> None:
    reviewing.take(db, revision.id, by=sv)
    talking.comment(db, revision.id, "いつの話ですか", by=sv)
    talking.comment(db, revision.id, "先週です", by=operator)
    talking.comment(db, revision.id, "なるほど", by=make_actor(db, Role.ADMIN))
    author, other = operator.id, sv.id
    assert told(db) == [
        (author, "taken"),
        (author, "replied"),
        (other, "replied"),
        *sorted([(author, "replied"), (other, "replied")]),
    ]


@pytest.mark.parametrize("words", ["@{}さん、どう思いますか", "＠{} 教えて", "見てください（@{}）", "@{}と@{}"])
def test_who_is_called_is_told_so_and_nothing_else(
    db: Session, revision: Revision, operator: Actor, sv: Actor, words: str
) -> None:
    friend = make_user(db, Role.SV, name="tanaka", display_name="田中 一郎")
    for name in ("田中 一郎", "田中一郎", "tanaka", "Tanaka"):
        before = len(told(db))
        said = talking.comment(db, revision.id, words.replace("{}", name), by=sv)
        assert said.mentions == [friend.id]
        assert sorted(told(db)[before:]) == sorted([(friend.id, "mentioned"), (operator.id, "replied")])


def test_the_author_who_is_called_hears_that_and_no_reply(db: Session, revision: Revision, sv: Actor) -> None:
    assert revision.author is not None
    talking.comment(db, revision.id, f"@{revision.author.display_name} さん", by=sv)
    assert told(db) == [(revision.author_id, "mentioned")]


def test_who_may_not_read_the_talk_can_not_be_called(db: Session, revision: Revision, sv: Actor) -> None:
    make_user(db, name="outsider", display_name="よその人")
    with pytest.raises(Invalid, match="よその人さんはこのやりとりを読めない") as refused:
        talking.comment(db, revision.id, "@よその人 どうでしたか", by=sv)
    assert refused.value.field == "body"
    assert "よその人" not in [one.display_name for one in talking.people(db, revision.id, viewer=sv)]


@pytest.mark.parametrize("words", ["sv@tanaka.example へ", "@tanakasan", "@ だけ", "@知らない人"])
def test_an_at_sign_that_names_nobody_calls_nobody(db: Session, revision: Revision, sv: Actor, words: str) -> None:
    make_user(db, Role.SV, name="tanaka", display_name="田中 一郎")
    assert talking.comment(db, revision.id, words, by=sv).mentions == []


def test_the_longest_name_is_meant(db: Session, revision: Revision, sv: Actor) -> None:
    make_user(db, Role.SV, name="a1", display_name="田中")
    longer = make_user(db, Role.SV, name="a2", display_name="田中丸")
    assert talking.comment(db, revision.id, "@田中丸さん", by=sv).mentions == [longer.id]


def test_of_two_with_one_name_the_one_who_may_read_is_meant(db: Session, revision: Revision, sv: Actor) -> None:
    make_user(db, name="b1", display_name="鈴木 花")
    reader = make_user(db, Role.SV, name="b2", display_name="鈴木 花")
    assert talking.comment(db, revision.id, "@鈴木 花", by=sv).mentions == [reader.id]


def test_people_of_one_name_are_offered_by_their_id(db: Session, revision: Revision, sv: Actor) -> None:
    twins = [make_user(db, Role.SV, name=name, display_name="鈴木 花") for name in ("b1", "b2")]
    found = talking.people(db, revision.id, viewer=sv)
    assert [talking.handle(one, found) for one in twins] == ["b1", "b2"]
    assert revision.author is not None and talking.handle(revision.author, found) == revision.author.display_name


def test_whom_one_can_call_are_the_author_and_the_svs_that_still_work_here(
    db: Session, revision: Revision, operator: Actor, sv: Actor
) -> None:
    admin = make_actor(db, Role.ADMIN)
    make_user(db, Role.SV, disabled_at=revision.created_at)
    assert {one.id for one in talking.people(db, revision.id, viewer=sv)} == {operator.id, admin.id}
    assert {one.id for one in talking.people(db, revision.id, viewer=operator)} == {sv.id, admin.id}
    with pytest.raises(NotFound):
        talking.people(db, revision.id, viewer=make_actor(db))
    draft = make_story(db, in_state=State.DRAFT, by=operator)
    assert talking.people(db, draft.id, viewer=operator) == []


def test_the_words_that_call_are_marked(db: Session, revision: Revision, sv: Actor) -> None:
    make_user(db, Role.SV, name="tanaka", display_name="田中 一郎")
    talking.comment(db, revision.id, "これ、@田中 一郎さんと話したい", by=sv)
    (said,) = talking.talk(db, revision.page_id, viewer=sv)
    assert said.pieces == (("これ、", False), ("@田中 一郎", True), ("さんと話したい", False))


def test_what_goes_with_a_decision_leaves_no_event_and_no_message_to_the_author(
    db: Session, revision: Revision, operator: Actor, sv: Actor
) -> None:
    friend = make_actor(db, Role.SV)
    words: dict[str, Any] = {"quote": "金曜に着く", "is_part": True, "by": sv}
    talking.comment(db, revision.id, f"@{operator.display_name} @{friend.display_name} ここ", **words)
    assert told(db) == [(friend.id, MessageKind.MENTIONED)]
    assert "comment written" not in [one.verb for one in events.of_page(db, revision.page_id)]
    assert len(talking.talk(db, revision.page_id, viewer=operator)) == 1


def test_a_reviewer_alone_sees_what_is_found_before_publishing(db: Session, revision: Revision, sv: Actor) -> None:
    with pytest.raises(NotAllowed):
        reviewing.unsettled(db, revision, viewer=make_actor(db))
    assert reviewing.unsettled(db, revision, viewer=sv) == []
