"""Ratios without an authoritative formula: numerator, denominator and window are always shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from cases.surges.tickets import EVERYTHING, Mask, Only, Tickets, Window


@dataclass(frozen=True)
class Ratio:
    """``numerator`` of ``denominator`` in ``window``, times ``scale`` (1 for a share)."""

    name: str
    numerator: int
    denominator: int | None
    window: Window
    meaning: str
    scale: int = 1

    @property
    def value(self) -> float | None:
        """The ratio, or None where there is nothing to divide by."""
        return self.numerator * self.scale / self.denominator if self.denominator else None

    def __str__(self) -> str:
        """Return the ratio as people read it, with what it was made of."""
        if self.value is None:
            return f"{self.name}：缺少分母，无法计算（分子 {self.numerator}，{self.window}）"
        shown = f"{self.value:.1%}" if self.scale == 1 else f"{self.value:.2f}"
        parts = f"{self.numerator} / {self.denominator}"
        return f"{self.name}：{shown}（{parts}，{self.window}；{self.meaning}）"


def wan_tou_bi(
    tickets: Tickets, window: Window, users: int | None, only: Only = EVERYTHING
) -> Ratio:
    """Complaints for every 10,000 users (万投比); ``users`` belongs to the filter's area."""
    count = int(tickets.chosen(window, only).sum())
    return Ratio("万投比", count, users, window, "投诉件数 ÷ 用户数 × 10000", 10_000)


def first_answer_resolution(tickets: Tickets, window: Window, only: Only = EVERYTHING) -> Ratio:
    """Share solved by the first answer (首次解决率) among the orders where that is recorded."""
    known = tickets.solved_first[tickets.chosen(window, only)]
    solved, recorded = int((known == 1).sum()), int((known >= 0).sum())
    unknown = len(known) - recorded
    meaning = f"首次答复即解决 ÷ 有记录的工单，另有 {unknown} 件无记录"
    return Ratio("首次解决率", solved, recorded, window, meaning)


def overdue_share(
    tickets: Tickets, window: Window, now: datetime, only: Only = EVERYTHING
) -> Ratio:
    """Share closed after, or at ``now`` still open after, its time limit (超时率)."""
    mask = tickets.chosen(window, only) & ~np.isnat(tickets.due)
    end = np.where(np.isnat(tickets.closed), np.datetime64(now, "m"), tickets.closed)
    late = int((end[mask] > tickets.due[mask]).sum())
    meaning = f"超过时限办结或截至 {now:%Y-%m-%d %H:%M} 仍未办结 ÷ 有时限的工单"
    return Ratio("超时率", late, int(mask.sum()), window, meaning)


def repeat_share(
    tickets: Tickets, window: Window, within_days: int, only: Only = EVERYTHING
) -> Ratio:
    """Share that repeat an order of the same customer and category (重复投诉率).

    An order counts when the desk marked it or when the same customer's latest one in the category
    lies at most ``within_days`` back, before the window too. Unknown customers are left out.
    """
    reach = Window((window.start - within_days).astype(object), window.last)
    again = tickets.repeat | _again(tickets, tickets.chosen(reach), within_days)
    mask = tickets.chosen(window, only) & tickets.customer.given()
    meaning = f"同一客户 {within_days} 天内就同一类问题再次投诉 ÷ 客户已知的工单"
    return Ratio("重复投诉率", int((again & mask).sum()), int(mask.sum()), window, meaning)


def _again(tickets: Tickets, mask: Mask, within_days: int) -> Mask:
    rows = np.flatnonzero(mask)
    customer, category = tickets.customer.codes[rows], tickets.category.codes[rows]
    order = np.lexsort((tickets.day[rows], category, customer))
    same = (np.diff(customer[order]) == 0) & (np.diff(category[order]) == 0)
    soon = np.diff(tickets.day[rows][order]) <= np.timedelta64(within_days, "D")
    found = np.zeros(len(tickets), bool)
    found[rows[order[1:][same & soon]]] = True
    return found
