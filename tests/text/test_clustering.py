"""Texts meet by rare words that they share, and nothing is in two groups."""

from hypothesis import given
from hypothesis import strategies as st

from kb.text import clustering

FRIDGE = ("冷蔵庫", "搬入", "玄関", "幅")
BILL = ("領収書", "宛名", "経理", "再発行")


def test_like_texts_meet_and_the_words_say_why() -> None:
    texts = (
        {n: (*FRIDGE, f"一人{n}") for n in range(3)} | {n: (*BILL, f"一人{n}") for n in range(3, 5)} | {9: ("録画",)}
    )
    found = clustering.groups(texts, most=5)
    assert [set(group.members) for group in found] == [{0, 1, 2}, {3, 4}]
    assert set(found[0].words) <= set(FRIDGE)
    assert set(found[1].words) <= set(BILL)


def test_words_that_nearly_everybody_says_bring_nobody_together() -> None:
    texts = {n: ("電話", "お客", f"これだけ{n}") for n in range(40)}
    assert clustering.groups(texts, most=5) == []
    assert clustering.groups({}, most=5) == []


@given(st.dictionaries(st.integers(0, 30), st.lists(st.sampled_from([f"言葉{n}" for n in range(12)]), max_size=8)))
def test_groups_are_apart_bounded_and_the_same_each_time(texts: dict[int, list[str]]) -> None:
    found = clustering.groups(texts, most=3, largest=4)
    members = [one for group in found for one in group.members]
    assert len(members) == len(set(members))
    assert len(found) <= 3
    for group in found:
        assert 2 <= len(group.members) <= 4
        assert group.words
        assert all(sum(word in texts[one] for one in group.members) > 1 for word in group.words)
    assert found == clustering.groups(dict(reversed(texts.items())), most=3, largest=4)
