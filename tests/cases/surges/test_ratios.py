from __future__ import annotations

from datetime import date, datetime

from cases.surges.ratios import (
    first_answer_resolution,
    overdue_share,
    repeat_share,
    wan_tou_bi,
)
from cases.surges.tickets import Only, TicketRow, Tickets, Window

WEEK = Window(date(2026, 5, 4), date(2026, 5, 10))
NOON = datetime.fromisoformat("2026-05-10 12:00")


def day(number: int) -> date:
    return date(2026, 5, number)


def test_wan_tou_bi_shows_numerator_denominator_and_window():
    tickets = Tickets.of([TicketRow(str(n), day(5), "B/断网") for n in range(3)])
    ratio = wan_tou_bi(tickets, WEEK, 20_000)
    assert (ratio.numerator, ratio.denominator, ratio.value) == (3, 20_000, 1.5)
    assert str(ratio) == (
        "万投比：1.50（3 / 20000，2026-05-04 至 2026-05-10；投诉件数 ÷ 用户数 × 10000）"
    )


def test_wan_tou_bi_without_users_says_so():
    ratio = wan_tou_bi(Tickets.of([TicketRow("a", day(5), "B/断网")]), WEEK, None)
    assert ratio.value is None
    assert str(ratio) == "万投比：缺少分母，无法计算（分子 1，2026-05-04 至 2026-05-10）"


def test_first_answer_resolution_leaves_unknown_orders_out_and_names_them():
    known = (True, True, False, None)
    rows = [TicketRow(str(n), day(5), "B/断网", solved_first=k) for n, k in enumerate(known)]
    ratio = first_answer_resolution(Tickets.of(rows), WEEK)
    assert (ratio.numerator, ratio.denominator) == (2, 3)
    assert "另有 1 件无记录" in str(ratio)


def test_an_order_is_overdue_when_closed_late_or_open_past_its_limit():
    rows = [
        TicketRow("in time", day(5), "B/断网", closed=day(6), due=day(6)),
        TicketRow("late", day(5), "B/断网", closed=day(7), due=day(6)),
        TicketRow("open, limit past", day(5), "B/断网", due="2026-05-10 11:59"),
        TicketRow("open, limit today", day(5), "B/断网", due=day(10)),
        TicketRow("no limit", day(5), "B/断网"),
    ]
    ratio = overdue_share(Tickets.of(rows), WEEK, NOON)
    assert (ratio.numerator, ratio.denominator, ratio.value) == (2, 4, 0.5)


def test_a_repeat_is_the_same_customer_and_category_within_the_days():
    rows = [
        TicketRow("before the window", day(2), "B/断网", customer="h1"),
        TicketRow("again", day(5), "B/断网", customer="h1"),
        TicketRow("another matter", day(6), "F/流量超额", customer="h1"),
        TicketRow("too long ago", date(2026, 4, 1), "B/断网", customer="h2"),
        TicketRow("first in days", day(6), "B/断网", customer="h2"),
        TicketRow("unknown", day(6), "B/断网"),
        TicketRow("unknown too", day(6), "B/断网"),
        TicketRow("marked by the desk", day(7), "B/断网", customer="h3", repeat=True),
    ]
    ratio = repeat_share(Tickets.of(rows), WEEK, within_days=7)
    assert (ratio.numerator, ratio.denominator) == (2, 4)
    only = repeat_share(Tickets.of(rows), WEEK, 7, Only(category=("F",)))
    assert (only.numerator, only.denominator, only.value) == (0, 1, 0.0)
