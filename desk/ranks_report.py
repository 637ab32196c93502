"""What an evaluation of labelled queries found, as a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from cases.surges.export import Table, workbook
from desk.evaluating import Leg, LegRanks, summary
from desk.labelled import QUERY, WANTED


def report(ranks: Sequence[LegRanks]) -> bytes:
    """Return the places and the figures as .xlsx; an empty place is beyond the first 50."""
    found = summary(ranks)
    rows = [
        (
            one.query,
            "、".join(one.wanted),
            *(one.places[leg] for leg in Leg),
            one.best_id,
            one.best_title,
            one.score,
            "是" if one.accepted else "否",
        )
        for one in ranks
    ]
    judged = found["accepted"]
    headings = (QUERY, WANTED, *Leg, "首位编号", "首位标题", "匹配度", "接受")
    return workbook(
        [
            Table("逐条结果", headings, rows),
            Table(
                "各路指标",
                ("排序", "首位命中率", "前十命中率", "MRR@10"),
                [(leg, *found[leg].values()) for leg in Leg],
            ),
            Table("判断", ("误接受率", "适合查询的接受率"), [tuple(judged.values())]),
        ]
    )
