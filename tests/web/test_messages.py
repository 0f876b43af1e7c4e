"""The inbox, its bell and its letters: every kind has its sentence in both languages, and none names what is hidden."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from kb.rules.desk import MessageKind
from kb.rules.pages import Audience
from kb.rules.roles import SYSTEM, Actor, Role
from kb.services import accounts, messaging, settings
from kb.services.house import House
from kb.services.messaging import Way
from kb.services.sending import Courier, Keys
from kb.store.base import Session
from kb.store.messages import Delivery, Message
from kb.store.users import User
from kb.web import letters, telling
from tests.conftest import Browser, StoppedClock
from tests.make import edit_page, make_page, make_story
from tests.services.post_office import mail_server, webhook
from tests.services.watching import wait_until

FACTS: dict[MessageKind, dict[str, Any]] = {
    MessageKind.USED: {"month": "2030-03", "calls": 12},
    MessageKind.COACHED: {"sample": 1},
    MessageKind.INVITED: {"title": "雨の日の話", "starts_at": "2030-04-12T06:00:00+00:00", "place": "会議室"},
}


def tell(db: Session, who: Actor, kind: MessageKind, *, by: Actor = SYSTEM, **more: Any) -> int:
    messaging.tell(db, who.id, kind, by=by, **(more | FACTS.get(kind, {})))
    db.flush()
    return messaging.newest(db, by=who)


def actor_of(browser: Browser) -> Actor:
    assert browser.actor is not None
    return browser.actor


def test_every_kind_has_its_sign() -> None:
    assert set(telling.ICONS) == set(MessageKind)


@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_has_its_sentence_in_both_languages(
    as_operator: Browser, as_sv: Browser, house: House, kind: MessageKind
) -> None:
    with house.store.writing() as db:
        story = make_story(db, title="雨の日の話", by=actor_of(as_operator))
        about = {"page_id": story.page_id, "revision_id": story.id}
        tell(db, actor_of(as_operator), kind, by=actor_of(as_sv), **about)
    told = {lang: sentences(as_operator.get(f"/{lang}/messages").text)[0] for lang in ("ja", "en")}
    assert told["ja"] != told["en"]
    assert "%(" not in told["ja"] + told["en"]
    assert re.search("[ぁ-ん]", told["ja"])
    assert not re.search("[ぁ-んァ-ヶ]", told["en"].replace("雨の日の話", ""))
    if kind is MessageKind.USED:
        assert told["ja"] == "3月は、あなたの体験が12件の応対で使われました。"
        assert "March" in told["en"]


def sentences(text: str) -> list[str]:
    found = re.findall(r'told__sentence">(.*?)</p>', text, re.DOTALL)
    return [re.sub(r'<span class="sr">.*?</span>', "", one).strip() for one in found]


def test_the_bell_counts_what_is_new_and_opening_a_message_marks_it(
    as_operator: Browser, as_sv: Browser, house: House
) -> None:
    with house.store.writing() as db:
        story = make_story(db, by=actor_of(as_operator))
        about = {"page_id": story.page_id, "revision_id": story.id}
        first = tell(db, actor_of(as_operator), MessageKind.TAKEN, by=actor_of(as_sv), **about)
        tell(db, actor_of(as_operator), MessageKind.RETURNED, by=actor_of(as_sv), **about)
    assert bell(as_operator) == 2
    answer = as_operator.submit(f"/ja/messages/{first}", {"action": "open"})
    assert (answer.status_code, answer.location) == (303, f"/ja/stories/{story.id}")
    assert bell(as_operator) == 1
    as_operator.submit("/ja/messages", {"up_to": 99})
    assert bell(as_operator) is None
    assert "told--new" not in as_operator.get("/ja/messages").text


def bell(browser: Browser) -> int | None:
    """The number in the bar, or None where it is hidden."""
    found = re.search(
        r'bar__count"( hidden)?><span class="count" data-bell-count>(\d+)<', browser.get("/ja/pages").text
    )
    assert found is not None
    return None if found[1] else int(found[2])


def test_asking_for_the_bell_costs_nothing_while_nothing_has_changed(as_operator: Browser, house: House) -> None:
    first = as_operator.get("/ja/messages/now")
    assert first.get_json() == {"unread": 0}
    again = {"If-None-Match": first.headers["ETag"]}
    assert as_operator.get("/ja/messages/now", headers=again).status_code == 304
    with house.store.writing() as db:
        tell(db, actor_of(as_operator), MessageKind.USED)
    assert as_operator.get("/ja/messages/now", headers=again).get_json() == {"unread": 1}


def test_an_empty_inbox_says_what_will_come(as_operator: Browser) -> None:
    shown = as_operator.get("/ja/messages").text
    assert "応対で使われたときに届きます" in shown
    assert "すべて読んだことにする" not in shown


def test_many_messages_stand_on_several_screens(as_operator: Browser, house: House, clock: StoppedClock) -> None:
    with house.store.writing() as db:
        for _number in range(21):
            tell(db, actor_of(as_operator), MessageKind.USED)
            clock.advance(minutes=1)
    first, second = (as_operator.get(f"/ja/messages?page={number}").text for number in (1, 2))
    assert (len(sentences(first)), len(sentences(second))) == (20, 1)


def test_nobody_opens_the_messages_of_others(as_operator: Browser, as_sv: Browser, house: House) -> None:
    with house.store.writing() as db:
        number = tell(db, actor_of(as_operator), MessageKind.USED)
    assert as_sv.get(f"/ja/messages/{number}").status_code == 404
    assert as_sv.submit(f"/ja/messages/{number}", {"action": "open"}).status_code == 404
    assert as_operator.get(f"/ja/messages/{number}").status_code == 200


def test_a_message_names_a_page_only_to_those_who_may_read_it(
    as_operator: Browser, as_sv: Browser, house: House
) -> None:
    with house.store.writing() as db:
        page = make_page(db, "夜間の配送", audience=Audience.STAFF)
        edit_page(db, page, "SVだけの文。", title="秘密の題", audience=Audience.SV)
        numbers = {who: tell(db, actor_of(who), MessageKind.FIXED, page_id=page.id) for who in (as_operator, as_sv)}
    hidden, shown = as_operator.get("/ja/messages").text, as_sv.get("/ja/messages").text
    assert "秘密の題" not in hidden and "いまは読めない記事" in hidden
    assert "秘密の題" in shown
    # What can't be read leads nowhere, and reading it brings one back to the list.
    assert f"/ja/messages?page=1#m{numbers[as_operator]}" not in hidden
    answer = as_operator.submit(f"/ja/messages/{numbers[as_operator]}", {"action": "open"})
    assert answer.location.startswith("/ja/messages#m")
    assert as_sv.submit(f"/ja/messages/{numbers[as_sv]}", {"action": "open"}).location == f"/ja/pages/{page.id}"


def test_thanks_stand_with_the_message(as_operator: Browser, as_sv: Browser, house: House) -> None:
    with house.store.writing() as db:
        story = make_story(db, by=actor_of(as_operator))
        story.thanks = "よく聞いてくださいました。"
        tell(db, actor_of(as_operator), MessageKind.PUBLISHED, by=actor_of(as_sv), revision_id=story.id)
    assert "よく聞いてくださいました。" in as_operator.get("/ja/messages").text


def test_one_says_where_ones_messages_go_and_a_wrong_address_is_told(as_operator: Browser, house: House) -> None:
    wrong = as_operator.submit("/ja/messages/ways", {"mail": "hanako", "language": "en"})
    assert wrong.status_code == 422
    assert "メールアドレスの形を確かめてください" in wrong.text and 'value="hanako"' in wrong.text
    assert as_operator.submit("/ja/messages/ways", {"mail": "hanako@example.com", "language": "en"}).status_code == 303
    with house.store.reading() as db:
        user = db.get(User, actor_of(as_operator).id)
        assert user is not None
        assert (user.mail, user.language) == ("hanako@example.com", "en")


def test_an_administrator_sets_a_mail_address_and_others_may_not(
    as_admin: Browser, as_sv: Browser, as_operator: Browser
) -> None:
    fields = {"action": "mail", "id": actor_of(as_operator).id, "mail": "hanako@example.com"}
    assert as_sv.submit("/ja/admin/people", fields).status_code == 403
    assert "hanako@example.com" in as_admin.submit("/ja/admin/people", fields).text
    # The record says that it was changed, and not to what.
    record = as_admin.get("/ja/admin/events").text
    assert "知らせの届け先を変えた" in record and "hanako" not in record


def test_settings_tell_neither_password_nor_key(as_admin: Browser, app: Flask) -> None:
    shown = as_admin.get("/ja/admin/settings").text
    assert "KB_MAIL_PASSWORD" in shown
    assert Keys(app.config["SECRET_KEY"]).webhook not in shown
    assert app.config["SECRET_KEY"] not in shown


def ready(db: Session, who: Actor, port: int, hook: int, *, language: str = "ja") -> None:
    wanted = {"mail_on": "on", "mail_host": "127.0.0.1", "mail_port": port, "mail_from": "kb@example.com"}
    settings.change(db, wanted | {"webhook_url": f"http://127.0.0.1:{hook}/"}, by=SYSTEM)
    accounts.set_mail(db, who.id or 0, "hanako@example.com", by=SYSTEM)
    user = db.get(User, who.id)
    assert user is not None
    user.language = language


@pytest.mark.parametrize(("language", "words"), [("ja", "を公開しました"), ("en", "was published")])
def test_a_letter_has_its_readers_language_one_sentence_and_a_link_and_no_text(
    app: Flask, sign_in: Callable[[Role], Browser], house: House, language: str, words: str
) -> None:
    browser = sign_in(Role.OPERATOR)
    with mail_server() as post, webhook() as hook:
        with house.store.writing() as db:
            ready(db, actor_of(browser), post.port, hook.port, language=language)
            story = make_story(db, title="雨の日の話", done="こっそり書いた中身", by=actor_of(browser))
            about = {"page_id": story.page_id, "revision_id": story.id}
            number = tell(db, actor_of(browser), MessageKind.PUBLISHED, **about)
        with Courier(house.store, letters.writer(app), Keys("secret")):
            wait_until(lambda: bool(post.mails) and bool(hook.posts))
            wait_until(lambda: waiting(house) == 0)
    (mail,) = post.mails
    text = mail["Subject"] + mail.get_content()
    assert "雨の日の話" in text and words in text
    assert f"http://localhost/{language}/messages/{number}" in text
    assert "こっそり" not in text
    facts = json.loads(hook.posts[0][1])
    assert facts["kind"] == "published" and facts["url"] == f"http://localhost/ja/messages/{number}"
    assert browser.get(f"/{language}/messages/{number}").status_code == 200


def waiting(house: House) -> int:
    with house.store.reading() as db:
        return db.query(Delivery).count()


def test_a_webhook_names_nothing_that_only_svs_may_read(app: Flask, as_sv: Browser, house: House) -> None:
    write = letters.writer(app)
    with house.store.writing() as db:
        secret = make_page(db, "秘密の題", audience=Audience.SV)
        tell(db, actor_of(as_sv), MessageKind.FIXED, page_id=secret.id)
        message = db.query(Message).one()
        assert "秘密の題" not in write(db, message, Way.WEBHOOK).sentence
        assert "秘密の題" in write(db, message, Way.MAIL).sentence


def test_words_of_a_task_or_a_voice_stay_in_the_house(app: Flask, as_operator: Browser, house: House) -> None:
    write = letters.writer(app)
    with house.store.writing() as db:
        for kind, facts in (
            (MessageKind.MENTIONED, {"task": 1, "words": "内緒の言葉"}),
            (MessageKind.REPLIED, {"voice": 1, "words": "内緒の言葉"}),
        ):
            tell(db, actor_of(as_operator), kind, **facts)
        for message in db.query(Message):
            for way in Way:
                assert "内緒の言葉" not in write(db, message, way).sentence
    assert as_operator.get("/ja/messages").text.count("内緒の言葉") >= 2
