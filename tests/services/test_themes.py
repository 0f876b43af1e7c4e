"""Stories for a session: found by their words, and proposed where their wording is alike."""

from typing import Any

from kb.rules.roles import Actor
from kb.services import themes
from kb.store.base import Session
from kb.store.pages import Page
from tests.make import make_page, make_story


def test_stories_are_found_by_their_words_and_by_whether_they_wait(
    db: Session, sv: Actor, story: Page, case: Page
) -> None:
    make_page(db, "ただの質問")

    def found(*words: str, **more: Any) -> list[int]:
        return [one.page.id for one in themes.candidates(db, *words, viewer=sv, **more)]

    assert sorted(found()) == sorted([story.id, case.id])
    assert (found(waiting=True), found(waiting=False)) == ([story.id], [case.id])
    assert (found("運動会　まだ"), found("運動会 届かない")) == ([case.id], [])


def test_a_theme_holds_stories_of_like_wording_and_says_which_words_these_are(db: Session, sv: Actor) -> None:
    alike = [
        make_story(db, title=f"冷蔵庫の搬入 その{n}", words="冷蔵庫が玄関を通らない", done="搬入の幅を測り直した")
        for n in range(3)
    ]
    other = make_story(db, title="領収書の宛名", words="宛名を変えて", purpose="経理", done="領収書を再発行した")
    far = make_story(db, title="録画のこと", words="番組が見られない", purpose="家族", done="初期設定を案内した")
    theme = themes.propose(db, viewer=sv)[0]
    assert {one.page.id for one in theme.stories} == {one.page_id for one in alike}
    assert {"冷蔵庫", "搬入"} & set(theme.words)
    assert not {other.page_id, far.page_id} & {one.page.id for one in theme.stories}
