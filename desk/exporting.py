"""Writing records out as the contract's files, so that importing them gives the same records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from indexing.errors import InputError
from indexing.frontmatter import has_front_matter
from indexing.records import Kind, Record

_STATUS = re.compile(r"^status:.*$", re.MULTILINE)


def export_records(records: Sequence[Record], folder: Path) -> int:
    """Write ``records`` into ``folder`` by kind; tickets go into one workbook. Return how many.

    Raises:
        InputError: ``folder`` holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} 不是空文件夹，请换一个。")
    folder.mkdir(parents=True, exist_ok=True)
    tickets = [record for record in records if record.kind is Kind.TICKET]
    for record in records:
        if record.kind is not Kind.TICKET:
            path = folder / record.kind.value / _name(record)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_text(record), encoding="utf-8")
    if tickets:
        from cases.tickets.export import write_xlsx  # openpyxl: only when there is a workbook

        (folder / Kind.TICKET.value).mkdir()
        write_xlsx(folder / Kind.TICKET.value / "tickets.xlsx", tickets)
    return len(records)


def _name(record: Record) -> str:
    if record.kind is Kind.WORDING:
        return f"{record.id}.yaml"
    if has_front_matter(record.text):
        return f"{record.id}.md"
    return re.sub(r"[^\w.\-]+", "_", Path(record.file_name).stem) + ".md"


def _text(record: Record) -> str:
    if record.kind is Kind.WORDING:
        values = record.meta | {"status": record.status.value}
        return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=1000)
    if has_front_matter(record.text):
        return _STATUS.sub(f"status: {record.status.value}", record.text, count=1)
    return record.text
