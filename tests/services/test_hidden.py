"""An operator's edit keeps every block that the operator could not see, whatever they do to the rest."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kb.rules.pages import Audience
from kb.rules.review_states import State
from kb.rules.roles import Role
from kb.services import hidden as hidden_blocks
from kb.services import reviewing
from kb.store.base import Session
from kb.text import audience as audiences
from kb.text import block_faults, blocks
from tests.make import edit_page, make_actor, make_page

# Few different lines, so that hidden and seen text are often alike and a merge can go wrong.
LINE = st.sampled_from(["あ", "い", "う", "あ い", "- あ", "## あ", "", "```", "1. い", "[[あ]]", "あなたの文"])
LINES = st.lists(LINE, min_size=1, max_size=4).map("\n".join)
PART = st.one_of(
    LINES,
    LINES.map(lambda body: f":::sv\n{body}\n:::"),
    LINES.map(lambda body: f":::staff\n{body}\n:::"),
    LINES.map(lambda body: f":::ask\n{body}\n:::"),
    LINES.map(lambda body: f":::purpose 題\n{body}\n:::"),
)
BODY = st.tuples(st.lists(PART, min_size=1, max_size=6), st.sampled_from(["\n", "\n\n"])).map(
    lambda made: made[1].join(made[0])
)
EDIT = st.lists(
    st.tuples(st.sampled_from(["put", "take", "change", "swap"]), st.integers(0, 30), LINE | PART), max_size=5
)


def edited(text: str, changes: list[tuple[str, int, str]]) -> str:
    lines = text.split("\n")
    for what, place, line in changes:
        at = place % (len(lines) or 1)
        if what == "put" or not lines:
            lines.insert(at, line)
        elif what == "take":
            lines.pop(at)
        elif what == "change":
            lines[at] = line
        else:
            lines.insert(place % len(lines), lines.pop(at))
    return "\n".join(lines)


def hidden(body: str) -> Counter[str]:
    return Counter(part.source for part in blocks.split(body) if part.audience is Audience.SV and part.source)


def seen(body: str) -> list[str]:
    return [line for line in audiences.cut(body, Audience.STAFF).split("\n") if line.strip()]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(full=BODY, changes=EDIT)
def test_nothing_hidden_is_lost_and_nothing_seen_is_changed(full: str, changes: list[tuple[str, int, str]]) -> None:
    full = blocks.tidy(full).strip("\n")
    assume(full.strip() and not block_faults.faults(full))
    mine = edited(audiences.cut(full, Audience.STAFF).strip("\n"), changes).strip("\n")
    assume(not block_faults.faults(mine))
    whole = hidden_blocks.put_back(full, mine, audience=Audience.STAFF)
    assert hidden(whole) == hidden(full) + hidden(mine)
    assert seen(whole) == seen(mine)
    assert not block_faults.faults(whole)


@settings(max_examples=100, deadline=None)
@given(full=BODY)
def test_an_edit_that_changes_nothing_gives_the_very_text_back(full: str) -> None:
    full = blocks.tidy(full).strip("\n")
    assume(full.strip() and not block_faults.faults(full))
    assert (
        hidden_blocks.put_back(full, audiences.cut(full, Audience.STAFF).strip("\n"), audience=Audience.STAFF) == full
    )


@settings(max_examples=50, deadline=None)
@given(full=BODY, mine=BODY)
def test_whoever_sees_everything_writes_exactly_what_they_wrote(full: str, mine: str) -> None:
    assert hidden_blocks.put_back(full, mine, audience=Audience.SV) == mine


FULL = "はじめ\n\n:::sv\n返金は三万円まで\n:::\n\nおわり"


@pytest.mark.parametrize(
    ("mine", "whole"),
    [
        ("はじめに\n\nおわり", "はじめに\n\n:::sv\n返金は三万円まで\n:::\n\nおわり"),
        ("はじめ\n\nおわりに", "はじめ\n\n:::sv\n返金は三万円まで\n:::\n\nおわりに"),
        ("はじめ\n\n前に足した文\n\nおわり", "はじめ\n\n:::sv\n返金は三万円まで\n:::\n\n前に足した文\n\nおわり"),
        ("まったく別の文", "まったく別の文\n\n:::sv\n返金は三万円まで\n:::"),
    ],
)
def test_a_hidden_block_stays_where_it_stood_as_long_as_that_place_is_there(mine: str, whole: str) -> None:
    assert hidden_blocks.put_back(FULL, mine, audience=Audience.STAFF) == whole


def test_the_whole_way_from_proposal_to_publication_keeps_the_hidden_block(db: Session) -> None:
    operator, sv = make_actor(db), make_actor(db, Role.SV)
    page = make_page(db, body=FULL)
    proposal = edit_page(db, page, "はじめ\n\nおわりです", by=operator)
    assert proposal.state is State.SUBMITTED
    reviewing.approve(db, proposal.id, seen_current=page.current_revision_id, by=sv)
    assert page.current is not None
    assert page.current.body == "はじめ\n\n:::sv\n返金は三万円まで\n:::\n\nおわりです"


def test_an_operator_who_deletes_everything_seen_still_deletes_nothing_hidden(db: Session) -> None:
    page = make_page(db, body="見える文\n\n:::sv\n秘密\n:::")
    proposal = edit_page(db, page, "ほかの文", by=make_actor(db))
    assert ":::sv\n秘密\n:::" in proposal.body
