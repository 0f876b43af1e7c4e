"""The settings' screen, and how to reach a person on the customers' screens."""

from typing import Any

from kb.services import settings
from kb.store.base import Store
from tests.conftest import Browser

PATH = "/ja/admin/settings"


def change(browser: Browser, **fields: Any) -> Any:
    return browser.submit(PATH, fields)


def test_what_is_saved_is_shown_again_and_told_to_customers(as_admin: Browser, client: Browser) -> None:
    saved = change(as_admin, contact_phone="0120-000-000", contact_hours="9時から", embed_origins="https://a.example")
    assert (saved.status_code, saved.location) == (303, PATH)
    shown = as_admin.get(PATH).text
    assert "設定を保存しました" in shown
    assert "https://a.example" in shown
    told = client.get("/ja/inquiry").text
    assert "0120-000-000" in told
    assert "9時から" in told


def test_faulty_fields_come_back_as_typed_with_a_sentence_each(as_admin: Browser, store: Store) -> None:
    back = change(as_admin, inquiry_days="3", embed_origins="http://evil.example", contact_phone="0120-000-000")
    assert back.status_code == 422
    for text in ('href="#f-inquiry_days"', 'href="#f-embed_origins"', "http://evil.example", 'value="3"'):
        assert text in back.text
    with store.reading() as db:
        assert settings.is_untouched(db)


def test_a_field_that_was_not_sent_keeps_its_value(as_admin: Browser, store: Store) -> None:
    change(as_admin, contact_phone="0120-000-000")
    change(as_admin, inquiry_days="30")
    with store.reading() as db:
        assert settings.current(db).contact_phone == "0120-000-000"
        assert settings.current(db).inquiry_days == 30


def test_the_record_names_what_was_changed(as_admin: Browser) -> None:
    change(as_admin, inquiry_days="30")
    assert "設定を変えた：お問い合わせを残す日数" in as_admin.get("/ja/admin/events").text


def test_only_administrators_see_the_screen_and_its_tab(as_sv: Browser, as_operator: Browser, client: Browser) -> None:
    assert as_sv.get(PATH).status_code == 403
    assert as_operator.get(PATH).status_code == 403
    assert client.get(PATH).status_code == 302
    assert PATH not in as_sv.get("/ja/admin/events").text
