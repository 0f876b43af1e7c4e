"""The words of a part of an index."""

from pathlib import Path

import pytest

from kb.search import lexicon
from kb.search.lexicon import Lexicon

WORDS = {
    "返品": (9, 5),
    "返金": (7, 2),
    "返却": (3, 0),
    "送料": (8, 8),
    "印鑑": (4, 1),
    "判子": (1, 0),
    "刻印": (2, 0),
    "パスワード": (6, 6),
    "コンピューター": (2, 1),
    "password": (2, 1),
    "引っ越す": (2, 2),
    "¬入る": (5, 1),
    "ab1200": (1, 1),
    "𠮷野家": (1, 1),
}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    path = tmp_path_factory.mktemp("lexicon") / "words.npz"
    lexicon.save(lexicon.build(WORDS), path)
    return lexicon.load(path)


def test_headings_are_found_by_their_first_letters(words: Lexicon) -> None:
    assert dict(words.beginning("返")) == {"返品": 5, "返金": 2}
    assert words.beginning("ab1") == [("ab1200", 1)]
    assert dict(words.beginning("𠮷")) == {"𠮷野家": 1}
    assert words.beginning("品") == []
    assert words.beginning("\ud800") != [("返品", 5)]


def test_words_are_found_by_their_reading(words: Lexicon) -> None:
    assert words.read_as("へんぴん", whole=True) == [("返品", "返品", 9)]
    assert words.read_as("へんぴ", whole=True) == []
    assert {shown for shown, _, _ in words.read_as("へん", whole=False)} == {"返品", "返金"}
    assert ("引っ越し", "引っ越す", 2) in words.read_as("ひっこし", whole=False)
    assert words.read_as("へんきゃく", whole=True) == [("返却", "返却", 3)]


def test_words_are_found_by_sense_and_by_a_kanji_inside(words: Lexicon) -> None:
    from_seal = {word for sense in lexicon.meanings.senses("印鑑") for word in words.meaning(sense)}
    assert from_seal == {"印鑑", "判子"}
    assert {word for word, _ in words.containing("印")} == {"印鑑", "刻印"}
    assert words.containing("無") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("パスワド", ["パスワード"]),
        ("バスワード", ["パスワード"]),
        ("パスワーズ", ["パスワード"]),
        ("パワスード", ["パスワード"]),
        ("コンピュタ", ["コンピューター"]),
        ("pasword", ["password"]),
        ("passwrod", ["password"]),
        ("パスワード", []),
        ("パス", []),
        ("返品", []),
        ("passport", []),
    ],
)
def test_one_letter_amiss_is_near(words: Lexicon, typed: str, meant: list[str]) -> None:
    assert words.near(typed) == meant


def test_negations_are_no_words_to_tell(words: Lexicon) -> None:
    assert words.containing("入") == []


def test_an_empty_part_answers_nothing() -> None:
    empty = Lexicon(lexicon.build({}))
    assert empty.beginning("返") == [] == empty.near("パスワド")
    assert empty.read_as("へん", whole=False) == [] == empty.containing("印")
    assert empty.meaning(376) == []


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"no lexicon")
    with pytest.raises(ValueError):
        lexicon.load(tmp_path / "x.npz")
    with pytest.raises(FileNotFoundError):
        lexicon.load(tmp_path / "y.npz")
