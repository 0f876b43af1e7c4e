"""The index as it was at one commit: what it shares with the commit before is not read again."""

from pathlib import Path

from whoosh.index import open_dir

from kb.search.segments import Cache, OpenSegment, damage


class Snapshot:
    """The segments of one commit. Nothing has to be closed: files close with the last search that reads them."""

    def __init__(self, folder: Path, cache: Cache, before: "Snapshot | None" = None) -> None:
        """Open the newest commit of the index in `folder`. Raises IndexBroken."""
        known = {segment.name: segment for segment in before.segments} if before else {}
        self.segments: list[OpenSegment] = []
        with damage():
            reader = open_dir(str(folder)).reader()
            for leaf, _ in reader.leaf_readers() if reader.doc_count_all() else ():
                segment = OpenSegment(leaf, cache, known.get(str(leaf.segment().segment_id())))
                same = known.get(segment.name)
                self.segments.append(same if same and same.version == segment.version else segment)
