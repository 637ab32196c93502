"""The library: records in, ranked hits out, over one store and its derived index."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexing import snapshots
from indexing.calibration import Calibration, Features
from indexing.records import ASKED, Filter, Record, Result, Status
from indexing.retrieval import Retriever
from indexing.snapshot import Snapshot
from indexing.snapshots import Identity
from indexing.store.store import Store, Written
from indexing.store.writing import Prepared
from indexing.tokens import Tokenizer

if TYPE_CHECKING:
    from indexing.model import Encoder

# A snapshot with more parts than this is compacted.
MAX_PARTS = 8
BATCH_PASSAGES = 512
_ATTEMPTS = 50  # at an answer of one generation while others write

Progress = Callable[[int, int], None]


class IndexState(StrEnum):
    """How the snapshot on disk stands to the store."""

    CURRENT = "current"
    BEHIND = "behind"
    MISSING = "missing"
    DAMAGED = "damaged"


class Library:
    """Stores records and searches them; safe to share between threads.

    Each process has its own snapshot of the index and catches up with the store before it answers.
    """

    def __init__(
        self,
        store: Store,
        index_root: Path,
        encoder: Encoder,
        tokenizer: Tokenizer,
        retriever: Retriever,
        *,
        reembed: bool = False,
    ) -> None:
        """Bind ``store`` to the model and dictionary, and open or rebuild the index.

        ``reembed`` embeds and cuts everything stored anew if another model or dictionary made it.

        Raises:
            StaleIndexError: The store was filled with another model or dictionary.
        """
        self.store = store
        self.encoder = encoder
        self.tokenizer = tokenizer
        self.retriever = retriever
        self._root = index_root
        self._lock = threading.Lock()
        if reembed:
            self._reembed()
        store.claim(encoder.identity, tokenizer.identity)
        self._identity = Identity(encoder.identity, tokenizer.identity, store.lineage())
        self._base_generation, self._snapshot = self._open()

    # -- writing ---------------------------------------------------------------------------------

    def write(
        self, records: Iterable[Record], *, actor: str, progress: Progress | None = None
    ) -> Written:
        """Embed and store ``records``, a transaction a batch of some 500 passages.

        What is stored already with the same content is not embedded again.
        """
        stored: list[str] = []
        merged: list[str] = []
        generation = self.store.generation()
        done = 0
        for batch in _batches(records):
            same = self.store.unchanged(batch)
            new = [record for record in batch if record.id not in same]
            written = self.store.write(self._prepare(new), actor=actor)
            stored += written.stored
            merged += [*same, *written.merged]
            generation = written.generation
            done += len(batch)
            if progress is not None:
                progress(done, done)
        return Written(generation, tuple(stored), tuple(merged))

    def delete(self, ids: Sequence[str], *, actor: str) -> int:
        """Delete records from the store; no search finds them from then on."""
        return self.store.delete(ids, actor=actor)

    def set_status(self, record_id: str, status: Status, *, actor: str) -> int:
        """Publish, retire or draft a record."""
        return self.store.set_status(record_id, status, actor=actor)

    def _reembed(self) -> None:
        mine = (self.encoder.identity, self.tokenizer.identity)
        if self.store.binding() == mine:
            return
        batches = _batches(self.store.whole_records())
        self.store.rebind(*mine, [item for batch in batches for item in self._prepare(batch)])

    def _prepare(self, batch: Sequence[Record]) -> list[Prepared]:
        texts = [searchable(r, i) for r in batch for i in range(len(r.passages))]
        vectors = self.encoder.encode_passages(texts) if texts else np.empty((0, 0), np.float32)
        prepared = []
        first = 0
        for record in batch:
            last = first + len(record.passages)
            tokens = [self.tokenizer.tokens(text) for text in texts[first:last]]
            prepared.append(Prepared(record, tokens, vectors[first:last]))
            first = last
        return prepared

    # -- searching -------------------------------------------------------------------------------

    def search(self, text: str, wheres: Sequence[Filter], *, limit: int = 10) -> list[Result]:
        """Search for ``text`` once for each filter, all in one generation.

        Each result has at most ``limit`` hits, one a record, best passage shown.
        """
        query = self.retriever.prepare(text, self.encoder, self.tokenizer)
        for _ in range(_ATTEMPTS):
            snapshot = self.snapshot()
            results = [
                self.retriever.search(query, where, limit, snapshot, self.store) for where in wheres
            ]
            if self.store.generation() == snapshot.generation:  # nothing changed under the reading
                break
        return results

    def features(self, text: str, where: Filter, *, limit: int) -> list[tuple[str, Features]]:
        """Return the best records' ids with what spoke for each, for fitting the calibration."""
        query = self.retriever.prepare(text, self.encoder, self.tokenizer)
        ranked = self.retriever.rank(query, where, self.snapshot())
        rows = self.store.passage_rows([place.id for place in ranked])
        best: dict[str, Features] = {}
        for place in ranked:
            best.setdefault(rows[place.id].record_id, place.features)
        return list(best.items())[:limit]

    def calibrate(self, calibration: Calibration) -> None:
        """Score with ``calibration`` from now on."""
        self.retriever = replace(self.retriever, calibration=calibration)

    def snapshot(self) -> Snapshot:
        """Return an index that has everything the store had when this was called."""
        if self.store.generation() == self._snapshot.generation:
            return self._snapshot
        with self._lock:
            if self.store.generation() != self._snapshot.generation:
                self._catch_up()
            return self._snapshot

    def _catch_up(self) -> None:
        ahead = self._snapshot.after(self.store.changes_since(self._snapshot.generation))
        if len(ahead.parts) > MAX_PARTS:
            base = ahead.parts[0]
            rest = self.store.changes_since(self._base_generation)
            if len(rest.added) * 2 > len(base.segment):
                self._rebuild()
                return
            ahead = Snapshot(ahead.generation, (base,)).after(rest)
        self._snapshot = ahead

    # -- the index on disk -----------------------------------------------------------------------

    def compact(self) -> None:
        """Rebuild the index as one segment and save it for the next start."""
        with self._lock:
            self._rebuild()
        if self._snapshot.parts:
            part = self._snapshot.parts[0]
            snapshots.save(self._root, part, self._snapshot.generation, self._identity)

    def index_state(self) -> IndexState:
        """Tell how the snapshot on disk stands to the store."""
        folders = [p for p in self._root.glob("*") if p.name.isdigit()]
        if not folders:
            return IndexState.MISSING
        generation = snapshots.verify(max(folders), self._identity)
        if generation is None:
            return IndexState.DAMAGED
        behind = generation < self.store.generation()
        return IndexState.BEHIND if behind else IndexState.CURRENT

    def leftovers(self) -> list[Path]:
        """Return the folders of snapshots that were never finished; `compact` removes them."""
        return snapshots.leftovers(self._root)

    def is_index_writable(self) -> bool:
        """Tell whether a snapshot can be written."""
        return os.access(self._root if self._root.exists() else self._root.parent, os.W_OK)

    def _rebuild(self) -> None:
        self._snapshot = Snapshot(0).after(self.store.changes_since(0))
        self._base_generation = self._snapshot.generation

    def _open(self) -> tuple[int, Snapshot]:
        saved = snapshots.load(self._root, self._identity)
        if saved is None or saved[0] > self.store.generation():
            snapshot = Snapshot(0).after(self.store.changes_since(0))
            return snapshot.generation, snapshot
        generation, part = saved
        return generation, Snapshot(generation, (part,)).after(self.store.changes_since(generation))


def searchable(record: Record, number: int) -> str:
    """Return what is embedded and cut for one passage: title and headings, then its text.

    A way of asking stands alone, so that it is near to others who ask in the same way.
    """
    passage = record.passages[number]
    if passage.part == ASKED:
        return passage.text
    heading = [part for part in passage.heading if part != record.title]
    return "\n".join(part for part in (record.title, *heading[-2:], passage.text) if part)


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    stream = iter(records)
    batch: list[Record] = []
    passages = 0
    while some := list(islice(stream, 1)):
        batch += some
        passages += len(some[0].passages)
        if passages >= BATCH_PASSAGES:
            yield batch
            batch, passages = [], 0
    if batch:
        yield batch
