"""The measures, on cases worked out by hand."""

import math
import random
from pathlib import Path

import pytest

from bench import metrics, quality, table
from bench.corpora import Corpus, Page, Question


def test_ndcg_by_hand() -> None:
    # Gains 3, 0, 1 at ranks 1 to 3, where 3, 1 would be best: discounts are 1, log2(3), 2.
    assert metrics.ndcg([7, 5, 8], {7: 2, 8: 1}) == pytest.approx((3 + 1 / 2) / (3 + 1 / math.log2(3)))
    assert metrics.ndcg([8, 7], {7: 2, 8: 1}) == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))
    assert metrics.ndcg([7, 8], {7: 2, 8: 1}) == 1.0
    assert metrics.ndcg([1, 2], {7: 2}) == metrics.ndcg([], {7: 2}) == metrics.ndcg([7], {}) == 0.0


def test_only_ten_pages_count() -> None:
    found = [*range(10), 99]
    assert metrics.ndcg(found, {99: 1}) == metrics.recall(found, {99: 1}) == 0.0
    assert metrics.ndcg(found, {9: 1}) == pytest.approx(1 / math.log2(11))
    assert metrics.ndcg(list(range(10)), dict.fromkeys(range(20), 1)) == 1.0


def test_recall_and_hit_by_hand() -> None:
    assert metrics.recall([1, 2, 3], {2: 1, 9: 2}) == 0.5
    assert metrics.hit([2, 1], {2: 1}) == 1.0
    assert metrics.hit([1, 2], {2: 1}) == metrics.hit([], {2: 1}) == 0.0


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert metrics.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert metrics.percentile([float(value) for value in range(1, 101)], 0.95) == 95.0
    assert metrics.percentile([4.0], 0.95) == 4.0


def corpus() -> Corpus:
    pages = tuple(Page(str(number), "", "") for number in range(100))
    return Corpus("made", pages, tuple(Question(f"{number}", {number: 1}) for number in range(100)))


def test_a_perfect_engine_gets_everything_and_a_random_one_next_to_nothing() -> None:
    seeded = random.Random(1)
    perfect = quality.evaluate(lambda words: [int(words)], corpus())
    chance = quality.evaluate(lambda words: seeded.sample(range(100), 10), corpus())
    assert perfect.all == perfect.even.__class__(100, 1.0, 1.0, 1.0)
    assert chance.all.ndcg < 0.2 < 0.9 < perfect.odd.ndcg


def test_even_and_odd_questions_are_told_apart() -> None:
    figures = quality.evaluate(lambda words: [int(words)] if int(words) % 2 else [], corpus())
    assert (figures.even.questions, figures.even.hit) == (50, 0.0)
    assert (figures.odd.questions, figures.odd.hit) == (50, 1.0)
    assert figures.all.hit == 0.5


def test_figures_become_a_table_and_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"engine": "ours", "pages": 20000, "nDCG@10": 0.94567}, {"engine": "plain", "pages": 5, "nDCG@10": 1.0}]
    table.show("Quality", rows)
    table.keep("Quality", rows, tmp_path / "results.jsonl")
    shown = capsys.readouterr().out
    assert "| ours   | 20,000 |  0.9457 |" in shown
    assert shown.count("|") == 4 * 4
    assert (tmp_path / "results.jsonl").read_text("utf-8").count('"table": "Quality"') == 2
