"""What the commands share: where they print, what they read, how a batch goes on after an error."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from desk.settings import load_settings
from indexing.errors import InputError, TousuError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="投诉知识库与案例检索助手")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
FromFile = Annotated[
    Path | None, typer.Option("--file", help="JSONL 文件，每行一个带 id、text 的对象")
]
Text = Annotated[str | None, typer.Argument(help="投诉描述")]
RecordId = Annotated[str, typer.Argument(help="记录编号")]

NOT_FOUND = 1
BAD_INPUT = 2


def check_port(port: int) -> None:
    """Raise `InputError` if something listens on ``port`` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InputError(f"端口 {port} 已被占用，请用 tousu app --port 换一个。") from error


def open_desk(*, reembed: bool = False) -> Any:
    """Return the assistant over the home folder of the settings."""
    from desk.assistant import Assistant  # loads the engine: not for --help or settings

    return Assistant.open(load_settings(), show_progress, reembed=reembed)


def show_progress(text: str, share: float) -> None:
    """Print a step and how much is done, in [0, 1]."""
    err.print(f"[{share:4.0%}] {text}", markup=False)


def day_of(text: str | None) -> date | None:
    """Return a day given as YYYY-MM-DD.

    Raises:
        InputError: It is none.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"日期“{text}”不是 YYYY-MM-DD 的有效日期。") from error


def items_of(text: str | None, file: Path | None) -> Iterator[dict[str, Any]]:
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


def text_of(item: dict[str, Any], key: str, otherwise: dict[str, str | None]) -> str | None:
    """Return a text of an item, or what holds for all items.

    Raises:
        InputError: It is not a text.
    """
    value = item.get(key)
    if value is None:
        return otherwise[key]
    if not isinstance(value, str):
        raise InputError(f"第 {item.get('id')} 条的 {key} 应为文字。")
    return value


def each(
    items: Iterable[dict[str, Any]], work: Callable[[dict[str, Any]], Any]
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield each item with what became of it: a result, or the error that kept it from one."""
    for item in items:
        try:
            yield item, work(item)
        except TousuError as error:
            yield item, error


def emit(
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
            print_json({"id": item.get("id"), "error": str(result)})
            continue
        found.append(result)
        if batch:
            print_json({"id": item.get("id")} | shape(result))
        elif as_json:
            print_json(shape(result))
        else:
            show(result)
    if failed:
        raise typer.Exit(BAD_INPUT)
    return found


def print_json(value: Any) -> None:
    """Print ``value`` as one line of JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
