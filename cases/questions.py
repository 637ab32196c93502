"""What a case is read for by the judge: whether it fits a customer's words."""

from __future__ import annotations

from indexing.model.judge import Question


def fit_text(title: str, described: str) -> str:
    """Return what of a case is read: its title and what was complained of."""
    return f"{title}\n{described.strip()}"


def fit_question(words: str) -> Question:
    """Ask whether a case fits a customer's words."""
    return Question("fit", f"来话 {words}")
