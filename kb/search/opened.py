"""One commit of an index, open: its segments and their words; what an older commit had read is not read again."""

import time
from collections import Counter
from pathlib import Path

from kb.rules.pages import Audience
from kb.search import vocabulary, writing
from kb.search.folder import Stamp
from kb.search.lexicon import Lexicon
from kb.search.segments import Cache
from kb.search.snapshot import Snapshot
from kb.search.view import View
from kb.text import japanese

_WARM = 300  # words
_BREATH = 0.001  # seconds that warming leaves to others after each word


class Opened:
    """A commit, named by its stamp. For many threads; files close with the last search that reads them."""

    def __init__(self, live: Path, stamp: Stamp, cache: Cache, before: "Opened | None") -> None:
        self.stamp = stamp
        self._cache = cache
        self._snapshot: Snapshot = Snapshot(live, cache, before._snapshot if before else None)
        self.segments = self._snapshot.segments
        self._lexicons: dict[str, Lexicon] = {}
        for segment in self.segments:
            known = before._lexicons.get(segment.name) if before else None
            if known is None:
                writing.require_whole(live, segment.name)
                known = writing.load_lexicon(live, segment.name)
            self._lexicons[segment.name] = known

    def view(self, audience: Audience, *, half_typed: bool = False, language: str | None = None) -> View:
        """Give what a reader sees."""
        return View(self.segments, audience, half_typed=half_typed, language=language)

    def words(self, view: View) -> vocabulary.Words:
        """Give the words of all segments, counted for the reader of a view."""
        return vocabulary.Words(list(self._lexicons.values()), view.holding)

    def warm(self, most: float) -> None:
        """Read what most searches need, until the cache holds `most` bytes."""
        common: Counter[str] = Counter()
        for lexicon in self._lexicons.values():
            common.update(dict(lexicon.widest(_WARM)))
        japanese.tokens("".join(common))
        views = [self.view(audience) for audience in Audience]
        for word, _ in common.most_common(_WARM):
            for view in views:
                if self._cache.nbytes > most:
                    return
                view.holding((word,))
                time.sleep(_BREATH)

    def contents(self) -> dict[int, tuple[int, str]]:
        """Tell which revision of each page is held, and its audience."""
        found: dict[int, tuple[int, str]] = {}
        for segment in self.segments:
            for audience in Audience:
                mask = segment.marked("audience", (str(audience),))
                pairs = zip(segment.pages[mask].tolist(), segment.revisions[mask].tolist(), strict=True)
                found |= {page: (revision, str(audience)) for page, revision in pairs}
        return found
