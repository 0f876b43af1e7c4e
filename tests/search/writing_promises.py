"""What every search index promises to those who write to it, as tests that each index inherits."""

from collections.abc import Iterator
from threading import Thread

import pytest

from kb.search.port import Document, Query, SearchIndex
from tests.search.shop import BLANK, PUBLIC, SHOP, ids, page


class WritingPromises:
    def test_a_page_put_again_answers_with_its_new_text_only(self, shop: SearchIndex) -> None:
        shop.replace([page(2, revision_id=21, title="領収書の宛名")])
        assert 2 not in ids(shop.search(Query("返品", PUBLIC)))
        assert [(hit.page_id, hit.revision_id) for hit in shop.search(Query("宛名", PUBLIC)).hits] == [(2, 21)]

    def test_a_page_given_twice_in_one_change_counts_once_with_its_last_text(self, index: SearchIndex) -> None:
        index.replace([page(1, title="返品"), page(1, title="送料")])
        assert index.search(Query("返品", PUBLIC)).total == 0
        assert index.search(Query("送料", PUBLIC)).total == 1

    def test_a_removed_page_is_gone(self, shop: SearchIndex) -> None:
        assert shop.search(Query("宛名 返品", PUBLIC)).total == 1
        shop.replace([], removed=[2, 999])
        assert shop.search(Query("宛名 返品", PUBLIC)).total == 0
        assert 2 not in shop.contents()

    def test_one_change_puts_and_removes(self, shop: SearchIndex) -> None:
        shop.replace([page(9, title="領収書")], removed=[1, 2])
        assert set(shop.contents()) == {3, 4, 5, 6, 7, 8, 9}

    def test_a_page_both_put_and_removed_is_put(self, index: SearchIndex) -> None:
        index.replace([page(1, title="返品")], removed=[1])
        assert set(index.contents()) == {1}

    def test_contents_tell_revision_and_audience(self, shop: SearchIndex) -> None:
        contents = shop.contents()
        assert contents[1] == (10, "public")
        assert contents[4] == (40, "staff")
        assert contents[5] == (50, "sv")
        assert len(contents) == len(SHOP)

    def test_any_text_can_be_put_and_taken_out(self, index: SearchIndex) -> None:
        nasty = "\x00\ud800\u202e" + "ﷺ" * 2_000 + "あ" * 30_000 + " a b\n\r\t" + "x" * 70_000
        index.replace(
            [page(1, title=nasty, phrases=(nasty, ""), tags=(nasty, "", " "), body=nasty, category=nasty, language="")]
        )
        assert index.contents() == {1: (10, "public")}
        index.replace([], removed=[1])
        assert index.contents() == {}

    def test_an_empty_page_is_held_and_not_found(self, index: SearchIndex) -> None:
        index.replace([BLANK, page(1, title="返品")])
        assert set(index.contents()) == {0, 1}
        assert ids(index.search(Query("返品", PUBLIC))) == [1]

    def test_large_ids_are_kept(self, index: SearchIndex) -> None:
        index.replace([page(2**53, revision_id=2**53 + 1, title="返品")])
        assert index.contents() == {2**53: (2**53 + 1, "public")}
        assert ids(index.search(Query("返品", PUBLIC))) == [2**53]

    def test_a_rebuild_holds_exactly_the_given_pages(self, shop: SearchIndex) -> None:
        told: list[int] = []
        shop.rebuild([page(2, revision_id=22, title="返品"), page(11, title="送料")], told.append)
        assert shop.contents() == {2: (22, "public"), 11: (110, "public")}
        assert ids(shop.search(Query("返品 送料", PUBLIC))) == [2, 11]
        assert told == [1, 2]
        shop.rebuild([])
        assert shop.contents() == {}
        assert shop.search(Query("返品", PUBLIC)).total == 0

    def test_the_old_index_answers_while_the_new_one_is_built(self, shop: SearchIndex) -> None:
        seen: list[list[int]] = []

        def documents() -> Iterator[Document]:
            yield page(50, title="返品")
            seen.append(ids(shop.search(Query("返品", PUBLIC))))
            yield page(51, title="返品")

        shop.rebuild(documents())
        assert seen == [[2]]
        assert ids(shop.search(Query("返品", PUBLIC))) == [50, 51]

    def test_a_rebuild_that_fails_leaves_the_old_index(self, shop: SearchIndex) -> None:
        def documents() -> Iterator[Document]:
            yield page(50, title="返品")
            raise RuntimeError("the store went away")

        with pytest.raises(RuntimeError, match="the store went away"):
            shop.rebuild(documents())
        with pytest.raises(ValueError, match="50"):
            shop.rebuild([page(50), page(50)])
        assert len(shop.contents()) == len(SHOP)
        shop.replace([page(60, title="返品")])
        assert set(ids(shop.search(Query("返品", PUBLIC)))) == {2, 60}

    def test_a_change_that_fails_changes_nothing(self, shop: SearchIndex) -> None:
        def documents() -> Iterator[Document]:
            yield page(50, title="返品")
            raise RuntimeError("the store went away")

        with pytest.raises(RuntimeError):
            shop.replace(documents(), removed=[2])
        assert len(shop.contents()) == len(SHOP)

    def test_a_closed_index_opens_again_when_used(self, shop: SearchIndex) -> None:
        shop.close()
        shop.close()
        assert ids(shop.search(Query("返品", PUBLIC))) == [2]
        shop.close()
        shop.replace([], removed=[2])
        assert ids(shop.search(Query("返品", PUBLIC))) == []

    def test_many_threads_search_while_one_writes(self, shop: SearchIndex) -> None:
        wrong: list[object] = []

        def look() -> None:
            try:
                for _ in range(30):
                    found = shop.search(Query("返品 送料", PUBLIC))
                    if 2 not in ids(found):
                        wrong.append(found)
            except Exception as error:
                wrong.append(error)

        threads = [Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for at in range(100, 105):
            shop.replace([page(at, title="送料")])
        shop.rebuild([*SHOP])
        for thread in threads:
            thread.join()
        assert wrong == []
