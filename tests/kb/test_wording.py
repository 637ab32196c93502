from __future__ import annotations

from datetime import date

import pytest

from indexing.errors import FormatError, NotFoundError
from kb.wording import read_wording

TEXT = """\
id: W-NET-900
title: 测试口径
category: N/网络覆盖
audience: customer
versions:
  - version: "1"
    valid_from: 2026-01-01
    valid_until: 2026-06-30
    text: 非常抱歉，{location}预计{plan_date}前完成。
    slots:
      location: {label: 位置, kind: text, required: true}
      plan_date: {label: 预计解决时间, kind: date, required: true}
    points:
      - {id: apology, label: 致歉, level: must, say: [非常抱歉]}
    forbidden:
      - {phrase: 这不可能, suggest: 我马上帮您核实}
  - version: 2
    valid_from: 2026-07-01
    valid_until: null
    text: 对不起给您添麻烦了。
"""


def test_the_version_of_a_day_is_the_one_valid_then_ends_included():
    wording, _ = read_wording(TEXT, "w.yaml")
    assert wording.on(date(2026, 6, 30)).version == "1"
    assert wording.on(date(2026, 7, 1)).version == "2"
    with pytest.raises(NotFoundError, match="W-NET-900 在 2025-12-31 没有有效的版本"):
        wording.on(date(2025, 12, 31))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: 测试口径\n", "", "w.yaml 第1行：缺少字段 title。"),
        ("audience: customer", "audience: boss", "w.yaml 第4行：字段 audience 只能是"),
        ("kind: date", "kind: day", "w.yaml 第12行：字段 versions.0.slots.plan_date.kind 只能是"),
        ("valid_until: 2026-06-30", "valid_until: 2025-06-30", "早于开始日期"),
        ("valid_until: 2026-06-30", "valid_until: null", "版本 1 与 2 的有效期重叠"),
        ("{plan_date}前", "{other}前", "版本 1 的空位 other 没有定义"),
        ("title: 测试口径", "title: 测试口径\ncolour: red", "w.yaml 第3行：不认识的字段 colour。"),
        ("id: W-NET-900", "id: [", "w.yaml 第"),
    ],
)
def test_a_broken_file_names_line_and_reason(old, new, message):
    with pytest.raises(FormatError) as error:
        read_wording(TEXT.replace(old, new), "w.yaml")
    assert message in str(error.value)
