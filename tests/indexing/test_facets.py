from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from indexing.records import Kind, Record, Status
from indexing.store.facets import Order, Selection, Shelf
from indexing.store.store import Store
from indexing.store.writing import Prepared

NO_PASSAGES = np.empty((0, 4), dtype=np.float32)


def a_case(number: int, **values: object) -> Record:
    defaults = {
        "kind": Kind.CASE,
        "title": f"案例{number}",
        "text": "略",
        "status": Status.PUBLISHED,
        "passages": (),
        "category": "N/漫游",
        "urgency": "一般",
        "valid_from": date(2026, 1, number),
        "meta": {"tags": ["漫游"], "channel": "营业厅", "cause": "业务规则"},
    }
    return Record(id=f"C-{number}", **(defaults | values))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path / 'tousu.db'}")
    put(
        store,
        a_case(1, title="国际漫游收费高"),
        a_case(2, urgency="特急", meta={"tags": ["漫游", "资费"], "channel": "信函"}),
        a_case(3, category="B/断网", urgency="紧急", meta={"tags": ["断网"]}),
        a_case(4, category="B/断网", status=Status.DRAFT, valid_from=date(2025, 5, 1)),
        a_case(5, kind=Kind.WORDING, category="F/流量超额", valid_from=None, meta={}, urgency=None),
    )
    return store


def put(store: Store, *records: Record) -> None:
    store.write([Prepared(record, [], NO_PASSAGES) for record in records], actor="测试")


def ids(shelf: Shelf) -> list[str]:
    return [record.id for record in shelf.records]


def test_without_a_choice_everything_is_counted(store: Store) -> None:
    shelf = store.browse(Selection())
    assert shelf.total == 5
    assert shelf.counts == {
        "kind": {"case": 4, "wording": 1},
        "status": {"published": 4, "draft": 1},
        "category": {"N/漫游": 2, "B/断网": 2, "F/流量超额": 1},
        "urgency": {"一般": 2, "特急": 1, "紧急": 1, "": 1},
        "channel": {"营业厅": 2, "": 2, "信函": 1},
        "cause": {"": 3, "业务规则": 2},
        "year": {"2026": 3, "": 1, "2025": 1},
        "tag": {"漫游": 3, "断网": 1, "资费": 1},
    }


def test_a_facet_is_counted_under_the_choices_of_the_others(store: Store) -> None:
    shelf = store.browse(Selection(chosen={"category": ("B/断网",), "status": ("published",)}))
    assert ids(shelf) == ["C-3"]
    assert shelf.counts["category"] == {"N/漫游": 2, "B/断网": 1, "F/流量超额": 1}
    assert shelf.counts["status"] == {"published": 1, "draft": 1}
    assert shelf.counts["urgency"] == {"紧急": 1}
    assert shelf.counts["tag"] == {"断网": 1}


def test_values_of_one_facet_are_alternatives_and_no_record_counts_twice(store: Store) -> None:
    shelf = store.browse(Selection(chosen={"tag": ("漫游", "资费")}))
    assert (shelf.total, ids(shelf)) == (3, ["C-2", "C-1", "C-4"])
    assert shelf.counts["category"] == {"N/漫游": 2, "B/断网": 1}
    assert shelf.counts["tag"] == {"漫游": 3, "断网": 1, "资费": 1}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("漫游收费", ["C-1"]),
        ("资费", ["C-2"]),
        ("c-3", ["C-3"]),
        ("漫游 国际", ["C-1"]),
        ("100%_", []),
    ],
)
def test_words_are_looked_for_in_title_id_and_tags(
    store: Store, words: str, found: list[str]
) -> None:
    shelf = store.browse(Selection(words))
    assert ids(shelf) == found
    assert shelf.total == sum(shelf.counts["kind"].values()) == len(found)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (Order.NEWEST, ["C-3", "C-2", "C-1", "C-4", "C-5"]),
        (Order.ID, ["C-1", "C-2", "C-3", "C-4", "C-5"]),
        (Order.TITLE, ["C-1", "C-2", "C-3", "C-4", "C-5"]),
        (Order.URGENCY, ["C-2", "C-3", "C-1", "C-4", "C-5"]),
    ],
)
def test_a_shelf_is_sorted(store: Store, order: Order, found: list[str]) -> None:
    assert ids(store.browse(Selection(order=order, grades=("特急", "紧急", "一般")))) == found


def test_pages_follow_each_other(store: Store) -> None:
    pages = [store.browse(Selection(order=Order.ID, page=n, page_size=2)) for n in (1, 2, 3, 4)]
    assert [ids(page) for page in pages] == [["C-1", "C-2"], ["C-3", "C-4"], ["C-5"], []]
    assert {page.total for page in pages} == {5}


def test_cards_follow_their_record(store: Store) -> None:
    store.set_status("C-1", Status.RETIRED, actor="测试")
    store.delete(["C-2"], actor="测试")
    put(store, a_case(3, category="B/网速慢", meta={"tags": ["网速慢"]}))
    shelf = store.browse(Selection())
    assert shelf.counts["status"] == {"published": 2, "draft": 1, "retired": 1}
    assert shelf.counts["tag"] == {"漫游": 2, "网速慢": 1}
    assert shelf.counts["category"]["B/网速慢"] == 1
