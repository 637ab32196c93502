"""PDF: the text layer page by page without running headers; pages without one by recognition."""

from __future__ import annotations

import re
import resource
import unicodedata
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pypdfium2
import yaml

from indexing.formats.failure import ParseFailure
from indexing.formats.types import Extracted

_PAGE_NUMBER = re.compile(r"[-—–\s]*(第?\s*\d{1,4}\s*页?)(\s*[/／共,，]+\s*\d{1,4}\s*页?)?[-—–\s]*")
_RADICAL = re.compile(r"[\u2e80-\u2fdf]")
_STARTS = re.compile(
    r"\s*(第[一二三四五六七八九十百\d]+[章节条]|[一二三四五六七八九十]+、|[（(]|\d+[.、)）])"
)
_ENDS = tuple("。；：！？.;:!?")
_EDGE = 2
_SCALE = 2.0
_FULL_LINE = 0.85


def parse(path: Path) -> Extracted:
    """Return a document's text; the title is the one in its properties."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise ParseFailure("protected" if locked else "damaged") from error
    pages = [_layer(page) for page in document]
    scanned = [i for i, lines in enumerate(pages) if not lines and _has_picture(document[i])]
    notes: tuple[str, ...] = ()
    if scanned and find_spec("rapidocr"):
        for i, lines in zip(scanned, _recognised(document, scanned), strict=True):
            pages[i] = lines
        notes = (f"{len(scanned)} 页是扫描件，文字由识别得到，请核对。",)
    elif scanned and not any(pages):
        raise ParseFailure("scanned")
    elif scanned:
        shown = "、".join(str(i + 1) for i in scanned)
        notes = (f"第 {shown} 页是扫描件，未识别；安装 tousu[ocr] 后可以识别。",)
    title = document.get_metadata_dict().get("Title", "").strip() or None
    return Extracted("\n".join(_joined(page) for page in _bare(pages)), title, notes)


def _layer(page: Any) -> list[str]:
    text = page.get_textpage().get_text_bounded().replace("\ufffe", "")
    return [line for raw in text.splitlines() if (line := _plain(raw).strip())]


def _plain(text: str) -> str:
    """Return text with whole characters for the radicals that text layers put in their place."""
    if not _RADICAL.search(text):
        return text
    table = Path(__file__).parent.parent / "text" / "data" / "characters.yaml"
    known: dict[str, str] = yaml.safe_load(table.read_text(encoding="utf-8"))["radicals"]
    return _RADICAL.sub(lambda m: known.get(m[0]) or unicodedata.normalize("NFKC", m[0]), text)


def _has_picture(page: Any) -> bool:
    return any(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _recognised(document: Any, pages: list[int]) -> list[list[str]]:
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(params={"Global.log_level": "error"})
    found = [engine(document[i].render(scale=_SCALE).to_numpy()) for i in pages]
    return [list(page.txts or ()) for page in found]


def _bare(pages: list[list[str]]) -> list[list[str]]:
    """Drop page numbers, and edge lines that recur, digits aside, on at least half the pages."""
    seen = Counter(key for page in pages for key in {_key(x) for x in _edges(page)})
    running = {key for key, n in seen.items() if n >= max(2, len(pages) / 2)}
    out = []
    for page in pages:
        edges = range(_EDGE), range(len(page) - _EDGE, len(page))
        out.append(
            [
                line
                for i, line in enumerate(page)
                if not (
                    any(i in edge for edge in edges)
                    and (_key(line) in running or _PAGE_NUMBER.fullmatch(line))
                )
            ]
        )
    return out


def _edges(page: list[str]) -> list[str]:
    return page[:_EDGE] + page[-_EDGE:]


def _key(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _joined(lines: list[str]) -> str:
    """Join lines that were only broken at the margin."""
    longest = max(map(len, lines), default=0)
    out = ""
    for i, line in enumerate(lines):
        out += line
        following = lines[i + 1] if i + 1 < len(lines) else ""
        wrapped = len(line) >= _FULL_LINE * longest and longest >= 20
        if not (wrapped and following) or line.endswith(_ENDS) or _STARTS.match(following):
            out += "\n"
        elif line[-1].isascii() and following[0].isascii():
            out += " "
    return out
