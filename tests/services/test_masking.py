"""Masking: what nobody has decided on is not stored, each piece is decided by itself, and the log tells kinds alone."""

import pytest

from kb.rules.errors import NotSignedIn
from kb.rules.roles import SYSTEM, VISITOR, Role
from kb.services import masking, settings
from kb.services.masking import Choice, Kind, Undecided
from kb.store import events
from kb.store.base import Session
from tests.make import make_user

TEXT = "池田様、03-1234-5678。池田様の奥様でも可。"


def undecided(db: Session, texts: dict[str, str], choice: Choice | None = None, **more: object) -> Undecided:
    with pytest.raises(Undecided) as raised:
        masking.settle(db, texts, choice, by=SYSTEM, **more)  # type: ignore[arg-type]
    return raised.value


def test_what_nobody_decided_on_is_told_and_nothing_is_recorded(db: Session) -> None:
    told = undecided(db, {"memo": TEXT, "other": "なし"})
    assert (told.status, told.code, told.field) == (422, "personal_data", "memo")
    assert [(one.kind, one.value) for one in told.found] == [
        (Kind.NAME, "池田"),
        (Kind.PHONE, "03-1234-5678"),
        (Kind.NAME, "池田"),
    ]
    assert all(TEXT[one.start : one.end] == one.value for one in told.found)
    # One name has one key, wherever it stands in a field; in another field it is decided on anew.
    assert len({one.key for one in told.found}) == 2
    assert undecided(db, {"other": TEXT}).found[0].key != told.found[0].key
    assert events.newest(db) == []


def test_each_piece_is_masked_or_kept_by_itself_and_the_log_has_counts_and_no_value(db: Session) -> None:
    by = make_user(db, Role.OPERATOR).actor
    name, phone, _again = undecided(db, {"memo": TEXT}).found
    choice = Choice(frozenset([name.key, phone.key]), frozenset([name.key]))
    kept = masking.settle(db, {"memo": TEXT}, choice, by=by, place="call")
    assert kept == {"memo": "［氏名］様、03-1234-5678。［氏名］様の奥様でも可。"}
    db.flush()
    told = {event.verb: event for event in events.newest(db, verbs=("personal data kept", "personal data masked"))}
    assert told["personal data masked"].facts == {"kinds": {"name": 2}, "fields": ["memo"], "place": "call"}
    assert told["personal data kept"].facts == {"kinds": {"phone": 1}, "fields": ["memo"], "place": "call"}
    assert {event.actor_id for event in told.values()} == {by.id}


def test_one_piece_that_was_not_shown_asks_about_all_of_them(db: Session) -> None:
    name, phone, _again = undecided(db, {"memo": TEXT}).found
    assert len(undecided(db, {"memo": TEXT}, Choice(frozenset([phone.key]), frozenset())).found) == 3
    # A key to mask that was never shown decides nothing.
    undecided(db, {"memo": TEXT}, Choice(frozenset(), frozenset([name.key, phone.key])))


def test_a_clean_text_is_kept_as_it_is_and_no_event_is_recorded(db: Session) -> None:
    texts = {"memo": "お客様に折り返す。福島店に在庫あり。", "empty": ""}
    assert masking.settle(db, texts, None, by=SYSTEM) == texts
    db.flush()
    assert events.newest(db) == []


def test_what_is_stored_already_is_not_asked_about_again(db: Session) -> None:
    assert masking.settle(db, {"memo": TEXT + "追記。"}, None, by=SYSTEM, known=[TEXT])["memo"].endswith("追記。")
    (one,) = undecided(db, {"memo": TEXT + "追記は090-0000-1234。"}, known=[TEXT]).found
    assert one.value == "090-0000-1234"


def test_order_numbers_are_found_by_the_shapes_that_administrators_set(db: Session) -> None:
    text = "注文はＭＮ－２０４５１８と MN-204519。型番は XMN-204518、MN-2045180。"
    assert masking.masked(db, text) == text
    admin = make_user(db, Role.ADMIN).actor
    settings.change(db, {"number_patterns": "AA-999999\nA.9999"}, by=admin)
    assert masking.masked(db, text) == "注文は［注文番号］と ［注文番号］。型番は XMN-204518、MN-2045180。"
    assert masking.masked(db, "M.1234 と Mx1234") == "［注文番号］ と Mx1234"


def test_the_number_of_the_centre_itself_is_left_alone(db: Session) -> None:
    text = "０１２０ー０００ー０００におかけ直しください。0120-000-001ではありません。"
    assert masking.masked(db, text).count("［電話番号］") == 2
    settings.change(db, {"contact_phone": "0120-000-000"}, by=make_user(db, Role.ADMIN).actor)
    assert masking.masked(db, text) == "０１２０ー０００ー０００におかけ直しください。［電話番号］ではありません。"


def test_masking_without_asking_hides_every_kind(db: Session) -> None:
    text = "宇野様 090-0000-1234 uno@example.com 〒530-0001 大阪府大阪市北区梅田9-9-9"
    assert masking.masked(db, text) == "［氏名］様 ［電話番号］ ［メールアドレス］ ［郵便番号］ ［住所］"


def test_only_staff_decide(db: Session) -> None:
    with pytest.raises(NotSignedIn):
        masking.settle(db, {"memo": "なし"}, None, by=VISITOR)
