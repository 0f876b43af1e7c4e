"""Nothing that was typed is lost when a session ends: the form is carried over the sign-in, or waits on the screen."""

import re

import pytest

from kb.rules.roles import Role
from kb.store.base import Store
from kb.store.pages import Page
from tests.conftest import Browser
from tests.make import PASSWORD, make_page, make_user


@pytest.fixture
def maria(store: Store) -> int:
    """An operator who can sign in as `maria`."""
    with store.writing() as db:
        return make_user(db, Role.OPERATOR, name="maria", display_name="マリア").id


def test_a_form_sent_after_the_session_ended_is_carried_over_the_sign_in(
    client: Browser, store: Store, maria: int
) -> None:
    with store.writing() as db:
        page = make_page(db, "配送の日数")
        base = page.current_revision_id
    typed = {"title": "配送の日数", "body": "\n  <b>三日</b>です。\n", "base": base, "action": "save", "note": "直した"}
    stopped = client.submit(f"/ja/pages/{page.id}/edit", typed)
    assert stopped.status_code == 401
    fields = carried(stopped.text)
    assert fields["kept:body"] == typed["body"]
    went_on = client.submit("/ja/sign-in/resume", {**fields, "name": "maria", "password": PASSWORD})
    assert went_on.status_code == 200
    again = carried(went_on.text)
    assert f'action="/ja/pages/{page.id}/edit"' in went_on.text
    assert again["body"] == typed["body"] and "password" not in again
    saved = client.post(f"/ja/pages/{page.id}/edit", data=again)
    assert saved.status_code == 302
    with store.reading() as db:
        found = db.get(Page, page.id)
        assert found is not None and found.current_revision_id == base  # An operator's edit waits as a proposal.


def carried(page: str) -> dict[str, str]:
    """The fields that a page's own form holds, as a browser reads them."""
    form = page[page.index('<form class="panel') :].partition("</form>")[0]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for name, value in re.findall(r'<textarea name="([^"]+)" hidden>\n?(.*?)</textarea>', form, re.S):
        fields[name] = value.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&amp;", "&")
    return fields


def test_a_wrong_password_on_the_way_keeps_what_was_typed(client: Browser, maria: int) -> None:
    fields = {"kept_path": "/ja/stories/new", "kept:title": "大切な話", "kept:words": "まだ届かない"}
    answer = client.submit("/ja/sign-in/resume", {**fields, "name": "maria", "password": "wrong-password"})
    assert answer.status_code == 401
    assert carried(answer.text)["kept:title"] == "大切な話"


def test_one_signs_in_without_leaving_the_screen(client: Browser, maria: int) -> None:
    wrong = client.submit(
        "/ja/sign-in/here", {"name": "maria", "password": "wrong"}, headers={"Accept": "application/json"}
    )
    assert (wrong.status_code, wrong.get_json()["error"]["code"]) == (401, "refused")
    right = client.submit("/ja/sign-in/here", {"name": "maria", "password": PASSWORD})
    assert right.get_json()["name"] == "マリア"
    kept = client.post("/ja/drafts", data={"place": "new", "body": "文", "csrf_token": right.get_json()["csrf_token"]})
    assert kept.status_code == 200


def test_what_is_typed_wins_over_what_the_address_says(as_operator: Browser) -> None:
    fields = {"title": "打った題名", "words": "打った言葉", "done": "した", "action": "submit"}
    answer = as_operator.submit("/ja/stories/new?words=アドレスの言葉&title=アドレスの題名", fields)
    assert answer.status_code == 302
    told = as_operator.get(answer.location).text
    assert "打った題名" in told and "打った言葉" in told and "アドレスの" not in told
