"""The room of a call before anything is typed: what stands there, for whom, and what its buttons do."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

from kb.rules import clock
from kb.rules.calls import Outcome, StepKind
from kb.rules.pages import Audience, Kind, Language
from kb.rules.roles import Actor, Role
from kb.services import notices
from kb.services.notices import Draft
from kb.store.base import Session, Store
from kb.store.calls import Call, CallStep
from kb.store.shifts import Shift
from tests.conftest import Browser, StoppedClock
from tests.make import edit_page, make_page, make_user

JSON = {"Accept": "application/json"}


def pane(browser: Browser, path: str = "/ja/call") -> str:
    """What stands in the pane, without its tags."""
    shown = browser.get(path).text.partition("data-hand")[2]
    return plain(shown.partition("<footer")[0])


def near(browser: Browser) -> list[str]:
    """The pages that the list begins with, and the names of its parts, as they stand there."""
    shown = browser.get("/ja/call?part=list").text.partition("data-near")[2].partition("新しくなった記事")[0]
    return [unescape(word) for word in re.findall(r'(?:id="near-\w+"|data-hit="\d+")>([^<]*)<', shown)]


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html)))


def worked(db: Session, who: Actor | None) -> None:
    """This person worked until just now."""
    assert who is not None
    db.add(Shift(user_id=who.id, started_at=clock.now(), last_at=clock.now()))


def a_notice(db: Session, text: str, *, audience: Audience = Audience.STAFF, about: str = "") -> int:
    by = make_user(db, Role.SV).actor
    now = clock.now()
    return notices.post(db, Draft(text, Language.JA, audience, about, now, now + timedelta(days=2)), by=by).id


def undo(browser: Browser, answer: Any) -> Any:
    """Follow where a deed leads, and press the button in its message."""
    assert answer.status_code == 303
    shown = browser.get(answer.location).text.partition('class="toasts"')[2]
    action = re.search(r'action="([^"]*)"', shown)
    assert action is not None, answer.location
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', shown))
    return browser.submit(unescape(action[1]), {name: unescape(value) for name, value in sent.items()})


def test_the_first_day_is_told_as_such(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        make_page(db)
    shown = pane(as_operator)
    assert "次の勤務から、留守のあいだに変わったことがここに出ます。" in shown and "確認しました" not in shown


def test_a_quiet_night_is_told_as_such(as_operator: Browser, store: Store, clock: StoppedClock) -> None:
    with store.writing() as db:
        worked(db, as_operator.actor)
    assert "次の勤務から" in pane(as_operator)
    clock.advance(hours=15)
    assert "まだ確認していない変更はありません。" in pane(as_operator)


def test_a_change_stands_there_with_its_note_and_its_diff_until_it_is_confirmed(
    as_operator: Browser, store: Store, clock: StoppedClock
) -> None:
    with store.writing() as db:
        page = make_page(db, "送料")
        clock.advance(minutes=1)
        worked(db, as_operator.actor)
        clock.advance(hours=15)
        number = edit_page(db, page, "送料は660円です。", note="<b>上がった</b>").id
        diff = f'href="/ja/pages/{page.id}/compare?a=1&amp;b=2"'
    shown = as_operator.get("/ja/call").text
    assert diff in shown and "&lt;b&gt;上がった&lt;/b&gt;" in shown and "<b>上がった</b>" not in shown
    answer = as_operator.submit("/ja/call/confirm", {"action": "change", "id": number})
    quiet = pane(as_operator)
    assert "まだ確認していない変更はありません。" in quiet and "上がった" not in quiet
    assert undo(as_operator, answer).status_code == 303
    assert "上がった" in pane(as_operator)


def test_all_changes_are_confirmed_by_one_button_and_come_back_together(
    as_operator: Browser, store: Store, clock: StoppedClock
) -> None:
    with store.writing() as db:
        worked(db, as_operator.actor)
        clock.advance(hours=15)
        made = [make_page(db, f"記事{n}").current_revision_id for n in range(7)]
    shown = as_operator.get("/ja/call").text
    assert "ほか2件" in shown and all(f'value="{number}"' in shown for number in made)
    until = re.search(r'name="until" value="([^"]*)"', shown)
    assert until is not None
    answer = as_operator.submit("/ja/call/confirm", {"action": "all", "until": unescape(until[1])})
    assert "まだ確認していない変更はありません。" in pane(as_operator)
    undo(as_operator, answer)
    assert "ほか2件" in pane(as_operator)


def test_a_confirmed_notice_is_folded_away_and_stays_on_its_page(
    as_operator: Browser, store: Store, clock: StoppedClock
) -> None:
    with store.writing() as db:
        page = make_page(db).id
        number = a_notice(db, "二日の遅れ", about=str(page))
    assert "data-unread-count>1<" in as_operator.get("/ja/call").text
    answer = as_operator.submit("/ja/call/confirm", {"action": "notice", "id": number})
    shown = as_operator.get("/ja/call").text
    assert "data-unread-count hidden>0<" in shown
    assert "確認した速報 1件" in shown and "二日の遅れ" in shown.partition("hand-confirmed")[2]
    assert "二日の遅れ" in as_operator.get(f"/ja/call/preview/{page}").text
    undo(as_operator, answer)
    assert "data-unread-count>1<" in as_operator.get("/ja/call").text


def test_a_page_is_kept_from_where_it_is_read_and_stands_first_in_the_list(
    as_operator: Browser, as_sv: Browser, store: Store
) -> None:
    with store.writing() as db:
        page = make_page(db, "送料").id
    path = f"/ja/pages/{page}/favourite"
    for place in (f"/ja/pages/{page}", f"/ja/call/preview/{page}"):
        assert 'value="add" aria-pressed="false"' in as_operator.get(place).text
    answer = as_operator.submit(path, {"action": "add", "next": f"/ja/call?q=送料&open={page}&undo=kept&which=9"})
    assert answer.status_code == 303 and answer.location.count("undo=") == 1
    assert near(as_operator) == ["お気に入り", "送料"] and near(as_sv) == []
    assert 'value="drop" aria-pressed="true"' in as_operator.get(f"/ja/pages/{page}").text
    undo(as_operator, answer)
    assert near(as_operator) == []


def test_the_list_begins_with_six_favourites_and_the_pages_of_the_last_calls(
    as_operator: Browser, store: Store, clock: StoppedClock
) -> None:
    assert as_operator.actor is not None
    with store.writing() as db:
        made = [make_page(db, f"記事{n}").id for n in range(9)]
        call = Call(key="one", user_id=as_operator.actor.id, started_at=clock.now())
        call.steps = [CallStep(key="1", kind=StepKind.OPEN, at=clock.now(), page_id=page) for page in made[6:8]]
        call.steps[1].key, call.steps[1].at = "2", clock.now() + timedelta(minutes=1)
        db.add(call)
    for page in (*made[:6], made[8], made[7]):
        clock.advance(minutes=1)
        as_operator.submit(f"/ja/pages/{page}/favourite", {"action": "add"})
    first = [f"記事{n}" for n in (7, 8, 5, 4, 3, 2)]
    assert near(as_operator) == ["お気に入り", *first, "最近の記事", "記事6", "ほかのお気に入り", "記事1", "記事0"]


def test_todays_calls_stand_there_with_how_they_ended_and_lead_to_their_record(
    as_operator: Browser, as_sv: Browser, store: Store, clock: StoppedClock
) -> None:
    assert as_operator.actor is not None
    with store.writing() as db:
        page = make_page(db, "送料")
        for n, outcome in enumerate((Outcome.SOLVED, Outcome.SOLVED, Outcome.CALLBACK)):
            at = clock.now() + timedelta(minutes=n)
            call = Call(key=str(n), user_id=as_operator.actor.id, started_at=at, ended_at=at, outcome=outcome)
            call.steps = [
                CallStep(key="1", kind=StepKind.SEARCH, at=at, words=f"言葉{n}"),
                CallStep(key="2", kind=StepKind.USE, at=at, page_id=page.id),
            ]
            db.add(call)
        db.flush()
        number = call.id
    shown = pane(as_operator)
    assert "解決 2 折り返し 1" in shown and shown.index("言葉2") < shown.index("言葉0")
    assert f'href="/ja/calls/{number}"' in as_operator.get("/ja/call").text
    record = as_operator.get(f"/ja/calls/{number}").text
    assert "言葉2" in record and 'name="memo"' in record
    assert "言葉" not in pane(as_sv)
    as_operator.submit("/ja/call/act", {"action": "set", "key": "2", "memo": "後で電話", "back": f"/ja/calls/{number}"})
    assert "後で電話" in as_operator.get(f"/ja/calls/{number}").text


def test_an_outbound_call_begins_with_a_script_of_a_campaign(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        facts: dict[str, Any] = {"kind": Kind.SCRIPT, "audience": Audience.STAFF}
        page = make_page(db, "お礼の電話", tags=("発信", "お礼", "キャンペーン：年末"), **facts).id
        make_page(db, "期限の電話", tags=("発信", "リマインド"), **facts)
    shown = as_operator.get("/ja/call?direction=outbound").text
    assert "お礼の電話" in shown and "期限の電話" in shown
    chosen = as_operator.get("/ja/call?direction=outbound&campaign=年末").text.partition("data-hand")[2]
    assert "お礼の電話" in chosen and "期限の電話" not in chosen and 'name="campaign" value="年末"' in chosen
    with store.reading() as db:
        assert db.query(Call).count() == 0
    begin = {"action": "start", "direction": "outbound", "campaign": "年末", "back": f"/ja/call?open={page}"}
    assert as_operator.submit("/ja/call/act", begin).location == f"/ja/call?open={page}"
    with store.reading() as db:
        assert [(call.direction.value, call.campaign) for call in db.query(Call)] == [("outbound", "年末")]


def test_without_scripts_it_is_said_how_one_comes_there(as_operator: Browser) -> None:
    assert "タグ「発信」" in pane(as_operator, "/ja/call?direction=outbound")
    assert "outbound" in pane(as_operator, "/en/call?direction=outbound")


def test_scripts_get_the_sentence_and_the_way_back(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        page, number = make_page(db).id, a_notice(db, "遅れ")
    kept = as_operator.submit(f"/ja/pages/{page}/favourite", {"action": "add"}, headers=JSON).get_json()
    assert kept == {"told": "お気に入りに入れました。", "back": {"action": "drop", "id": str(page)}}
    read = as_operator.submit("/ja/call/confirm", {"action": "notice", "id": number}, headers=JSON).get_json()
    assert read["back"] == {"action": "notice_back", "id": str(number)}
    back = as_operator.submit("/ja/call/confirm", read["back"], headers=JSON).get_json()
    assert back == {"told": "元に戻しました。", "back": None}


def test_what_makes_no_sense_is_refused(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        secret = make_page(db, audience=Audience.SV)
        hidden, page = a_notice(db, "SVへ", audience=Audience.SV), make_page(db).id
        number, revision = secret.id, secret.current_revision_id
    for path, sent, status in (
        (f"/ja/pages/{page}/favourite", {"action": "burn"}, 422),
        (f"/ja/pages/{number}/favourite", {"action": "add"}, 404),
        ("/ja/pages/99999/favourite", {"action": "add"}, 404),
        ("/ja/call/confirm", {"action": "burn"}, 422),
        ("/ja/call/confirm", {"action": "notice"}, 422),
        ("/ja/call/confirm", {"action": "notice", "id": hidden}, 404),
        ("/ja/call/confirm", {"action": "change", "id": revision}, 404),
        ("/ja/call/confirm", {"action": "all", "until": "yesterday"}, 422),
        ("/ja/call/confirm", {"action": "all", "until": "2030-01-01T00:00:00"}, 422),
        ("/ja/call/confirm", {"action": "change_back", "id": ""}, 422),
    ):
        assert as_operator.submit(path, sent).status_code == status, (path, sent)


def test_no_deed_leads_to_another_site_and_no_address_makes_a_message_up(as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db).id
    answer = as_operator.submit(f"/ja/pages/{page}/favourite", {"action": "add", "next": "//evil.example/x"})
    assert answer.location.startswith(f"/ja/pages/{page}?undo=")
    for query in ("undo=burn&which=1", "undo=kept&which=x", "undo=kept&which=", "undo=change&which=" + "9" * 50):
        assert (
            "元に戻す"
            not in as_operator.get(f"/ja/call?{query}").text.partition('class="toasts"')[2].partition("<template")[0]
        )


def test_a_message_sent_in_a_call_notes_the_shift_and_reading_does_not(as_operator: Browser, store: Store) -> None:
    as_operator.get("/ja/call")
    with store.reading() as db:
        assert db.query(Shift).count() == 0
    as_operator.submit("/ja/call/act", {"action": "start"})
    with store.reading() as db:
        assert db.query(Shift).count() == 1
