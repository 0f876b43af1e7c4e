"""Bodies rendered in a process of their own, within a time and memory budget, and cached."""

import contextlib
import hashlib
import html
import json
import os
import re
import tempfile
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kb.rules import limits
from kb.text.blocks import BlockKind, Segment, split, tidy
from kb.text.markdown import VERSION, Heading, Rendered
from kb.text.render_process import RenderProcess, Trouble

CACHE_FILES = 40_000
FAILURE_SECONDS = 3_600  # a page that was too slow may have met a busy machine: it gets another chance after this

_IN_MEMORY = 128
_IN_MEMORY_SIZE = 200_000  # characters of the cached form
_PRUNE_EVERY = 500
_PREFIX = re.compile(r"[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*)*")
_MARKER = re.compile(r">|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])")


@dataclass(frozen=True)
class Part:
    """One rendered segment: its block kind, the words behind the block's name, safe HTML."""

    kind: BlockKind
    argument: str
    html: str


@dataclass(frozen=True)
class Body:
    """A rendered body: its parts in order, and the headings of its text for a table of contents."""

    parts: tuple[Part, ...]
    contents: tuple[Heading, ...]


def too_deep(source: str) -> bool:
    """Whether a line stands in more quotes and list items than limits.RENDER_NESTING allows."""
    for line in source.split("\n"):
        found = _PREFIX.match(line)
        prefix = found[0] if found else ""
        spaces = len(prefix) - len(prefix.lstrip(" \t"))
        if len(_MARKER.findall(line, 0, len(prefix) + 1)) + spaces // 2 > limits.RENDER_NESTING:
            return True
    return False


def as_text(source: str) -> str:
    """Return HTML that shows the source as it is: what a segment becomes that can't be rendered."""
    return f'<pre class="plain">{html.escape(source, quote=False)}</pre>'


class Renderer:
    """Renders the cut source of pages, safe to share between threads and across a fork.

    `cache_folder` keeps results between runs (None: memory only); `seconds` is the budget of one whole body.
    """

    def __init__(self, cache_folder: Path | None, seconds: float = limits.RENDER_SECONDS) -> None:
        self._folder = cache_folder
        self._seconds = seconds
        self._process = RenderProcess()
        self._memory: OrderedDict[str, Body] = OrderedDict()
        self._writes = 0

    def parts(self, source_cut: str, *, keep: bool = True) -> Body:
        """Return the rendered body of a source that is already cut for its reader.

        A segment over the budget, too deep, or one that breaks the renderer becomes `<pre class="plain">`. Nothing is
        raised. `keep=False` (previews) leaves no file behind.
        """
        source = tidy(source_cut)
        key = hashlib.sha256(f"{VERSION}\n{source}".encode()).hexdigest()
        body = self._remembered(key) or self._stored(key)
        if body is None:
            body, lasting = self._render(split(source))
            if keep and lasting is not None:
                self._store(key, body, lasting)
            if lasting is None:
                return body
        self._remember(key, body)
        return body

    def close(self) -> None:
        """End the process; a later call of `parts` starts another one."""
        self._process.close()

    def _render(self, segments: list[Segment]) -> tuple[Body, bool | None]:
        """Return the body, and whether to keep it: True for good, False for a while, None not at all."""
        left = self._seconds
        parts: list[Part] = []
        contents: list[Heading] = []
        used: set[str] = set()
        lasting: bool | None = True
        for segment in segments:
            rendered: Rendered | Trouble = Trouble.REFUSED
            if len(segment.source) <= limits.BODY and not too_deep(segment.source):
                rendered, spent = self._process.render(segment.source, left)
                left -= spent
            if isinstance(rendered, Trouble):
                if rendered is not Trouble.REFUSED and lasting is not None:
                    lasting = None if rendered is Trouble.UNAVAILABLE else False
                parts.append(Part(segment.kind, segment.argument, as_text(segment.source)))
                continue
            rendered = _unique(rendered, used)
            parts.append(Part(segment.kind, segment.argument, rendered.html))
            contents.extend(rendered.contents if segment.kind is BlockKind.TEXT else ())
        return Body(tuple(parts), tuple(contents)), lasting

    def _remembered(self, key: str) -> Body | None:
        body = self._memory.get(key)
        # Another thread may drop the entry in between; without a lock there is none for a fork to leave locked.
        with contextlib.suppress(KeyError):
            self._memory.move_to_end(key)
        return body

    def _remember(self, key: str, body: Body) -> None:
        if sum(len(part.html) for part in body.parts) > _IN_MEMORY_SIZE:
            return
        self._memory[key] = body
        with contextlib.suppress(KeyError):
            while len(self._memory) > _IN_MEMORY:
                self._memory.popitem(last=False)

    def _stored(self, key: str) -> Body | None:
        if self._folder is None:
            return None
        try:
            found = json.loads((self._folder / f"{key}.json").read_text("utf-8"))
            if not found["lasting"] and not 0 <= time.time() - found["at"] < FAILURE_SECONDS:
                return None
            return _body(found)
        except (OSError, ValueError, KeyError, TypeError):
            # No file, or a broken one: rendering again writes it anew.
            return None

    def _store(self, key: str, body: Body, lasting: bool) -> None:
        if self._folder is None:
            return
        text = json.dumps({"lasting": lasting, "at": time.time(), **asdict(body)}, ensure_ascii=False)
        # A full disk or a read-only folder makes pages slower, not unreadable.
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
            try:
                with open(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                os.replace(name, self._folder / f"{key}.json")
            except BaseException:
                os.unlink(name)
                raise
            self._writes += 1
            if self._writes % _PRUNE_EVERY == 1:
                _prune(self._folder)


def _unique(rendered: Rendered, used: set[str]) -> Rendered:
    """Return the segment with heading ids that no earlier segment of the body has taken."""
    text, contents = rendered.html, []
    for heading in rendered.contents:
        name, count = heading.id, 1
        while name in used:
            count += 1
            name = f"{heading.id}-{count}"
        used.add(name)
        if name != heading.id:
            # The sanitiser writes attributes in one way only, and in text `<` is always escaped.
            text = text.replace(f'<h{heading.level} id="{heading.id}">', f'<h{heading.level} id="{name}">', 1)
        contents.append(Heading(heading.level, name, heading.text))
    return Rendered(text, tuple(contents))


def _body(found: dict[str, Any]) -> Body:
    parts = tuple(Part(BlockKind(part["kind"]), str(part["argument"]), str(part["html"])) for part in found["parts"])
    return Body(parts, tuple(Heading(int(h["level"]), str(h["id"]), str(h["text"])) for h in found["contents"]))


def _prune(folder: Path) -> None:
    """Remove the oldest quarter of the cache once it holds more than CACHE_FILES."""
    with os.scandir(folder) as entries:
        files = sorted((entry.stat().st_mtime, entry.path) for entry in entries if entry.is_file())
    if len(files) > CACHE_FILES:
        for _, path in files[: len(files) // 4]:
            with contextlib.suppress(OSError):
                os.unlink(path)
