"""The Chinese working-day calendar: holidays and make-up days (调休)."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

from indexing.errors import InputError


def is_working_day(day: date) -> bool:
    """Tell whether ``day`` is worked in mainland China, make-up Saturdays and Sundays included.

    Raises:
        InputError: The State Council's arrangement for that year is not known yet.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise InputError(
            f"还没有 {day.year} 年的节假日安排，算不出工作日；请升级 chinesecalendar。"
        ) from error


def add_working_days(day: date, count: int) -> date:
    """Return the ``count``-th working day after ``day``, which itself is not counted.

    >>> add_working_days(date(2026, 9, 30), 5)
    datetime.date(2026, 10, 13)

    Raises:
        InputError: The way leads into a year whose holidays are not known.
    """
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
