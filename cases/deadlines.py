"""By when a complaint has to be handled, by which rule, and how much time is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from cases.workdays import add_working_days
from indexing.frontmatter import read_yaml, validated

RULES = Path(__file__).parent / "taxonomy" / "deadlines.yaml"
ZONE = ZoneInfo("Asia/Shanghai")


class Rule(BaseModel):
    """A time limit as written somewhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    label: str
    event: str  # what it counts from: 受理, 办结, 申诉 …
    amount: float = Field(ge=0)
    unit: Literal["hours", "days", "working_days"]
    urgencies: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    regions: tuple[Literal["city", "country"], ...] = ()
    policy: str
    clause: str
    source: str
    effective_from: date | None = None
    effective_until: date | None = None
    verified: bool


class Rules(BaseModel):
    """All time limits; ``soon`` is the share of the time left below which one is near."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    soon: float = Field(gt=0, lt=1)
    rules: tuple[Rule, ...]


class State(StrEnum):
    """How a deadline stands; pages show it in a colour."""

    AMPLE = "充足"
    NEAR = "临近"
    OVER = "超时"


@dataclass(frozen=True)
class Deadline:
    """A rule counted from the moment it starts; times are of Asia/Shanghai."""

    rule: Rule
    start: datetime
    due: datetime


@dataclass(frozen=True)
class TimeLeft:
    """How a deadline stands, with a Chinese phrase for it."""

    state: State
    text: str


@cache
def load_rules(path: Path = RULES) -> Rules:
    """Read the time limits.

    Raises:
        FormatError: The file breaks the format.
    """
    return validated(Rules, read_yaml(path.read_text("utf-8"), path.name))


def deadlines(
    start: datetime,
    *,
    event: str = "受理",
    urgency: str | None = None,
    category: str | None = None,
    region: str | None = None,
    rules: Rules | None = None,
) -> tuple[Deadline, ...]:
    """Return what applies from ``start``, the earliest due first.

    A rule for one region applies only where the region is known. A naive ``start`` is taken as
    Asia/Shanghai.

    Raises:
        InputError: Working days of a year without a holiday arrangement are asked for.
    """
    begin = _local(start)
    found = [
        Deadline(rule, begin, due(rule, begin))
        for rule in (rules or load_rules()).rules
        if rule.event == event
        and _in_force(rule, begin.date())
        and (not rule.urgencies or urgency in rule.urgencies)
        and (not rule.regions or region in rule.regions)
        and (not rule.categories or _covers(rule.categories, category))
    ]
    return tuple(sorted(found, key=lambda deadline: deadline.due))


def due(rule: Rule, start: datetime) -> datetime:
    """Return when ``rule`` counted from ``start`` ends; days end at their last minute."""
    if rule.unit == "hours":
        return start + timedelta(hours=rule.amount)
    if rule.unit == "days":
        day = start.date() + timedelta(days=int(rule.amount))
    else:
        day = add_working_days(start.date(), int(rule.amount))
    return datetime.combine(day, time(23, 59), ZONE)


def time_left(deadline: Deadline, now: datetime, rules: Rules | None = None) -> TimeLeft:
    """Return how ``deadline`` stands at ``now``; a naive one is taken as Asia/Shanghai."""
    left = deadline.due - _local(now)
    if left < timedelta(0):
        return TimeLeft(State.OVER, f"已超时 {spoken(-left)}")
    whole = max(deadline.due - deadline.start, timedelta(minutes=1))
    near = left / whole < (rules or load_rules()).soon
    return TimeLeft(State.NEAR if near else State.AMPLE, f"还剩 {spoken(left)}")


def spoken(span: timedelta) -> str:
    """Return ``span`` in days, hours or minutes, two units at most.

    >>> spoken(timedelta(hours=29, minutes=5)), spoken(timedelta(minutes=320))
    ('1 天 5 小时', '5 小时 20 分')
    """
    minutes = int(span.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = [(days, "天"), (hours, "小时"), (0 if days else rest, "分")]
    return " ".join(f"{count} {unit}" for count, unit in units if count) or "不到 1 分"


def _local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=ZONE) if moment.tzinfo is None else moment.astimezone(ZONE)


def _in_force(rule: Rule, day: date) -> bool:
    begun = rule.effective_from is None or rule.effective_from <= day
    return begun and (rule.effective_until is None or day <= rule.effective_until)


def _covers(wanted: Sequence[str], category: str | None) -> bool:
    return category is not None and any(
        category == name or category.startswith(f"{name}/") for name in wanted
    )
