"""Exports as they come: dirty on purpose; every person and number is invented."""

from __future__ import annotations

from datetime import datetime

from cases.tickets.values import Cell

Sheet = list[list[Cell]]

HEADER: list[Cell] = [
    "投诉流水号",
    "受理时间",
    "机主姓名",
    "用户号码",
    "所属区县",
    "投诉分类",
    "紧急级别",
    "问题描述",
    "处理措施",
    "回复内容",
    "处理人",
    "是否解决",
]


def row(
    number: str, said: Cell = "在家里打电话听不清，换了手机也一样。", **other: Cell
) -> list[Cell]:
    cells: dict[str, Cell] = {
        "id": number,
        "at": 46027.5,
        "name": "欧阳小梅",
        "phone": "13712345678",
        "area": "金山区",
        "category": "网络质量→通话质量",
        "urgency": "普通",
        "said": said,
        "measure": "核查基站无告警，安排现场测试。",
        "reply": "已向客户解释。",
        "handler": "赵长青",
        "solved": "是",
    }
    return list((cells | other).values())


def dirty() -> Sheet:
    """A title, a blank row, phantom columns and rows, duplicates, gaps, full-width digits."""
    body: Sheet = [
        row("20260105001"),
        row(
            "20260105002", "客户欧阳小梅(１３７１２３４５６７８)反映宽带断网两天。", category="断网"
        ),
        [None, "", " ", None],
        row("20260105001"),
        row("20260105002", "宽带又断了，要求上门。", category="断网"),
        row("20260105003", None),
        row("20260105004", at="2026年1月5日 8:03"),
        row("20260105005", at="13712345678"),
        HEADER,
        row("", "没有流水号的投诉，手机上网很慢。"),
        row("20260105006", "手机上网慢，要求测速。", at=datetime.fromisoformat("2026-01-06T09:30")),
    ]
    return [
        ["2026年1月投诉工单明细表", *[None] * 13],
        [None] * 14,
        [*HEADER, None, None],
        *[[*line, None, ""] for line in body],
        [None] * 14,
        ["  "],
    ]
