"""Ways in which customers put a case (客户说法): found by, while the case itself is shown."""

from __future__ import annotations

import pytest

from indexing.errors import FormatError
from indexing.records import ASKED, Kind

pytestmark = pytest.mark.model

CASE = """---
id: C-T-1
title: 光猫电源适配器损坏
category: B/断网
urgency: 一般
status: published
phrasings:
  - 猫一点灯都不亮，换了插座也白搭
  - 联系人张建国说盒子没电
---
## 投诉描述
家里从早上起上不了网。
## 处理
更换适配器后恢复。
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "C-T-1.md"
    path.write_text(CASE, encoding="utf-8")
    return path


def test_a_case_is_found_by_how_customers_put_it_and_shown_by_its_own_text(empty, path):
    [report] = empty.import_files([path], Kind.CASE)
    assert report.stored == 1
    record = empty.record("C-T-1")
    asked = [p for p in record.passages if p.part == ASKED]
    assert [p.text for p in asked] == ["猫一点灯都不亮，换了插座也白搭", "联系人张**说盒子没电"]
    assert all(record.text[p.start : p.end] == p.text for p in record.passages)
    [hit] = empty.search("猫的灯一点都不亮，换插座也没用").hits
    assert hit.passage in ("家里从早上起上不了网。", "更换适配器后恢复。")
    assert hit.cosine == pytest.approx(0.965, abs=0.02)


def test_a_phrasing_over_two_lines_is_refused_with_its_line(empty, path):
    path.write_text(CASE.replace("换了插座", "\n    换了插座"), encoding="utf-8")
    [report] = empty.import_files([path], Kind.CASE)
    assert report.reason == (
        "C-T-1.md 第7行：客户说法“猫一点灯都不亮， 换了插座也白搭”应写在一行里，不加转义。"
    )


def test_an_empty_phrasing_is_refused(empty, path):
    path.write_text(CASE.replace("联系人张建国说盒子没电", '""'), encoding="utf-8")
    with pytest.raises(FormatError, match="应写在一行里"):
        empty.librarian.draft(path, path.name, Kind.CASE)
