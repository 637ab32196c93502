from __future__ import annotations

import pytest

from cases.record import read_case, sections
from indexing.errors import FormatError

CASE = """\
---
id: C-NET-9001
title: 测试案例
category: N/通话质量
urgency: 一般
channel: 10086热线
tags: [串线]
policies: [P-NET-002]
wording: []
source: 自编
effective_from: 2026-01-01
status: published
---
## 投诉描述
听到别人说话。
## 处理
解释。
"""


def test_a_case_reads_with_its_sections():
    header, yaml_text = read_case(CASE, "a.md")
    assert (header.id, header.urgency, header.tags) == ("C-NET-9001", "一般", ["串线"])
    assert sections(CASE[yaml_text.end :]) == {"投诉描述": "听到别人说话。", "处理": "解释。"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: 测试案例\n", "", "a.md 第2行：缺少字段 title。"),
        ("urgency: 一般", "urgency: 很急", "a.md 第5行：字段 urgency 只能是"),
        ("channel:", "chanel:", "a.md 第6行：不认识的字段 chanel。"),
        ("tags: [串线]", "tags: [串线", "a.md 第"),
        ("---\n## 投诉描述", "## 投诉描述", "a.md 第1行：front matter 没有以 --- 结束。"),
        ("## 处理", "## 办理", "a.md 第16行：不认识的小节“办理”。"),
        ("## 处理\n解释。\n", "", "缺少小节“处理”"),
        ("effective_from: 2026-01-01", "effective_from: 2026-02-30", "a.md 第"),
        (
            "effective_from: 2026-01-01",
            "effective_from: 2026-01-01\neffective_until: 2025-01-01",
            "结束日期 2025-01-01 早于开始日期 2026-01-01。",
        ),
        ("status: published", "id: X", "a.md 第12行：字段 id 重复。"),
    ],
)
def test_a_broken_case_names_line_and_reason(old, new, message):
    with pytest.raises(FormatError) as error:
        read_case(CASE.replace(old, new), "a.md")
    assert message in str(error.value)
