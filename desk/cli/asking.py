"""Commands that ask the library: search, answer, check, mask."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from desk import shapes
from desk.cli.common import (
    NOT_FOUND,
    AsJson,
    FromFile,
    Text,
    app,
    day_of,
    each,
    emit,
    items_of,
    open_desk,
    out,
    text_of,
)
from indexing.records import KNOWLEDGE, Filter, Hit, Kind, Result, Status
from kb.checking.report import Report, report_json


@app.command()
def search(
    text: Text = None,
    *,
    file: FromFile = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="只找这些种类")] = None,
    category: Annotated[list[str] | None, typer.Option(help="只找这些分类，如 N 或 N/漫游")] = None,
    urgency: Annotated[list[str] | None, typer.Option(help="只找这些紧急程度")] = None,
    status: Annotated[list[Status] | None, typer.Option(help="默认只找已发布的")] = None,
    as_of: Annotated[str | None, typer.Option(help="有效日期 YYYY-MM-DD，默认今天")] = None,
    expired: Annotated[bool, typer.Option("--expired", help="也找未生效和已过期的")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="最多几条")] = 10,
    as_json: AsJson = False,
) -> None:
    """查找相似的案例、制度和口径。"""
    items = list(items_of(text, file))
    assistant = open_desk()
    where = Filter(
        kinds=tuple(kind or KNOWLEDGE),
        statuses=tuple(status or (Status.PUBLISHED,)),
        categories=tuple(category or ()),
        urgencies=tuple(urgency or ()),
        as_of=None if expired else (day_of(as_of) or assistant.today()),
    )
    results = each(items, lambda item: assistant.search(item["text"], where, limit=limit))
    found = emit(results, shapes.result_json, _show_result, batch=file is not None, as_json=as_json)
    if file is None and all(result.no_match for result in found):
        raise typer.Exit(NOT_FOUND)


@app.command()
def answer(
    text: Text = None,
    *,
    file: FromFile = None,
    as_of: Annotated[str | None, typer.Option(help="有效日期 YYYY-MM-DD，默认今天")] = None,
    as_json: AsJson = False,
) -> None:
    """给出分级、相似案例、适用条款和标准口径。"""
    items = list(items_of(text, file))
    assistant = open_desk()
    day = day_of(as_of)
    results = each(items, lambda item: assistant.answer(item["text"], as_of=day))
    found = emit(results, shapes.answer_json, _show_answer, batch=file is not None, as_json=as_json)
    if file is None and all(result.no_match for result in found):
        raise typer.Exit(NOT_FOUND)


@app.command()
def check(
    text: Annotated[str | None, typer.Argument(help="回复的文字")] = None,
    *,
    file: FromFile = None,
    wording: Annotated[str | None, typer.Option(help="口径编号，不给则取最合适的")] = None,
    as_of: Annotated[str | None, typer.Option(help="回复的日期 YYYY-MM-DD，默认今天")] = None,
    urgency: Annotated[str | None, typer.Option(help="紧急程度，用来核对承诺的时限")] = None,
    as_json: AsJson = False,
) -> None:
    """对照标准口径逐点检查回复。"""
    from desk.checking import Reply  # loads the engine

    items = list(items_of(text, file))
    assistant = open_desk()
    given = {"wording": wording, "as_of": as_of, "urgency": urgency}
    replies = [
        Reply(
            item["text"],
            day_of(text_of(item, "as_of", given)) or assistant.today(),
            text_of(item, "wording", given),
            text_of(item, "urgency", given),
        )
        for item in items
    ]
    results = zip(items, assistant.check_many(replies), strict=True)
    found = emit(results, report_json, _show_report, batch=file is not None, as_json=as_json)
    if file is None and not all(report.passed for report in found):
        raise typer.Exit(NOT_FOUND)


@app.command()
def mask(text: Text = None, *, file: FromFile = None, as_json: AsJson = False) -> None:
    """遮盖文本中的个人信息。"""
    from desk.opening import open_masker  # no model is needed here

    masker = open_masker()
    items = list(items_of(text, file))
    results = each(items, lambda item: masker.mask(item["text"]))
    emit(
        results,
        shapes.masked_json,
        lambda masked: out.print(masked.text, markup=False),
        batch=file is not None,
        as_json=as_json,
    )


def _show_hit(hit: Hit) -> None:
    out.print(f"{hit.rank}. [{hit.id}] {hit.title}  匹配度 {hit.score:.0%}", markup=False)
    out.print(f"   {hit.passage}", markup=False)


def _show_result(result: Result) -> None:
    if result.no_match:
        out.print("没有合适的记录。最接近的是：" if result.hits else "没有合适的记录。")
    for hit in result.hits:
        _show_hit(hit)


def _show_answer(result: Any) -> None:
    triage = result.triage
    out.print(f"分类：{triage.category}（{triage.category_confidence:.0%}）")
    out.print(f"紧急程度：{triage.urgency}，{triage.due_hours} 小时内处理", markup=False)
    for reason in triage.reasons:
        out.print(f"  依据：{reason}", markup=False)
    for question in triage.ask:
        out.print(f"  询问：{question}", markup=False)
    out.print("== 相似案例 ==" if result.cases else "== 没有合适的案例 ==")
    for hit in result.cases:
        _show_hit(hit)
    out.print("== 适用条款 ==")
    for hit in result.policies:
        _show_hit(hit)
    out.print("== 标准口径 ==")
    for item in result.wording:
        out.print(f"{item.hit.rank}. [{item.hit.id}] {item.hit.title}", markup=False)
        out.print(f"   {item.text}", markup=False)


def _show_report(report: Report) -> None:
    verdict = "通过" if report.passed else "不通过"
    head = f"口径 {report.wording} 第 {report.version} 版：{verdict}，{report.score} 分"
    out.print(head, markup=False)
    for point in report.points:
        said = {"said": "已说", "missing": "缺少", "contradicted": "说反了"}[point.status]
        out.print(f"  {said}  {point.label}（{point.rule}）", markup=False)
    for phrase in report.forbidden:
        out.print(f"  禁用语“{phrase.phrase}”，可以说“{phrase.suggest}”", markup=False)
    for slot in report.slots:
        if slot.problem:
            out.print(f"  {slot.problem}", markup=False)
    for advice in report.advice:
        out.print(f"  建议：{advice.message}", markup=False)
    if report.better:
        out.print(f"  这条回复更像口径 {report.better}", markup=False)
