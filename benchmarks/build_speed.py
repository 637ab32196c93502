"""New passages into a searchable index, beside the encoder alone.

    python -m benchmarks.build_speed [PASSAGES]

Passages are sentences of the shipped content, recombined, a record each. Cutting words, embedding,
SQL, digests and the index are paid for; reading files and masking is not (`import_speed`). The
encoder alone takes the same texts in the same process, in turns of a block each.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import save
from benchmarks.query import STORE, open_up, record, texts
from desk.opening import open_encoder, open_tokenizer
from desk.settings import load_settings
from indexing.library import searchable
from indexing.store.store import Store

BLOCK = 1_000


def main(size: int) -> None:
    """Build, measure, save."""
    encoder, tokenizer = open_encoder(load_settings()), open_tokenizer()
    building = alone = 0.0
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / STORE}")
        library = open_up(Path(folder), store, encoder, tokenizer)
        for begin in range(0, size, BLOCK):
            records = [
                record(begin + n, text)
                for n, text in enumerate(texts(min(BLOCK, size - begin), begin))
            ]
            begun = time.perf_counter()
            encoder.encode_passages([searchable(one, 0) for one in records])
            between = time.perf_counter()
            library.write(records, actor="bench")
            building += time.perf_counter() - between
            alone += between - begun
        begun = time.perf_counter()
        library.compact()
        indexing = time.perf_counter() - begun
    found = {
        "passages": size,
        "build_seconds": round(building + indexing, 1),
        "of_them_index_seconds": round(indexing, 1),
        "passages_per_second": round(size / (building + indexing), 1),
        "encoder_alone_passages_per_second": round(size / alone, 1),
        "share": round(alone / (building + indexing), 3),
    }
    save("build_speed", found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
