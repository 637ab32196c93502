"""Checking a reply against its standard wording: points, forbidden phrases and slots."""

from __future__ import annotations

from kb.checking.checker import Checker
from kb.checking.overrules import demoted, phrase_rule, point_rule, slot_rule
from kb.checking.report import (
    Advice,
    ForbiddenFinding,
    Item,
    PointFinding,
    Report,
    SlotFinding,
    report_json,
    report_of,
)
from kb.checking.rules import Phrase, Rules, read_phrases, read_rules

__all__ = [
    "Advice",
    "Checker",
    "ForbiddenFinding",
    "Item",
    "Phrase",
    "PointFinding",
    "Report",
    "Rules",
    "SlotFinding",
    "demoted",
    "phrase_rule",
    "point_rule",
    "read_phrases",
    "read_rules",
    "report_json",
    "report_of",
    "slot_rule",
]
