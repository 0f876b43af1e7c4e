"""Before free text of staff is stored: nobody's number gets in unasked, by any form that there is."""

import json
import re
import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from flask import g

from kb.rules import clock
from kb.services import sessions, telling, voicing
from kb.services.masking import Found, Kind, Undecided
from kb.services.sessions import Plan
from kb.store.gaps import Gap
from kb.store.looks import Sample
from kb.web import masking
from kb.web.masking import MASK, SEEN, Stopped
from kb.web.policy import POLICY
from tests import make
from tests.web.forms_of_staff import ASKED, NEVER_ASKED, PAGE, STORY
from tests.web.secrets import AUTHOR, OPERATOR, SV
from tests.web.world import World

SEEN_KEY = re.compile(r'name="personal_seen" value="([0-9a-f]+)"')


def test_every_form_of_staff_is_asked_about_or_says_why_not() -> None:
    writing = {name for name, rule in POLICY.items() if "POST" in rule.methods and rule.needs is not None}
    assert writing - NEVER_ASKED.keys() == ASKED.keys()
    assert NEVER_ASKED.keys() <= writing


def _dump(world: World) -> str:
    assert world.store.writer.url.database
    with sqlite3.connect(world.store.writer.url.database) as connection:
        text = "\n".join(connection.iterdump())
    connection.close()
    return text


def _places(world: World, n: int) -> dict[str, Any]:
    """Numbers of things to write to, made anew, because many a form can be sent once alone."""
    with world.store.writing() as db:
        story = make.make_story(db, title=f"話{n}", by=world.browsers[AUTHOR].actor)
        page = make.make_page(db, f"終える記事{n}", "文。")
        other = make.make_page(db, f"直す記事{n}", "前の文。")
        gap = Gap(key=f"探す{page.id}", words="探す", times=2, first_at=clock.now(), last_at=clock.now())
        db.add(gap)
        db.flush()
        made = {"story": story.id, "told": story.page_id, "page": page.id, "other": other.id, "gap": gap.id}
        return {"n": n, "base": other.current_revision_id, **made}


def _told(world: World, places: dict[str, Any]) -> dict[str, Any]:
    """A session in which the story is told, a voice on its way, and a sample."""
    with world.store.writing() as db:
        author, sv = world.browsers[AUTHOR].actor, world.browsers[SV].actor
        plan = Plan("題", clock.now() + timedelta(days=1), "会議室", 45, 7, (places["told"],), ())
        session = sessions.plan(db, plan, by=sv)
        telling.start(db, session.id, by=sv)
        voice = voicing.send(db, voicing.raise_voice(db, "声", by=sv).id, by=sv)
        when = {"month": clock.today(), "drawn_at": clock.now()}
        sample = Sample(revision_id=places["base"], author_id=author.id, **when)
        db.add(sample)
        db.flush()
        return {"session": session.id, "voice": voice.id, "sample": sample.id}


def _asked_for_help(world: World, n: int) -> dict[str, Any]:
    """A question and a flag of an operator, waiting; and a call in which a customer went too far."""
    browser = world.browsers[OPERATOR]
    places = _places(world, n)
    page = places["other"]
    sent = [
        browser.submit("/ja/call/gap", {"action": "ask", "words": f"言葉{n}", "question": "何と言えば"}),
        browser.submit("/ja/call/flag", {"page": page, "fault": "wrong", "words": f"古い{n}"}),
        browser.submit("/ja/call/harassment", {"action": "begin"}),
    ]
    assert {answer.status_code for answer in sent} <= {302, 303}
    with sqlite3.connect(str(world.store.writer.url.database)) as connection:
        found = [
            connection.execute(f"select max(id) from {table}").fetchone()[0] for table in ("help_requests", "flags")
        ]
    connection.close()
    return {"request": found[0], "flag": found[1], "flagged": page, "read": places["base"]}


CASES = [(name, place) for name, cases in ASKED.items() for place in range(len(cases))]


@pytest.mark.parametrize(("name", "place"), CASES, ids=[f"{name} {place}" for name, place in CASES])
def test_no_form_stores_a_phone_number_unasked(world: World, name: str, place: int) -> None:
    case, n = ASKED[name][place], CASES.index((name, place))
    browser, number = world.browsers[case.who], f"090-0000-{1000 + n}"
    places = _places(world, n)
    places |= _asked_for_help(world, n) if name.startswith(("help.", "looks.")) else {}
    places |= _told(world, places) if name.startswith(("sessions.", "sampling.", "voices.")) else {}
    path = "/ja/" + case.path.format(number, **places)
    fields = {key: str(value).format(number, **places) for key, value in case.fields.items()}
    if name == "inquiries.act":
        assert browser.submit(path, {"action": "take"}).status_code == 303

    asked = browser.submit(path, fields)
    assert asked.status_code == 422
    keys = SEEN_KEY.findall(asked.text)
    assert keys, "The form was refused for something else."
    assert number in asked.text
    # What somebody meant to keep is stored: the form works, and the number did not stay out for another reason.
    assert number not in _dump(world)
    kept = browser.submit(path, fields | {SEEN: keys})
    assert kept.status_code < 400, kept.text
    assert number in _dump(world)


def test_the_screen_shows_the_text_and_carries_every_field_on(world: World) -> None:
    answer = world.browsers[AUTHOR].submit(
        "/ja/stories/new", STORY | {"done": "<b>佐藤様</b>に折り返し。090-0000-1234", "place": "story"}
    )
    assert answer.status_code == 422
    assert "&lt;b&gt;<mark>佐藤</mark>様&lt;/b&gt;に折り返し。<mark>090-0000-1234</mark>" in answer.text
    assert len(re.findall(r'name="personal_mask" value="[0-9a-f]+" checked', answer.text)) == 2
    for name, value in {"title": "届かない話", "words": "まだですか", "action": "submit", "place": "story"}.items():
        assert f'<textarea name="{name}" hidden>\n{value}</textarea>' in answer.text
    assert 'name="csrf_token" hidden' not in answer.text


def test_what_is_ticked_is_masked_and_the_rest_is_kept_and_the_log_has_no_value(world: World) -> None:
    browser, words = world.browsers[AUTHOR], "遠山様に折り返し。090-0000-4321、もう一度 090-0000-4321"
    fields = STORY | {"done": words}
    name, phone = SEEN_KEY.findall(browser.submit("/ja/stories/new", fields).text)
    sent = browser.submit("/ja/stories/new", fields | {SEEN: [name, phone], MASK: [phone]})
    assert sent.status_code == 302
    stored = _dump(world)
    assert "遠山様に折り返し。［電話番号］、もう一度 ［電話番号］" in stored
    assert "090-0000-4321" not in stored
    events = [line for line in stored.splitlines() if "personal data" in line]
    assert any('"kinds": {"phone": 2}' in line and "personal data masked" in line for line in events)
    assert any('"kinds": {"name": 1}' in line and "personal data kept" in line for line in events)
    assert not any("遠山" in line for line in events)


def test_a_decision_on_one_text_does_not_let_another_one_in(world: World) -> None:
    browser = world.browsers[AUTHOR]
    first = SEEN_KEY.findall(browser.submit("/ja/stories/new", STORY | {"done": "090-0000-5555"}).text)
    other = browser.submit("/ja/stories/new", STORY | {"done": "090-0000-6666", SEEN: first})
    assert other.status_code == 422
    assert "090-0000-6666" not in _dump(world)


def test_going_back_shows_the_text_to_be_written_differently(world: World) -> None:
    browser, fields = world.browsers[AUTHOR], STORY | {"done": "戸田様に\n折り返し"}
    keys = SEEN_KEY.findall(browser.submit("/ja/stories/new", fields).text)
    again = browser.submit("/ja/stories/new", fields | {SEEN: keys, MASK: keys, "personal_edit": "1"})
    assert again.status_code == 422
    assert 'name="done" rows="4"' in again.text
    assert ">\n戸田様に\n折り返し</textarea>" in again.text.replace("\r\n", "\n")
    assert '<textarea name="done" hidden' not in again.text
    # Written differently, it is stored without another question; written alike, the question comes again.
    assert browser.submit("/ja/stories/new", fields).status_code == 422
    assert browser.submit("/ja/stories/new", fields | {"done": "お客様に折り返し"}).status_code == 302


def test_a_text_that_is_stored_already_is_not_asked_about_again(world: World) -> None:
    browser, places = world.browsers[SV], _places(world, 900)
    path = f"/ja/pages/{places['other']}/edit"
    fields = PAGE | {"base": str(places["base"]), "phrases": "大和田様のとき"}
    keys = SEEN_KEY.findall(browser.submit(path, fields).text)
    assert browser.submit(path, fields | {SEEN: keys}).status_code == 302
    with world.store.reading() as db:
        base = db.connection().exec_driver_sql(f"select current_revision_id from pages where id = {places['other']}")
        fields["base"] = str(base.scalar())
    assert browser.submit(path, fields | {"body": "新しい文。"}).status_code == 302
    assert browser.submit(path, fields | {"note": "090-0000-2222"}).status_code == 422


def test_scripts_get_what_was_found_as_json(world: World) -> None:
    browser, fields = world.browsers[AUTHOR], STORY | {"done": "電話は090-0000-7777へ"}
    answer = browser.submit("/ja/stories/new", fields, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    error = answer.get_json()["error"]
    assert (error["code"], error["field"]) == ("personal_data", "done")
    (one,) = error["findings"]
    assert {key: one[key] for key in ("field", "kind", "word", "start", "end", "value")} == {
        "field": "done",
        "kind": "phone",
        "word": "電話番号",
        "start": 3,
        "end": 16,
        "value": "090-0000-7777",
    }
    english = browser.submit("/en/stories/new", fields, headers={"Accept": "application/json"}).get_json()
    assert english["error"]["findings"][0]["word"] == "phone number"


def test_a_decision_may_come_as_json(world: World) -> None:
    texts, words = {"words": "090-0000-8888へ"}, {"found": []}
    with world.app.test_request_context("/", method="POST", json=words), pytest.raises(Stopped) as stopped:
        g.actor = world.browsers[OPERATOR].actor
        masking.settled(texts)
    (one,) = stopped.value.undecided.found
    decided = {SEEN: [one.key], MASK: [one.key]}
    for body in (decided, json.loads(json.dumps(decided))):
        with world.app.test_request_context("/", method="POST", json=body):
            assert masking.choice() == masking.Choice(frozenset([one.key]), frozenset([one.key]))
    for body in ([], None, {SEEN: "x", MASK: 3}):
        with world.app.test_request_context("/", method="POST", json=body):
            assert masking.choice() == masking.Choice()


def test_a_long_text_is_shown_around_what_was_found(world: World) -> None:
    words = "あ" * 3000 + "090-0000-1212" + "い" * 3000
    answer = world.browsers[AUTHOR].submit("/ja/stories/new", STORY | {"done": words})
    shown = answer.text.split("<mark>")
    assert shown[0].endswith("…" + "あ" * masking.AROUND)
    assert shown[1].startswith("090-0000-1212</mark>" + "い" * masking.AROUND + "…")
    assert words in answer.text  # …and all of it is carried on.


def test_a_mask_that_makes_a_text_too_long_is_refused_with_the_text_kept(world: World) -> None:
    browser = world.browsers[AUTHOR]
    fields = STORY | {"done": "あ" * (8_000 - 3) + "林様"}
    keys = SEEN_KEY.findall(browser.submit("/ja/stories/new", fields).text)
    assert keys
    answer = browser.submit("/ja/stories/new", fields | {SEEN: keys, MASK: keys})
    assert answer.status_code == 422
    assert "8000文字までにしてください。" in answer.text
    assert "林様</textarea>" in answer.text


def found(pieces: Iterable[tuple[str, Kind, int, int]], text: str) -> Undecided:
    return Undecided(
        {"a": text}, [Found("a", key, kind, start, end, text[start:end]) for key, kind, start, end in pieces]
    )


def test_pieces_join_to_the_text_again() -> None:
    text = "林様 090-0000-1111 林様"
    undecided = found([("x", Kind.NAME, 0, 1), ("y", Kind.PHONE, 3, 16), ("x", Kind.NAME, 17, 18)], text)
    pieces = masking._pieces(text, list(undecided.found))
    assert "".join(piece["text"] for piece in pieces) == text
    assert [piece["text"] for piece in pieces if "kind" in piece] == ["林", "090-0000-1111", "林"]
