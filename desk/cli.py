"""The command line: results to stdout, progress and messages to stderr."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from desk import shapes
from desk.importing import FileReport
from desk.settings import explain, load_settings
from indexing.errors import InputError, NotFoundError, TousuError
from indexing.records import KNOWLEDGE, Filter, Hit, Kind, Result, Status
from kb.checking.report import Report, report_json

app = typer.Typer(no_args_is_help=True, add_completion=False, help="投诉知识库与案例检索助手")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
FromFile = Annotated[
    Path | None, typer.Option("--file", help="JSONL 文件，每行一个带 id、text 的对象")
]
Text = Annotated[str | None, typer.Argument(help="投诉描述")]

NOT_FOUND = 1
BAD_INPUT = 2


def main() -> None:
    """Run the command line; errors become one sentence and an exit code."""
    try:
        app()
    except NotFoundError as error:
        err.print(str(error), style="red")
        sys.exit(NOT_FOUND)
    except TousuError as error:
        err.print(str(error), style="red")
        sys.exit(BAD_INPUT)


@app.command()
def build(
    *,
    reembed: Annotated[bool, typer.Option(help="换了模型或词典后，重算全部向量")] = False,
    as_json: AsJson = False,
) -> None:
    """把自带的案例、制度和口径装入记录库,并建立索引。"""
    assistant = _open(reembed=reembed)
    reports = assistant.build(_progress)
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
    reports = _open().import_files(paths, kind, publish=publish, progress=_progress)
    _print_import(reports, as_json=as_json)
    if not any(report.stored or report.merged for report in reports):
        raise typer.Exit(BAD_INPUT)


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
    items = list(_items(text, file))
    assistant = _open()
    where = Filter(
        kinds=tuple(kind or KNOWLEDGE),
        statuses=tuple(status or (Status.PUBLISHED,)),
        categories=tuple(category or ()),
        urgencies=tuple(urgency or ()),
        as_of=None if expired else (_day(as_of) or assistant.today()),
    )
    results = _each(items, lambda item: assistant.search(item["text"], where, limit=limit))
    found = _emit(
        results, shapes.result_json, _show_result, batch=file is not None, as_json=as_json
    )
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
    items = list(_items(text, file))
    assistant = _open()
    day = _day(as_of)
    results = _each(items, lambda item: assistant.answer(item["text"], as_of=day))
    found = _emit(
        results, shapes.answer_json, _show_answer, batch=file is not None, as_json=as_json
    )
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

    items = list(_items(text, file))
    assistant = _open()
    given = {"wording": wording, "as_of": as_of, "urgency": urgency}
    replies = [
        Reply(
            item["text"],
            _day(_text(item, "as_of", given)) or assistant.today(),
            _text(item, "wording", given),
            _text(item, "urgency", given),
        )
        for item in items
    ]
    results = zip(items, assistant.check_many(replies), strict=True)
    found = _emit(results, report_json, _show_report, batch=file is not None, as_json=as_json)
    if file is None and not all(report.passed for report in found):
        raise typer.Exit(NOT_FOUND)


@app.command()
def mask(text: Text = None, *, file: FromFile = None, as_json: AsJson = False) -> None:
    """遮盖文本中的个人信息。"""
    from desk.opening import open_masker  # no model is needed here

    masker = open_masker()
    items = list(_items(text, file))
    results = _each(items, lambda item: masker.mask(item["text"]))
    _emit(
        results,
        shapes.masked_json,
        lambda masked: out.print(masked.text, markup=False),
        batch=file is not None,
        as_json=as_json,
    )


@app.command()
def delete(
    ids: Annotated[list[str], typer.Argument(help="记录编号")], *, as_json: AsJson = False
) -> None:
    """删除记录，连同文本块和向量。"""
    generation = _open().delete(ids)
    if as_json:
        _print_json({"generation": generation, "deleted": ids})
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
    generation = _open().set_status(record_id, value)
    if as_json:
        _print_json({"generation": generation, "id": record_id, "status": value.value})
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
        _print_json({"file": str(target), "generation": made.generation, "files": made.files})
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
    counts = _open().counts()
    if as_json:
        _print_json({"generation": made.generation, "records": counts})
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
    count = _open().export(folder, where)
    if as_json:
        _print_json({"folder": str(folder), "records": count})
    else:
        out.print(f"已导出 {count} 条记录到 {folder}。", markup=False)


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口")] = 8600,
) -> None:
    """以 HTTP 接口提供查找、答复、检查和遮盖。"""
    import uvicorn

    from desk.api import create_api

    _check_port(port)
    uvicorn.run(create_api(_open()), host=host, port=port, log_level="warning")


@app.command()
def doctor(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="修复能安全修复的")] = False,
    as_json: AsJson = False,
) -> None:
    """检查记录库和索引。"""
    assistant = _open()
    for done in assistant.repair() if repair else ():
        err.print(f"已修复：{done.what}", markup=False)
    health = assistant.examine()
    if as_json:
        _print_json(shapes.health_json(health))
    else:
        out.print("一切正常。" if health.healthy else "发现问题：")
        for finding in health.findings:
            out.print(f"[{finding.severity}] {finding.what}：{finding.repair}", markup=False)
    if not health.healthy:
        raise typer.Exit(NOT_FOUND)


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="BEIR 格式的评测集")], *, as_json: AsJson = False
) -> None:
    """在一个评测集上测量查找的质量和速度(不动现有的数据)。"""
    from desk.measuring import evaluate_folder  # loads the engine

    found = evaluate_folder(load_settings(), folder, _progress)
    shape = shapes.evaluation_json(found)
    if as_json:
        _print_json(shape)
        return
    for name, value in shape.items():
        out.print(f"{name}: {value}", markup=False)


@app.command()
def settings(*, as_json: AsJson = False) -> None:
    """列出每项设置的值和来源。"""
    rows = explain(load_settings())
    if as_json:
        _print_json({name: {"value": v, "origin": o, "help": h} for name, v, o, h in rows})
        return
    for name, value, origin, meaning in rows:
        out.print(f"{name} = {value!r}  ← {origin}  # {meaning}", markup=False)


@app.command(name="app")
def app_(
    *,
    port: Annotated[int, typer.Option(help="端口")] = 8501,
    browser: Annotated[bool, typer.Option(help="自动打开浏览器")] = True,
) -> None:
    """打开网页应用；第一次先构建模型、自带内容和索引。"""
    config = load_settings()
    _check_port(port)
    if not config.is_built:
        _open().build(_progress)
    script = Path(__file__).parent.parent / "app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.port", str(port), "--server.showEmailPrompt", "false"]
    if not browser:  # otherwise Streamlit opens one where there is a display
        command += ["--server.headless", "true"]
    raise typer.Exit(subprocess.run(command, check=False, cwd=script.parent).returncode)  # noqa: S603


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InputError(f"端口 {port} 已被占用，请用 tousu app --port 换一个。") from error


def _open(*, reembed: bool = False) -> Any:
    from desk.assistant import Assistant  # loads the engine: not for --help or settings

    return Assistant.open(load_settings(), _progress, reembed=reembed)


def _progress(text: str, share: float) -> None:
    err.print(f"[{share:4.0%}] {text}", markup=False)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"日期“{text}”不是 YYYY-MM-DD 的有效日期。") from error


def _items(text: str | None, file: Path | None) -> Iterator[dict[str, Any]]:
    """Yield what to work on: the argument, the lines of ``--file``, or standard input."""
    if file is None:
        yield {"text": sys.stdin.read() if text in (None, "-") else text}
        return
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"文件 {file} 读不出来，应为 UTF-8 编码的 JSONL。") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _item(line, f"{file} 第{number}行")


def _item(line: str, where: str) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}：不是有效的 JSON。") from error
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise InputError(f"{where}：应为带 text 字段的对象。")
    return item


def _text(item: dict[str, Any], key: str, otherwise: dict[str, str | None]) -> str | None:
    value = item.get(key)
    if value is None:
        return otherwise[key]
    if not isinstance(value, str):
        raise InputError(f"第 {item.get('id')} 条的 {key} 应为文字。")
    return value


def _each(
    items: Iterable[dict[str, Any]], work: Callable[[dict[str, Any]], Any]
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield each item with what became of it: a result, or the error that kept it from one."""
    for item in items:
        try:
            yield item, work(item)
        except TousuError as error:
            yield item, error


def _emit(
    results: Iterable[tuple[dict[str, Any], Any]],
    shape: Callable[[Any], dict[str, Any]],
    show: Callable[[Any], None],
    *,
    batch: bool,
    as_json: bool,
) -> list[Any]:
    """Print each result as it comes: JSON lines for ``--file``, one object or prose otherwise.

    In a batch an item's error takes the place of its result, and the exit status says so in the
    end; alone, it is raised.
    """
    found = []
    failed = False
    for item, result in results:
        if isinstance(result, TousuError):
            if not batch:
                raise result
            failed = True
            err.print(f"{item.get('id')}：{result}", style="red", markup=False)
            _print_json({"id": item.get("id"), "error": str(result)})
            continue
        found.append(result)
        if batch:
            _print_json({"id": item.get("id")} | shape(result))
        elif as_json:
            _print_json(shape(result))
        else:
            show(result)
    if failed:
        raise typer.Exit(BAD_INPUT)
    return found


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _print_import(reports: list[FileReport], *, as_json: bool) -> None:
    if as_json:
        _print_json(shapes.import_json(reports))
    for report in reports:
        for note in report.notes:
            err.print(f"{report.file}:{note}", markup=False)
        if report.reason:
            err.print(report.reason, style="red", markup=False)
    if not as_json:
        stored, merged = sum(r.stored for r in reports), sum(r.merged for r in reports)
        rejected = sum(len(r.rejected) for r in reports)
        out.print(f"共 {len(reports)} 个文件：入库 {stored}，相同 {merged}，拒收 {rejected}。")


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


if __name__ == "__main__":
    main()
