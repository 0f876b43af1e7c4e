"""Runs of terms with other wordings."""

from kb.search.port import Synonym
from kb.search.synonyms import wordings
from kb.text import japanese

LIST = (
    Synonym(("コールセンター", "お客様相談室", "カスタマーセンター")),
    Synonym(("レンジ", "電子レンジ"), one_way=True),
    Synonym(("返品", "返却")),
    Synonym(("これ", "それ")),
)


def _others(words: str) -> list[tuple[str, ...]]:
    terms = japanese.terms(words)
    return [other for found in wordings(LIST).of(terms) for other in found.others]


def test_each_wording_finds_the_others() -> None:
    assert _others("返品したい") == [("返却",)]
    assert _others("返却期限") == [("返品",)]
    assert tuple(japanese.terms("お客様相談室")) in _others("コールセンターの番号")
    assert len(_others("カスタマーセンター")) == 2


def test_a_one_way_wording_finds_in_one_way() -> None:
    assert _others("レンジが動かない") == [tuple(japanese.terms("電子レンジ"))]
    assert _others("電子オーブン") == []


def test_the_longest_run_is_taken_and_none_twice() -> None:
    found = wordings((*LIST, Synonym(("センター", "中心")))).of(japanese.terms("コールセンターと返品センター"))
    assert [(one.start, one.end) for one in found] == [(0, 2), (2, 3), (3, 4)]


def test_what_is_denied_is_not_what_the_run_says() -> None:
    leak = wordings((Synonym(("水が漏れる", "漏水")), Synonym(("使う", "利用"))))
    assert leak.of(japanese.terms("水が漏れる"))
    assert not leak.of(japanese.terms("水が漏れない"))
    assert leak.of(japanese.terms("使えない"))


def test_wordings_without_a_term_say_nothing() -> None:
    assert wordings((Synonym(("これ", "それ")),)).of(["これ"]) == []


def test_the_same_list_is_read_once() -> None:
    assert wordings(LIST) is wordings(LIST)
    assert wordings((Synonym(("a1", "b2")),)) is not wordings(LIST)
