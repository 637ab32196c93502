from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import numpy as np
import pysqlite3
import pytest

from benchmarks.proofs.house import make_record, open_house
from desk.health import examine, repair
from indexing.errors import StaleIndexError, StoreError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    library, dice = open_house(tmp_path), random.Random(1)
    library.write([make_record(n, dice) for n in range(3)], actor="测试")
    library.compact()
    library.store.close()
    return tmp_path


def plant(home: Path, statement: str, *values: object) -> None:
    connection = pysqlite3.connect(str(home / "tousu.db"))
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def findings(home: Path) -> list[tuple[str, str]]:
    library = open_house(home)
    found = [(f.what, str(f.severity)) for f in examine(library).findings]
    library.store.close()
    return found


def test_a_sound_house_has_no_findings(home: Path) -> None:
    assert findings(home) == []


NAN = np.full(64, np.nan, dtype="<f4").tobytes()
ROWS = [
    ("UPDATE passages SET vector = x'00000000' WHERE id = 1", (), "文本块 1 的向量长度与模型不符"),
    ("UPDATE passages SET vector = ? WHERE id = 1", (NAN,), "文本块 1 的向量含有非数值"),
    ("UPDATE passages SET text = '别的' WHERE id = 1", (), "1 的内容与写入时不同"),
    ("UPDATE records SET title = '别的' WHERE id = 'C-00001'", (), "C-00001 的内容与写入时不同"),
    (
        "UPDATE records SET meta = '{' WHERE id = 'C-00001'",
        (),
        "记录 C-00001 的元数据不是 JSON",
    ),
]


HIDDEN = [
    "UPDATE records SET status = 'retired' WHERE id = 'C-00001'",
    "UPDATE records SET valid_until = '2020-01-01' WHERE id = 'C-00001'",
    "UPDATE passages SET valid_until = '2020-01-01' WHERE record_id = 'C-00001'",
]


@pytest.mark.parametrize("statement", HIDDEN)
def test_a_changed_column_that_would_hide_a_record_is_named_and_makes_no_index(
    home: Path, statement: str
) -> None:
    plant(home, statement)
    assert any("的内容与写入时不同" in what for what, _ in findings(home))
    shutil.rmtree(home / "index")
    with pytest.raises(StoreError, match=r"C-00001.*与写入时不同.*tousu restore"):
        open_house(home)


def test_a_store_bound_to_another_model_is_refused(home: Path) -> None:
    plant(home, "UPDATE state SET encoder = 'another'")
    with pytest.raises(StaleIndexError, match="由另一个模型或词典建立"):
        open_house(home)


def test_an_index_folder_that_cannot_be_written_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: path != home / "index")
    assert ("索引文件夹不可写，每次启动都要从记录库重建", "warning") in findings(home)


@pytest.mark.parametrize(("statement", "values", "what"), ROWS)
def test_a_planted_row_is_named_as_an_error(
    home: Path, statement: str, values: tuple[object, ...], what: str
) -> None:
    plant(home, statement, *values)
    assert (what, "error") in findings(home)


def test_a_record_without_passages_is_named(home: Path) -> None:
    plant(home, "DELETE FROM passages WHERE record_id = 'C-00001'")
    assert ("记录 C-00001 没有文本块，查不到", "warning") in findings(home)


def test_orphan_passages_are_named_and_removed(home: Path) -> None:
    plant(home, "DELETE FROM records WHERE id = 'C-00000'")
    assert ("文本块 1 没有所属的记录", "warning") in findings(home)
    library = open_house(home)
    repair(library)
    library.store.close()
    assert findings(home) == []


@pytest.mark.parametrize("fault", ["missing", "damaged", "behind", "leftover"])
def test_a_snapshot_at_fault_is_named_and_written_anew(home: Path, fault: str) -> None:
    [folder] = (home / "index").iterdir()
    if fault == "missing":
        folder.rename(home / "elsewhere")
    elif fault == "damaged":
        (folder / "ids.npy").write_bytes(b"")
    elif fault == "behind":
        plant(home, "UPDATE state SET generation = generation + 1")
    else:
        (home / "index" / ".new-abc").mkdir()
        os.utime(home / "index" / ".new-abc", (0, 0))
    assert len(findings(home)) == 1
    library = open_house(home)
    assert len(repair(library)) == 1
    library.store.close()
    assert findings(home) == []
