"""A typical case (典型案例) as a file: front matter and six sections."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indexing.errors import FormatError
from indexing.frontmatter import YamlText, read_front_matter, validated

SECTIONS = ("投诉描述", "核查过程", "原因", "处理", "回复", "启示")
REQUIRED_SECTIONS = ("投诉描述", "处理")
_HEADING = re.compile(r"^##[ \t]+(.+?)[ \t]*\r?$", re.MULTILINE)


class Contrast(BaseModel):
    """A link to a case that sounds the same and ends otherwise, with the detail that decides."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    case: str
    detail: str


class CaseHeader(BaseModel):
    """The front matter of a case."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    title: str = Field(min_length=1)
    category: str
    urgency: Literal["一般", "紧急", "特急"]
    status: Literal["draft", "published", "retired"]
    channel: str = ""
    tags: list[str] = []
    policies: list[str] = []
    wording: list[str] = []
    contrasts: list[Contrast] = []
    phrasings: list[str] = []  # how customers put it (客户说法): searched, each by itself
    source: str = ""
    effective_from: date | None = None
    effective_until: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> CaseHeader:
        begin, end = self.effective_from, self.effective_until
        if begin is not None and end is not None and end < begin:
            raise ValueError(f"结束日期 {end} 早于开始日期 {begin}。")
        return self


def read_case(text: str, name: str) -> tuple[CaseHeader, YamlText]:
    """Parse and check a case file.

    Raises:
        FormatError: Header or sections break the contract.
    """
    yaml_text = read_front_matter(text, name)
    header = validated(CaseHeader, yaml_text)
    found: set[str] = set()
    for match in _HEADING.finditer(text, yaml_text.end):
        line = text.count("\n", 0, match.start()) + 1
        if match.group(1) not in SECTIONS:
            raise FormatError(f"{name} 第{line}行：不认识的小节“{match.group(1)}”。")
        if match.group(1) in found:
            raise FormatError(f"{name} 第{line}行：小节“{match.group(1)}”重复。")
        found.add(match.group(1))
    for section in REQUIRED_SECTIONS:
        if section not in found:
            line = text.count("\n") + 1
            raise FormatError(f"{name} 第{line}行：缺少小节“{section}”。")
    return header, yaml_text


def sections(text: str) -> dict[str, str]:
    r"""Return the case's sections by name, in file order; a text without headings has none.

    >>> sections("## 投诉描述\n串线\n## 处理\n解释")
    {'投诉描述': '串线', '处理': '解释'}
    >>> sections("只有一段话。")
    {}
    """
    marks = list(_HEADING.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)][: len(marks)]
    return {
        mark.group(1): text[mark.end() : end].strip()
        for mark, end in zip(marks, ends, strict=True)
        if mark.group(1) in SECTIONS
    }
