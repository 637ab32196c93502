"""Sample files of every format, written with the libraries that write them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from docx import Document
from openpyxl import Workbook
from pptx import Presentation

HTML = (
    "<!DOCTYPE html><html><head><title>办法</title><script>alert(1)</script></head><body>"
    "<nav><a href='/'>首页</a> <a href='/b'>登录</a></nav><article><h1>停机处理办法</h1>"
    "<p>用户来电反映停机的，先核对账户余额和停机原因，再告知恢复时限。</p>"
    "<img src='http://evil.example/x.png'><p>恢复时限为两小时，超过时限应当主动回访用户。</p>"
    "</article><footer>版权所有</footer></body></html>"
)


def docx(path: Path) -> Path:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.add_heading("宽带办法", 1)
    document.add_heading("第一条 适用范围", 2)
    document.add_paragraph("适用于家庭宽带。")
    document.add_paragraph("断网", style="List Number")
    document.add_paragraph("网速慢", style="List Number")
    document.add_paragraph("注意事项", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("等级", "时限", "紧急", "2小时"), strict=True):
        cell.text = text
    document.save(str(path))
    return path


def pptx(path: Path) -> Path:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "投诉处理"
    slide.placeholders[1].text = "先安抚\n再核实"
    slide.notes_slide.notes_text_frame.text = "举例说明"
    deck.save(str(path))
    return path


def xlsx(path: Path) -> Path:
    book = Workbook()
    book.active.append(["工单号", "内容"])
    book.active.append(["A1", "断网"])
    book.active.append([2, "网速慢"])
    book.save(path)
    return path


def pdf(path: Path, pages: tuple[str, ...] = ("Refund rules",)) -> Path:
    """Write a minimal PDF; each page's lines are separated by newlines, ASCII only."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, page in enumerate(pages):
        lines = "".join(f"({line}) Tj 0 -20 Td " for line in page.split("\n"))
        stream = f"BT /F1 12 Tf 72 720 Td {lines}ET"
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        bodies.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out = "%PDF-1.4\n" + "".join(f"{i} 0 obj\n{b}\nendobj\n" for i, b in enumerate(bodies, 1))
    path.write_text(out + "trailer << /Root 1 0 R >>\n", encoding="ascii")
    return path


def packed(path: Path, parts: dict[str, bytes]) -> Path:
    """Write a docx-like archive with the given parts added."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, data in ({"word/document.xml": b"<w/>"} | parts).items():
            archive.writestr(name, data)
    path.write_bytes(memory.getvalue())
    return path
