from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from cases.deadlines import ZONE, State, deadlines, load_rules, time_left
from cases.workdays import add_working_days, is_working_day
from indexing.errors import InputError


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),  # a Saturday made up for the Spring Festival
        (date(2026, 2, 17), False),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # a Saturday made up for the National Day
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
    ],
)
def test_holidays_and_make_up_days_are_known(day, worked):
    assert is_working_day(day) is worked


def test_working_days_skip_the_national_day_week():
    assert add_working_days(date(2026, 9, 28), 5) == date(2026, 10, 10)
    assert add_working_days(date(2024, 2, 28), 1) == date(2024, 2, 29)


def test_a_year_without_an_arrangement_is_refused_not_guessed():
    with pytest.raises(InputError, match="还没有 2031 年的节假日安排"):
        add_working_days(date(2030, 12, 31), 1)


def due_of(**of: object) -> dict[str, datetime]:
    return {d.rule.id: d.due for d in deadlines(at(2026, 11, 23, 10, 0), **of)}


def test_each_urgency_has_its_limit():
    assert due_of(urgency="特急")["handle-top"] == at(2026, 11, 23, 10, 0)
    assert due_of(urgency="紧急")["handle-urgent"] == at(2026, 11, 24, 10, 0)
    assert due_of(urgency="一般")["handle"] == at(2026, 11, 26, 10, 0)
    assert "handle" not in due_of(urgency="特急")


def test_a_fault_is_repaired_in_48_hours_in_cities_and_72_in_the_country():
    city = due_of(urgency="一般", category="B/断网", region="city")
    country = due_of(urgency="一般", category="B/断网", region="country")
    assert city["repair-city"] == at(2026, 11, 25, 10, 0)
    assert country["repair-country"] == at(2026, 11, 26, 10, 0)
    assert not {"repair-city", "repair-country"} & set(due_of(category="B/断网"))


def test_appeals_count_days_and_working_days():
    assert due_of()["answer"] == at(2026, 12, 8, 23, 59)
    assert due_of(event="申诉") == {"appeal-accept": at(2026, 11, 30, 23, 59)}
    assert due_of(event="申诉材料齐全") == {"appeal-answer": at(2026, 12, 23, 23, 59)}


def test_the_earliest_comes_first_with_its_clause():
    first = deadlines(at(2026, 11, 23, 10, 0), urgency="一般", category="N/网络覆盖")[0]
    assert (first.rule.id, first.rule.policy, first.rule.verified) == (
        "hand-over",
        "P-NET-001",
        False,
    )


def test_time_left_turns_from_ample_to_near_to_over():
    [deadline] = [d for d in deadlines(at(2026, 11, 23, 10, 0), urgency="紧急") if d.rule.urgencies]
    said = {h: time_left(deadline, deadline.start + timedelta(hours=h)) for h in (1, 20, 25)}
    assert (said[1].state, said[1].text) == (State.AMPLE, "还剩 23 小时")
    assert (said[20].state, said[20].text) == (State.NEAR, "还剩 4 小时")
    assert (said[25].state, said[25].text) == (State.OVER, "已超时 1 小时")


def test_every_rule_names_its_policy_and_source():
    rules = load_rules().rules
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.policy.startswith("P-") and rule.source for rule in rules)
