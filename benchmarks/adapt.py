"""Train the query adapter on what customers say of the shipped cases (``make adapt``).

    python -m benchmarks.adapt

Pairs of a customer's words and the case they belong to: ``library/phrasings.jsonl``, the queries
that calibration is fitted on, both once more with characters mistaken for others of the same
sound, and the cases' titles. Contrastive: each pair's case stands against all other cases, a case
by its best passage (InfoNCE, van den Oord et al. 2018, arXiv:1807.03748); two terms keep the
adapter small, because a query on something else should stay where it is. Never trained on:
``library/queries.jsonl`` and ``library/queries_held.jsonl``, with which `make calibrate` and
`make eval` measure.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from pypinyin import lazy_pinyin
from torch.nn import functional

from benchmarks.calibrate import LABELLED, read, shipped_library
from desk.calibrating import QUERIES
from desk.settings import load_settings
from indexing import adapter
from indexing.adapter import Adapter
from indexing.library import Library
from indexing.model import load_encoder
from indexing.records import Filter, Kind

Pair = tuple[str, str]  # what a customer says, and the case's id

TARGET = Path(adapter.__file__).parent / "data" / "adapter.npz"
SEED = 0
STEPS = 200
BATCH = 512
RATE = 2e-3
TEMPERATURE = 0.02
STAY = 10.0  # weight of how far a query moves
SMALL = 0.01  # weight of the matrix's squares
MISTAKEN = 0.2  # share of characters


def main() -> None:
    """Train and ship the matrix."""
    with tempfile.TemporaryDirectory() as folder:
        library = shipped_library(Path(folder))
        ids, vectors, titles = case_passages(library)
    pairs = customers_words()
    pairs += mistaken(pairs) + [(title, case) for case, title in titles.items()]
    queries = library.encoder.encode_queries([text for text, _ in pairs])
    cases = sorted(titles)
    owners = [cases.index(case) for case in ids]
    matrix = train(queries, vectors, owners, [cases.index(case) for _, case in pairs])
    settings = load_settings()
    model = settings.model or settings.default_model_folder
    encoders = tuple(load_encoder(model, backend=name).identity for name in ("fast", "torch"))
    Adapter(encoders, matrix).save(TARGET)
    print(f"{len(pairs)} 对，写入 {TARGET.name}")


def case_passages(library: Library) -> tuple[list[str], np.ndarray, dict[str, str]]:
    """Return each passage's case and vector, and the cases' titles."""
    snapshot = library.snapshot()
    masks = snapshot.allowed(Filter(kinds=(Kind.CASE,)))
    ids = np.concatenate([p.segment.ids[m] for p, m in zip(snapshot.parts, masks, strict=True)])
    rows = library.store.passage_rows(ids.tolist())
    vectors = np.concatenate(
        [
            part.segment.vectors(np.flatnonzero(mask))
            for part, mask in zip(snapshot.parts, masks, strict=True)
        ]
    )
    cases = [rows[one].record_id for one in ids.tolist()]
    return cases, vectors, {rows[one].record_id: rows[one].title for one in ids.tolist()}


def customers_words() -> list[Pair]:
    """Return the phrasings and the fitting queries of the ``fit`` half."""
    lines = (LABELLED / "phrasings.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [(text, case["id"]) for case in map(json.loads, lines) for text in case["phrasings"]]
    fitting = (query for query in read(QUERIES) if query["cases"])
    return pairs + [(q["text"], max(q["cases"], key=q["cases"].get)) for q in fitting]


def mistaken(pairs: list[Pair]) -> list[Pair]:
    """Return ``pairs`` with some characters mistaken for others of the same sound."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    known = {char for text, _ in pairs for char in text if "\u4e00" <= char <= "\u9fff"}
    for char in sorted(known):
        alike[lazy_pinyin(char)[0]].append(char)
    chance = random.Random(SEED)

    def mistake(char: str) -> str:
        others = [other for other in alike[lazy_pinyin(char)[0]] if other != char]
        return chance.choice(others) if others and chance.random() < MISTAKEN else char

    return [("".join(map(mistake, text)), case) for text, case in pairs]


def train(
    queries: np.ndarray, passages: np.ndarray, owners: list[int], targets: list[int]
) -> np.ndarray:
    """Return the trained matrix, float32 ``(dim, dim)``."""
    torch.manual_seed(SEED)
    texts, stored = torch.from_numpy(queries), torch.from_numpy(passages)
    wanted, owner = torch.tensor(targets), torch.tensor(owners)
    matrix = torch.zeros(queries.shape[1], queries.shape[1], requires_grad=True)
    optimizer = torch.optim.Adam([matrix], lr=RATE)
    for _ in range(STEPS):
        chosen = torch.randperm(len(texts))[:BATCH]
        before = texts[chosen]
        after = functional.normalize(before + before @ matrix, dim=1)
        scores = torch.full((len(chosen), 1 + max(owners)), -1.0).scatter_reduce(
            1, owner.expand(len(chosen), -1), after @ stored.T, "amax"
        )
        loss = functional.cross_entropy(scores / TEMPERATURE, wanted[chosen])
        moved = (1 - (after * before).sum(1)).mean()
        optimizer.zero_grad()
        (loss + STAY * moved + SMALL * (matrix**2).sum()).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return matrix.detach().numpy()


if __name__ == "__main__":
    main()
