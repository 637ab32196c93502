"""Passages that were read a moment ago."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from indexing.errors import StoreError
from indexing.store import recent
from indexing.store.store import Store
from tests.indexing.conftest import OpenLibrary, make_record


def _change(folder: Path, text: str) -> None:
    """Change the first passage behind the store's back."""
    with closing(sqlite3.connect(folder / "tousu.db")) as connection, connection:
        connection.execute("UPDATE passages SET text = ? WHERE id = 1", (text,))


def test_a_passage_is_read_once_until_the_next_write(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    library = open_library()
    library.write([make_record("C-1", "宽带掉线")], actor="测试")
    store = library.store
    assert store.passage_rows([1, 7])[1].text == "宽带掉线"
    _change(tmp_path, "别的")
    assert list(store.passage_rows([1])) == [1]
    assert store.passage_rows([1])[1].text == "宽带掉线"  # as it was written
    library.write([make_record("C-2", "漫游收费")], actor="测试")
    with pytest.raises(StoreError, match=r"C-1.*与写入时不同"):
        store.passage_rows([1])


def test_a_write_of_another_process_is_seen(open_library: OpenLibrary) -> None:
    library, other = open_library(), open_library()
    library.write([make_record("C-1", "宽带掉线")], actor="测试")
    assert library.store.passage_rows([1])[1].title == "标题C-1"
    other.write([make_record("C-1", "宽带掉线", title="新的标题")], actor="测试")
    [row] = library.store.passage_rows([1, 2]).values()
    assert row.title == "新的标题"
    other.delete(["C-1"], actor="测试")
    assert library.store.passage_rows([1, 2]) == {}


@pytest.fixture
def four(open_library: OpenLibrary, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return a store of four records, of whose passages two are kept at most."""
    monkeypatch.setattr(recent, "MOST", 2)
    library = open_library()
    library.write([make_record(f"C-{n}", f"第{n}件") for n in range(1, 5)], actor="测试")
    return library.store


def test_no_more_is_kept_than_fits(four: Store) -> None:
    for ids in ([1, 2, 3], [3, 4], [4]):
        assert {i: row.record_id for i, row in four.passage_rows(ids).items()} == {
            i: f"C-{i}" for i in ids
        }
    assert list(four._recent._kept[1]) == [3, 4]


def test_who_reads_more_than_is_kept_leaves_what_is_kept(four: Store) -> None:
    assert list(four.passage_rows([4])) == [4]
    assert list(four.passage_rows([1, 2, 3])) == [1, 2, 3]
    assert list(four._recent._kept[1]) == [4]
