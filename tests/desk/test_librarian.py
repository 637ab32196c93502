"""Drafts, corrections by hand, versions and rolling back, on the real model."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.categories import load_categories
from desk.drafting import Change
from indexing.errors import InputError, NotFoundError
from indexing.records import Kind, Status

pytestmark = pytest.mark.model

RULE = """# 停机补卡办法

## 第一条 范围

停机补卡的客户由营业厅受理，请带身份证件。补卡当日恢复通话。

## 第二条 时限

补卡后 24 小时内回访客户。咨询请拨打 13812345678，联系人张建国。
"""


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "停机补卡办法.md"
    path.write_text(RULE, encoding="utf-8")
    return path


def draft(desk, path, kept=()):
    return desk.librarian.draft(path, path.name, Kind.POLICY, kept)


def test_a_draft_shows_outline_passages_and_masks_before_anything_is_stored(empty, rule):
    found = draft(empty, rule)
    assert found.record.title == "停机补卡办法"
    assert found.outline == [
        ("停机补卡办法", "第一条 范围"),
        ("停机补卡办法", "第二条 时限"),
    ]
    assert [(found.original[m.start : m.end], m.kind) for m in found.masks] == [
        ("13812345678", "mobile"),
        ("张建国", "person"),
    ]
    for passage in found.record.passages:
        assert found.record.text[passage.start : passage.end] == passage.text
        assert len(found.original) == len(found.record.text)
    assert empty.counts()["policy"] == 0


def test_a_false_alarm_that_is_kept_stays_readable(empty, rule):
    found = draft(empty, rule, kept=("张建国",))
    assert "联系人张建国。" in found.record.text
    assert "13812345678" not in found.record.text


def test_passages_are_joined_and_parted_without_losing_a_character(empty, rule):
    found = draft(empty, rule)
    [first, second] = found.record.passages
    [cut] = found.cuts(0)
    parted = found.parted(0, cut).record.passages
    assert [p.text for p in parted] == [
        "停机补卡的客户由营业厅受理，请带身份证件。",
        "补卡当日恢复通话。",
        second.text,
    ]
    assert parted[1].source_start == RULE.index("补卡当日")
    joined = found.parted(0, cut).joined(0).record.passages
    assert [(p.start, p.end, p.text) for p in joined] == [
        (p.start, p.end, p.text) for p in (first, second)
    ]
    with pytest.raises(InputError, match="之后没有文本块"):
        found.joined(1)
    with pytest.raises(InputError, match="请在句子之间拆"):
        found.parted(0, cut + 1)


def test_title_and_category_are_corrected_and_published(empty, rule):
    found = draft(empty, rule).corrected("补卡办法", "F/充值缴费与停复机", load_categories())
    assert empty.librarian.store(found, publish=False)
    assert [r.title for r in empty.librarian.drafts()] == ["补卡办法"]
    assert empty.search("停机以后怎么补卡").hits == ()
    empty.set_status(found.record.id, Status.PUBLISHED)
    [hit] = empty.search("停机以后怎么补卡").hits
    assert (hit.title, hit.category) == ("补卡办法", "F/充值缴费与停复机")
    assert empty.librarian.drafts() == []
    with pytest.raises(InputError, match="分类表中没有“没有/这类”"):
        found.corrected("补卡办法", "没有/这类", load_categories())


def test_a_new_version_shows_its_changed_clauses_and_can_be_rolled_back(empty, rule):
    first = draft(empty, rule)
    record_id = first.record.id
    empty.librarian.store(first, publish=True)
    rule.write_text(
        RULE.replace("24 小时", "48 小时") + "\n## 第三条 费用\n\n补卡免费。\n", "utf-8"
    )
    second = draft(empty, rule)
    revision = empty.librarian.revision(empty.record(record_id), second.record)
    assert revision.changes[-1] == Change(("停机补卡办法", "第三条 费用"), "", "补卡免费。")
    assert [c.heading[1] for c in revision.changes] == ["第二条 时限", "第三条 费用"]
    empty.librarian.store(second, publish=True)
    assert "48 小时" in empty.record(record_id).text
    [version] = empty.librarian.versions(record_id)
    empty.librarian.roll_back(record_id, version.generation)
    assert empty.record(record_id) == version.record
    assert "补卡免费" not in empty.record(record_id).text
    assert empty.search("补卡要钱吗").hits[0].passage in [p.text for p in version.record.passages]
    assert [event.action for event in empty.librarian.events(record_id)] == ["store"] * 3
    with pytest.raises(NotFoundError, match="没有第 99 代的旧版本"):
        empty.librarian.roll_back(record_id, 99)


def test_deleting_a_record_deletes_its_versions(empty, rule):
    found = draft(empty, rule)
    empty.librarian.store(found, publish=True)
    rule.write_text(RULE.replace("24 小时", "48 小时"), "utf-8")
    empty.librarian.store(draft(empty, rule), publish=True)
    empty.delete([found.record.id])
    assert empty.librarian.versions(found.record.id) == []
    assert empty.librarian.events(found.record.id)[0].action == "delete"


def test_what_leans_on_a_policy_are_its_cases_and_their_wordings(shipped):
    leaning = shipped.librarian.leaning("P-NET-003")
    named = dict(leaning.cases)
    assert all("P-NET-003" in shipped.record(name).meta["policies"] for name in named)
    assert len(named) > 3
    used = {w for name in named for w in shipped.record(name).meta.get("wording") or ()}
    assert {name for name, _ in leaning.wordings} == used
    assert leaning.drills == 0


def test_another_document_of_the_same_id_is_refused(shipped, tmp_path):
    path = tmp_path / "别的.md"
    source = shipped.record("P-NET-003")
    path.write_text(source.text.replace(source.title, "另一个制度"), encoding="utf-8")
    with pytest.raises(InputError, match=r"编号 P-NET-003 已被《.*》使用"):
        draft(shipped, path)
