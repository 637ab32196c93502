"""A batch as a workbook and as a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from docx import Document

from cases.surges.export import Table, workbook
from desk.batches.records import ACTIONS, Batch, Checked
from desk.batches.summary import Rate, Summary, summarise

_HEADINGS = (
    "行号", "坐席", "班组", "分类", "日期", "口径", "版本", "结论", "得分",
    "缺少的要点", "说反的要点", "禁用语", "空位问题", "建议", "更像的口径", "未检查的原因",
    "回复（已脱敏）",
)  # fmt: skip
_MOST = 10  # lines of each list in the document


def report_xlsx(batch: Batch) -> bytes:
    """Return the batch as .xlsx: verdicts, rates, most missed points, reviews."""
    found = summarise(batch)
    rates = [("班组", found.teams), ("坐席", found.agents), ("分类", found.categories)]
    return workbook(
        [
            Table("逐条结果", _HEADINGS, [_cells(batch, row) for row in batch.rows]),
            Table(
                "通过率",
                ("维度", "名称", "通过", "总数", "通过率"),
                [(kind, *_rate_cells(rate)) for kind, some in rates for rate in some],
            ),
            Table("漏说的要点", ("口径", "要点编号", "要点", "条数"), found.missed),
            Table("禁用语", ("说法", "条数"), found.phrases),
            Table(
                "申诉与复核",
                ("行号", "动作", "理由", "人", "时间"),
                [(r.row, ACTIONS[r.action], r.reason, r.actor, r.at) for r in batch.reviews],
            ),
        ]
    )


def report_docx(batch: Batch) -> bytes:
    """Return the batch's summary as .docx."""
    found = summarise(batch)
    document = Document()
    document.add_heading("回复质检报告", 0)
    document.add_paragraph(f"批次：{batch.id}")
    document.add_paragraph(_said(found))
    for title, rates in (("班组通过率", found.teams), ("坐席通过率", found.agents)):
        _table(document, title, ("名称", "通过", "总数", "通过率"), map(_rate_cells, rates))
    _table(document, "最常漏说的要点", ("口径", "要点编号", "要点", "条数"), found.missed[:_MOST])
    _table(document, "禁用语", ("说法", "条数"), found.phrases[:_MOST])
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _said(found: Summary) -> str:
    whole = found.overall
    text = f"共检查 {whole.whole} 条，通过 {whole.passed} 条，通过率 {whole.share:.1%}。"
    return text + (f"另有 {found.errors} 条没有检查。" if found.errors else "")


def _rate_cells(rate: Rate) -> tuple[str, int, int, str]:
    return rate.name, rate.passed, rate.whole, f"{rate.share:.1%}"


def _cells(batch: Batch, row: Checked) -> tuple[object, ...]:
    report = row.report
    return (
        row.row,
        row.agent,
        row.team,
        row.category,
        row.day,
        row.wording,
        report.version if report else "",
        batch.said(row),
        row.score,
        "、".join(label for _, label in row.missing),
        "、".join(label for _, label in row.contradicted),
        "、".join(row.phrases),
        "".join(row.slots),
        "".join(row.advice),
        (report and report.better) or "",
        row.error or "",
        row.reply,
    )


def _table(
    document: Document,
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    document.add_heading(title, 1)
    table = document.add_table(rows=1, cols=len(headings), style="Light Grid Accent 1")
    for cell, text in zip(table.rows[0].cells, headings, strict=True):
        cell.text = text
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = str(value)
