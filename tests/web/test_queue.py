"""The queue on the screen: why each row is where it is, filters, what is beside it, taking, gaps, and who may not."""

import re
from typing import Any

import pytest

from kb.rules import clock as real_clock
from kb.rules import limits
from kb.rules.calls import Fault
from kb.rules.desk import ItemKind
from kb.rules.review_states import State
from kb.rules.roles import Actor
from kb.services import flagging, helping, submitting
from kb.store.base import Session, Store
from kb.store.calls import Call
from kb.store.gaps import Gap
from kb.store.pages import Revision
from kb.store.reaches import Reach
from kb.store.review import waiting
from tests.conftest import Browser, StoppedClock
from tests.make import edit_page, make_actor, make_category, make_page, make_proposal, make_story
from tests.make import story as make_text


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text.replace("<wbr>", ""))


def make_gap(db: Session, words: str = "適格請求書", **more: Any) -> Gap:
    made = Gap(key=words, words=words, times=2, first_at=real_clock.now(), last_at=real_clock.now(), **more)
    db.add(made)
    db.flush()
    return made


def reach(db: Session, kind: ItemKind, item_id: int, *, searches: int = 0, calls: int = 0) -> None:
    db.add(Reach(kind=kind, item_id=item_id, searches=searches, calls=calls, counted_at=real_clock.now()))


@pytest.fixture
def gap(store: Store) -> int:
    with store.writing() as db:
        return make_gap(db).id


def test_each_row_says_why_it_is_where_it_is(as_sv: Browser, store: Store, clock: StoppedClock) -> None:
    with store.writing() as db:
        operator = make_actor(db)
        page = make_page(db, "離島への配送")
        flag = flagging.flag(db, page.id, None, Fault.OUT_OF_DATE, "", by=operator)
        reach(db, ItemKind.FLAG, flag.id, calls=38)
        reach(db, ItemKind.GAP, make_gap(db).id, searches=1_012)
        story, edit = make_story(db, title="運動会の話"), make_proposal(db, page)
        reach(db, ItemKind.STORY, story.id, searches=41, calls=6)
        reach(db, ItemKind.EDIT, edit.id, searches=9)
        clock.advance(days=3)
        call = Call(key="open", user_id=operator.id, started_at=clock.now())
        db.add(call)
        db.flush()
        helping.ask(db, "電圧", "海外でも使えますか", call=call, by=operator)
        clock.advance(minutes=2)
        make_story(db, title="届いたばかりの話")
    shown = plain(as_sv.get("/ja/review").text)
    sentences = [
        f"{operator.display_name}さんが応対中です。2分前から待っています。",
        "この7日、お客様が1,012回探して見つかりませんでした。",
        "この7日に38件の応対で使われた記事への指摘です。",
        "この7日の検索41回・応対6件に関わります。",
        "この7日に検索から9回読まれた記事です。",
        "届いたばかりです。",
    ]
    places = [shown.index(sentence) for sentence in sentences]
    # Beside the list, the first item says its reason once more.
    assert places == sorted(places)


def test_tabs_and_chips_count_and_narrow(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        story, edit = make_story(db, title="運動会の話"), make_proposal(db, make_page(db, "配送の日数"))
        make_story(db, in_state=State.DRAFT, title="下書きの話")
        make_story(db, in_state=State.IN_REVIEW, title="担当の話", reviewer=as_sv.actor)
    everything = as_sv.get("/ja/review").text
    assert 'すべて <span class="count">3</span>' in everything and "下書きの話" not in plain(everything)
    stories = as_sv.get("/ja/review?kind=story").text
    assert f"/ja/review/{story.id}" in stories and f"/ja/review/{edit.id}" not in stories
    mine = plain(as_sv.get("/ja/review?hold=mine").text)
    assert "担当の話" in mine and "運動会の話" not in mine
    assert as_sv.get("/ja/review?kind=nonsense").status_code == 422
    assert as_sv.get("/ja/review?hold=nonsense&page=0").status_code == 200


def test_a_category_and_a_language_narrow_where_there_is_something_to_choose(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        shelf, other = make_category(db, "delivery"), make_category(db, "returns")
        make_proposal(db, make_page(db, "配送の日数", category=shelf))
        make_proposal(db, make_page(db, "返品の手順", category=other))
    shown = as_sv.get("/ja/review").text
    assert 'name="category"' in shown and 'name="language"' not in shown
    narrowed = plain(as_sv.get(f"/ja/review?category={shelf.id}").text)
    assert "配送の日数" in narrowed and "返品の手順" not in narrowed


def test_an_empty_queue_says_what_is_good_about_it_and_an_empty_filter_leads_back(as_sv: Browser, store: Store) -> None:
    assert "待っているものはありません" in plain(as_sv.get("/ja/review").text)
    with store.writing() as db:
        make_gap(db)
    assert "ほかの種類や担当には、まだあります" in plain(as_sv.get("/ja/review?kind=story").text)


def test_the_queue_is_turned_by_pages(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        for number in range(limits.PAGE_SIZE + 1):
            make_gap(db, f"言葉{number:02}")
    first, second = (re.findall(r'data-item="(gap-\d+)"', as_sv.get(f"/ja/review?page={n}").text) for n in (1, 2))
    assert (len(first), len(second)) == (limits.PAGE_SIZE, 1)
    assert not {*first} & {*second}
    assert as_sv.get("/ja/review?page=999").status_code == 200


def test_the_list_and_what_is_beside_it_come_alone(as_sv: Browser, store: Store, gap: int) -> None:
    with store.writing() as db:
        story = make_story(db, title="運動会の話", words="いつ届くの", purpose="運動会に間に合わせたい")
    part = as_sv.get("/ja/review?part=list").text
    assert "<html" not in part and f'data-item="gap-{gap}"' in part
    side = plain(as_sv.get(f"/ja/review?part=side&item=story-{story.id}").text)
    assert "いつ届くの" in side and "運動会に間に合わせたい" in side
    for item in ("story-999", f"edit-{story.id}", "gap-", "gap-x", "nonsense", "", "gap-" + "9" * 40, "gap-²"):
        assert as_sv.get("/ja/review", query_string={"part": "side", "item": item}).status_code == 404


def test_the_keys_of_a_row_lead_to_the_items_screen_with_that_decision_opened(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        story, edit = make_story(db), make_proposal(db, make_page(db))
    rows = dict(re.findall(r'<li id="(\w+-\d+)"[^>]*?data-item="[^"]+"([^>]*)>', as_sv.get("/ja/review").text))
    leads = dict(re.findall(r'data-(\w+)="([^"]+)"', rows[f"story-{story.id}"]))
    assert leads.keys() == {"approve", "return", "duplicate", "merge"}
    assert "data-merge" not in rows[f"edit-{edit.id}"]
    for url in leads.values():
        assert as_sv.get(url.replace("&amp;", "&")).status_code == 200
    with store.reading() as db:
        # To look is not to decide.
        assert db.get_one(Revision, story.id).state is State.SUBMITTED


def hold(browser: Browser, kind: str, id: int, action: str = "take", **more: Any) -> Any:
    return browser.submit("/ja/review/hold", {"kind": kind, "id": id, "action": action}, **more)


def test_taking_leads_to_the_item_and_giving_back_to_the_queue(as_sv: Browser, store: Store, gap: int) -> None:
    with store.writing() as db:
        story = make_story(db)
    assert hold(as_sv, "gap", gap).location == f"/ja/review/gaps/{gap}"
    assert hold(as_sv, "story", story.id).location == f"/ja/review/{story.id}"
    assert "あなたが確認中" in as_sv.get(f"/ja/review/gaps/{gap}").text
    assert hold(as_sv, "gap", gap, "give_back").location == "/ja/review"
    assert 'value="take"' in as_sv.get(f"/ja/review/gaps/{gap}").text


def test_who_comes_second_is_told_by_name_and_keeps_the_queue(as_sv: Browser, as_admin: Browser, gap: int) -> None:
    hold(as_admin, "gap", gap)
    late = hold(as_sv, "gap", gap)
    assert late.status_code == 409
    assert "いまはadminさんが確認しています" in late.text and f'data-item="gap-{gap}"' in late.text
    told = hold(as_sv, "gap", gap, headers={"Accept": "application/json"})
    assert told.status_code == 409 and "admin" in told.get_json()["error"]["message"]
    shown = as_sv.get(f"/ja/review/gaps/{gap}").text
    assert "adminさんが確認中です" in shown and 'name="action" value="dismiss"' not in shown


@pytest.mark.parametrize(
    "fields", [{"kind": "nonsense", "id": 1}, {"kind": "gap"}, {"kind": "gap", "id": 1, "action": "x"}]
)
def test_nonsense_takes_nothing(as_sv: Browser, gap: int, fields: dict[str, Any]) -> None:
    assert as_sv.submit("/ja/review/hold", {"action": "take", **fields}).status_code == 422
    assert hold(as_sv, "gap", 999).status_code == 404


def test_a_flag_is_taken_and_answered_on_its_own_screen(as_operator: Browser, as_sv: Browser, store: Store) -> None:
    assert as_operator.actor is not None
    with store.writing() as db:
        page = make_page(db, "店舗受け取り")
        id = flagging.flag(db, page.id, None, Fault.WRONG, "店頭でも可", by=as_operator.actor).id
    hold(as_sv, "flag", id)
    shown = as_sv.get(f"/ja/review/flags/{id}").text
    assert "店頭でも可" in shown and "あなたが確認中" in shown and f"/ja/pages/{page.id}/edit" in shown
    assert as_sv.submit(f"/ja/requests/flags/{id}", {"reply": "直しました"}).location == "/ja/review"
    assert "直しました" in as_sv.get(f"/ja/review/flags/{id}").text


def test_a_flag_on_a_page_that_is_hidden_meanwhile_is_not_there(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db, "隠れる記事")
        flag = flagging.flag(db, page.id, None, Fault.WRONG, "指摘の言葉", by=make_actor(db))
        page.archived_at = real_clock.now()
        db.flush()
        edit_page(db, make_page(db), "別の文")
    assert "隠れる記事" not in as_sv.get("/ja/review").text
    assert as_sv.get(f"/ja/review/flags/{flag.id}").status_code == 404


def test_the_bar_counts_everything_that_waits_and_apart_from_it_who_waits(
    as_sv: Browser, store: Store, gap: int
) -> None:
    with store.writing() as db:
        make_story(db)
        helping.ask(db, "電圧", "何と言えば", call=None, by=make_actor(db))
        assert as_sv.actor is not None and len(waiting(db, viewer=as_sv.actor)) == 1
    bar = as_sv.get("/ja/pages").text
    assert re.search(r'レビュー <span class="count">3<', bar)
    assert re.findall(r"data-waiting-count>(\d+)<", bar) == ["1"]


@pytest.mark.parametrize(
    "path", ["review", "review?part=list", "review/help/1", "review/flags/1", "review/gaps/1", "requests"]
)
def test_operators_see_nothing_of_it(as_operator: Browser, as_sv: Browser, gap: int, path: str) -> None:
    answer = as_operator.get(f"/ja/{path}")
    assert answer.status_code == 403 and "適格請求書" not in answer.text
    assert as_sv.get(f"/ja/{path}").status_code in (200, 302, 404)


def test_operators_change_nothing_of_it(as_operator: Browser, store: Store, gap: int) -> None:
    assert hold(as_operator, "gap", gap).status_code == 403
    sent = as_operator.submit(f"/ja/review/gaps/{gap}", {"action": "dismiss", "reason": "理由"})
    assert sent.status_code == 403
    assert as_operator.get(f"/ja/pages/new?gap={gap}").status_code == 403
    with store.reading() as db:
        found = db.get_one(Gap, gap)
    assert (found.taken_by_id, found.closed_at) == (None, None)


def test_what_people_wrote_is_text_in_the_queue(as_sv: Browser, store: Store) -> None:
    evil = "<img src=x onerror=alert(1)>"
    with store.writing() as db:
        make_story(db, title=f"話{evil}", words=evil)
        make_gap(db, f"探す{evil}")
        helping.ask(db, evil, f"何と{evil}", call=None, by=make_actor(db))
        flagging.flag(db, make_page(db, f"題{evil}").id, None, Fault.WRONG, evil, by=make_actor(db))
    shown = as_sv.get("/ja/review").text
    assert "<img" not in shown and shown.count("&lt;img") >= 4


def test_a_story_that_came_back_says_how_often_it_was_submitted(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        by: Actor = make_actor(db)
        story = make_story(db, title="書き直した話", in_state=State.RETURNED, by=by)
        submitting.submit(db, make_text("もう一度書いた話"), page_id=story.page_id, by=by)
    assert "2回目の提出" in plain(as_sv.get("/ja/review").text)
