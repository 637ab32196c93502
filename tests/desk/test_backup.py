from __future__ import annotations

import json
import threading
import zipfile
from pathlib import Path

import pytest

from indexing.errors import InputError
from indexing.records import Kind
from indexing.store.backup import back_up, restore
from tests.conftest import open_assistant

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[2]
QUERIES = ["串线", "家里打电话断断续续", "没办过这个业务却扣费", "宽带晚上老是掉线", "积分清零诈骗"]


def reopened(home: Path, model: str):
    return open_assistant(home=home, model=model)


def test_a_backup_made_while_writing_restores_to_the_same_answers(
    shipped_home, model_folder, tmp_path
):
    desk = open_assistant(home=tmp_path / "busy", model=str(model_folder))
    desk.build()
    note = tmp_path / "note.md"
    note.write_text("# 说明\n\n漫游资费以国家和地区分档。\n", encoding="utf-8")
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            note.write_text(note.read_text("utf-8") + "再写一句说明。\n", encoding="utf-8")
            desk.import_files([note], Kind.POLICY)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = back_up(desk.settings.database, tmp_path / "b.zip")
    finally:
        stop.set()
        writer.join()
    restored = restore(tmp_path / "b.zip", tmp_path / "new" / "tousu.db")
    other = reopened(tmp_path / "new", str(model_folder))
    assert restored == made
    assert other.generation() == made.generation <= desk.generation()
    assert other.examine().findings[1:] == ()
    for query in QUERIES:
        assert ids_of(other, query) == ids_of(desk, query)


def ids_of(desk, query: str) -> list[str]:
    return [hit.id for hit in desk.answer(query).cases]


def test_a_restored_store_answers_to_the_digit(shipped, tmp_path):
    back_up(shipped.settings.database, tmp_path / "b.zip")
    restore(tmp_path / "b.zip", tmp_path / "new" / "tousu.db")
    other = reopened(tmp_path / "new", shipped.settings.model)
    lines = (ROOT / "benchmarks" / "library" / "queries_held.jsonl").read_text("utf-8").splitlines()
    for query in [json.loads(line)["text"] for line in lines[:200]]:
        assert other.search(query) == shipped.search(query)


def test_a_changed_backup_is_refused_and_nothing_is_restored(empty, tmp_path):
    back_up(empty.settings.database, tmp_path / "b.zip")
    with (
        zipfile.ZipFile(tmp_path / "b.zip") as good,
        zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad,
    ):
        for name in good.namelist():
            data = bytearray(good.read(name))
            if name == "tousu.db":
                data[5000] ^= 1
            bad.writestr(name, bytes(data))
    with pytest.raises(InputError, match=r"tousu\.db 已损坏，没有恢复任何内容"):
        restore(tmp_path / "bad.zip", tmp_path / "new" / "tousu.db")
    (tmp_path / "cut.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-200])
    with pytest.raises(InputError, match="不是完整的备份文件"):
        restore(tmp_path / "cut.zip", tmp_path / "new" / "tousu.db")
    assert not (tmp_path / "new" / "tousu.db").exists()


def test_a_store_that_is_there_is_replaced_only_when_told_and_kept_aside(empty, tmp_path):
    database = empty.settings.database
    back_up(database, tmp_path / "b.zip")
    with pytest.raises(InputError, match="已有记录库"):
        restore(tmp_path / "b.zip", database)
    before = empty._library.store.lineage()
    restore(tmp_path / "b.zip", database, replace=True)
    other = reopened(empty.settings.home, empty.settings.model)
    assert other._library.store.lineage() != before
    assert list(database.parent.glob("tousu.db.replaced-*"))
