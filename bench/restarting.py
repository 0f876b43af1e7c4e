"""How long the first answer after a start takes, in a new process each time, and how much memory many answers take."""

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from statistics import median

from bench import corpora, ours, pages, questions, speed, table
from bench.metrics import percentile

_PAGE = os.sysconf("SC_PAGE_SIZE")
_CHILD = "bench.asking"
# What the child tells, in seconds, and how the table calls it.
STEPS = {
    "preparing": "opening the index and reading the synonyms, before a worker serves",
    "dictionary": "the same, and loading the dictionary",
    "answer": "the first answer",
    "start": "from the start of Python to the first answer",
    "second": "the second answer",
}


def ask(folder: Path, texts: list[str], *, app: bool = False) -> dict[str, float]:
    """Start a process that asks an index these questions; gives seconds by step and megabytes by moment."""
    kept = [[one.wordings, one.one_way] for one in ours.synonyms()]
    given = json.dumps({"texts": texts, "synonyms": kept})
    command = [sys.executable, "-m", _CHILD, str(folder), str(time.monotonic()), *(["--app"] if app else [])]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=corpora.ROOT)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def forget(folder: Path) -> None:
    """Let the system drop what it keeps of the files in memory, as after a start of the machine."""
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as held:
                os.posix_fadvise(held.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--pages", default="20000,100000", help="sizes, with commas between them")
    parser.add_argument("--starts", type=int, default=20, help="processes started")
    parser.add_argument("--asked", type=int, default=2000, help="questions before memory is read")


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Measure every size."""
    starts: list[dict[str, object]] = []
    memory: list[dict[str, object]] = []
    for count in map(int, options.pages.split(",")):
        mixture = pages.mixture(count)
        speed.our_index(mixture).close()
        folder = ours.folder(f"pages-{count}")
        texts = [asked.text for asked in questions.natural(options.asked)]
        for state in ("files in memory", "files on disk"):
            told = []
            for number in range(options.starts):
                if state == "files on disk":
                    forget(folder)
                told.append(ask(folder, texts[2 * number : 2 * number + 2]))
                table.progress(state, number + 1, options.starts)
            for step, name in STEPS.items():
                values = [1000 * one[step] for one in told]
                row = {"pages": count, "state": state, "what": name, "starts": len(values)}
                starts.append(row | {"median ms": median(values), "p95 ms": percentile(values, 0.95)})
        mixed = texts + [asked.text for asked in questions.short(mixture, options.asked)]
        for app in (False, True):
            told_of = ask(folder, mixed[:: len(mixed) // options.asked][: options.asked], app=app)
            row = {"pages": count, "process": "the whole application" if app else "kb.search alone"}
            memory.append(
                row | {name: told_of[name] for name in ("MB empty", "MB after 1", "MB after all", "MB at most")}
            )
    return [("First answer after a start", starts), ("Resident memory", memory)]
