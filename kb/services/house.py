"""What the doors hand to the verbs: the store, the index, the renderer, the folder of files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kb.search.port import SearchIndex
from kb.services.known import Known
from kb.services.tallying import Tallies
from kb.store.base import Session, Store
from kb.text.rendering import Renderer

__all__ = ["House", "Session"]


@dataclass(frozen=True)
class House:
    """`scratch` makes an empty index that lives for one search only, for when the real one can't answer.

    `tallies` holds what this process has counted and not written yet, `known` what it has read since the last change.
    """

    store: Store
    index: SearchIndex
    renderer: Renderer
    files: Path
    scratch: Callable[[], SearchIndex]
    tallies: Tallies = field(default_factory=Tallies)
    known: Known = field(default_factory=Known)

    def close(self) -> None:
        """Let go of connections, index files and the rendering process."""
        self.index.close()
        self.renderer.close()
        self.store.close()
