"""The editor tells how the words to say sound, and keeps nobody from saving; pages show seconds and all wordings."""

import re

from kb.services import settings
from kb.store.base import Store
from kb.store.pages import Page
from tests.conftest import Browser
from tests.make import make_page

SAID = "お届け予定日をお調べいたします。よろしければ、いつまでにご入用か、お聞かせいただけますか。"
DOUBTFUL = ":::say\nお客様がおっしゃられましたNVRの件です。\n:::\n\n:::say mail\nありがとうございます。\n:::"
CHANNELS = f":::say\n{SAID}\n:::\n\n:::say mail\nメールでお知らせします。\n:::\n\n:::say chat\nこちらです。\n:::"


def preview(browser: Browser, body: str, audience: str = "staff", lang: str = "ja") -> str:
    answer = browser.submit(f"/{lang}/preview", {"body": body, "audience": audience})
    assert answer.status_code == 200
    return str(answer.text)


def test_the_preview_tells_seconds_and_what_to_look_at_again(as_sv: Browser) -> None:
    shown = preview(as_sv, DOUBTFUL)
    assert "「おっしゃられました」は敬語が重なっています。「おっしゃいました」で足ります。" in shown
    assert "「NVR」の説明が、この記事にありません。" in shown
    assert "約3秒" in shown
    assert shown.count("気になるところはありません") == 1


def test_the_preview_is_in_the_readers_language(as_sv: Browser) -> None:
    shown = preview(as_sv, DOUBTFUL, lang="en")
    assert "doubles the honorific" in shown
    assert "敬語が重なっています" not in shown


def test_a_text_without_words_to_say_and_a_customers_view_have_no_such_box(as_sv: Browser) -> None:
    assert "speak-label" in preview(as_sv, DOUBTFUL)
    assert "speak-label" not in preview(as_sv, "本文です。")
    assert "speak-label" not in preview(as_sv, DOUBTFUL + "\n\n本文", "public")


def test_internal_words_of_the_settings_are_warned_of_with_what_to_say_instead(as_admin: Browser) -> None:
    as_admin.submit("/ja/admin/settings", {"internal_words": "検品落ち＝検査で外した品\n赤伝", "say_seconds": "5"})
    shown = preview(as_admin, f":::say\n検品落ちと赤伝です。{SAID}\n:::")
    assert "「検品落ち」は社内の言葉です。「検査で外した品」と言い換えられます。" in shown
    assert "「赤伝」は社内の言葉です。お客様の言葉に言い換えてください。" in shown
    assert "5秒までにすると、聞き取りやすくなります。" in shown


def test_what_is_warned_of_is_escaped(as_sv: Browser) -> None:
    shown = preview(as_sv, f":::say\n&lt;img src=x&gt;{'あ' * 60}\n:::")
    assert "「&lt;img src=x&gt;あ…」の一文が71文字あります。" in shown
    assert "<img src=x>" not in shown


def test_without_a_script_the_same_stands_in_the_editor_after_the_preview(as_sv: Browser, store: Store) -> None:
    answer = as_sv.submit("/ja/pages/new", {"action": "preview", "title": "題", "body": DOUBTFUL, "kind": "faq"})
    assert "敬語が重なっています" in answer.text
    with store.reading() as db:
        assert db.query(Page).count() == 0


def test_warnings_keep_nobody_from_saving(as_sv: Browser, store: Store) -> None:
    typed = {"action": "save", "title": "題", "body": DOUBTFUL, "kind": "faq", "audience": "staff"}
    assert as_sv.submit("/ja/pages/new", typed).status_code == 302
    with store.reading() as db:
        assert db.query(Page).one().current is not None


def test_a_page_shows_the_servers_seconds_and_every_wording_with_its_own_button(
    as_operator: Browser, as_admin: Browser, store: Store
) -> None:
    with store.writing() as db:
        id = make_page(db, "いつ届く", f"本文\n\n{CHANNELS}").id
    shown = as_operator.get(f"/ja/pages/{id}").text
    assert re.findall(r'data-say="(\w*)"', shown) == ["", "mail", "chat"]
    assert "約7秒" in shown
    assert [shown.count(f'data-copy="#{one}"') for one in ("say", "say-mail", "say-chat")] == [1, 1, 1]
    assert shown.count('data-deed="copy"') == 1
    as_admin.submit("/ja/admin/settings", {"morae_per_second": "5"})
    with store.reading() as db:
        assert settings.current(db).morae_per_second == 5
    assert "約11秒" in as_operator.get(f"/ja/pages/{id}").text


def test_a_customer_sees_none_of_it(client: Browser, store: Store) -> None:
    with store.writing() as db:
        id = make_page(db, "いつ届く", f"三日です。\n\n{CHANNELS}").id
    shown = client.get(f"/ja/faq/{id}", follow_redirects=True).text
    assert "三日です。" in shown
    assert "data-say" not in shown and "メールでお知らせ" not in shown
