from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from benchmarks.simulated import Plan, draw
from cases.surges.baseline import judge
from cases.surges.rules import load_rules
from cases.surges.warnings import watch
from indexing.errors import FormatError, InputError

MONDAY = date(2026, 1, 5)
RULES = load_rules().watch
CALM = [10, 12, 9, 11, 10, 8, 7] * 4


def levels(values: list[int]) -> list[tuple[str, str, str]]:
    log = watch(MONDAY, {"断网": values}, RULES).log
    return [(f"{change.day:%m-%d}", change.before, change.after) for change in reversed(log)]


def test_the_baseline_is_the_median_of_the_last_same_weekdays():
    counts = np.array([[4], [0], [0], [0], [0], [0], [0]] * 4 + [[4]])
    counts[7, 0], counts[14, 0], counts[21, 0] = 6, 5, 9
    judged = judge(counts, RULES)
    assert np.isnan(judged.expected[20, 0])
    assert judged.expected[28, 0] == 5.5
    assert judged.expected[27, 0] == RULES.floor


def test_the_chance_is_a_negative_binomial_tail():
    judged = judge(np.array([[8]] * 28 + [[16]]), RULES)
    # mean 8, variance 1.25 times that: r = 32, p = 0.8
    from scipy.stats import nbinom

    assert judged.chance[28, 0] == pytest.approx(nbinom.sf(15, 32, 0.8))


def test_one_noisy_day_raises_nothing():
    assert levels([*CALM, 90, *CALM[1:7]]) == []


def test_a_second_day_raises_the_level_that_both_reach():
    assert levels([*CALM, 26, 40]) == [("02-03", "无", "橙")]
    assert levels([*CALM, 40, 45]) == [("02-03", "无", "红")]
    assert levels([*CALM, 80, 80]) == [("02-03", "无", "黑")]


def test_a_level_falls_only_after_calm_days_and_does_not_flicker():
    surge = [40, 45, 12, 9, 40, 38, 8, 10, 11, 9]
    assert levels([*CALM, *surge]) == [("02-03", "无", "红"), ("02-10", "红", "无")]


def test_a_weakening_surge_steps_down():
    assert levels([*CALM, 40, 45, 40, 22, 22, 17, 15]) == [
        ("02-03", "无", "红"),
        ("02-07", "红", "橙"),
    ]


def test_few_complaints_raise_nothing_however_unlikely():
    assert levels([0] * 28 + [4, 4, 4, 4]) == []


def test_a_lasting_change_becomes_the_new_ordinary():
    lasting = [*CALM, *[3 * count for count in CALM], *[3 * count for count in CALM]]
    steps = levels(lasting)
    assert steps[0] == ("02-03", "无", "红")
    assert steps[-1][2] == "无"


def test_the_log_says_why_with_numbers():
    change = watch(MONDAY, {"断网": [*CALM, 40, 45]}, RULES).log[0]
    assert change.reason == (
        "2026-02-03 “断网”由无升为红：近 3 天有 2 天达到该级；当日 45 件，同星期日基线 12.0 件，"
        "为其 3.8 倍，平常日达到此数的概率为 百万分之一以下。"
    )


def test_warnings_in_force_carry_what_to_do_and_the_gravest_comes_first():
    found = watch(MONDAY, {"a": [*CALM, 26, 30], "b": [*CALM, 40, 45], "c": [*CALM, 9, 11]}, RULES)
    assert [(w.key, w.level, w.count, w.expected) for w in found.warnings] == [
        ("b", "红", 45, 12.0),
        ("a", "橙", 30, 12.0),
    ]
    assert found.warnings[0].act == "上报分管领导，启动应急预案"
    assert found.warnings[0].since == date(2026, 2, 3)


def test_too_short_a_history_is_not_judged_and_named():
    found = watch(MONDAY, {"断网": [50] * 20}, RULES)
    assert (found.warnings, found.unjudged) == ((), ("断网",))
    assert watch(MONDAY, {}, RULES).unjudged == ()


def test_series_of_different_lengths_are_refused():
    with pytest.raises(InputError, match="天数不一致"):
        watch(MONDAY, {"a": [1], "b": [1, 2]}, RULES)


def raised(plan: Plan, seed: int) -> list[tuple[str, int]]:
    counts = draw(plan, seed)
    series = {str(n): counts[:, n].tolist() for n in range(plan.many)}
    log = watch(MONDAY, series, RULES).log
    return [(c.key, (c.day - MONDAY).days) for c in log if "升为" in c.reason]


@pytest.mark.parametrize("rate", [2, 20, 200])
def test_quiet_series_raise_less_than_one_alarm_in_ten_months(rate):
    plan = Plan(rate, many=40, days=141)
    assert len(raised(plan, seed=11)) < plan.many * 4 / 10


@pytest.mark.parametrize(("rate", "factor"), [(5, 5), (20, 3), (200, 2)])
def test_planted_surges_are_found_by_the_third_day(rate, factor):
    plan = Plan(rate, many=40, days=84, factor=factor, planted=(70, 80))
    found = {key for key, day in raised(plan, seed=12) if 70 <= day <= 72}
    assert len(found) >= 0.9 * plan.many


def test_a_broken_rule_is_refused_with_its_place(tmp_path):
    path = tmp_path / "warnings.yaml"
    path.write_text("ratios: {repeat_days: 0}", "utf-8")
    with pytest.raises(FormatError, match=r"ratios\.repeat_days"):
        load_rules(path)
