from __future__ import annotations

from datetime import date, datetime

import numpy as np

from cases.surges.tickets import By, Only, TicketRow, Tickets, Window, Words
from cases.surges.volumes import orders, volumes

MAY = Window(date(2026, 5, 4), date(2026, 5, 6))


def tickets() -> Tickets:
    return Tickets.of(
        [
            TicketRow("a", date(2026, 5, 3), "B/断网", "城东", "热线"),
            TicketRow("b", date(2026, 5, 4), "B/断网", "城东", "热线"),
            TicketRow("c", date(2026, 5, 4), "B/网速慢", "城西", "热线"),
            TicketRow("d", date(2026, 5, 6), "B/断网", "城东", "营业厅"),
            TicketRow("e", date(2026, 5, 6), "F/积分与电子券", "城西", "热线"),
        ]
    )


def test_words_are_coded_in_the_order_they_appear():
    words = Words.of(["乙", "甲", "乙", ""])
    assert words.names == ("乙", "甲", "")
    assert words.codes.tolist() == [0, 1, 0, 2]
    assert words.given().tolist() == [True, True, True, False]


def test_text_dates_and_datetimes_read_alike():
    rows = [
        ("a", "2026-05-04 08:30:00.000", "x", "", "", "", None, "2026-05-05", None, False),
        (
            "b",
            date(2026, 5, 4),
            "x",
            "",
            "",
            "",
            datetime.fromisoformat("2026-05-04 09:00"),
            None,
            True,
            False,
        ),
    ]
    found = Tickets.of(rows)
    assert found.day.astype(str).tolist() == ["2026-05-04", "2026-05-04"]
    assert found.closed.astype(str).tolist() == ["NaT", "2026-05-04T09:00"]
    assert found.due.astype(str).tolist() == ["2026-05-05T23:59", "NaT"]
    assert found.solved_first.tolist() == [-1, 1]


def test_a_table_has_a_row_for_every_day_of_the_window():
    found = volumes(tickets(), MAY, By.CATEGORY)
    assert found.keys == ("B/断网", "B/网速慢", "F/积分与电子券")
    assert found.table.tolist() == [[1, 1, 0], [0, 0, 0], [1, 0, 1]]
    assert found.daily.tolist() == [2, 0, 2]
    assert found.totals == {"B/断网": 2, "B/网速慢": 1, "F/积分与电子券": 1}
    assert list(found.rows())[-1] == (date(2026, 5, 6), "F/积分与电子券", 1)


def test_a_filter_takes_a_class_or_a_category_and_several_columns():
    only = Only(category=("B",), area=("城东",))
    assert volumes(tickets(), MAY, By.CHANNEL, only).totals == {"热线": 1, "营业厅": 1}
    assert orders(tickets(), MAY, only) == ["d", "b"]
    assert orders(tickets(), MAY, Only(category=("B/网速慢",))) == ["c"]


def test_the_window_before_has_the_same_length():
    assert MAY.before() == Window(date(2026, 5, 1), date(2026, 5, 3))
    assert str(MAY) == "2026-05-04 至 2026-05-06"


def test_no_orders_give_empty_volumes():
    nothing = Tickets.of([])
    assert len(nothing) == 0
    assert volumes(nothing, MAY, By.AREA).table.shape == (3, 0)
    assert np.array_equal(volumes(nothing, MAY, By.AREA).daily, [0, 0, 0])
