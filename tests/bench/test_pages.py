"""The pages of a load test: real ones first, then halves joined, text and terms in step, always the same."""

import numpy as np
import pytest

from bench import analysed, pages
from bench.analysed import Analysed
from kb.text import japanese


@pytest.fixture
def twice(planted: Analysed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two collections that are the same, in place of those on disk."""
    monkeypatch.setattr(analysed, "load", lambda name: planted)


def test_real_pages_come_first_and_once(twice: None, planted: Analysed) -> None:
    mixture = pages.mixture(10)
    assert sorted(mixture.title(page) for page in range(10)) == sorted(planted.titles * 2)
    assert set(mixture.second) == {-1}


def test_joined_pages_hold_the_terms_of_their_text(twice: None, planted: Analysed) -> None:
    mixture = pages.mixture(60)
    assert len(mixture) == len(mixture.title_terms) == len(mixture.body_terms) == 60
    assert sum(mixture.second >= 0) == 50
    for page in range(60):
        terms = [mixture.vocabulary[term] for term in mixture.body_terms[page]]
        assert terms == japanese.terms(mixture.body(page))
        title = [mixture.vocabulary[term] for term in mixture.title_terms[page]]
        assert title == japanese.terms(mixture.title(page))
    # A joined page is neither of the pages that it is made of.
    assert len({mixture.body(page) for page in range(60)}) > len(planted.titles)


def test_the_same_pages_each_time_and_a_small_mixture_begins_a_large_one(twice: None) -> None:
    small, large = pages.mixture(20), pages.mixture(40)
    assert np.array_equal(small.first, large.first[:20])
    assert np.array_equal(small.second, large.second[:20])


def test_halves_are_of_one_collection(twice: None, planted: Analysed) -> None:
    mixture = pages.mixture(200)
    size = len(planted.titles)
    for first, second in zip(mixture.first, mixture.second, strict=True):
        assert second < 0 or first // size == second // size


@pytest.mark.parametrize(("text", "at"), [("一。二。三。", 4), ("一二\n三四\n", 6), ("一二三四", 4), ("", 0)])
def test_a_text_is_cut_at_the_end_of_a_sentence(text: str, at: int) -> None:
    assert pages.middle(text) == at
