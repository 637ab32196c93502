"""Checking many replies at once: a sheet in, verdicts, summaries and reports out."""

from __future__ import annotations

from desk.batches.batches import Batches, Running
from desk.batches.records import Batch, Checked, Review
from desk.batches.summary import Summary, summarise

__all__ = [
    "Batch",
    "Batches",
    "Checked",
    "Review",
    "Running",
    "Summary",
    "summarise",
]
