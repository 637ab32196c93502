"""Rows of an export as tickets: each row is one, is merged into one, or is rejected."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cases.tickets.fields import FieldTable, fold_name, load_fields
from cases.tickets.header import NumberedRow
from cases.tickets.mapping import Mapping
from cases.tickets.privacy import hide
from cases.tickets.values import BadValueError, Cell, Value, convert, text_of
from indexing.errors import InputError
from indexing.masking import Masker

_QUOTED = 20  # characters of a bad value that a reason shows


@dataclass(frozen=True)
class Ticket:
    """A row read, not yet masked: never stored or shown as it is.

    ``id`` is empty where the table has no such column; ``digest`` is a hash of all values.
    """

    id: str
    digest: str
    values: dict[str, Value]


@dataclass(frozen=True)
class RowResult:
    """What became of a row (spreadsheet numbers, from 1): exactly one of the three is set."""

    row: int
    ticket: Ticket | None = None
    merged_into: int | None = None
    reason: str | None = None


def read_rows(
    rows: Iterable[NumberedRow],
    mapping: Mapping,
    masker: Masker,
    fields: FieldTable | None = None,
) -> Iterator[RowResult]:
    """Yield a result for every row, in order; reasons are Chinese sentences, masked.

    A row with the ticket number of an earlier one is merged when it says the same and rejected
    when it does not.

    Raises:
        InputError: ``mapping`` has no column for the description.
    """
    table = fields or load_fields()
    if "description" not in mapping.columns:
        label = table.fields["description"].label
        raise InputError(f"没有找到“{label}”列，请指定哪一列是投诉内容。")
    return _results(rows, mapping, masker, table)


def _results(
    rows: Iterable[NumberedRow], mapping: Mapping, masker: Masker, table: FieldTable
) -> Iterator[RowResult]:
    seen: dict[str, tuple[int, str]] = {}
    for number, row in rows:
        try:
            ticket = _ticket(row, mapping, masker, table)
        except InputError as error:
            yield RowResult(number, reason=str(error))
            continue
        first, digest = seen.setdefault(ticket.id or ticket.digest, (number, ticket.digest))
        if first == number:
            yield RowResult(number, ticket)
        elif digest == ticket.digest:
            yield RowResult(number, merged_into=first)
        else:
            said = masker.mask(hide(ticket.id, ticket.values, table)).text
            yield RowResult(number, reason=f"工单号“{said}”与第 {first} 行相同而内容不同。")


def _ticket(row: tuple[Cell, ...], mapping: Mapping, masker: Masker, table: FieldTable) -> Ticket:
    """Read one row.

    Raises:
        InputError: The row cannot be a ticket.
    """
    if _repeats_header(row, mapping):
        raise InputError("这一行是重复的表头。")
    values: dict[str, Value] = {}
    for key, column in mapping.columns.items():
        try:
            value = convert(table.fields[key], row[column], table)
        except BadValueError as error:
            said = _quoted(row, column, mapping, masker, table)
            raise InputError(f"“{mapping.header[column]}”列的值“{said}”{error}。") from error
        if value is not None:
            values[key] = value
    for key in mapping.columns:
        if table.fields[key].required and key not in values:
            raise InputError(f"缺少{table.fields[key].label}。")
    content = "\x1f".join(f"{key}={value}" for key, value in sorted(values.items()))
    digest = hashlib.sha256(content.encode()).hexdigest()
    return Ticket(str(values.pop("ticket_id", "")), digest, values)


def _repeats_header(row: tuple[Cell, ...], mapping: Mapping) -> bool:
    said = [(row[column], mapping.header[column]) for column in mapping.columns.values()]
    return all(isinstance(cell, str) and fold_name(cell) == fold_name(name) for cell, name in said)


def _quoted(
    row: tuple[Cell, ...], column: int, mapping: Mapping, masker: Masker, table: FieldTable
) -> str:
    """Return the start of a cell as a reason may show it."""
    known = {
        key: text_of(row[place], table)
        for key, place in mapping.columns.items()
        if key in table.fields
    }
    text = masker.mask(hide(text_of(row[column], table), known, table)).text
    return text if len(text) <= _QUOTED else text[:_QUOTED] + "…"
