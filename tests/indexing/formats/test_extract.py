from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from PIL import Image, ImageDraw, ImageFont

from indexing.formats import Extracted, Grid, Limits, extract, read_grids
from tests.indexing.formats import samples


def read(path: Path) -> Extracted:
    return extract(path, path.name, Limits())


def test_word_keeps_headings_automatic_numbers_and_column_names_and_drops_the_header(
    tmp_path: Path,
) -> None:
    found = read(samples.docx(tmp_path / "a.docx"))
    assert found.title == "宽带办法"
    assert found.text == (
        "# 宽带办法\n## 第一条 适用范围\n适用于家庭宽带。\n1. 断网\n2. 网速慢\n- 注意事项\n"
        "等级：紧急；时限：2小时\n"
    )


def test_slides_keep_titles_and_speaker_notes(tmp_path: Path) -> None:
    found = read(samples.pptx(tmp_path / "a.pptx"))
    assert found == Extracted("## 投诉处理\n先安抚\n再核实\n备注：举例说明\n", "投诉处理", ())


def test_a_workbook_is_one_line_a_row_with_column_names(tmp_path: Path) -> None:
    path = samples.xlsx(tmp_path / "a.xlsx")
    assert read(path).text == "工单号：A1；内容：断网\n工单号：2；内容：网速慢\n"
    assert read_grids(path, "a.xlsx", Limits()) == (
        Grid("Sheet", (("工单号", "内容"), ("A1", "断网"), (2, "网速慢"))),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_csv_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("工单号,投诉内容\nA1,用户反映断网\nA2,=1+1\n".encode(encoding))
    assert read(path).text == "工单号：A1；投诉内容：用户反映断网\n工单号：A2；投诉内容：=1+1\n"


def test_a_page_loses_navigation_scripts_pictures_and_footer(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(samples.HTML, encoding="utf-8")
    assert read(path) == Extracted(
        "# 停机处理办法\n\n用户来电反映停机的，先核对账户余额和停机原因，再告知恢复时限。\n\n"
        "恢复时限为两小时，超过时限应当主动回访用户。\n",
        "办法",
        (),
    )


def test_pdf_drops_running_headers_and_page_numbers(tmp_path: Path) -> None:
    pages = ("Desk manual\nRefund rules\n1", "Desk manual\nCall back\n2", "Desk manual\nClose\n3")
    found = read(samples.pdf(tmp_path / "a.pdf", pages))
    assert found.text == "Refund rules\n\nCall back\n\nClose\n"


def test_markdown_loses_scripts_and_remote_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# 办法\n<script>x()</script>\n![图](http://evil.example/a.png)\n先安抚。\n")
    assert read(path) == Extracted("# 办法\n\n图\n先安抚。\n", "办法", ())


def test_a_cell_merged_downwards_holds_for_every_row_that_it_spans(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in [["投诉清单", None], ["地市", "投诉内容"], ["合肥", "断网"], [None, "没信号"]]:
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("A3:A4")
    book.save(tmp_path / "a.xlsx")
    [grid] = read_grids(tmp_path / "a.xlsx", "a.xlsx", Limits())
    assert grid.rows[0] == ("投诉清单", None)
    assert grid.rows[2:] == (("合肥", "断网"), ("合肥", "没信号"))


def test_a_scanned_page_is_recognised(tmp_path: Path) -> None:
    page = Image.new("RGB", (1240, 700), "white")
    font = ImageFont.load_default(size=48)
    ImageDraw.Draw(page).text((120, 200), "REFUND RULES 10086", font=font, fill="black")
    page.save(tmp_path / "a.pdf")
    found = read(tmp_path / "a.pdf")
    assert "".join(found.text.split()) == "REFUNDRULES10086"
    assert found.notes == ("1 页是扫描件，文字由识别得到，请核对。",)
