"""A process that opens an index and asks it questions; tells by JSON how long each step took, and how large it grew."""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

from kb.rules.pages import Audience
from kb.search.port import Query, Synonym
from kb.search.whoosh_index import WhooshIndex
from kb.text import japanese


def megabytes(name: str) -> float:
    """VmRSS (now) or VmHWM (at most) of this process."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split(f"{name}:")[1].split()[0]) / 1024


def main(folder: str, started: str, *options: str) -> None:
    if "--app" in options:
        import_module("kb.app")
    given = json.load(sys.stdin)
    synonyms = tuple(Synonym(tuple(wordings), one_way) for wordings, one_way in given["synonyms"])
    imported = time.monotonic()
    japanese.terms("辞書")
    loaded = time.monotonic()
    empty = megabytes("VmRSS")
    index = WhooshIndex(Path(folder))
    index.search(Query("kb", Audience.SV, synonyms=synonyms, limit=1))  # as a worker does before it serves
    times = [time.monotonic()]
    sizes = []
    for text in given["texts"]:
        index.search(Query(text, Audience.PUBLIC, synonyms=synonyms))
        times.append(time.monotonic())
        sizes.append(megabytes("VmRSS"))
    told = {
        "preparing": times[0] - loaded,
        "dictionary": times[0] - imported,
        "answer": times[1] - times[0],
        "start": times[1] - float(started),
        "second": times[2] - times[1],
        "MB empty": empty,
        "MB after 1": sizes[0],
        "MB after all": sizes[-1],
        "MB at most": megabytes("VmHWM"),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
