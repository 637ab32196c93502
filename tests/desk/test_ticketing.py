"""Work orders from opening to the case that keeps them, on the real model."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cases.deadlines import ZONE, State
from desk.ticketing import CaseDraft
from indexing.errors import InputError, NotFoundError
from indexing.records import Kind, Status

pytestmark = pytest.mark.model

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)
SAID = {
    "description": "客户张建国（13812345678）反映宽带每天晚上八点后掉线，重启光猫也没用。",
    "phone": "13812345678",
    "area": "城东",
    "channel": "10086热线",
    "category": "B/频繁掉线与延时",
    "urgency": "一般",
}


@pytest.fixture
def opened(empty):
    return empty.ticketing.open(SAID, NOW)


def test_an_opened_order_is_masked_and_due_by_its_urgency(empty, opened):
    assert (opened.kind, opened.category) == (Kind.TICKET, "B/频繁掉线与延时")
    assert opened.text == (
        "## 投诉描述\n客户张**（1**********）反映宽带每天晚上八点后掉线，重启光猫也没用。"
    )
    assert "phone" not in opened.meta
    assert len(opened.meta["customer_hash"]) == 16
    [order] = empty.ticketing.open_orders("处理中", NOW + timedelta(hours=60))
    assert order.record.id == opened.id
    assert order.due == NOW + timedelta(hours=72)
    assert (order.left.state, order.left.text) == (State.NEAR, "还剩 12 小时")
    late = empty.ticketing.order(opened.id, NOW + timedelta(hours=73))
    assert (late.left.state, late.left.text) == (State.OVER, "已超时 1 小时")


def test_nothing_said_opens_nothing(empty):
    with pytest.raises(InputError, match="请先写下投诉内容"):
        empty.ticketing.open({"area": "城东"}, NOW)
    assert empty.counts()["ticket"] == 0


def test_contacts_are_kept_masked(empty, opened):
    empty.ticketing.contact(opened.id, "电话", "回拨13812345678，客户要求上门")
    [note] = empty.ticketing.contacts(opened.id)
    assert note.data == {"how": "电话", "said": "回拨1**********，客户要求上门"}
    with pytest.raises(InputError, match="联系记录是空的"):
        empty.ticketing.contact(opened.id, "电话", " ")
    with pytest.raises(NotFoundError):
        empty.ticketing.contact("T-没有", "电话", "说了")


def test_what_is_left_unsolved_waits_for_its_planned_day(empty, opened):
    with pytest.raises(InputError, match="已经过去"):
        empty.ticketing.leave(opened.id, NOW - timedelta(days=1), NOW)
    empty.ticketing.leave(opened.id, datetime(2026, 12, 20, 18, tzinfo=ZONE), NOW)
    assert empty.ticketing.open_orders("处理中", NOW) == []
    [order] = empty.ticketing.open_orders("遗留", NOW)
    assert order.due == datetime(2026, 12, 20, 18, 0, tzinfo=ZONE)
    assert order.record.meta["customer_hash"] == opened.meta["customer_hash"]


def test_a_closed_order_becomes_a_draft_case_or_goes_under_an_existing_one(empty, opened):
    empty.ticketing.contact(opened.id, "上门", "测试光功率偏低")
    with pytest.raises(InputError, match="请写明处理过程再归档"):
        empty.ticketing.close(opened.id, {"cause": "接头松动"}, NOW)
    result = {"cause": "入户光缆接头松动", "measure": "重做接头后复测正常", "solved": True}
    closed = empty.ticketing.close(opened.id, result, NOW + timedelta(hours=5))
    assert closed.meta["closed_at"] == "2026-11-23T14:30:00"
    assert "tags" not in closed.meta
    assert empty.ticketing.open_orders("处理中", NOW) == []
    draft = empty.ticketing.case_draft(opened.id)
    assert (draft.category, draft.urgency, draft.nearest) == ("B/频繁掉线与延时", "一般", ())
    assert draft.sections["核查过程"] == "测试光功率偏低"
    assert draft.sections["处理"] == "重做接头后复测正常"
    case_id = empty.ticketing.retain(opened.id, draft)
    case = empty.record(case_id)
    assert (case.kind, case.status, case.meta["source"]) == (
        Kind.CASE,
        Status.DRAFT,
        f"工单 {opened.id}",
    )
    assert empty.ticketing.retained_as(opened.id) == case_id
    empty.set_status(case_id, Status.PUBLISHED)
    second = empty.ticketing.open(SAID, NOW)
    assert [hit.id for hit in empty.ticketing.case_draft(second.id).nearest] == [case_id]
    empty.ticketing.keep_under(second.id, case_id)
    assert empty.ticketing.retained_as(second.id) == case_id


def test_a_draft_without_a_known_category_is_refused(empty, opened):
    draft = CaseDraft("掉线", None, "一般", {"投诉描述": "掉线", "处理": "重启"}, ())
    with pytest.raises(InputError, match="category"):
        empty.ticketing.retain(opened.id, draft)


def test_an_unknown_field_or_an_emptied_complaint_is_refused(empty, opened):
    with pytest.raises(InputError, match="没有“colour”这个字段"):
        empty.ticketing.change(opened.id, {"colour": "红"})
    with pytest.raises(InputError, match="缺少投诉内容"):
        empty.ticketing.change(opened.id, {"description": None})


def test_a_corrected_category_is_learned_from(empty):
    said = "客户张建国说营业厅把他合账的副卡弄丢了"
    before = empty.answer(said).triage.category
    assert before != "C/套餐变更"
    empty.correct_category(said, "C/套餐变更")
    assert empty.answer(said).triage.category == "C/套餐变更"
    assert empty.answer("宽带断网了，光猫亮红灯").triage.category == "B/断网"
    with pytest.raises(InputError, match="分类表中没有“X/Y”"):
        empty.correct_category(said, "X/Y")
    [note] = empty._library.store.journal.notes("category")
    assert note.data == {"text": "客户张**说营业厅把他合账的副卡弄丢了"}
