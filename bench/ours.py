"""Our own index, made of terms that were analysed before, and kept until the way it is written changes."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

from bench import analysed, corpora, table
from bench.analysed import Ragged
from kb.rules.pages import Audience
from kb.search import building, whoosh_index
from kb.search.port import Document, IndexBroken, Query, Synonym
from kb.search.whoosh_index import WhooshIndex
from kb.services import sheets, wordings
from kb.text import japanese

# What decides how an index is written; what merely reads it may change without a new one.
WRITERS = ("batches", "building", "codec", "folder", "lexicon", "schema", "words", "writing")
_TITLE, _BODY = "\x02", "\x03"  # No text of a page begins with these: control characters are no words.


def document(number: int, title: str, body: str) -> Document:
    """A published page as the index takes it; page_id is the number of the page + 1."""
    return Document(
        page_id=number + 1,
        revision_id=number + 1,
        audience=Audience.PUBLIC,
        language="ja",
        kind="faq",
        category="",
        confidence="validated",
        tags=(),
        title=title,
        phrases=(),
        body=body,
        staff="",
        sv="",
        updated_at=1_760_000_000,
    )


@cache
def key() -> str:
    """Change whenever the same pages may give another index on disk."""
    room = Path(str(whoosh_index.__file__)).parent
    sources = [(room / f"{name}.py").read_bytes() for name in WRITERS if (room / f"{name}.py").exists()]
    seed = b"\0".join([analysed.key().encode(), *sources])
    return hashlib.sha256(seed).hexdigest()[:16]


@cache
def synonyms() -> tuple[Synonym, ...]:
    """The list that a new installation begins with."""
    drafts = map(wordings.of_row, sheets.read(corpora.ROOT / "content" / "synonyms.csv").rows)
    return tuple(Synonym(draft.wordings, draft.one_way) for draft in drafts)


def folder(name: str) -> Path:
    """Where the index of some pages lies."""
    return corpora.CACHE / "ours" / name / key()


def opened(name: str, vocabulary: list[str], titles: Ragged, bodies: Ragged, *, fresh: bool = False) -> WhooshIndex:
    """The index of these pages, built now unless it is there already."""
    place = folder(name)
    with _alone(corpora.CACHE / "ours" / f"{name}.lock"):
        if not fresh and place.exists():
            index = WhooshIndex(place)
            try:
                index.search(Query("索引", Audience.PUBLIC, limit=1))
            except IndexBroken:
                index.close()
            else:
                return index
        shutil.rmtree(place.parent, ignore_errors=True)
        place.parent.mkdir(parents=True)
        part = place.with_name("part")
        build(part, vocabulary, titles, bodies)
        part.rename(place)
    return WhooshIndex(place)


def build(folder: Path, vocabulary: list[str], titles: Ragged, bodies: Ragged) -> None:
    """Write an index through the ordinary door, `rebuild`; only the analysis of the texts is looked up."""
    index = WhooshIndex(folder)
    total = len(titles)
    with _looked_up(vocabulary, titles, bodies):
        index.rebuild(
            (document(number, f"{_TITLE}{number}", f"{_BODY}{number}") for number in range(total)),
            lambda done: table.progress(f"index {folder.parent.name}", done, total),
        )
    index.close()
    _check(WhooshIndex(folder), vocabulary, bodies)


def _check(index: WhooshIndex, vocabulary: list[str], bodies: Ragged) -> None:
    """Fail if the look-up has not reached whoever analysed: the index would then hold page numbers for words."""
    rows = (row for row in (bodies[number] for number in range(len(bodies))) if len(row))
    words = [vocabulary[term] for term in next(rows, ())[:3]]
    found = index.search(Query(" ".join(words), Audience.PUBLIC, limit=1))
    index.close()
    assert not words or found.total, "the index was built without the terms that were handed over"


@contextmanager
def _looked_up(vocabulary: list[str], titles: Ragged, bodies: Ragged) -> Iterator[None]:
    """Let `japanese.terms` answer from what was analysed before; the index then reads documents in this process."""
    analyse = japanese.terms

    def terms(text: str) -> list[str]:
        rows = titles if text[:1] == _TITLE else bodies if text[:1] == _BODY else None
        return analyse(text) if rows is None else [vocabulary[term] for term in rows[int(text[1:])]]

    with patch.object(japanese, "terms", terms), patch.object(building, "_processors", lambda: 1):
        yield


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """One process builds, others wait for it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
