"""A Whoosh index whose files are no good says so, tells whoever keeps it, and is mended by a rebuild."""

import errno
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.search import folder, lexicon, scorer
from kb.search.port import Found, IndexBroken, Query
from kb.search.whoosh_index import WhooshIndex
from tests.search.shop import PUBLIC, SHOP, ids, page

Damage = Callable[[Path], None]
FILES = ("_MAIN_*.toc", "*.trm", "*.pst", "*.page_id.col", "*._body_length.col", "*.lexicon", "*.sizes")


def _only(live: Path, pattern: str) -> Path:
    (file,) = live.glob(pattern)
    return file


def _gone(pattern: str) -> Damage:
    return lambda live: _only(live, pattern).unlink()


def _cut(pattern: str) -> Damage:
    def damage(live: Path) -> None:
        file = _only(live, pattern)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    return damage


def _emptied(pattern: str) -> Damage:
    return lambda live: _only(live, pattern).write_bytes(b"") and None


def _wrong(pattern: str) -> Damage:
    def damage(live: Path) -> None:
        file = _only(live, pattern)
        file.write_bytes(bytes(255 - byte for byte in file.read_bytes()))

    return damage


def _other_dictionary(live: Path) -> None:
    file = live / "fingerprint.json"
    made = json.loads(file.read_text()) | {"terms": "terms 1, sudachipy 0.6.8, sudachidict-core 20240409"}
    file.write_text(json.dumps(made))


def _other_schema(live: Path) -> None:
    file = live / "fingerprint.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"schema": 0}))


def _no_fingerprint(live: Path) -> None:
    (live / "fingerprint.json").unlink()


def _wrong_fingerprint(live: Path) -> None:
    (live / "fingerprint.json").write_text("not json")


def _no_live(live: Path) -> None:
    live.rename(live.with_name("old-1"))


def _a_file_for_live(live: Path) -> None:
    live.rename(live.with_name("old-1"))
    live.write_text("not a folder")


def _endless_live(live: Path) -> None:
    live.rename(live.with_name("old-1"))
    live.symlink_to(live)


def _a_file_for_the_folder(live: Path) -> None:
    live.parent.rename(live.parent.with_name("gone"))
    live.parent.write_text("not a folder")


DAMAGES: dict[str, Damage] = {
    **{f"{how.__name__} {pattern}": how(pattern) for pattern in FILES for how in (_gone, _cut, _emptied)},
    **{f"wrong {pattern}": _wrong(pattern) for pattern in ("_MAIN_*.toc", "*.trm", "*.lexicon", "*.sizes")},
    **{
        damage.__name__: damage
        for damage in (
            *(_other_dictionary, _other_schema, _no_fingerprint, _wrong_fingerprint),
            *(_no_live, _a_file_for_live, _endless_live, _a_file_for_the_folder),
        )
    },
}


# Whoosh leaves the file open that it could not read; the collector closes it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_index_says_so_at_every_use_and_a_rebuild_mends_it(shop: WhooshIndex, live: Path, name: str) -> None:
    shop.close()
    DAMAGES[name](live)
    index = WhooshIndex(live.parent)
    with pytest.raises(IndexBroken):
        index.search(Query("返品", PUBLIC))
    with pytest.raises(IndexBroken):
        index.explain(Query("返品", PUBLIC), 2)
    with pytest.raises(IndexBroken):
        index.complete("返", PUBLIC)
    with pytest.raises(IndexBroken):
        index.contents()
    with pytest.raises(IndexBroken):
        index.tidy()
    with pytest.raises(IndexBroken):
        index.replace([page(1, title="返品")])
    index.warm()
    index.rebuild(SHOP)
    assert ids(index.search(Query("返品", PUBLIC))) == [2]
    assert not index.tidy()
    assert sorted(path.name for path in live.parent.iterdir()) == ["live", "write.lock"]
    index.close()


def _spoil_postings(live: Path) -> None:
    """Overwrite all posting lists where they stand, as a failing disk does: no name and no size changes."""
    with _only(live, "*.pst").open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        file.write(b"\xff" * size)


def test_damage_that_shows_while_a_list_is_read_is_told_to_whoever_keeps_the_index(
    shop: WhooshIndex, live: Path
) -> None:
    keeper = WhooshIndex(live.parent)
    assert ids(shop.search(Query("手数料", PUBLIC))) == [3]
    assert not keeper.tidy()
    _spoil_postings(live)
    with pytest.raises(IndexBroken):
        shop.search(Query("返品", PUBLIC))
    for use in (keeper.tidy, keeper.contents, lambda: keeper.replace([page(9)])):
        with pytest.raises(IndexBroken):
            use()
    keeper.rebuild(SHOP)
    assert ids(shop.search(Query("返品", PUBLIC))) == [2]
    assert not keeper.tidy() and len(keeper.contents()) == len(SHOP)
    keeper.close()


def test_a_fault_of_the_machine_or_another_version_is_no_damage(
    shop: WhooshIndex, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> list[str]:
        raise OSError(errno.EMFILE, "too many open files")

    with monkeypatch.context() as patched:
        patched.setattr(folder.os, "listdir", refuse)
        with pytest.raises(IndexBroken):
            shop.search(Query("返品", PUBLIC))
    assert ids(shop.search(Query("返品", PUBLIC))) == [2]
    # An older program beside a newer one must not have the index built anew over and over.
    other = WhooshIndex(live.parent)
    _other_schema(live)
    with pytest.raises(IndexBroken):
        other.search(Query("返品", PUBLIC))
    assert not (live.parent / "broken").exists()
    other.close()


def test_a_full_disk_is_said_as_it_is_and_nothing_has_changed(
    shop: WhooshIndex, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patched:
        patched.setattr(lexicon, "save", refuse)
        with pytest.raises(OSError, match="no space"):
            shop.replace([page(2, title="送料")])
    assert ids(shop.search(Query("返品", PUBLIC))) == [2]
    shop.replace([page(20, title="返品")])
    assert set(ids(shop.search(Query("返品", PUBLIC)))) == {2, 20}
    assert not (live.parent / "broken").exists()


def test_what_was_merged_away_while_it_was_read_is_asked_for_again(
    shop: WhooshIndex, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Query] = []

    def search(segments: object, plan: object, query: Query) -> Found:
        asked.append(query)
        if len(asked) == 1:
            shop.replace([page(20, title="返品")])
            raise FileNotFoundError(errno.ENOENT, "a segment that has been merged")
        return honest(segments, plan, query)  # type: ignore[arg-type]

    honest = scorer.search
    monkeypatch.setattr(scorer, "search", search)
    assert set(ids(WhooshIndex(live.parent).search(Query("返品", PUBLIC)))) == {2, 20}
    assert len(asked) == 2 and not (live.parent / "broken").exists()


def test_a_folder_that_is_swapped_between_being_opened_and_read_is_looked_at_again(
    shop: WhooshIndex, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    honest = os.listdir

    def listdir(path: Path) -> list[str]:
        if seen or path != live:
            return honest(path)
        place = os.open(path, os.O_RDONLY)
        seen.append([])
        shop.rebuild([*SHOP, page(20, title="返品")])
        seen[0] = honest(place)
        os.close(place)
        return seen[0]

    monkeypatch.setattr(folder.os, "listdir", listdir)
    assert set(ids(WhooshIndex(live.parent).search(Query("返品", PUBLIC)))) == {2, 20}
    assert seen == [[]] and not (live.parent / "broken").exists()


def test_an_index_that_vanishes_while_open_is_broken_not_empty(shop: WhooshIndex, live: Path) -> None:
    assert shop.search(Query("返品", PUBLIC)).total == 1
    live.rename(live.parent.parent / "elsewhere")
    with pytest.raises(IndexBroken):
        shop.search(Query("返品", PUBLIC))
    shop.rebuild(SHOP)
    assert shop.search(Query("返品", PUBLIC)).total == 1


def test_a_folder_that_vanishes_while_open_is_broken_not_empty(shop: WhooshIndex, live: Path) -> None:
    live.parent.rename(live.parent.with_name("gone"))
    for use in (lambda: shop.search(Query("返品", PUBLIC)), shop.contents, shop.tidy):
        with pytest.raises(IndexBroken):
            use()
    shop.rebuild(SHOP)
    assert shop.search(Query("返品", PUBLIC)).total == 1


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder that belongs to somebody else; the rights themselves mean nothing to the superuser."""
    honest = os.access
    with monkeypatch.context() as patched:
        patched.setattr(folder.os, "access", lambda path, mode: "mine" in os.listdir(path) and honest(path, mode))
        yield


def test_somebody_elses_folder_is_moved_aside_and_kept(shop: WhooshIndex, live: Path, refused: None) -> None:
    shop.rebuild(SHOP)
    assert shop.search(Query("返品", PUBLIC)).total == 1
    (aside,) = live.parent.parent.glob("search_index.aside-*")
    assert (aside / "live" / "fingerprint.json").is_file()


def test_a_folder_that_lost_its_rights_gets_them_back(shop: WhooshIndex, live: Path) -> None:
    live.chmod(0)
    live.parent.chmod(0)
    shop.rebuild(SHOP)
    assert shop.search(Query("返品", PUBLIC)).total == 1
    assert live.parent.stat().st_mode & 0o777 == 0o700
    assert list(live.parent.parent.iterdir()) == [live.parent]
