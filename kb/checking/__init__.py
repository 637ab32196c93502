"""Checking a reply against its standard wording: points, forbidden phrases and slots."""

from __future__ import annotations

from kb.checking.checker import Checker, Item
from kb.checking.report import (
    ForbiddenFinding,
    PointFinding,
    Report,
    SlotFinding,
    report_json,
)
from kb.checking.rules import Phrase, Rules, read_phrases, read_rules

__all__ = [
    "Checker",
    "ForbiddenFinding",
    "Item",
    "Phrase",
    "PointFinding",
    "Report",
    "Rules",
    "SlotFinding",
    "read_phrases",
    "read_rules",
    "report_json",
]
