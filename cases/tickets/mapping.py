"""Which column holds which field: guessed from names and values, corrected, remembered."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from cases.tickets.fields import Field, FieldKind, FieldTable, Guess, fold_name, load_fields
from cases.tickets.header import NumberedRow
from cases.tickets.values import BadValueError, Cell, convert, normal_phone, text_of
from indexing.errors import InputError

SAMPLE = 200  # rows looked at
_ALIKE = 80.0  # rapidfuzz ratio, of 100
_FIT = 0.5  # a column whose values fit its field less often than this is doubted
_DOUBTED = 0.6  # what is left of the confidence then


@dataclass(frozen=True)
class Mapping:
    """Column places by field, each with its confidence in [0, 1] and the reason in Chinese.

    ``signature`` stands for the header; a corrected mapping is remembered under it.
    """

    header: tuple[str, ...]
    columns: dict[str, int]
    confidence: dict[str, float]
    reasons: dict[str, str]
    signature: str

    @property
    def missing(self) -> tuple[str, ...]:
        """The required fields that no column holds."""
        fields = load_fields().fields.values()
        return tuple(f.key for f in fields if f.required and f.key not in self.columns)

    @property
    def unused(self) -> tuple[str, ...]:
        """The names of the columns that no field reads: their cells are not stored."""
        taken = set(self.columns.values())
        return tuple(name for column, name in enumerate(self.header) if column not in taken)

    def corrected(self, key: str, column: int | None) -> Mapping:
        """Return the mapping with ``key`` read from ``column``, or from none.

        Raises:
            InputError: There is no such field or column.
        """
        if key not in load_fields().fields:
            raise InputError(f"工单没有“{key}”这个字段。")
        if column is not None and not 0 <= column < len(self.header):
            raise InputError(f"表格没有第 {column + 1} 列，只有 {len(self.header)} 列。")
        columns = {k: c for k, c in self.columns.items() if k != key and c != column}
        if column is not None:
            columns[key] = column
        said = {k: self.reasons[k] for k in columns if k != key} | {key: "人工指定"}
        sure = {k: self.confidence[k] for k in columns if k != key} | {key: 1.0}
        return replace(
            self,
            columns=columns,
            confidence={k: sure[k] for k in columns},
            reasons={k: said[k] for k in columns},
        )

    def to_json(self) -> str:
        """Return the mapping as JSON."""
        return json.dumps(self.__dict__, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Mapping:
        """Read what ``to_json`` wrote.

        Raises:
            InputError: It is something else.
        """
        try:
            data = json.loads(text)
            header = tuple(map(str, data["header"]))
            columns = {str(key): int(column) for key, column in data["columns"].items()}
            confidence = {key: float(data["confidence"][key]) for key in columns}
            reasons = {key: str(data["reasons"][key]) for key in columns}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError("列对应关系读不出来：不是本程序保存的 JSON。") from error
        fields = load_fields().fields
        if any(k not in fields or not 0 <= c < len(header) for k, c in columns.items()):
            raise InputError("列对应关系读不出来：字段或列不存在。")
        return cls(header, columns, confidence, reasons, signature_of(header))


@dataclass(frozen=True)
class MappingBook:
    """Mappings that people have confirmed, in one JSON file, by the header's signature."""

    path: Path

    def find(self, header: Sequence[str]) -> Mapping | None:
        """Return the mapping remembered for ``header``, or None."""
        entry = self._load().get(signature_of(header))
        return Mapping.from_json(json.dumps(entry)) if entry is not None else None

    def remember(self, mapping: Mapping) -> None:
        """Keep ``mapping`` for the next file with the same header; the file is replaced whole."""
        book = self._load() | {mapping.signature: json.loads(mapping.to_json())}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        aside = self.path.with_suffix(f".{os.getpid()}.tmp")
        aside.write_text(json.dumps(book, ensure_ascii=False, indent=1), encoding="utf-8")
        aside.replace(self.path)

    def _load(self) -> dict[str, Any]:
        try:
            book = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self.path.name}：列对应关系读不出来，请移走这个文件再试。"
            ) from error
        if not isinstance(book, dict):
            raise InputError(f"{self.path.name}：列对应关系读不出来，请移走这个文件再试。")
        return book


def signature_of(header: Sequence[str]) -> str:
    """Return 16 hex digits that stand for the folded names of ``header`` in their order."""
    folded = "\x1f".join(fold_name(name) for name in header)
    return hashlib.sha256(folded.encode()).hexdigest()[:16]


def guess_mapping(
    header: Sequence[str], rows: Sequence[NumberedRow], fields: FieldTable | None = None
) -> Mapping:
    """Guess the field of each column of ``header`` from its name and from ``rows``' first values.

    Each field takes the column that fits it best, each column serves one field.
    """
    table = fields or load_fields()
    samples = [
        [row[column] for _, row in rows[:SAMPLE] if text_of(row[column], table)]
        for column in range(len(header))
    ]
    found = sorted(
        (
            candidate
            for column, name in enumerate(header)
            for candidate in _candidates(column, name, samples[column], table)
        ),
        key=lambda candidate: -candidate[0],
    )
    columns: dict[str, int] = {}
    confidence: dict[str, float] = {}
    reasons: dict[str, str] = {}
    for score, key, column, reason in found:
        if key not in columns and column not in columns.values():
            columns[key], confidence[key], reasons[key] = column, round(score, 2), reason
    return Mapping(tuple(header), columns, confidence, reasons, signature_of(header))


def _candidates(
    column: int, name: str, sample: list[Cell], table: FieldTable
) -> Iterator[tuple[float, str, int, str]]:
    folded = fold_name(name)
    for key, field in table.fields.items():
        score, reason = _by_name(folded, name, field)
        share = _fitting(field, sample, table)
        if score and share < _FIT:
            score, reason = score * _DOUBTED, f"{reason}，但内容多数不像{field.label}"
        guess = _by_values(field, sample, table) if not score else 0.0
        if guess:
            score, reason = guess, f"列名“{name}”不认识，内容像{field.label}"
        if score:
            yield score, key, column, reason


def _by_name(folded: str, name: str, field: Field) -> tuple[float, str]:
    if folded == fold_name(field.label):
        return 1.0, f"列名就是“{field.label}”"
    best = 0.0
    for place, word in enumerate((field.label, *field.names)):
        known = fold_name(word)
        if folded == known:  # an earlier name is the better one where two columns fit
            return 0.98 - place / 1000, f"列名“{name}”是“{field.label}”的别名"
        best = max(best, fuzz.ratio(folded, known))
    if best < _ALIKE:
        return 0.0, ""
    return best / 100 * 0.9, f"列名“{name}”与“{field.label}”相近"


def _fitting(field: Field, sample: list[Cell], table: FieldTable) -> float:
    """Return the share of values in [0, 1] that ``field`` can read (1 for free text)."""
    if not sample or field.kind not in (FieldKind.DATETIME, FieldKind.PHONE):
        return 1.0
    return sum(_reads(field, cell, table) for cell in sample) / len(sample)


def _reads(field: Field, cell: Cell, table: FieldTable) -> bool:
    if field.kind is FieldKind.PHONE:
        return normal_phone(text_of(cell, table)) is not None
    try:
        return convert(field, cell, table) is not None
    except BadValueError:
        return False


def _by_values(field: Field, sample: list[Cell], table: FieldTable) -> float:
    """Return a confidence of at most 0.6 when the values alone speak for ``field``."""
    guess = field.guess
    if guess is None or not sample:
        return 0.0
    texts = [text_of(cell, table) for cell in sample]
    if guess.unique and len(set(texts)) < guess.share * len(texts):
        return 0.0
    mean = sum(map(len, texts)) / len(texts)
    if mean < guess.min_chars:
        return 0.0
    share = _share(guess, field, sample, texts, table)
    longer = min(mean, 1000.0) / 10_000 if guess.min_chars else 0.0
    return 0.5 * share + longer if share >= guess.share else 0.0


def _share(
    guess: Guess, field: Field, sample: list[Cell], texts: list[str], table: FieldTable
) -> float:
    pattern = guess.pattern
    if pattern is None:
        return sum(_reads(field, cell, table) for cell in sample) / len(sample)
    return sum(pattern.fullmatch(text) is not None for text in texts) / len(texts)
