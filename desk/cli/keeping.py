"""Commands that change or guard what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desk import shapes
from desk.cli.common import (
    BAD_INPUT,
    NOT_FOUND,
    AsJson,
    app,
    err,
    open_desk,
    out,
    print_json,
    show_progress,
)
from desk.importing import FileReport
from desk.settings import load_settings
from indexing.errors import InputError
from indexing.records import Filter, Kind, Status


@app.command()
def build(
    *,
    reembed: Annotated[bool, typer.Option(help="换了模型或词典后，重算全部向量")] = False,
    as_json: AsJson = False,
) -> None:
    """把自带的案例、制度和口径装入记录库,并建立索引。"""
    assistant = open_desk(reembed=reembed)
    reports = assistant.build(show_progress)
    _print_import(reports, as_json=as_json)
    if any(report.status == "rejected" for report in reports):
        raise typer.Exit(BAD_INPUT)


@app.command(name="import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="文件或文件夹")],
    kind: Annotated[Kind, typer.Option(help="内容的种类")],
    *,
    publish: Annotated[bool, typer.Option("--publish", help="草稿立即发布")] = False,
    as_json: AsJson = False,
) -> None:
    """导入案例、制度、口径或文本资料。"""
    for path in paths:
        if not path.exists():
            raise InputError(f"找不到文件或文件夹 {path}。")
    reports = open_desk().import_files(paths, kind, publish=publish, progress=show_progress)
    _print_import(reports, as_json=as_json)
    if not any(report.stored or report.merged for report in reports):
        raise typer.Exit(BAD_INPUT)


@app.command()
def delete(
    ids: Annotated[list[str], typer.Argument(help="记录编号")], *, as_json: AsJson = False
) -> None:
    """删除记录，连同文本块和向量。"""
    generation = open_desk().delete(ids)
    if as_json:
        print_json({"generation": generation, "deleted": ids})
    else:
        out.print(f"已删除 {len(ids)} 条记录。")


@app.command()
def status(
    record_id: Annotated[str, typer.Argument(help="记录编号")],
    value: Annotated[Status, typer.Argument(help="draft、published 或 retired")],
    *,
    as_json: AsJson = False,
) -> None:
    """发布、停用一条记录，或退回草稿。"""
    generation = open_desk().set_status(record_id, value)
    if as_json:
        print_json({"generation": generation, "id": record_id, "status": value.value})
    else:
        out.print(f"{record_id} 现在是 {value.value}。", markup=False)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="备份文件（zip）")], *, as_json: AsJson = False
) -> None:
    """备份记录库；备份时可以照常使用。"""
    from indexing.store.backup import back_up

    settings_ = load_settings()
    made = back_up(settings_.database, target, settings_.kept_files)
    if as_json:
        print_json({"file": str(target), "generation": made.generation, "files": made.files})
    else:
        out.print(f"已备份第 {made.generation} 代到 {target}。", markup=False)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="备份文件")],
    *,
    replace: Annotated[bool, typer.Option(help="换掉现有的记录库（改名保留）")] = False,
    as_json: AsJson = False,
) -> None:
    """从备份恢复记录库，并重建索引。"""
    from indexing.store.backup import restore as put_back

    made = put_back(source, load_settings().database, replace=replace)
    counts = open_desk().counts()
    if as_json:
        print_json({"generation": made.generation, "records": counts})
    else:
        out.print(f"已恢复第 {made.generation} 代，共 {counts['passages']} 个文本块。")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="空文件夹")],
    *,
    kind: Annotated[list[Kind] | None, typer.Option(help="只导出这些种类")] = None,
    status: Annotated[list[Status] | None, typer.Option(help="只导出这些状态")] = None,
    as_json: AsJson = False,
) -> None:
    """导出记录，导出的文件可以再导入。"""
    where = Filter(kinds=tuple(kind or ()), statuses=tuple(status or ()))
    count = open_desk().export(folder, where)
    if as_json:
        print_json({"folder": str(folder), "records": count})
    else:
        out.print(f"已导出 {count} 条记录到 {folder}。", markup=False)


@app.command()
def doctor(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="修复能安全修复的")] = False,
    as_json: AsJson = False,
) -> None:
    """检查记录库和索引。"""
    assistant = open_desk()
    for done in assistant.repair() if repair else ():
        err.print(f"已修复：{done.what}", markup=False)
    health = assistant.examine()
    if as_json:
        print_json(shapes.health_json(health))
    else:
        out.print("一切正常。" if health.healthy else "发现问题：")
        for finding in health.findings:
            out.print(f"[{finding.severity}] {finding.what}：{finding.repair}", markup=False)
    if not health.healthy:
        raise typer.Exit(NOT_FOUND)


def _print_import(reports: list[FileReport], *, as_json: bool) -> None:
    if as_json:
        print_json(shapes.import_json(reports))
    for report in reports:
        for note in report.notes:
            err.print(f"{report.file}:{note}", markup=False)
        if report.reason:
            err.print(report.reason, style="red", markup=False)
    if not as_json:
        stored, merged = sum(r.stored for r in reports), sum(r.merged for r in reports)
        rejected = sum(len(r.rejected) for r in reports)
        out.print(f"共 {len(reports)} 个文件：入库 {stored}，相同 {merged}，拒收 {rejected}。")
