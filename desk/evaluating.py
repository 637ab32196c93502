"""Where each leg of the search puts the right answer, for a sheet of queries."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from desk.labelled import Asked, read_asked, sheet_of
from desk.opening import Progress, file_limits, silent
from desk.settings import Settings
from indexing.errors import InputError
from indexing.library import Library
from indexing.masking import Masker
from indexing.records import Filter, Kind, Result

DEEPEST = 50  # records; further down is as good as not found
RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"  # only in a checkout
_FOREIGN = "今天天气怎么样"  # the template's query that nothing fits


class Leg(StrEnum):
    """A ranking that is looked at."""

    LEXICAL = "词面"
    DENSE = "语义"
    FUSED = "融合"
    OURS = "本系统"


@dataclass(frozen=True)
class LegRanks:
    """Where each leg puts the best of a query's right answers, and what is answered instead.

    ``places`` count records from 1; None is not among the first 50 (of a leg, within
    the 100 passages that it hands over).
    """

    query: str
    wanted: tuple[str, ...]
    places: Mapping[Leg, int | None]
    best_id: str
    best_title: str
    score: float
    accepted: bool


class Evaluating:
    """Ranks labelled queries leg by leg over one library."""

    def __init__(
        self,
        library: Library,
        masker: Masker,
        settings: Settings,
        look: Callable[[str, Result], Result] = lambda _text, result: result,
    ) -> None:
        """Rank over ``library``; ``look`` is the second look that answers take at a result."""
        self._library = library
        self._look = look
        self._masker = masker
        self._settings = settings

    def read_queries(self, name: str, data: bytes) -> list[Asked]:
        """Return the queries of an xlsx or csv file with the ids of the records that answer them.

        Raises:
            InputError: A column is missing, there is no query, or a row cannot be used.
        """
        known = self._library.store.ids().keys()
        limits = file_limits(self._settings)
        return read_asked(name, data, known, self._settings.max_query_chars, limits)

    def template(self) -> bytes:
        """Return an .xlsx file to fill in, with two queries from the library and a foreign one."""
        records = self._library.store.records(Filter(kinds=(Kind.CASE,)), limit=2)
        return sheet_of([*((record.title, (record.id,)) for record in records), (_FOREIGN, ())])

    def ranks(self, queries: Sequence[Asked], progress: Progress = silent) -> list[LegRanks]:
        """Search for each query, masked, among what is published of the kinds that it wants.

        A query that nothing fits is held against the cases.
        """
        found = []
        for number, (text, wanted) in enumerate(queries, start=1):
            found.append(self._ranked(self._masker.mask(text).text, wanted))
            progress(f"评测第 {number}/{len(queries)} 条", number / len(queries))
        return found

    def _ranked(self, text: str, wanted: tuple[str, ...]) -> LegRanks:
        kinds = {record.kind for record in self._library.store.records_of(wanted)}
        today = date.today()  # noqa: DTZ011 - what the desk would answer now
        where = Filter(kinds=tuple(sorted(kinds or {Kind.CASE})), as_of=today)
        snapshot, store = self._library.snapshot(), self._library.store
        retriever = self._library.retriever
        query = retriever.prepare(text, self._library.encoder, self._library.tokenizer)
        legs = retriever.legs(query, where, snapshot)
        rows = store.passage_rows(legs.fused)
        found = {
            Leg.LEXICAL: legs.lexical.ids.tolist(),
            Leg.DENSE: legs.dense.ids.tolist(),
            Leg.FUSED: legs.fused,
        }
        orders = {
            leg: [rows[passage].record_id for passage in ids if passage in rows]
            for leg, ids in found.items()
        }
        result = self._look(text, retriever.search(query, where, DEEPEST, snapshot, store))
        orders[Leg.OURS] = [hit.id for hit in result.hits]
        best = next(iter(result.hits), None)
        return LegRanks(
            text,
            wanted,
            {leg: _place(order, wanted) for leg, order in orders.items()},
            best.id if best else "",
            best.title if best else "",
            best.score if best else 0.0,
            not result.no_match,
        )


def _place(order: Sequence[str], wanted: Collection[str]) -> int | None:
    """Return the place of the first of ``wanted``, a record standing where it is first named."""
    records = list(dict.fromkeys(order))[:DEEPEST]
    return next((n for n, name in enumerate(records, start=1) if name in wanted), None)


def summary(ranks: Sequence[LegRanks]) -> dict[str, dict[str, float | None]]:
    """Return hit@1, hit@10 and MRR@10 of each leg, and under ``accepted`` how well it is judged.

    All are shares in [0, 1]: ``false_accepts`` of the queries that nothing fits,
    ``recall_of_fitting`` and the legs' figures of the others; None without any such query.
    """
    fitting = [one for one in ranks if one.wanted]
    foreign = [one for one in ranks if not one.wanted]
    found: dict[str, dict[str, float | None]] = {}
    for leg in Leg:
        places = [one.places[leg] or DEEPEST + 1 for one in fitting]
        found[leg] = {
            "hit@1": _mean([place == 1 for place in places]),
            "hit@10": _mean([place <= 10 for place in places]),
            "mrr@10": _mean([1 / place if place <= 10 else 0.0 for place in places]),
        }
    found["accepted"] = {
        "false_accepts": _mean([one.accepted for one in foreign]),
        "recall_of_fitting": _mean([one.accepted for one in fitting]),
    }
    return found


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def published_results(folder: Path = RESULTS) -> dict[str, dict[str, Any] | None]:
    """Return the committed measurements ``eval`` and ``calibration``; None where not shipped.

    Raises:
        InputError: A file of them is broken.
    """
    return {name: _json(folder / f"{name}.json") for name in ("eval", "calibration")}


def _json(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(
            f"评测结果 {path.name} 已损坏，请重新运行 make eval 或 make calibrate。"
        ) from error
    return found
