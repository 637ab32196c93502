"""Commands that start something: the app, the HTTP API; and those about the program itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

import desk
from desk import shapes
from desk.cli.common import AsJson, app, check_port, open_desk, out, print_json, show_progress
from desk.settings import explain, load_settings


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口")] = 8600,
) -> None:
    """以 HTTP 接口提供查找、答复、检查和遮盖。"""
    import uvicorn

    from desk.api import create_api

    check_port(port)
    uvicorn.run(create_api(open_desk()), host=host, port=port, log_level="warning")


@app.command(name="app")
def app_(
    *,
    port: Annotated[int, typer.Option(help="端口")] = 8501,
    browser: Annotated[bool, typer.Option(help="自动打开浏览器")] = True,
) -> None:
    """打开网页应用；第一次先构建模型、自带内容和索引。"""
    config = load_settings()
    check_port(port)
    if not config.is_built:
        open_desk().build(show_progress)
    script = Path(desk.__file__).parent.parent / "app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.port", str(port), "--server.showEmailPrompt", "false"]
    if not browser:  # otherwise Streamlit opens one where there is a display
        command += ["--server.headless", "true"]
    raise typer.Exit(subprocess.run(command, check=False, cwd=script.parent).returncode)  # noqa: S603


@app.command()
def settings(*, as_json: AsJson = False) -> None:
    """列出每项设置的值和来源。"""
    rows = explain(load_settings())
    if as_json:
        print_json({name: {"value": v, "origin": o, "help": h} for name, v, o, h in rows})
        return
    for name, value, origin, meaning in rows:
        out.print(f"{name} = {value!r}  ← {origin}  # {meaning}", markup=False)


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="BEIR 格式的评测集")], *, as_json: AsJson = False
) -> None:
    """在一个评测集上测量查找的质量和速度(不动现有的数据)。"""
    from desk.measuring import evaluate_folder  # loads the engine

    found = evaluate_folder(load_settings(), folder, show_progress)
    shape = shapes.evaluation_json(found)
    if as_json:
        print_json(shape)
        return
    for name, value in shape.items():
        out.print(f"{name}: {value}", markup=False)
