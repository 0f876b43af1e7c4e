"""Inquiries from the customer's side: which answers are shown, what is kept and masked, and when it is gone."""

from datetime import timedelta
from pathlib import Path

import pytest

from kb.rules import clock as real_clock
from kb.rules.errors import Faults
from kb.rules.inquiries import number_in
from kb.rules.pages import Audience, Language
from kb.rules.roles import SYSTEM
from kb.services import indexing, inquiring, settings
from kb.services.house import House
from kb.services.indexer import Indexer
from kb.services.inquiring import Letter
from kb.store import events, inquiries, tallies
from kb.store.base import Session, Store
from kb.store.inquiries import Inquiry
from kb.text.personal_data import Kind
from tests.conftest import StoppedClock
from tests.make import make_page

CARD, PHONE = "4111 1111 1111 1111", "090-1234-5678"


def titles(house: House, subject: str, text: str = "") -> list[str]:
    with house.store.reading() as db:
        found = inquiring.answers(db, house, subject, text, language=Language.JA)
        return [one.revision.title for one in found]


def kept(store: Store) -> list[Inquiry]:
    with store.reading() as db:
        return list(db.query(Inquiry).order_by(Inquiry.id))


@pytest.fixture
def filled(house: House) -> House:
    with house.store.writing() as db:
        make_page(db, "電源が入りません", "コンセントを抜き、10分待ってから差してください。")
        make_page(db, "返品できますか", "未開封なら返品できます。箱の電源コードもお入れください。")
        make_page(db, "電源の社内手順", "電源は交換。", audience=Audience.STAFF)
    indexing.drain_all(house.store, house.index)
    return house


def test_answers_are_pages_that_are_about_it_and_never_hidden_ones(filled: House) -> None:
    assert titles(filled, "電源が入らない") == ["電源が入りません"]


def test_the_subject_counts_in_a_long_letter(filled: House) -> None:
    assert titles(filled, "返品したい", "電源も調子がよくないのですが、電源のことではなく。" * 5)[0] == "返品できますか"


@pytest.mark.parametrize("words", ["", "あ", '"" --- ##', "宇宙"])
def test_words_that_say_nothing_find_nothing_and_are_not_refused(filled: House, words: str) -> None:
    assert titles(filled, words) == []


def test_signs_of_a_query_are_only_signs(filled: House) -> None:
    assert titles(filled, '-"電源が入らない"') == ["電源が入りません"]


def test_an_answer_tells_more_than_its_first_word(filled: House) -> None:
    with filled.store.writing() as db:
        make_page(db, "交換できますか", "はい。\n\n到着後14日以内なら、交換または返金します。" + "補足。" * 99)
    indexing.drain_all(filled.store, filled.index)
    with filled.store.reading() as db:
        (found,) = inquiring.answers(db, filled, "交換できますか", "", language=Language.JA)[:1]
        assert inquiring.opening(found).startswith("はい。")
        assert 40 < len(inquiring.opening(found)) <= 161


def test_a_letter_is_kept_with_the_pages_that_customers_were_shown(db: Session, clock: StoppedClock) -> None:
    shown, hidden = make_page(db), make_page(db, audience=Audience.STAFF)
    sent = inquiring.send(db, Letter(" 件名 ", "本文", "a@example.com", offered=(hidden.id, shown.id, 999)))
    assert (sent.subject, sent.text, sent.mail, sent.offered) == ("件名", "本文", "a@example.com", [shown.id])
    assert sent.expires_at == clock.time + timedelta(days=180)
    assert tallies.total(db, "inquiry", "sent", since=clock.time.date()) == 1


def test_what_is_recorded_names_no_person(db: Session) -> None:
    inquiring.send(db, Letter("ひみつの件名", "ひみつの本文", "himitsu@example.com"))
    db.flush()
    newest = events.newest(db)[0]
    assert newest.verb == "inquiry received"
    assert newest.actor_id is None
    assert "himitsu" not in str(newest.facts) and "ひみつ" not in str(newest.facts)
    assert set(newest.facts) == {"inquiry", "line"}


def test_personal_data_is_masked_unless_its_writer_wants_it_kept(db: Session) -> None:
    masked = inquiring.send(db, Letter(f"電話は{PHONE}", f"折り返しは{PHONE}へ"))
    assert PHONE not in masked.subject + masked.text
    assert "［電話番号］" in masked.text
    assert PHONE in inquiring.send(db, Letter("電話", f"折り返しは{PHONE}へ", keeps_personal=True)).text


def test_a_card_number_is_never_kept(db: Session) -> None:
    sent = inquiring.send(db, Letter(f"カード {CARD}", f"カードは{CARD}、電話は{PHONE}", keeps_personal=True))
    assert "4111" not in sent.subject + sent.text
    assert PHONE in sent.text


def test_what_was_found_is_told_by_its_kind() -> None:
    assert inquiring.personal(Letter("件名", f"電話は{PHONE}です")) == [(Kind.PHONE, PHONE)]


def test_a_faulty_letter_is_not_kept(db: Session) -> None:
    with pytest.raises(Faults):
        inquiring.send(db, Letter("", "本文"))
    assert db.query(Inquiry).count() == 0
    assert tallies.total(db, "inquiry", "sent", since=real_clock.today()) == 0


def test_two_letters_have_two_numbers_that_tell_nothing_of_each_other(db: Session) -> None:
    numbers = {inquiring.send(db, Letter("件名", "本文")).number for _time in range(20)}
    assert len(numbers) == 20
    assert all(number_in(number) == number for number in numbers)


def test_nobody_sees_an_inquiry_from_the_moment_on_at_which_its_time_is_over(db: Session, clock: StoppedClock) -> None:
    sent = inquiring.send(db, Letter("件名", "本文"))
    clock.advance(days=179, hours=23)
    assert inquiries.get(db, sent.id) is not None
    clock.advance(hours=1)
    assert inquiries.get(db, sent.id) is None
    assert inquiries.numbered(db, sent.number) is None
    assert sum(inquiries.counts(db).values()) == 0
    assert inquiries.in_state(db, sent.state, limit=10) == []


def test_an_inquiry_is_deleted_when_its_time_is_over_and_not_before(store: Store, clock: StoppedClock) -> None:
    with store.writing() as db:
        inquiring.send(db, Letter("古い", "本文"))
    clock.advance(days=100)
    with store.writing() as db:
        inquiring.send(db, Letter("新しい", "本文"))
        assert inquiring.forget(db) == 0
    clock.advance(days=80)
    with store.writing() as db:
        assert inquiring.forget(db) == 1
    assert [one.subject for one in kept(store)] == ["新しい"]


def test_a_time_made_shorter_deletes_what_is_older(store: Store, clock: StoppedClock) -> None:
    with store.writing() as db:
        inquiring.send(db, Letter("件名", "本文"))
    clock.advance(days=10)
    with store.writing() as db:
        settings.change(db, {"inquiry_days": 7}, by=SYSTEM)
        assert inquiring.forget(db) == 1
    assert kept(store) == []


def test_the_indexer_deletes_what_is_over(house: House, clock: StoppedClock, tmp_path: Path) -> None:
    with house.store.writing() as db:
        inquiring.send(db, Letter("件名", "本文"))
    indexer = Indexer(house.store, house.index, tmp_path / "indexer.lock")
    indexer._work()
    assert len(kept(house.store)) == 1
    clock.advance(days=181)
    indexer._since = 3600.0
    indexer._work()
    assert kept(house.store) == []
