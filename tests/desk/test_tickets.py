from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from indexing.records import Filter, Kind

pytestmark = pytest.mark.model

HEADINGS = ["工单流水号", "受理时间", "客户号码", "客户姓名", "投诉内容", "处理结果"]
ROWS: list[list[object]] = [
    ["GD1", "2026-11-01 09:30", "13812340001", "王小明", "地下车库没有信号", "已派单"],
    ["GD2", 46330, "13812340002", "李小红", "宽带晚上总是掉线，师傅没来", "已上门"],
    ["GD1", "2026-11-01 09:30", "13812340001", "王小明", "地下车库没有信号", "已派单"],
    ["GD2", 46330, "13812340002", "李小红", "完全另外一件事", "已上门"],
    ["GD3", "2月30日", "13812340003", "赵小军", "短信收不到", ""],
    ["GD4", "2026-11-02", "13812340004", "孙小兰", "", ""],
]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    for row in [["投诉工单导出"], [], HEADINGS, *ROWS]:
        sheet.append(row)
    path = tmp_path / "工单.xlsx"
    book.save(path)
    return path


def test_every_row_of_an_export_is_accounted_for(empty, export):
    (report,) = empty.import_files([export], Kind.TICKET)
    assert (report.status, report.rows_in) == ("partial", 6)
    assert (report.stored, report.merged) == (2, 1)
    assert [(row.row, row.reason) for row in report.rejected] == [
        (7, "工单号“GD2”与第 5 行相同而内容不同。"),
        (8, "“受理时间”列的值“2月30日”不是能识别的日期。"),
        (9, "缺少投诉内容。"),
    ]
    (again,) = empty.import_files([export], Kind.TICKET)
    assert (again.stored, again.merged, len(again.rejected)) == (0, 3, 3)


def test_no_name_or_number_of_a_customer_reaches_the_home_folder(empty, export):
    empty.import_files([export], Kind.TICKET)
    whole = b"".join(p.read_bytes() for p in empty.settings.home.rglob("*") if p.is_file())
    for secret in ("王小明", "李小红", "13812340001", "13812340002"):
        assert secret.encode() not in whole
    found = empty.search("地下车库没有信号", Filter(kinds=(Kind.TICKET,)))
    assert found.hits[0].id == "T-GD1"


def test_a_file_that_is_no_table_is_refused_in_one_sentence(empty, tmp_path):
    note = tmp_path / "说明.txt"
    note.write_text("工单", encoding="utf-8")
    (report,) = empty.import_files([note], Kind.TICKET)
    assert report.reason == "说明.txt：工单请以表格导出后导入（.xlsx、.csv、.xls）。"


def test_an_export_of_everything_comes_back_as_the_same_records(empty, export, tmp_path):
    from tests.conftest import open_assistant

    library = Path(__file__).parents[2]
    sources = {
        Kind.CASE: library / "cases" / "library" / "C-NET-0001.md",
        Kind.POLICY: library / "kb" / "policies" / "P-NET-002.md",
        Kind.WORDING: library / "kb" / "wording" / "W-BB-001.yaml",
    }
    for kind, path in sources.items():
        empty.import_files([path], kind)
    empty.import_files([export], Kind.TICKET)
    assert empty.export(tmp_path / "out", Filter(statuses=())) == 5
    other = open_assistant(home=tmp_path / "other", model=empty.settings.model)
    for kind in Kind:
        other.import_files([tmp_path / "out" / kind.value], kind)
    ours = {r.id: (r.title, r.text, r.meta) for r in empty.records(Filter(statuses=()))}
    theirs = {r.id: (r.title, r.text, r.meta) for r in other.records(Filter(statuses=()))}
    assert theirs == ours
