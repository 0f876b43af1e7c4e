"""Every engine that ours is measured against finds what was planted, and nothing else."""

from pathlib import Path
from types import ModuleType

import pytest

from bench import analysed, ours, quality, speed
from bench.analysed import Analysed
from bench.peers import fts5, tantivy_own, whoosh_own
from bench.peers.bm25 import PlainBM25
from bench.questions import Asked
from kb.search.whoosh_index import WhooshIndex
from kb.text import japanese

PEERS = pytest.mark.parametrize("peer", [fts5, tantivy_own, whoosh_own], ids=lambda peer: peer.__name__)


@PEERS
def test_a_peer_finds_planted_pages(peer: ModuleType, planted: Analysed, tmp_path: Path) -> None:
    peer.build(tmp_path, planted)
    ask = peer.opened(tmp_path)
    assert ask(japanese.terms("パスワード")) == [3]
    # The word is in title and body of one page, and only in the body of the other.
    assert ask(japanese.terms("返品")) == [0, 1]
    assert set(ask(japanese.terms("返品 年末年始"))) == {0, 1, 4}
    assert ask(japanese.terms("自転車")) == []


@PEERS
def test_terms_with_signs_stay_whole(peer: ModuleType, planted: Analysed, tmp_path: Path) -> None:
    peer.build(tmp_path, planted)
    ask = peer.opened(tmp_path)
    # Every single term of the collection leads to the pages that hold it, whatever signs it is made of.
    for number, term in enumerate(planted.vocabulary):
        pages = range(len(planted.titles))
        holding = {page for page in pages if number in planted.title_terms[page] or number in planted.body_terms[page]}
        assert set(ask([term])) == holding, term


def test_tantivy_answers_alike_without_a_count(planted: Analysed, tmp_path: Path) -> None:
    tantivy_own.build(tmp_path, planted)
    assert tantivy_own.opened(tmp_path, count=False)(japanese.terms("返品の負担")) == tantivy_own.opened(tmp_path)(
        japanese.terms("返品の負担")
    )


def test_plain_bm25_by_hand() -> None:
    # Lengths 3, 1, 2. x: 2 / (2 + 1.65) on page 0, 1 / (1 + 0.75) on page 1. y: 1 / 2.65 on page 0, 2 / 3.2 on page 2.
    plain = PlainBM25(["x", "y"], analysed.ragged([[0, 0, 1], [0], [1, 1]]))
    assert plain.search(["x"]) == [1, 0]
    assert plain.search(["y"]) == [2, 0]
    assert plain.search(["x", "y"]) == [0, 2, 1]
    assert plain.search(["z"]) == plain.search([]) == []


def test_our_index_holds_the_terms_that_were_handed_over(planted: Analysed, tmp_path: Path) -> None:
    ours.build(tmp_path / "index", planted.vocabulary, planted.title_terms, planted.body_terms)
    index = WhooshIndex(tmp_path / "index")
    search = quality.by_index(index)
    assert search("パスワード") == [3]
    assert search("返品")[0] == 0
    assert search("自転車") == []
    index.close()


def test_an_index_without_those_terms_is_noticed(
    planted: Analysed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpatched = pytest.MonkeyPatch()
    monkeypatch.setattr(ours, "_looked_up", lambda *given: unpatched.context())
    with pytest.raises(AssertionError, match="without the terms"):
        ours.build(tmp_path / "index", planted.vocabulary, planted.title_terms, planted.body_terms)


def test_engines_are_asked_in_turn_and_slow_ones_less_often() -> None:
    heard: list[tuple[str, str]] = []
    engines = [
        speed.Engine("fast", lambda asked: heard.append(("fast", asked.text))),
        speed.Engine("slow", lambda asked: heard.append(("slow", asked.text)), most=1),
    ]
    asked = [Asked("一", ["一"]), Asked("二", ["二"]), Asked("三", ["三"])]
    times = speed.interleaved(engines, asked, repeats=2)
    assert [len(repeats) for repeats in times["fast"]] == [2, 2, 2]
    assert [len(repeats) for repeats in times["slow"]] == [2]
    assert heard[:4] == [("fast", "一"), ("slow", "一"), ("fast", "二"), ("fast", "三")]
    assert heard[4] == ("slow", "一")


def test_ratios_compare_the_same_questions() -> None:
    times = {
        "ours": [[0.002], [0.004], [0.1]],
        tantivy_own.NAME: [[0.001], [0.001], [0.001]],
        whoosh_own.NAME: [[0.2], [0.4]],
    }
    row = speed.rows("natural", 5, times)[0]
    assert row["median ms"] == 4.0 and row["p95 ms"] == 100.0 and row["asked"] == 3
    assert row[f"median × {tantivy_own.NAME}"] == 4.0
    assert row[f"median × {whoosh_own.NAME}"] == pytest.approx(0.003 / 0.3)
