from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.tickets.export import guarded, write_csv, write_xlsx
from indexing.errors import InputError
from indexing.records import Kind, Record, Status
from tests.cases.tickets.sheets import HEADER, dirty, row
from tests.cases.tickets.test_record import records

NASTY = [
    row("1", "=HYPERLINK('http://x','点')\n## 回复\n－30dBm，\"信号\"弱", area="@合肥"),
    row("2", "+86打头的号码打不通", category="其他", urgency="P1", solved="部分解决"),
    row("投诉[2026]3", "-5元的流量包\t没有到账", reply="'quoted'", measure=None),
    row("4", "欧阳小梅，13712345678，住在幸福路12号3栋502室，宽带断网", at="2026-01-05 23:59:59"),
]


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def read_xlsx(path: Path) -> list[list[object]]:
    return [list(line) for line in openpyxl.load_workbook(path).active.values]


@pytest.mark.parametrize("sheet", [dirty(), [HEADER, *NASTY]], ids=["dirty", "nasty"])
@pytest.mark.parametrize(("write", "read"), [(write_csv, read_csv), (write_xlsx, read_xlsx)])
def test_an_export_imports_to_the_same_records(tmp_path: Path, sheet, write, read):
    before = records(sheet)
    path = tmp_path / "out.xlsx"
    assert write(path, before) == len(before) > 3
    assert records(read(path)) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out.xlsx"]


def test_no_exported_cell_is_a_formula_or_private(tmp_path: Path):
    write_xlsx(tmp_path / "out.xlsx", records([HEADER, *NASTY]))
    cells = [c for line in openpyxl.load_workbook(tmp_path / "out.xlsx").active for c in line]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    said = [str(cell.value) for cell in cells if cell.value]
    assert not [text for text in said if text.startswith(("=", "+", "-", "@"))]
    assert "客户标识" in said
    assert not {"客户姓名", "客户号码", "联系电话"} & set(said)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_what_looks_like_a_formula_is_guarded(start: str):
    assert guarded(f"{start}1") == f"'{start}1"


def test_only_tickets_are_exported(tmp_path: Path):
    case = Record("C-NET-0001", Kind.CASE, "串线", "串线", Status.PUBLISHED, ())
    with pytest.raises(InputError, match="C-NET-0001 不是工单"):
        write_csv(tmp_path / "out.csv", [case])
    assert not list(tmp_path.iterdir())


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.text("'=+-@\t\n\r \u200b＝#/|信号弱张三李先生:：电话1380０x_N", max_size=30),
            st.text(max_size=20),
        ),
        min_size=3,
        max_size=6,
    )
)
def test_any_text_survives_an_export(tmp_path_factory: pytest.TempPathFactory, texts):
    sheet = [HEADER, *(row(str(i), said, area=area) for i, (said, area) in enumerate(texts))]
    path = tmp_path_factory.mktemp("any") / "out.xlsx"
    before = records(sheet)
    for write, read in ((write_csv, read_csv), (write_xlsx, read_xlsx)):
        write(path, before)
        assert records(read(path)) == before
