"""What one operator lived through becomes what every customer can read."""

from collections.abc import Callable
from typing import Any

from tests.conftest import Browser

WORDS = "洗濯機の足が届いていない"
TYPED = {
    "action": "submit",
    "words": WORDS,
    "title": "足だけ別便で届く",
    "done": "部品の便を調べた",
    "proposal": "別便の日をお知らせする",
}
REASON = "何日後に届くかを足してください"


def number_in(location: str) -> int:
    return int(location.rpartition("/")[2])


def found(browser: Browser) -> list[dict[str, Any]]:
    """What a search for the customer's words finds for this reader."""
    hits: list[dict[str, Any]] = browser.get(f"/api/v1/search?q={WORDS}").get_json()["hits"]
    return hits


def written(operator: Browser) -> int:
    """Nothing is known yet, so the words of the search become a story."""
    assert found(operator) == []
    assert f"{WORDS}</textarea>" in operator.get(f"/ja/stories/new?words={WORDS}").text
    return number_in(operator.submit("/ja/stories/new", TYPED).location)


def returned(sv: Browser, story: int) -> None:
    """The SV asks for more."""
    assert f"/ja/review/{story}" in sv.get("/ja/review").text
    sv.submit(f"/ja/review/{story}", {"decision": "take"})
    sv.submit(
        f"/ja/review/{story}", {"decision": "return", "revision": story, "reason": REASON, "thanks": "助かります"}
    )


def written_again(operator: Browser, story: int) -> int:
    """The author goes on where they were."""
    assert REASON in operator.get(f"/ja/stories/{story}").text
    again = operator.submit("/ja/stories/new", {**TYPED, "draft": story, "result": "三日後に届いた"})
    assert number_in(again.location) != story
    return number_in(again.location)


def made_a_faq(sv: Browser, story: int) -> int:
    """The SV writes a page of its own from the story."""
    shown = sv.get(f"/ja/review/{story}").text
    assert "2回目の提出" in shown and REASON in shown
    assert WORDS in sv.get(f"/ja/review/{story}/faq").text
    faq = {"title": "洗濯機の足が入っていません", "body": "足は別便で、三日後に届きます。", "phrases": WORDS}
    more = {"audience": "public", "thanks": "よく調べてくれました"}
    return number_in(sv.submit(f"/ja/review/{story}/faq", {**faq, **more}).location)


def test_an_experience_becomes_a_question_that_customers_find(
    as_operator: Browser, as_sv: Browser, client: Browser, settle: Callable[[], int]
) -> None:
    story = written(as_operator)
    settle()
    assert [(hit["title"], hit["confidence"]) for hit in found(as_operator)] == [("足だけ別便で届く", "unvalidated")]
    assert found(client) == []

    returned(as_sv, story)
    settle()
    assert found(as_operator) == []

    second = written_again(as_operator, story)
    page = made_a_faq(as_sv, second)
    settle()
    assert [hit["id"] for hit in found(client)] == [page]
    read = client.get(f"/ja/faq/{page}", follow_redirects=True).text
    assert "足は別便で、三日後に届きます。" in read and "部品の便を調べた" not in read

    outcome = as_operator.get(f"/ja/stories/{second}").text
    assert "よく調べてくれました" in outcome and f"/ja/pages/{page}" in outcome
    # The story's page was the first in this house.
    record = as_sv.get("/ja/pages/1/history").text
    for deed in ("提出した", "確認を始めた", "書いた人に戻した", "もう一度提出した", "ほかの記事に統合した"):
        assert deed in record, deed
    for person in (as_operator, as_sv):
        assert person.actor is not None and person.actor.display_name in record
