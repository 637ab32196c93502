"""Passages that were read a moment ago: what one search fetches, the next often fetches again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from indexing.store import feed
from indexing.store.schema import state

MOST = 5_000  # passages kept, some KB each


class RecentPassages:
    """Rows that were held against their digests when they were read, kept until the next write."""

    def __init__(self) -> None:
        """Know none."""
        self._kept: tuple[tuple[str, int] | None, dict[int, feed.FoundPassage]] = (None, {})

    def rows(self, connection: Connection, ids: Sequence[int]) -> dict[int, feed.FoundPassage]:
        """Return what `feed.passage_rows` returns for ``ids``.

        Raises:
            StoreError: A row that is read does not say what was written.
        """
        if len(ids) > MOST:  # somebody reads them all, which no search does
            return feed.passage_rows(connection, ids)
        [now] = connection.execute(select(state.c.lineage, state.c.generation)).all()
        at, kept = self._kept
        if at != tuple(now) or len(kept) > MOST:
            kept = {}
            self._kept = (tuple(now), kept)
        new = [passage for passage in ids if passage not in kept]
        if new:
            kept.update(feed.passage_rows(connection, new))
        return {passage: kept[passage] for passage in ids if passage in kept}
