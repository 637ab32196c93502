"""Train the query adapter on what customers say of the shipped cases (``make adapt``).

    python -m benchmarks.adapt

What customers say, and the case it belongs to: ``library/phrasings.jsonl``, the queries that
calibration is fitted on, and the cases' titles; what no case fits: ``library/foreign.txt`` and the
fitting queries without one; all but the titles once more with characters mistaken for others of
the same sound. Contrastive: each pair's case stands against all other cases, a case by its best
passage (InfoNCE, van den Oord et al. 2018, arXiv:1807.03748), and once more against those and
"none", a cosine that is learned with it, which is right for what no case fits. So a query moves
towards its case, or away from all. Two terms keep the adapter small, because a query on something
else should stay where it is. Never trained on: ``library/queries.jsonl`` and
``library/queries_held.jsonl``, with which `make calibrate` and `make eval` measure.
"""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pypinyin import lazy_pinyin
from torch.nn import functional

from benchmarks.shipped import LABELLED, read, shipped_library
from desk.calibrating import QUERIES
from desk.settings import load_settings
from indexing import adapter
from indexing.adapter import Adapter
from indexing.library import Library
from indexing.model import load_encoder
from indexing.records import Filter, Kind

Said = tuple[str, str]  # what a customer says, and the case's id; "" where none fits
Vectors = NDArray[np.float32]

TARGET = Path(adapter.__file__).parent / "data" / "adapter.npz"
SEED = 0
STEPS = 300
BATCH = 512
RATE = 2e-3  # falls to 0 along a cosine
TEMPERATURE = 0.02
NONE = 0.65  # the cosine of "none" to begin with
STAY = 6.0  # weight of how far a query moves
SMALL = 0.01  # weight of the matrix's squares
MISTAKEN = 0.2  # share of characters


def main() -> None:
    """Train and ship the matrix."""
    with tempfile.TemporaryDirectory() as folder:
        cases = Cases.of(shipped_library(Path(folder)))
    said = cases.customers_words(read(QUERIES))
    settings = load_settings()
    model = settings.model or settings.default_model_folder
    encoders = tuple(load_encoder(model, backend=name).identity for name in ("fast", "torch"))
    Adapter(encoders, cases.trained(said)).save(TARGET)
    print(f"{len(said)} 句，写入 {TARGET.name}")


@dataclass(frozen=True)
class Cases:
    """The cases to train for: passages' vectors, whose they are, and the titles by case."""

    library: Library
    vectors: Vectors
    owners: list[str]
    titles: dict[str, str]

    @classmethod
    def of(cls, library: Library) -> Cases:
        """Take all cases of ``library``."""
        snapshot = library.snapshot()
        masks = snapshot.allowed(Filter(kinds=(Kind.CASE,)))
        parts = list(zip(snapshot.parts, masks, strict=True))
        ids = np.concatenate([part.segment.ids[mask] for part, mask in parts]).tolist()
        vectors = [part.segment.vectors(np.flatnonzero(mask)) for part, mask in parts]
        rows = library.store.passage_rows(ids)
        titles = {rows[one].record_id: rows[one].title for one in ids}
        owners = [rows[one].record_id for one in ids]
        return cls(library, np.concatenate(vectors), owners, titles)

    def customers_words(self, fitting: Sequence[dict[str, Any]]) -> list[Said]:
        """Return what to train on, with the labelled queries ``fitting``."""
        lines = read(LABELLED / "phrasings.jsonl")
        said = [(text, case["id"]) for case in lines for text in case["phrasings"]]
        said += [(q["text"], max(q["cases"], key=q["cases"].get, default="")) for q in fitting]
        foreign = (LABELLED / "foreign.txt").read_text(encoding="utf-8").splitlines()
        said += [(text, "") for text in foreign]
        return said + mistaken(said) + [(title, case) for case, title in self.titles.items()]

    def trained(self, said: Sequence[Said]) -> Vectors:
        """Return the adapter's matrix, ``(dim, dim)``, trained on ``said``."""
        numbers = {case: number for number, case in enumerate(sorted(self.titles))}
        targets = [numbers.get(case, len(numbers)) for _, case in said]
        queries = self.library.encoder.encode_queries([text for text, _ in said])
        return train(queries, self.vectors, [numbers[case] for case in self.owners], targets)


def mistaken(said: Sequence[Said]) -> list[Said]:
    """Return ``said`` with some characters mistaken for others of the same sound."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    known = {char for text, _ in said for char in text if "\u4e00" <= char <= "\u9fff"}
    for char in sorted(known):
        alike[lazy_pinyin(char)[0]].append(char)
    chance = random.Random(SEED)

    def mistake(char: str) -> str:
        others = [other for other in alike[lazy_pinyin(char)[0]] if other != char]
        return chance.choice(others) if others and chance.random() < MISTAKEN else char

    return [("".join(map(mistake, text)), case) for text, case in said]


def train(
    queries: Vectors, passages: Vectors, owners: Sequence[int], targets: Sequence[int]
) -> Vectors:
    """Return the matrix, ``(dim, dim)``; the target ``1 + max(owners)`` stands for "none"."""
    torch.manual_seed(SEED)
    texts, stored = torch.from_numpy(queries), torch.from_numpy(passages)
    wanted, owner, none = torch.tensor(targets), torch.tensor(owners), 1 + max(owners)
    matrix = torch.zeros(queries.shape[1], queries.shape[1], requires_grad=True)
    nothing = torch.tensor(NONE, requires_grad=True)
    optimizer = torch.optim.Adam([matrix, nothing], lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        chosen = torch.randperm(len(texts))[:BATCH]
        before, right = texts[chosen], wanted[chosen]
        after = functional.normalize(before + before @ matrix, dim=1)
        cosines = torch.full((len(chosen), none), -1.0).scatter_reduce(
            1, owner.expand(len(chosen), -1), after @ stored.T, "amax"
        )
        with_none = torch.cat([cosines, nothing.expand(len(chosen), 1)], dim=1)
        fits = right != none
        loss = functional.cross_entropy(cosines[fits] / TEMPERATURE, right[fits])
        loss = loss + functional.cross_entropy(with_none / TEMPERATURE, right)
        moved = (1 - (after * before).sum(1)).mean()
        optimizer.zero_grad()
        (loss + STAY * moved + SMALL * (matrix**2).sum()).backward()
        optimizer.step()
        schedule.step()
    return np.asarray(matrix.detach().numpy())


if __name__ == "__main__":
    main()
