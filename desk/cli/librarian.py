"""Commands of the librarian: look a document over, see a record's life, turn a change back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desk import shapes
from desk.cli.common import AsJson, RecordId, app, open_desk, out, print_json
from indexing.records import Kind


@app.command()
def preview(
    path: Annotated[Path, typer.Argument(help="一个文件")],
    kind: Annotated[Kind, typer.Option(help="内容的种类")],
    *,
    keep: Annotated[list[str] | None, typer.Option(help="误判的文字，不遮盖")] = None,
    as_json: AsJson = False,
) -> None:
    """看一个文件会怎样入库：标题、提纲、文本块和要遮盖的内容；不入库。"""
    librarian = open_desk().librarian
    draft = librarian.draft(path, path.name, kind, keep or ())
    if as_json:
        print_json(shapes.draft_json(draft))
        return
    out.print(f"{draft.record.id} {draft.record.title}", markup=False)
    for heading in draft.outline:
        out.print("  " * len(heading) + heading[-1], markup=False)
    for number, passage in enumerate(draft.record.passages, start=1):
        out.print(f"{number}. [{passage.start}, {passage.end}) {passage.text}", markup=False)
    for span in draft.masks:
        out.print(f"遮盖 {span.kind}：{draft.original[span.start : span.end]}", markup=False)


@app.command()
def history(record_id: RecordId, *, as_json: AsJson = False) -> None:
    """列出谁在何时改过一条记录、有哪些旧版本、什么引用了它。"""
    desk = open_desk()
    record = desk.record(record_id)
    librarian = desk.librarian
    events, versions = librarian.events(record_id), librarian.versions(record_id)
    leaning = librarian.leaning(record_id)
    if as_json:
        print_json(shapes.history_json(record, events, versions, leaning))
        return
    for event in events:
        out.print(
            f"{event.at} {event.actor} {event.action}（第 {event.generation} 代）", markup=False
        )
    for version in versions:
        out.print(f"旧版本：第 {version.generation} 代，{version.at}", markup=False)
    for name, title in (*leaning.cases, *leaning.wordings):
        out.print(f"相关：{name} {title}", markup=False)


@app.command()
def rollback(
    record_id: RecordId,
    generation: Annotated[int, typer.Argument(help="旧版本的代号，见 tousu history")],
    *,
    as_json: AsJson = False,
) -> None:
    """把一条记录退回旧版本；现在的内容留作旧版本。"""
    now = open_desk().librarian.roll_back(record_id, generation)
    if as_json:
        print_json({"generation": now, "id": record_id})
    else:
        out.print(f"{record_id} 已退回第 {generation} 代的内容。", markup=False)
