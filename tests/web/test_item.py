"""One item at the desk: what stands beside it, what its address opens, and who sees which quote."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kb.rules import clock
from kb.rules.calls import Outcome, StepKind
from kb.rules.pages import Audience, Kind
from kb.rules.review_states import State
from kb.rules.roles import Role
from kb.services import calling, indexing, retelling, reviewing, talking
from kb.services.calling import End, Message
from kb.services.house import House
from kb.services.recording import Step
from kb.store.base import Store
from kb.store.calls import Call
from kb.store.pages import Page, Revision
from tests.conftest import Browser
from tests.make import edit_page, make_actor, make_page, make_proposal, make_story, make_user

SECRET = "SVだけの切り札"


def shown(browser: Browser, revision: Revision, query: str = "") -> str:
    answer = browser.get(f"/ja/review/{revision.id}{query}")
    assert answer.status_code == 200
    return str(answer.text).replace("<wbr>", "")


def send(browser: Browser, revision: Revision, decision: str, **more: Any) -> Any:
    return browser.submit(f"/ja/review/{revision.id}", {"decision": decision, "revision": revision.id, **more})


@pytest.fixture
def story(store: Store, as_operator: Browser) -> Revision:
    with store.writing() as db:
        return make_story(db, title="届かない荷物の話", done="配送会社に確かめた。", by=as_operator.actor)


def test_look_alikes_stand_in_two_lists(as_sv: Browser, house: House, store: Store, story: Revision) -> None:
    with store.writing() as db:
        page = make_page(db, "届かない荷物は")
        waiting = make_story(db, title="届かない荷物の別の話")
        case = make_page(db, "届かない荷物の事例", kind=Kind.CASE, audience=Audience.STAFF)
    indexing.drain_all(store, house.index)
    pages, _, stories = shown(as_sv, story).partition("似ている体験")
    pages = pages.partition("似ている記事")[2]
    assert f'href="/ja/pages/{page.id}"' in pages and f"/merge?into={page.id}" in pages
    stories = stories.partition("ここに至った応対")[0]
    assert f'href="/ja/pages/{waiting.page_id}"' in stories and f'href="/ja/pages/{case.id}"' in stories
    # Nothing can be merged into a story that waits itself.
    assert f"/merge?into={case.id}" in stories and f"/merge?into={waiting.page_id}" not in stories
    assert f'href="/ja/pages/{story.page_id}"' not in pages + stories


def test_the_call_behind_a_story_is_told_without_the_customer(
    as_sv: Browser, as_operator: Browser, store: Store, story: Revision
) -> None:
    by = as_operator.actor
    assert by is not None
    with store.writing() as db:
        page, hidden = make_page(db, "開いた記事"), make_page(db, "隠れた記事", archived=True)
        began = clock.now() - timedelta(minutes=7)
        at = [began + timedelta(seconds=second) for second in range(6)]
        steps = (
            Step("s1", StepKind.SEARCH, at[0], "荷物 届かない", 4),
            Step("s2", StepKind.SEARCH, at[1], "届かない 幽霊", 0),
            Step("s3", StepKind.OPEN, at[2], "", None, page.current_revision_id),
            Step("s4", StepKind.PURPOSE, at[3], "誕生日に間に合わせたい", None, page.current_revision_id),
        )
        facts = {"memo": "ひみつのメモ", "ticket": "T-4711", "customer": "individual"}
        told = Message("c" * 32, began, facts, steps, End(Outcome.SOLVED, began + timedelta(minutes=6)), wrapped=True)
        calling.keep(db, told, by=by)
        call = db.scalars(select(Call)).one()
        retelling.link(db, call.id, db.get_one(Page, story.page_id), by=by)
        assert hidden.archived_at is not None
    text = shown(as_sv, story).partition("ここに至った応対")[2]
    for words in ("荷物 届かない", "届かない 幽霊", "開いた記事", "誕生日に間に合わせたい", "約6分", "解決"):
        assert words in text, words
    assert "ひみつのメモ" not in text and "T-4711" not in text and "個人" not in text


def test_a_story_without_a_call_says_so(as_sv: Browser, story: Revision) -> None:
    assert "応対からではなく、あとで書かれた体験です" in shown(as_sv, story)


def test_the_authors_other_words_are_named_and_not_counted(as_sv: Browser, store: Store, as_operator: Browser) -> None:
    with store.writing() as db:
        sv = make_actor(db, Role.SV)
        item = make_story(db, by=as_operator.actor)
        other = make_story(db, title="もう一つの話", by=as_operator.actor)
        make_story(db, title="置いたままの下書き", in_state=State.DRAFT, by=as_operator.actor)
        make_story(db, title="他人の話")
        assert as_operator.actor is not None
        talking.comment(db, other.id, "別のところで言ったこと", by=as_operator.actor)
        talking.comment(db, other.id, "SVが言ったこと", by=sv)
    text = shown(as_sv, item).partition("さんのほかの言葉")[2].partition("</section>")[0]
    assert "もう一つの話" in text and "別のところで言ったこと" in text and f"/ja/review/{other.id}" in text
    assert "置いたままの下書き" not in text and "他人の話" not in text and "SVが言ったこと" not in text
    assert "件" not in text and "位" not in text


@pytest.mark.parametrize(
    ("decision", "focused"),
    [
        ("approve", r'value="approve"[^>]*data-focus'),
        ("return", r'name="reason"[^>]*data-focus'),
        ("reject", r'name="why"[^>]*data-focus'),
    ],
)
def test_the_address_opens_a_decision(as_sv: Browser, story: Revision, decision: str, focused: str) -> None:
    assert re.search(focused, shown(as_sv, story, f"?decision={decision}"))
    assert not re.search(focused, shown(as_sv, story))
    opened = shown(as_sv, story, f"?decision={decision}").count('name="decision" open')
    assert opened == (decision != "approve")


def test_an_unknown_decision_in_the_address_opens_nothing(as_sv: Browser, story: Revision) -> None:
    assert 'name="decision" open' not in shown(as_sv, story, "?decision=%3Cscript%3E")


def test_ready_thanks_are_sent_unless_something_was_typed(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        first, second = make_story(db), make_story(db)
    ready = re.findall(r'name="ready" value="([^"]+)"', shown(as_sv, first))
    assert len(ready) == 3
    send(as_sv, first, "approve", current="", ready=ready[1])
    send(as_sv, second, "approve", current="", ready=ready[1], thanks="自分の言葉")
    with store.reading() as db:
        thanked = [db.get_one(Revision, one.id).thanks for one in (first, second)]
    assert thanked == [ready[1], "自分の言葉"]


def test_a_duplicate_is_chosen_from_the_look_alikes(as_sv: Browser, store: Store, story: Revision) -> None:
    with store.writing() as db:
        page = make_page(db)
    assert send(as_sv, story, "duplicate", same=page.id, why="同じ話").location == "/ja/review"
    with store.reading() as db:
        assert db.get_one(Revision, story.id).outcome_page_id == page.id


def test_a_quote_for_svs_alone_never_reaches_the_author(as_sv: Browser, as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db, body=f"はじめの文。\n\n:::sv\n{SECRET}\n:::", audience=Audience.STAFF)
        proposal = make_proposal(db, page, "直した文。", by=as_operator.actor)
    for quote, words in ((SECRET, "ここはそのまま"), ("直した文", "ここは良い")):
        assert send(as_sv, proposal, "comment", comment=words, quote=quote).status_code == 302
    assert shown(as_sv, proposal).count(f'<blockquote class="quote">{SECRET}') == 1
    own = as_operator.get(f"/ja/stories/{proposal.id}").text
    assert SECRET not in own and "ここはそのまま" in own and '<blockquote class="quote">直した文' in own


def test_an_author_answers_on_a_passage_and_keeps_what_was_refused(as_operator: Browser, story: Revision) -> None:
    typed = {"action": "comment", "comment": "書きかけの返事", "quote": "ここにない言葉"}
    refused = as_operator.submit(f"/ja/stories/{story.id}", typed)
    assert refused.status_code == 422
    assert "書きかけの返事</textarea>" in refused.text and "ここにない言葉</textarea>" in refused.text
    as_operator.submit(f"/ja/stories/{story.id}", {**typed, "quote": "配送会社に確かめた"})
    assert '<blockquote class="quote">配送会社に確かめた' in as_operator.get(f"/ja/stories/{story.id}").text


def test_calling_a_colleague_asks_nothing_about_personal_data(as_sv: Browser, store: Store, story: Revision) -> None:
    with store.writing() as db:
        make_user(db, Role.SV, display_name="田中 一郎")
    assert send(as_sv, story, "comment", comment="@田中 一郎 さん、見てください").status_code == 302
    # A name that nobody here bears is a customer's, and is asked about.
    asked = send(as_sv, story, "comment", comment="お客様は田中 花子様でした")
    assert asked.status_code == 422 and "まだ保存していません" in asked.text
    text = shown(as_sv, story)
    assert '<b class="calls">@田中 一郎</b>' in text and "花子" not in text
    assert 'data-handle="田中 一郎"' in text


def test_a_call_to_somebody_outside_is_refused_with_what_was_typed(
    as_sv: Browser, store: Store, story: Revision
) -> None:
    with store.writing() as db:
        make_user(db, name="outsider", display_name="よその人")
    refused = send(as_sv, story, "comment", comment="@outsider どう思う？")
    assert refused.status_code == 422
    assert "よその人さんはこのやりとりを読めない" in refused.text and "@outsider どう思う？</textarea>" in refused.text


def test_an_overtaken_edit_shows_what_happened_and_leads_to_the_merge(as_sv: Browser, store: Store) -> None:
    with store.writing() as db:
        page = make_page(db, "配送の日数", "三日です。")
        edit = make_proposal(db, page, "五日です。")
        edit_page(db, page, "四日です。")
    text = shown(as_sv, edit)
    assert "記事に起きたこと" in text and re.search(r"<del>三", text) and re.search(r"<ins>四", text)
    assert f"/ja/review/{edit.id}/merge?into={page.id}" in text and 'value="approve"' not in text


def test_of_two_versions_the_newer_one_is_named(as_sv: Browser, as_operator: Browser, store: Store) -> None:
    with store.writing() as db:
        old = make_story(db, in_state=State.RETURNED, by=as_operator.actor)
    fields = {"action": "submit", "draft": old.id, "title": "書き直した話", "words": "言葉", "done": "した"}
    newer = as_operator.submit("/ja/stories/new", fields).location.rpartition("/")[2]
    assert f'href="/ja/review/{newer}"' in shown(as_sv, old)
    late = send(as_sv, old, "approve", current="")
    assert late.status_code == 409 and f'href="/ja/review/{newer}"' in late.text


def test_whose_turn_it_is_stands_on_the_screen(as_sv: Browser, store: Store, story: Revision) -> None:
    assert 'value="take"' in shown(as_sv, story)
    send(as_sv, story, "take")
    assert 'value="give_back"' in shown(as_sv, story)
    send(as_sv, story, "give_back")
    with store.writing() as db:
        other = make_actor(db, Role.SV)
        reviewing.take(db, story.id, by=other)
    text = shown(as_sv, story)
    assert f"いまは{other.display_name}さんが確認しています" in text and 'value="take"' not in text
    assert 'id="decide"' not in text
