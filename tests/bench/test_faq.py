"""Our own collection is whole: every grade names a page, every page is asked for, nothing comes twice."""

import pytest

from bench import analysed, corpora, quality
from bench.__main__ import main
from bench.peers.bm25 import PlainBM25
from kb.text import japanese


def test_the_collection_is_whole() -> None:
    corpus = corpora.load(corpora.OWN)
    assert len(corpus.pages) == 300
    assert len(corpus.questions) == len({question.text for question in corpus.questions}) == 600
    assert {grade for question in corpus.questions for grade in question.grades.values()} == {1, 2}
    assert all(question.grades for question in corpus.questions)
    answering = {page for question in corpus.questions for page, grade in question.grades.items() if grade == 2}
    assert answering == set(range(300))


def test_the_collection_is_neither_easy_nor_hopeless() -> None:
    corpus = corpora.load(corpora.OWN)
    read = analysed.analyse(corpus.pages, workers=1)
    plain = PlainBM25(read.vocabulary, read.body_terms)
    figures = quality.evaluate(lambda words: plain.search(japanese.terms(words)), corpus)
    assert 0.3 < figures.all.ndcg < 0.7
    assert abs(figures.even.ndcg - figures.odd.ndcg) < 0.05


def test_without_data_a_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_DATA", "nowhere")
    assert main(["quality", "--sets", "jaquad-dev"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("bench: no data in nowhere") and "BENCH_DATA" in said and corpora.OWN in said
