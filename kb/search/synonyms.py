"""Which runs of a query's terms have other wordings, by the list that supervisors keep."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from kb.search.port import Synonym
from kb.text import japanese
from kb.text.japanese import NEGATED

Run = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The terms `start` to `end` of a query, and the runs that mean the same."""

    start: int
    end: int
    others: tuple[Run, ...]


class Wordings:
    """A list of synonyms, read as terms once and asked many times."""

    def __init__(self, synonyms: Sequence[Synonym]) -> None:
        others: defaultdict[Run, dict[Run, None]] = defaultdict(dict)
        for synonym in synonyms:
            runs = [run for wording in synonym.wordings if (run := tuple(japanese.terms(wording)))]
            for run in runs[:1] if synonym.one_way else runs:
                others[run].update(dict.fromkeys(other for other in runs if other != run))
        self._others = {run: tuple(found) for run, found in others.items() if found}
        self._longest = max(map(len, self._others), default=0)

    def of(self, terms: Sequence[str]) -> list[Found]:
        """Give the runs of these terms that have other wordings: from the left, the longest first, none twice."""
        found: list[Found] = []
        start = 0
        while start < len(terms):
            for end in range(min(len(terms), start + self._longest), start, -1):
                run = tuple(terms[start:end])
                # 水が漏れる is 漏水, and 水が漏れない is not.
                is_denied = len(run) > 1 and tuple(terms[end : end + 1]) == (NEGATED + run[-1],)
                if (others := self._others.get(run)) and not is_denied:
                    found.append(Found(start, end, others))
                    start = end - 1
                    break
            start += 1
        return found


def wordings(synonyms: tuple[Synonym, ...]) -> Wordings:
    """Give a list read as terms; each of the last few tuples is read once."""
    for known, read in _read:
        if known is synonyms:
            return read
    read = Wordings(synonyms)
    _read.appendleft((synonyms, read))
    return read


# The list itself and one that somebody tries; the very tuples, since comparing thousands of entries takes its time.
_read: deque[tuple[tuple[Synonym, ...], Wordings]] = deque(maxlen=3)
