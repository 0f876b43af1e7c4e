"""Story sessions by their forms: every deed, every wrong turn, and what nobody who was not asked may see."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kb.rules import clock
from kb.rules.desk import Fate, NoteKind, SessionState
from kb.rules.pages import Audience, Kind
from kb.rules.roles import Role
from kb.services import concluding, sessions, telling
from kb.services.sessions import Plan
from kb.store.base import Store
from kb.store.pages import Page
from kb.store.story_sessions import SessionNote, StorySession
from kb.store.voices import Task, Voice
from tests.conftest import Browser
from tests.make import make_page, make_story
from tests.web.gathering import form, of, plain

SignIn = Callable[[Role], Browser]


@pytest.fixture
def teller(sign_in: SignIn) -> Browser:
    return sign_in(Role.OPERATOR)


@pytest.fixture
def sv(sign_in: SignIn) -> Browser:
    return sign_in(Role.SV)


@pytest.fixture
def stranger(sign_in: SignIn) -> Browser:
    return sign_in(Role.EDITOR)


@pytest.fixture
def told(store: Store, teller: Browser) -> list[int]:
    """The pages of a story that waits and of a case."""
    with store.writing() as db:
        case = make_page(db, "運動会の前の晩", "まだですか", kind=Kind.CASE, audience=Audience.STAFF)
        return [make_story(db, by=teller.actor, title="届かない荷物の話").page_id, case.id]


@pytest.fixture
def planned(store: Store, sv: Browser, told: list[int]) -> int:
    assert sv.actor is not None
    with store.writing() as db:
        starts_at = clock.now() + timedelta(days=7)
        return sessions.plan(db, Plan("配送の話", starts_at, "会議室", 45, 7, tuple(told)), by=sv.actor).id


@pytest.fixture
def running(store: Store, sv: Browser, planned: int) -> int:
    assert sv.actor is not None
    with store.writing() as db:
        telling.start(db, planned, by=sv.actor)
    return planned


@pytest.fixture
def note(store: Store, sv: Browser, running: int) -> Callable[..., int]:
    def make(words: str = "先に目的を聞く", page_id: int | None = None) -> int:
        assert sv.actor is not None
        with store.writing() as db:
            return telling.note(db, running, page_id, NoteKind.RULE, words, by=sv.actor).id

    return make


def test_a_session_is_planned_by_its_form_and_whoever_tells_may_look(
    store: Store, sv: Browser, teller: Browser, stranger: Browser, told: list[int]
) -> None:
    assert "届かない荷物の話" in plain(sv.get("/ja/sessions/new"))
    place = sv.submit("/ja/sessions/new", form(told)).location
    assert re.fullmatch(r"/ja/sessions/\d+", place)
    for browser in (sv, teller):
        shown = plain(browser.get(place))
        assert "配送の話" in shown
        assert "会議室" in shown
        assert "配送の話" in plain(browser.get("/ja/sessions"))
    for path in (place, f"{place}/sheet", f"{place}/calendar.ics"):
        assert stranger.get(path).status_code == 404
    assert stranger.submit(f"{place}/sheet", {"story": told[0], "felt": "x"}).status_code == 404
    assert "配送の話" not in plain(stranger.get("/ja/sessions"))


def test_what_is_wrong_with_a_plan_is_said_at_its_field_and_nothing_typed_is_lost(
    store: Store, sv: Browser, told: list[int]
) -> None:
    for changes, field in (
        ({"title": ""}, "f-title-error"),
        ({"starts_at": "いつか"}, "f-starts_at-error"),
        ({"minutes": "0"}, "f-minutes-error"),
        ({"minutes_a_story": "x"}, "f-minutes_a_story-error"),
        ({"stories": []}, 'id="f-stories"'),
        ({"stories": [999]}, 'id="f-stories"'),
    ):
        answer = sv.submit("/ja/sessions/new", form(told, **changes))
        assert answer.status_code == 422, changes
        assert field in answer.text
        assert "会議室" in answer.text
    assert of(store, StorySession) == []


def test_stories_are_put_in_order_dropped_and_found_without_planning_anything(
    store: Store, sv: Browser, told: list[int]
) -> None:
    def chosen(**fields: Any) -> list[int]:
        answer = sv.submit("/ja/sessions/new", form(told) | {"action": ""} | fields)
        assert answer.status_code == 200
        return [int(one) for one in re.findall(r'type="hidden" name="stories" value="(\d+)"', answer.text)]

    assert chosen() == told
    assert chosen(down=told[0]) == chosen(up=told[1]) == told[::-1]
    assert chosen(drop=told[0]) == [told[1]]
    assert chosen(stories=[], theme=f"{told[1]},{told[0]},x") == told[::-1]
    found = plain(sv.submit("/ja/sessions/new", form([], action="find", q="運動会")))
    assert f'type="checkbox" name="stories" value="{told[1]}"' in found
    assert f'type="checkbox" name="stories" value="{told[0]}"' not in found
    assert of(store, StorySession) == []


def test_a_plan_is_changed_and_called_off_once(store: Store, sv: Browser, told: list[int], planned: int) -> None:
    place = f"/ja/sessions/{planned}"
    assert "会議室" in sv.get(f"{place}/edit").text
    assert sv.submit(f"{place}/edit", form(told[:1], title="別の題")).status_code == 303
    assert sv.submit(f"{place}/edit", form(told, title="")).status_code == 422
    assert [one.title for one in of(store, StorySession)] == ["別の題"]
    assert sv.submit(place, {"action": "cancel"}).status_code == 303
    for path, fields in ((place, {"action": "cancel"}), (place, {"action": "start"}), (f"{place}/edit", form(told))):
        assert sv.submit(path, fields).status_code == 409
    assert sv.submit(place, {"action": "dance"}).status_code == 422
    assert [one.state for one in of(store, StorySession)] == [SessionState.CANCELLED]


def test_an_operator_neither_plans_nor_holds(teller: Browser, told: list[int], running: int) -> None:
    place = f"/ja/sessions/{running}"
    for path in ("/ja/sessions/new", f"{place}/edit", f"{place}/stage", f"{place}/end", "/ja/voices", "/ja/voices.csv"):
        assert teller.get(path).status_code == 403, path
    for path, fields in (
        ("/ja/sessions/new", form(told)),
        (f"{place}/edit", form(told)),
        (place, {"action": "cancel"}),
        (f"{place}/stage", {"to": 1}),
        (f"{place}/notes", {"words": "x", "kind": "fact"}),
        (f"{place}/end", {"action": "close"}),
        ("/ja/voices", {"action": "raise", "words": "x"}),
    ):
        assert teller.submit(path, fields).status_code == 403, path


def test_a_teller_prepares_and_is_asked_about_personal_data(
    store: Store, sv: Browser, teller: Browser, told: list[int], planned: int
) -> None:
    place = f"/ja/sessions/{planned}/sheet"
    assert "届かない荷物の話" in plain(teller.get(place))
    asked = teller.submit(place, {"story": told[0], "felt": "090-0000-1234 に折り返した"})
    assert asked.status_code == 422
    assert "personal_mask" in asked.text
    assert teller.submit(place, {"story": told[0], "again": "先に聞く"}).status_code == 303
    assert "先に聞く" in teller.get(place).text
    assert "先に聞く" in sv.get(f"/ja/sessions/{planned}").text
    assert teller.submit(place, {"story": told[0], "felt": "あ" * 1001}).status_code == 422
    assert teller.submit(place, {"story": told[1], "felt": "x"}).status_code == 404
    assert "あなたの話はありません" in plain(sv.get(place))


def test_the_calendar_file_is_a_calendar_and_holds_no_story(teller: Browser, planned: int) -> None:
    answer = teller.get(f"/ja/sessions/{planned}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    assert "attachment" in answer.headers["Content-Disposition"]
    said = answer.data.decode().replace("\r\n ", "")
    assert f"http://localhost/ja/sessions/{planned}" in said
    assert "届かない" not in said
    assert answer.data == teller.get(f"/ja/sessions/{planned}/calendar.ics").data


def test_a_session_goes_from_story_to_story_and_keeps_each_line_once(
    store: Store, sv: Browser, told: list[int], planned: int
) -> None:
    place = f"/ja/sessions/{planned}"
    assert sv.submit(f"{place}/notes", {"words": "早すぎる", "kind": "fact"}).status_code == 409
    assert sv.submit(place, {"action": "start"}).location == f"{place}/stage"
    line = {"words": "先に聞く", "kind": "rule", "story": told[0], "key": "one"}
    assert sv.submit(f"{place}/notes", line).status_code == 303
    json = {"Accept": "application/json"}
    again = sv.submit(f"{place}/notes", line, headers=json).get_json()
    assert again == {"id": of(store, SessionNote)[0].id, "words": "先に聞く"}
    assert "先に聞く" in sv.get(f"{place}/stage").text
    assert sv.submit(f"{place}/stage", {"to": 1}).status_code == 303
    assert "運動会の前の晩" in plain(sv.get(f"{place}/stage"))
    refused = sv.submit(f"{place}/notes", {"words": " ", "kind": "idea"})
    assert (refused.status_code, 'aria-invalid="true"' in refused.text) == (422, True)
    assert sv.submit(f"{place}/notes", {"words": " "}, headers=json).status_code == 422
    assert sv.submit(f"{place}/notes", {"words": "x", "kind": "poem"}).status_code == 422
    assert [one.words for one in of(store, SessionNote)] == ["先に聞く"]
    undo = {"action": "undo", "note": again["id"]}
    assert sv.submit(f"{place}/notes", undo, headers=json).get_json() == {"words": "先に聞く"}
    assert sv.submit(f"{place}/notes", undo).status_code == 404
    assert of(store, SessionNote) == []


def test_notes_become_voices_and_tasks_once_however_often_they_are_sent(
    store: Store, sv: Browser, teller: Browser, running: int, note: Callable[..., int]
) -> None:
    assert teller.actor is not None
    place = f"/ja/sessions/{running}/end"
    one, two, three = note("一"), note("二"), note("三")
    for fields in ({"fate": "voice"}, {"note": one}, {"fate": "task", "note": one, "due": "あした"}):
        assert sv.submit(place, fields).status_code == 422
    assert sv.submit(place, {"fate": "voice", "note": [one, two]}).status_code == 303
    again = sv.submit(place, {"fate": "voice", "note": [one, three]})
    assert again.status_code == 409
    assert "もう決まっています" in again.text
    assert sv.submit(place, {"fate": "task", "note": three, "owner": teller.actor.id}).status_code == 303
    assert [voice.words for voice in of(store, Voice)] == ["一", "二"]
    assert [task.words for task in of(store, Task)] == ["三"]
    assert "三" in teller.get("/ja/tasks").text
    four = note("四")
    assert sv.submit(place, {"fate": "nothing", "note": four}).status_code == 303
    assert sv.submit(place, {"reopen": four}).status_code == 303
    assert sv.submit(place, {"reopen": four}).status_code == 409
    assert sv.submit(place, {"action": "close"}).status_code == 422


def test_a_page_is_written_from_a_note_and_settles_it(
    store: Store, sv: Browser, told: list[int], running: int, note: Callable[..., int]
) -> None:
    one = note(page_id=told[1])
    leads = sv.submit(f"/ja/sessions/{running}/end", {"fate": "proposal", "note": one})
    assert leads.location == f"/ja/pages/{told[1]}/edit?from_note={one}"
    assert "先に目的を聞く" in sv.get(leads.location).text
    with store.reading() as db:
        base = db.get_one(Page, told[1]).current_revision_id
    fields = {"action": "save", "base": base, "title": "運動会の前の晩", "body": "先に聞きます。", "audience": "staff"}
    saved = sv.submit(leads.location, fields)
    assert saved.location == f"/ja/sessions/{running}/end"
    kept = of(store, SessionNote)[0]
    with store.reading() as db:
        assert (kept.fate, kept.revision_id) == (Fate.PROPOSAL, db.get_one(Page, told[1]).current_revision_id)
    assert sv.submit(leads.location, fields | {"base": kept.revision_id, "body": "もう一度"}).status_code == 409
    assert sv.get(leads.location).status_code == 409


def test_a_story_is_written_from_a_note_and_settles_it(
    store: Store, sv: Browser, teller: Browser, told: list[int], running: int, note: Callable[..., int]
) -> None:
    one = note(page_id=told[0])
    place = f"/ja/sessions/{running}/end"
    assert sv.submit(place, {"fate": "proposal", "note": one}).status_code == 422
    leads = sv.submit(place, {"fate": "story", "note": one})
    assert leads.location == f"/ja/stories/new?from_note={one}"
    assert "先に目的を聞く" in sv.get(leads.location).text
    fields = {"action": "submit", "title": "先に聞いた話", "words": "まだ？", "done": "聞いた"}
    assert teller.submit(leads.location, fields).status_code == 403
    assert sv.submit(leads.location, fields).location == place
    assert of(store, SessionNote)[0].fate is Fate.STORY
    assert sv.submit(place, {"fate": "story", "note": one}).status_code == 409


def test_an_ended_session_is_closed_to_every_form_and_its_minutes_are_for_svs(
    store: Store, sv: Browser, teller: Browser, told: list[int], running: int, note: Callable[..., int]
) -> None:
    one = note()
    place = f"/ja/sessions/{running}"
    with store.writing() as db:
        assert sv.actor is not None
        concluding.settle(db, running, [one], Fate.NOTHING, by=sv.actor)
    assert sv.submit(f"{place}/end", {"action": "close"}).location == place
    assert "語り場の記録" in plain(sv.get(place))
    shown = plain(teller.get(place))
    assert "ありがとうございました" in shown
    assert "語り場の記録" not in shown
    for path, fields in (
        (f"{place}/end", {"action": "close"}),
        (f"{place}/end", {"fate": "voice", "note": one}),
        (f"{place}/notes", {"words": "遅い", "kind": "fact"}),
        (f"{place}/stage", {"to": 1}),
        (f"{place}/edit", form(told)),
        (place, {"action": "start"}),
    ):
        assert sv.submit(path, fields).status_code == 409, path
    assert teller.submit(f"{place}/sheet", {"story": told[0], "felt": "x"}).status_code == 409
    for path in ("", "/stage", "/end"):
        assert sv.get(place + path).status_code == 200


def test_both_languages_draw_every_screen(sv: Browser, teller: Browser, running: int, note: Callable[..., int]) -> None:
    note()
    for language in ("ja", "en"):
        for path in ("", "/new", "?past=1", f"/{running}", f"/{running}/edit", f"/{running}/stage", f"/{running}/end"):
            assert sv.get(f"/{language}/sessions{path}").status_code == 200, path
        assert teller.get(f"/{language}/sessions/{running}/sheet").status_code == 200
