"""The folder of an index: one writer at a time, a swap as a whole, and the signs by which damage is noticed."""

import contextlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whoosh.index import LockError
from whoosh.util.filelock import FileLock, try_for

from kb.search.port import IndexBroken, IndexBusy
from kb.text import japanese

SCHEMA = 3  # Changes with the fields and files of an index; one of another number is rebuilt.
_FINGERPRINT = "fingerprint.json"
_LOCK = "write.lock"
_TOC = re.compile(r"_MAIN_([0-9]+)\.toc$")
_GLANCES = 20  # looks, 10 ms apart, at an index that is just being swapped
_LISTINGS = 3  # without a table of contents, until there is believed to be none

Stamp = tuple[object, ...]


class OtherMaker(IndexBroken):
    """The index may be whole, but another schema, other rules or another dictionary made it."""


class IndexFolder:
    """`live/` answers, `building/` is filled beside it, `broken` is left by a search that met damage."""

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self.live = path / "live"
        self._broken = path / "broken"
        self._patience = patience

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other writers away, here and in other processes. Raises IndexBusy."""
        # Whoosh's own lock lies inside live/, which a rebuild moves away; this one guards the whole folder.
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.chmod(0o700)
        lock = FileLock(str(self._path / _LOCK))
        if not try_for(lock.acquire, timeout=self._patience, delay=0.05):
            raise IndexBusy
        try:
            yield
        except LockError as error:
            raise IndexBusy from error
        finally:
            lock.release()

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Give an empty folder to fill; it takes the place of `live/` at the end, unless there is an error."""
        building = self._path / "building"
        for left in (building, *self._path.glob("old-*")):
            _remove(left)
        building.mkdir(mode=0o700)
        try:
            yield building
            fingerprint = json.dumps(_maker() | {"made": uuid.uuid4().hex})
            (building / _FINGERPRINT).write_text(fingerprint, encoding="utf-8")
        except BaseException:
            _remove(building)
            raise
        old = self._path / f"old-{uuid.uuid4().hex}"
        if os.path.lexists(self.live):
            self.live.rename(old)
        building.rename(self.live)
        self._broken.unlink(missing_ok=True)
        _remove(old)

    def clear_the_way(self) -> None:
        """Move aside what stands in the way of a folder of our own: a file, or somebody else's. May raise OSError."""
        with contextlib.suppress(OSError):
            self._path.chmod(0o700)
        lock = self._path / _LOCK
        usable = self._path.is_dir() and os.access(self._path, os.R_OK | os.W_OK | os.X_OK)
        if os.path.lexists(self._path) and not (usable and (os.access(lock, os.W_OK) or not lock.exists())):
            self._path.rename(self._path.with_name(f"{self._path.name}.aside-{uuid.uuid4().hex[:8]}"))

    def is_nothing(self) -> bool:
        """Whether there is no index; a half-made one, or half of a swap, is something."""
        return not any(path.is_dir() for path in self._path.glob("*"))

    def stamp(self) -> Stamp:
        """Tell one commit of one build from every other. Raises IndexBroken."""
        listings = 0
        for _ in range(_GLANCES):
            try:
                names = os.listdir(self.live)
                file = os.stat(self.live / _FINGERPRINT)
            except FileNotFoundError:
                # In this order: a swap that was over before the first look has left a fingerprint for the second.
                is_swapping = any([*self._path.glob("old-*"), *self._path.glob("building")])
                if not is_swapping and not (self.live / _FINGERPRINT).exists():
                    break
                time.sleep(0.01)
                continue
            generations = [int(match[1]) for match in map(_TOC.match, names) if match]
            if generations:
                return file.st_ino, file.st_mtime_ns, max(generations)
            # A listing is not one moment: a folder that was opened may be swapped and emptied before it is read.
            listings += 1
            if listings == _LISTINGS:
                break
            time.sleep(0.001)
        raise IndexBroken

    def require_ours(self) -> None:
        """Raise OtherMaker unless the index was made by the same schema, rules and dictionary."""
        made = json.loads((self.live / _FINGERPRINT).read_text(encoding="utf-8"))
        if {name: made.get(name) for name in _maker()} != _maker():
            raise OtherMaker

    def mark_broken(self) -> bool:
        """Leave a sign for whoever keeps the index; whether it is a new one."""
        try:
            self._broken.touch(mode=0o600, exist_ok=False)
        except OSError:
            return False
        return True

    def require_unmarked(self) -> None:
        """Raise IndexBroken where a search has met damage since the last rebuild."""
        if self._broken.exists():
            raise IndexBroken


def _maker() -> dict[str, Any]:
    return {"schema": SCHEMA, "terms": japanese.fingerprint()}


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        with contextlib.suppress(OSError):
            path.chmod(0o700)
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
