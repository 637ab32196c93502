"""A work-order export into searchable passages, beside embedding the same passages alone.

    python -m benchmarks.import_speed [ROWS]

Rows are put together from the labelled complaints of `benchmarks/triage`, each with a name, a
number, a time and an area of its own, so that reading, masking, cutting, tokens, SQL and the index
are all paid for. Embedding alone runs in the same process afterwards; its faster time counts.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from benchmarks.machine import save
from desk.assistant import Assistant
from desk.settings import Settings
from indexing.library import searchable
from indexing.records import Filter, Kind

TEXTS = Path(__file__).parent / "triage" / "labelled.jsonl"
HEADER = ("工单流水号", "投诉时间", "客户姓名", "联系电话", "地市", "投诉内容", "处理结果")
AREAS = ("城东", "城西", "高新", "江北", "临港", "山阳")
ENDINGS = (
    "已联系客户说明原因并致歉，客户表示认可。",
    "已派装维人员上门更换光猫，测试速率正常。",
    "核对账单后退还多扣费用，次月到账。",
    "现场测试为弱覆盖，已列入新建站计划。",
)


def write_export(path: Path, rows: int) -> None:
    """Write a workbook of ``rows`` work orders."""
    dice = random.Random(8)
    texts = [json.loads(line)["text"] for line in TEXTS.read_text("utf-8").splitlines()]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("工单")
    sheet.append(HEADER)
    for number in range(rows):
        at = datetime(2026, 9, 1) + timedelta(minutes=11 * number)  # noqa: DTZ001 - as in exports
        said = f"{dice.choice(texts)}{dice.choice(texts)}（第{number}次登记）"
        phone = f"13{dice.randrange(10**9):09d}"
        area, end = dice.choice(AREAS), dice.choice(ENDINGS)
        sheet.append((f"GD{number:08d}", at, f"王{'明刚丽'[number % 3]}", phone, area, said, end))
    book.save(path)


def embed(desk: Assistant, texts: list[str]) -> float:
    """Return the seconds that the encoder alone takes."""
    begun = time.perf_counter()
    desk._library.encoder.encode_passages(texts)
    return time.perf_counter() - begun


def measure(rows: int, model: str) -> dict[str, Any]:
    """Import once; embed the same passages once before and once after."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export.xlsx"
        write_export(export, rows)
        first = Assistant.open(Settings(home=Path(folder) / "first", model=model))
        begun = time.perf_counter()
        [report] = first.import_files([export], Kind.TICKET)
        whole = time.perf_counter() - begun
        store = first._library.store
        tickets = [store.record(r.id) for r in store.records(Filter(kinds=(Kind.TICKET,)))]
        texts = [searchable(t, n) for t in tickets for n in range(len(t.passages))]
        alone = min(embed(first, texts) for _ in range(2))
        begun = time.perf_counter()
        [again] = first.import_files([export], Kind.TICKET)
        repeated = time.perf_counter() - begun
    return {
        "rows": rows,
        "stored": report.stored,
        "rejected": len(report.rejected),
        "passages": len(texts),
        "mean_chars": round(sum(map(len, texts)) / len(texts)),
        "import_seconds": round(whole, 1),
        "rows_per_second": round(rows / whole, 1),
        "embedding_alone_seconds": round(alone, 1),
        "embedding_share": round(alone / whole, 3),
        "same_file_again": {"merged": again.merged, "seconds": round(repeated, 1)},
    }


def main() -> None:
    """Measure, save."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    save("import_speed", measure(rows, "build/model"))


if __name__ == "__main__":
    main()
