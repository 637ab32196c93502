"""Warning levels (黄橙红黑) on daily counts: raised by several days, left after calm ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from cases.surges.baseline import Judged, judge
from cases.surges.rules import WatchRules
from indexing.errors import InputError

NO_LEVEL = "无"


@dataclass(frozen=True)
class Change:
    """A level that was raised or lowered, and why; ``reason`` is for people."""

    key: str
    day: date
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Surge:
    """A warning in force on the last day; ``since`` is when its present level began."""

    key: str
    level: str
    since: date
    count: int
    expected: float
    chance: float
    act: str
    reason: str


@dataclass(frozen=True)
class Watched:
    """Warnings in force, the gravest first; changes, the latest first; keys too new to judge."""

    warnings: tuple[Surge, ...]
    log: tuple[Change, ...]
    unjudged: tuple[str, ...]


def watch(first: date, series: Mapping[str, Sequence[int]], rules: WatchRules) -> Watched:
    """Walk daily counts from ``first`` on, one number a whole day, all series of equal length.

    Leave out a day that has not ended. The result depends on the counts and rules alone.
    """
    lengths = {len(values) for values in series.values()}
    if len(lengths) > 1:
        raise InputError("预警所用的各序列天数不一致，请按同一时间窗统计后重试。")
    if not lengths or lengths == {0}:
        return Watched((), (), tuple(series))
    keys = list(series)
    counts = np.column_stack([np.asarray(series[key], np.int64) for key in keys])
    judged = judge(counts, rules)
    days = [first + timedelta(days=d) for d in range(len(counts))]
    warnings, log = list[Surge](), list[Change]()
    for column, key in enumerate(keys):
        told = _Story(key, days, counts[:, column].tolist(), column, judged, rules)
        changes = list(told.changes())
        log += changes
        if changes and changes[-1].after != NO_LEVEL:
            warnings.append(told.warning(changes[-1]))
    gravity = {rule.name: rank for rank, rule in enumerate(rules.levels)}
    warnings.sort(key=lambda found: (-gravity[found.level], found.chance, found.key))
    log.sort(key=lambda change: (-change.day.toordinal(), change.key))
    unknown = np.isnan(judged.expected[-1])
    new = tuple(key for key, column in zip(keys, unknown, strict=True) if column)
    return Watched(tuple(warnings), tuple(log), new)


@dataclass(frozen=True)
class _Story:
    """One series: its days, counts and column in ``judged``."""

    key: str
    days: list[date]
    counts: list[int]
    column: int
    judged: Judged
    rules: WatchRules

    def changes(self) -> Iterator[Change]:
        """Yield each change of level, the earliest first."""
        reached, held = self.judged.reached[:, self.column], self.judged.held[:, self.column]
        level = 0
        for day in range(len(self.days)):
            latest = np.sort(reached[max(day + 1 - self.rules.of_days, 0) : day + 1])[::-1]
            sustained = int(latest[self.rules.raise_days - 1 : self.rules.raise_days].sum())
            kept = int(held[max(day + 1 - self.rules.calm_days, 0) : day + 1].max())
            if sustained > level:
                yield self._change(day, level, sustained, self._raised(day, sustained))
                level = sustained
            elif kept < level:
                yield self._change(day, level, kept, self._lowered(day, level))
                level = kept

    def warning(self, change: Change) -> Surge:
        """Return the warning that the last change left in force."""
        rule = next(rule for rule in self.rules.levels if rule.name == change.after)
        expected = float(self.judged.expected[-1, self.column])
        chance = float(self.judged.chance[-1, self.column])
        return Surge(
            self.key,
            rule.name,
            change.day,
            self.counts[-1],
            expected,
            chance,
            rule.act,
            change.reason,
        )

    def _change(self, day: int, before: int, after: int, why: str) -> Change:
        names = (NO_LEVEL, *(rule.name for rule in self.rules.levels))
        verb = "升为" if after > before else "降为"
        said = f"{self.days[day]:%Y-%m-%d} “{self.key}”由{names[before]}{verb}{names[after]}：{why}"
        return Change(self.key, self.days[day], names[before], names[after], said)

    def _raised(self, day: int, level: int) -> str:
        near = self.judged.reached[max(day + 1 - self.rules.of_days, 0) : day + 1, self.column]
        met = int((near >= level).sum())
        return f"近 {len(near)} 天有 {met} 天达到该级；{self._numbers(day)}。"

    def _lowered(self, day: int, level: int) -> str:
        rule = self.rules.levels[level - 1]
        least = rule.ratio * self.rules.release
        return (
            f"连续 {self.rules.calm_days} 天低于{rule.name}级的保持线"
            f"（基线的 {least:g} 倍且不少于 {rule.count * self.rules.release:g} 件）；"
            f"{self._numbers(day)}。"
        )

    def _numbers(self, day: int) -> str:
        count = self.counts[day]
        mean = float(self.judged.expected[day, self.column])
        chance = float(self.judged.chance[day, self.column])
        return (
            f"当日 {count} 件，同星期日基线 {mean:.1f} 件，为其 {count / mean:.1f} 倍，"
            f"平常日达到此数的概率为 {_percent(chance)}"
        )


def _percent(chance: float) -> str:
    if chance < 1e-6:
        return "百万分之一以下"
    return f"{chance * 100:.2g}%" if chance < 0.01 else f"{chance:.0%}"
