"""What is said to customers is measured at the house's pace, and warned of by what the house has set."""

from pathlib import Path

import pytest

from kb.rules.errors import NotAllowed, NotSignedIn
from kb.rules.roles import VISITOR, Actor, Role
from kb.services import exporting, settings, sheets, speaking
from kb.services.speaking import Doubt
from kb.store.base import Session
from kb.text import blocks
from tests.make import make_actor, make_page
from tests.text.test_honorifics import SINGLE

CONTENT = Path(__file__).resolve().parents[2] / "content" / "ja"
SAID = "お届け予定日をお調べいたします。よろしければ、いつまでにご入用か、お聞かせいただけますか。"


def say(text: str, channel: str = "") -> str:
    return f"本文です。\n\n:::say {channel}\n{text}\n:::\n"


def warned(db: Session, body: str, by: Actor) -> list[tuple[Doubt, str, str]]:
    found = [it for one in speaking.check(db, body, by=by) for it in one.warnings]
    return [(it.doubt, it.words, it.instead) for it in found]


@pytest.fixture
def admin(db: Session) -> Actor:
    return make_actor(db, Role.ADMIN)


def test_a_sentence_is_measured_at_the_pace_that_is_set(db: Session, sv: Actor, admin: Actor) -> None:
    (one,) = speaking.check(db, say(SAID), by=sv)
    assert (one.text, one.morae, one.seconds, one.warnings) == (SAID, 46, 7, ())
    assert speaking.seconds(db, f"<p>{SAID}</p>") == 7
    settings.change(db, {"morae_per_second": "5"}, by=admin)
    assert speaking.check(db, say(SAID), by=sv)[0].seconds == speaking.seconds(db, f"<p>{SAID}</p>") == 11


def test_what_takes_longer_than_is_set_is_warned_of(db: Session, sv: Actor, admin: Actor) -> None:
    assert warned(db, say(SAID * 2), sv) == []
    settings.change(db, {"say_seconds": "10"}, by=admin)
    assert warned(db, say(SAID * 2), sv) == [(Doubt.LONG, SAID * 2, "")]
    assert speaking.check(db, say(SAID * 2), by=sv)[0].most == 10


def test_what_is_written_is_not_measured_but_its_words_are_checked(db: Session, sv: Actor) -> None:
    body = say(SAID * 5, "mail") + say("おっしゃられました。", "chat")
    mail, chat = speaking.check(db, body, by=sv)
    assert (mail.channel, mail.seconds, mail.morae, mail.warnings) == ("mail", 0, 0, ())
    assert [it.doubt for it in chat.warnings] == [Doubt.HONORIFIC]


def test_internal_words_and_known_abbreviations_are_those_that_are_set(db: Session, sv: Actor, admin: Actor) -> None:
    body = say("検品落ちのNVRです。")
    assert warned(db, body, sv) == [(Doubt.ABBREVIATION, "NVR", "")]
    settings.change(db, {"internal_words": "検品落ち＝検査で外した品", "known_abbreviations": "NVR"}, by=admin)
    assert warned(db, body, sv) == [(Doubt.INTERNAL, "検品落ち", "検査で外した品")]


def test_an_abbreviation_that_the_page_explains_to_the_writer_is_fine(db: Session, sv: Actor, operator: Actor) -> None:
    body = say("NVRはお手元にございますか。") + "\n:::sv\nNVR（録画機）\n:::\n"
    assert warned(db, body, sv) == []
    assert warned(db, body, operator) == [(Doubt.ABBREVIATION, "NVR", "")]


def test_warnings_come_in_the_order_of_the_text_and_name_their_place(db: Session, sv: Actor) -> None:
    text = "おっしゃられましたNVRは、ご覧になられましたか。"
    (one,) = speaking.check(db, say(text), by=sv)
    assert [it.words for it in one.warnings] == ["おっしゃられました", "NVR", "ご覧になられました"]
    assert [text[it.start : it.end] for it in one.warnings] == [it.words for it in one.warnings]


def test_a_sentence_of_more_than_sixty_characters_is_warned_of(db: Session, sv: Actor) -> None:
    assert warned(db, say("あ" * 61), sv) == [(Doubt.SENTENCE, "あ" * 61, "")]


def test_only_the_say_blocks_are_looked_at(db: Session, sv: Actor) -> None:
    assert speaking.check(db, "おっしゃられました。\n\n:::staff\nNVR\n:::", by=sv) == ()


def test_only_writers_may_ask(db: Session) -> None:
    for actor, refusal in ((VISITOR, NotSignedIn), (make_actor(db, Role.CUSTOMER), NotSignedIn)):
        with pytest.raises((refusal, NotAllowed)):
            speaking.check(db, say(SAID), by=actor)


def test_clean_sentences_raise_no_alarm(db: Session, sv: Actor) -> None:
    """All the words to say of the house's content, spoken and written, and clean ones that come near the rules."""
    bodies = [path.read_text("utf-8").split("---\n", 2)[2] for path in sorted(CONTENT.rglob("*.md"))]
    said = [one for body in bodies for one in speaking.check(db, body, by=sv)]
    said += [one for text in SINGLE for one in speaking.check(db, say(text), by=sv)]
    assert len(said) >= 100
    assert {one.channel for one in said} == {"", "mail", "chat"}
    assert [(one.text, it) for one in said for it in one.warnings] == []


@pytest.mark.parametrize("form", ["folder", "pages.csv", "pages.jsonl"])
def test_the_words_for_each_channel_survive_export(db: Session, sv: Actor, tmp_path: Path, form: str) -> None:
    body = ":::say\n話す\n:::\n\n:::say mail\nメール\n:::\n\n:::say chat\nチャット\n:::"
    make_page(db, "配送", body)
    sheets.write(tmp_path / form, exporting.rows(db, by=sv), exporting.shelves(db, by=sv))
    (row,) = sheets.read(tmp_path / form).rows
    assert row.values["body"] == body
    assert [part.argument for part in blocks.split(row.values["body"])] == ["", "mail", "chat"]
