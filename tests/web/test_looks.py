"""The room of what to look at again: who enters, what it says, one decision a screen, and what readers see of it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from kb.rules.calls import Fault
from kb.rules.desk import Bond
from kb.rules.pages import Audience
from kb.rules.roles import Role
from kb.services import flagging, indexing, looking, owning, weighing
from kb.services.house import House
from kb.store import users
from kb.store.base import Store
from kb.store.lineages import Lineage
from kb.store.looks import Look
from kb.store.pages import Page
from tests.conftest import Browser, StoppedClock
from tests.make import edit_page, make_actor, make_page, make_story

ENDED = """送料の案内です。

:::limit operator 〜2030-03-31
- 480円まで
:::

:::limit operator 2030-04-01〜
- 960円まで
:::
"""


@pytest.fixture
def page_id(store: Store, clock: StoppedClock) -> int:
    """A page that a story contradicts as a whole, and one limit of which has ended."""
    clock.time = datetime(2030, 3, 1, tzinfo=UTC)
    with store.writing() as db:
        page = make_page(db, "送料について", ENDED)
        clock.time = datetime(2030, 5, 1, tzinfo=UTC)
        story = make_story(db, title="食い違う話")
        bond = Lineage(page_id=page.id, story_id=story.page_id, story_revision_id=story.id, bond=Bond.CONTRADICTS)
        bond.passages, bond.at = [], clock.now()
        db.add(bond)
        return page.id


def whole(page_id: int) -> str:
    return f"/ja/looks/{page_id}"


def fields(browser: Browser, path: str) -> dict[str, str]:
    """What the forms of the screen carry of what was seen."""
    text = browser.get(path).text
    return {name: re.findall(rf'name="{name}" value="(\d+)"', text)[0] for name in ("seen", "revision")}


def looks(store: Store) -> list[str]:
    with store.reading() as db:
        return [look.decision.value for look in db.query(Look).order_by(Look.id)]


def test_the_list_says_why_and_leads_to_the_decision(as_sv: Browser, page_id: int) -> None:
    text = as_sv.get("/ja/looks").text
    assert "この記事と食い違う体験が 1件あります。" in text
    assert "この権限は、3月31日で期限が切れています。" in text and "480円まで" in text
    links = set(re.findall(r'href="(/ja/looks/[^"]+)"', text))
    assert whole(page_id) in links and len(links) == 2
    for link in links:
        assert as_sv.get(link).status_code == 200
    english = as_sv.get("/en/looks").text
    assert "この記事" not in english and "食い違う体験が" not in english


def test_the_list_is_narrowed_and_says_when_nothing_is_left(as_sv: Browser, page_id: int) -> None:
    for query, counted in (
        ("sign=expired", 1),
        ("sign=contradicted", 1),
        ("sign=age", 0),
        ("group=nobody", 0),
        ("category=x", 0),
    ):
        text = as_sv.get(f"/ja/looks?{query}").text
        assert f"{counted}件" in text and text.count("送料について</bdi>") == counted
    assert as_sv.get("/ja/looks?sign=zzz").status_code == 422


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.EDITOR])
def test_operators_and_editors_stay_out(
    sign_in: Callable[[Role], Browser], page_id: int, store: Store, role: Role
) -> None:
    browser = sign_in(role)
    for path in ("/ja/looks", whole(page_id), "/en/looks"):
        answer = browser.get(path)
        assert answer.status_code == 403 and "食い違う話" not in answer.text
    assert (
        browser.submit(whole(page_id), {"action": "keep", "reason": "x", "seen": 0, "revision": 1}).status_code == 403
    )
    assert looks(store) == []


def test_keeping_takes_the_page_off_the_list(as_sv: Browser, store: Store, page_id: int) -> None:
    said = {"action": "keep", "reason": "例外の話だった。", **fields(as_sv, whole(page_id))}
    answer = as_sv.submit(whole(page_id), said, follow_redirects=True)
    assert "残すと決めました。次に見直すのは 2030年10月30日 です。" in answer.text
    assert "この記事と食い違う体験" not in answer.text and looks(store) == ["keep"]
    assert "例外の話だった。" in as_sv.get(whole(page_id)).text


def test_the_second_decision_is_refused_with_what_was_written(
    as_sv: Browser, sign_in: Callable[[Role], Browser], store: Store, page_id: int
) -> None:
    said = {"action": "keep", "reason": "先に書いた理由", **fields(as_sv, whole(page_id))}
    late = {**said, "reason": "後から書いた理由"}
    assert as_sv.submit(whole(page_id), said).status_code == 302
    answer = sign_in(Role.ADMIN).submit(whole(page_id), late)
    assert answer.status_code == 409 and "先にほかの人が決めていました" in answer.text
    assert "後から書いた理由" in answer.text and "先に書いた理由" in answer.text
    assert looks(store) == ["keep"]


def test_a_decision_on_a_page_that_is_gone_is_refused(as_sv: Browser, store: Store, page_id: int) -> None:
    said = {"action": "archive", "reason": "古い。", **fields(as_sv, whole(page_id))}
    assert as_sv.submit(whole(page_id), said).status_code == 302
    for action in ("archive", "keep"):
        answer = as_sv.submit(whole(page_id), {**said, "action": action})
        assert answer.status_code == 409 and "公開を終えていました" in answer.text
    assert looks(store) == ["drop"] and as_sv.get(whole(page_id)).status_code == 410


def test_a_decision_without_a_reason_is_told_at_its_field(as_sv: Browser, store: Store, page_id: int) -> None:
    for action in ("keep", "archive"):
        answer = as_sv.submit(whole(page_id), {"action": action, "reason": " ", **fields(as_sv, whole(page_id))})
        assert answer.status_code == 422 and f'id="f-reason-{action}-error"' in answer.text
    assert (
        as_sv.submit(whole(page_id), {"action": "zz", "reason": "x", **fields(as_sv, whole(page_id))}).status_code
        == 422
    )
    assert as_sv.submit(whole(page_id), {"action": "keep", "reason": "x"}).status_code == 422
    wrong = {"action": "archive", "reason": "x", "moved_to": str(page_id), **fields(as_sv, whole(page_id))}
    assert as_sv.submit(whole(page_id), wrong).status_code == 422
    assert looks(store) == [] and as_sv.get(f"/ja/pages/{page_id}").status_code == 200


def test_an_ended_limit_is_cut_from_the_page(as_sv: Browser, store: Store, page_id: int) -> None:
    (path,) = re.findall(r'href="(/ja/looks/\d+\?passage=[^"]+)"', as_sv.get("/ja/looks?sign=expired").text)[:1]
    said = {"action": "cut", "reason": "期限が過ぎた。", **fields(as_sv, path)}
    assert as_sv.submit(path, said).status_code == 302
    assert "480円" not in as_sv.get(f"/ja/pages/{page_id}").text and looks(store) == ["drop"]
    again = as_sv.submit(path, said)
    assert again.status_code == 409 and looks(store) == ["drop"]


def test_a_change_is_decided_by_the_editor_that_was_opened_from_here(
    as_sv: Browser, store: Store, page_id: int
) -> None:
    (edit,) = re.findall(r'href="(/ja/pages/\d+/edit\?look=page)"', as_sv.get(whole(page_id)).text)
    base = re.findall(r'name="base" value="(\d+)"', as_sv.get(edit).text)[0]
    said = {
        "action": "save",
        "base": base,
        "title": "送料について",
        "body": "直した文です。",
        "audience": "public",
        "note": "直した",
    }
    assert as_sv.submit(f"/ja/pages/{page_id}/edit", {**said, "base": "1"}).status_code in (302, 409)
    assert as_sv.submit(edit, {**said, "body": "もう一度。", "base": base}).status_code in (302, 409)
    with store.reading() as db:
        base = str(db.get_one(Page, page_id).current_revision_id)
    assert as_sv.submit(edit, {**said, "body": "さらに直した文です。", "base": base}).status_code == 302
    assert looks(store)[-1] == "change"
    assert "食い違う体験が" not in as_sv.get("/ja/looks").text


def test_operators_read_the_limit_of_today_and_a_doubt_without_its_evidence(as_operator: Browser, page_id: int) -> None:
    for path in (f"/ja/pages/{page_id}", f"/ja/console/preview/{page_id}", f"/ja/call/preview/{page_id}"):
        text = as_operator.get(path).text
        assert "要確認" in text and "食い違う話" not in text and "/looks/" not in text
        current, old = text.split('<details class="limit__other">')
        assert "960円まで" in current and "480円まで" not in current
        assert "480円まで" in old and "旧" in old


def test_a_search_for_the_old_value_says_that_it_is_old(as_operator: Browser, house: House, page_id: int) -> None:
    indexing.drain_all(house.store, house.index)
    text = as_operator.get("/ja/console?q=480円&part=list").text
    assert ">3月31日</time>まで" in text and "【旧】" in text
    assert "</time>まで" not in as_operator.get("/ja/console?q=送料&part=list").text


def test_a_page_that_holds_says_since_when(as_operator: Browser, store: Store, clock: StoppedClock) -> None:
    clock.time = datetime(2030, 3, 1, tzinfo=UTC)
    with store.writing() as db:
        page_id = make_page(db).id
    text = as_operator.get(f"/ja/pages/{page_id}").text
    assert ">2030-03-01</time>" in text and "要確認" not in text
    customers = as_operator.application.test_client().get(f"/ja/faq/{page_id}", follow_redirects=True).text
    assert "2030-03-01" in customers and "要確認" not in customers and "検証済み" not in customers


def test_an_owner_is_set_on_the_page_and_shown_to_all_staff(
    as_sv: Browser, as_operator: Browser, store: Store, page_id: int
) -> None:
    with store.reading() as db:
        person = users.by_name(db, "operator")
        assert person is not None
        owner = person.id
    path = f"/ja/pages/{page_id}"
    assert as_sv.submit(path, {"action": "own", "group": "", "owner": owner}).status_code == 422
    assert as_operator.submit(path, {"action": "own", "group": "配送", "owner": owner}).status_code == 403
    assert as_sv.submit(path, {"action": "own", "group": "配送チーム", "owner": owner}).status_code == 302
    assert "配送チーム" in as_operator.get(path).text and 'name="group"' not in as_operator.get(path).text
    assert '<option value="配送チーム">' in as_sv.get(path).text
    assert "配送チーム" in as_sv.get("/ja/looks?group=配送チーム").text


def test_what_only_supervisors_read_never_reaches_operators(
    as_operator: Browser, as_sv: Browser, store: Store, clock: StoppedClock
) -> None:
    with store.writing() as db:
        sv = make_actor(db, Role.SV)
        body = "公開の文です。\n\n:::sv\nzqsecret 返金は一万円まで\n:::"
        page = make_page(db, "返金", body, audience=Audience.STAFF)
        clock.advance(days=1)
        story = make_story(db)
        bond = Lineage(page_id=page.id, story_id=story.page_id, story_revision_id=story.id, bond=Bond.CONTRADICTS)
        bond.passages, bond.at = ["zqsecret 返金は一万円まで"], clock.now()
        db.add(bond)
        db.flush()
        key = weighing.key_of(bond.passages[0])
        screen = looking.screen(db, page.id, key, viewer=sv)
        assert page.current_revision_id is not None
        page_id, revision_id = page.id, page.current_revision_id
    path = f"/ja/looks/{page_id}?passage={key}"
    assert "zqsecret" in as_sv.get("/ja/looks").text and "zqsecret" in as_sv.get(path).text
    said = {"action": "keep", "reason": "いまも正しい。", "seen": screen.seen, "revision": revision_id}
    assert as_sv.submit(path, said).status_code == 302
    for address in (
        f"/ja/pages/{page_id}",
        f"/ja/pages/{page_id}/history",
        "/ja/looks",
        path,
        f"/ja/call/preview/{page_id}",
    ):
        assert "zqsecret" not in as_operator.get(address).text


def test_the_author_of_a_flag_reads_which_version_mended_it(
    as_operator: Browser, store: Store, clock: StoppedClock
) -> None:
    with store.writing() as db:
        sv, by = make_actor(db, Role.SV), as_operator.actor
        assert by is not None
        mended, answered = make_page(db), make_page(db)
        for page in (mended, answered):
            flagged = flagging.flag(db, page.id, None, Fault.WRONG, "", by=by)
            clock.advance(minutes=1)
            if page is mended:
                edit_page(db, page, "直した文です。", by=sv)
            flagging.close(db, flagged.id, "ありがとう。", by=sv)
        clock.advance(minutes=1)
        edit_page(db, answered, "あとから変えた文です。", by=sv)
        owning.set_owner(db, answered.id, "配送", sv.id, by=sv)
    for path in ("/ja/requests/mine", "/ja/requests/mine?part=list"):
        assert as_operator.get(path).text.count("版2で直しました") == 1
