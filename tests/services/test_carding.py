"""What a call knows for the cards: each thing once, limits of a higher role, and the phrases against harassment."""

from datetime import timedelta

from kb.rules import clock
from kb.rules.calls import StepKind
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM, Actor, Role
from kb.services import calling, carding, settings
from kb.services.calling import Call, Message
from kb.services.recording import Step
from kb.store.base import Session
from tests.make import make_actor, make_page

LIMITED = """\
修理の費用です。

:::limit operator
- 3,000円まで
:::

:::limit sv
- **1か月以内**の修理の無償化
:::

:::sv
zqsv
:::
"""
FIRM = """\
まず聞く。

- 「お答えは、先ほどのとおりです。」
- **これ以上**は、お受けできません

1. SVに合図する

:::say
お声を少し落としていただけますか。
:::

:::sv
- 切ってよい
:::
"""


def call_with(db: Session, by: Actor, *steps: tuple[StepKind, int | None, str]) -> Call:
    began = clock.now() - timedelta(minutes=5)
    made = [
        Step(f"step-key-{number}", kind, began + timedelta(seconds=number), words=words, page=page)
        for number, (kind, page, words) in enumerate(steps)
    ]
    return calling.keep(db, Message("a-key-of-a-call", began, steps=made), by=by).call


def test_the_card_knows_what_was_searched_used_seen_asked_and_done_each_once(db: Session, operator: Actor) -> None:
    used, seen, hidden = make_page(db, "使った"), make_page(db, "見た"), make_page(db, "秘密", audience=Audience.SV)
    call = call_with(
        db,
        operator,
        (StepKind.SEARCH, None, "修理"),
        (StepKind.OPEN, used.id, ""),
        (StepKind.OPEN, seen.id, ""),
        (StepKind.OPEN, hidden.id, ""),
        (StepKind.ASK, used.id, "落下はないか"),
        (StepKind.USE, used.id, ""),
        (StepKind.PURPOSE, used.id, "急ぎで使う"),
        (StepKind.GAP, None, "無償で直して"),
    )
    known = carding.known(db, call, viewer=operator)
    assert (known.words, known.used, known.opened) == ("無償で直して", ["使った"], ["見た"])
    assert (known.asked, known.purposes, known.page_ids) == (["落下はないか"], ["急ぎで使う"], [used.id, seen.id])


def test_what_was_taken_back_is_not_told(db: Session, operator: Actor) -> None:
    page = make_page(db, "使った")
    call = call_with(db, operator, (StepKind.USE, page.id, ""))
    call.steps[0].undone_at = clock.now()
    assert carding.known(db, call, viewer=operator).used == []


def test_the_limit_reached_is_the_one_of_a_higher_role_on_the_page_that_is_shown(
    db: Session, operator: Actor, sv: Actor
) -> None:
    plain, limited = make_page(db, "ふつう"), make_page(db, "修理の費用", LIMITED)
    known = carding.known(db, None, viewer=operator, page_id=limited.id)
    assert [(one.title, one.role, one.text) for one in known.limits] == [
        ("修理の費用", "sv", "1か月以内の修理の無償化")
    ]
    assert carding.known(db, None, viewer=operator, page_id=plain.id).limits == []
    passed_by = call_with(db, operator, (StepKind.OPEN, limited.id, ""), (StepKind.USE, plain.id, ""))
    assert carding.known(db, passed_by, viewer=operator, page_id=plain.id).limits == []
    assert carding.known(db, None, viewer=sv, page_id=limited.id).limits == []


def test_a_call_without_anything_makes_an_empty_card(db: Session, operator: Actor) -> None:
    assert carding.known(db, None, viewer=operator) == carding.Known()


def test_the_phrases_are_what_the_operator_may_read_of_the_page_that_is_set(db: Session, operator: Actor) -> None:
    assert carding.firm(db, viewer=operator) is None
    page = make_page(db, "カスハラ", FIRM, audience=Audience.STAFF)
    settings.change(db, {"harassment_page": str(page.id)}, by=SYSTEM)
    found = carding.firm(db, viewer=operator)
    assert found is not None
    assert found.say == "お声を少し落としていただけますか。"
    assert found.phrases == ["お答えは、先ほどのとおりです。", "これ以上は、お受けできません"]


def test_a_page_that_the_operator_may_not_read_says_nothing(db: Session, operator: Actor) -> None:
    page = make_page(db, "カスハラ", FIRM, audience=Audience.SV)
    settings.change(db, {"harassment_page": str(page.id)}, by=SYSTEM)
    assert carding.firm(db, viewer=operator) is None
    assert carding.firm(db, viewer=make_actor(db, Role.SV)) is not None
