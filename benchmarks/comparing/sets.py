"""What is searched and who is right: BEIR folders and the shipped library's labelled queries."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ir_measures

from desk.assistant import SHIPPED
from desk.calibrating import judged
from desk.opening import open_reader
from desk.settings import Settings
from indexing.errors import InputError
from indexing.evaluation import read_judgments, read_lines, record_of
from indexing.records import Kind, Record

LABELLED = Path(__file__).parent.parent / "library"
SEED = 7


@dataclass(frozen=True)
class RetrievalSet:
    """Records, queries by id, and the grades of the relevant records.

    ``judged`` names the only records whose grades are known; ``None`` stands for all of them. The
    query adapter is for the cases that ship (``is_shipped``).
    """

    name: str
    records: tuple[Record, ...]
    queries: dict[str, str]
    judgments: tuple[Any, ...]
    judged: frozenset[str] | None = None
    is_shipped: bool = False

    def condensed(self, ids: list[str]) -> list[str]:
        """Return ``ids`` without the records that nobody judged (Sakai & Kando 2008)."""
        return ids if self.judged is None else [i for i in ids if i in self.judged]

    def sample(self, records: int, queries: int) -> RetrievalSet:
        """Return a seeded part with every record that is relevant to a query in it; 0 keeps all."""
        dice = random.Random(SEED)
        wanted = set(_drawn(dice, list(self.queries), queries))
        judgments = tuple(j for j in self.judgments if j.query_id in wanted)
        relevant = {j.doc_id for j in judgments}
        others = [record.id for record in self.records if record.id not in relevant]
        room = max(records - len(relevant), 0) if records else len(others)
        kept = relevant.union(dice.sample(others, min(room, len(others))))
        return replace(
            self,
            records=tuple(record for record in self.records if record.id in kept),
            queries={i: text for i, text in self.queries.items() if i in wanted},
            judgments=judgments,
        )


def _drawn(dice: random.Random, ids: list[str], count: int) -> list[str]:
    return dice.sample(ids, count) if 0 < count < len(ids) else ids


def beir_sets(folder: Path) -> list[RetrievalSet]:
    """Read every set in BEIR layout in ``folder``.

    Raises:
        InputError: There is none, or one cannot be read.
    """
    folders = sorted(path.parent for path in folder.glob("*/corpus.jsonl"))
    if not folders:
        raise InputError(f"{folder} 里没有 BEIR 格式的评测集。")
    return [beir(path) for path in folders]


def beir(folder: Path) -> RetrievalSet:
    """Read the set in ``folder``; queries that nothing is relevant to are left out.

    Raises:
        InputError: The folder is not in BEIR layout.
    """
    judgments = tuple(read_judgments(folder / "qrels" / "test.tsv"))
    judged = {judgment.query_id for judgment in judgments}
    texts = {str(q["_id"]): str(q["text"]) for q in read_lines(folder / "queries.jsonl")}
    records = tuple(record_of(document) for document in read_lines(folder / "corpus.jsonl"))
    queries = {i: text for i, text in texts.items() if i in judged}
    return RetrievalSet(folder.name, records, queries, judgments)


def library_sets(settings: Settings) -> list[RetrievalSet]:
    """Return the shipped cases with each file of labelled queries that is there.

    Queries that no case fits have no ranking to measure and are left out.
    """
    reader = open_reader(settings)
    [folder] = [folder for kind, folder in SHIPPED if kind is Kind.CASE]
    records = tuple(
        reader.read(path, Kind.CASE, path.name, publish=True).record
        for path in sorted(folder.rglob("*.md"))
    )
    return [
        _labelled(LABELLED / "queries.jsonl", records, judged()),
        _labelled(LABELLED / "queries_held.jsonl", records, None),  # judged against all cases
    ]


def _labelled(
    path: Path, records: tuple[Record, ...], judged: frozenset[str] | None
) -> RetrievalSet:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    judgments = tuple(
        ir_measures.Qrel(row["id"], case_id, grade)
        for row in rows
        for case_id, grade in row["cases"].items()
    )
    queries = {row["id"]: row["text"] for row in rows if row["cases"]}
    known = judged and judged.union(judgment.doc_id for judgment in judgments)
    name = path.stem.replace("queries", "library")
    return RetrievalSet(name, records, queries, judgments, known, is_shipped=True)
