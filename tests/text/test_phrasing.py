"""Lines break between phrases, and the phrases are the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.phrasing import phrases


def test_japanese_breaks_between_phrases() -> None:
    assert phrases("先週頼んだプリンター、いつ届くの？") == ["先週", "頼んだ", "プリンター、", "いつ届くの？"]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("いつまでにご入用か、お聞かせいただけますか。", "お聞かせ"),
        ("まだなんだけど、いつ", "まだなんだけど"),
        ("怒鳴り声の間に、一度だけ長く黙った", "怒鳴り声の"),
        ("経費の締めに間に合わせたい", "間に合わせたい"),
        ("贈り物として届けられますか", "贈り物として"),
        ("大型商品の配送と設置について知りたい", "設置について"),
        ("発表会の前日に届かなかったら、という電話", "という"),
        ("初期不良かもしれません。交換できますか", "初期不良かもしれません。"),
        ("もう一度サインインしてください", "もう一度"),
    ],
)
def test_the_known_errors_of_the_model_are_joined(text: str, whole: str) -> None:
    assert any(whole in phrase for phrase in phrases(text))


def test_a_text_without_japanese_comes_back_whole() -> None:
    assert phrases("When will my order arrive?") == ["When will my order arrive?"]
    assert phrases("") == []


@given(st.text(alphabet="あいお聞かせまだなんだけどABC 、。\n<>&"))
def test_the_phrases_join_to_the_text(text: str) -> None:
    assert "".join(phrases(text)) == text
