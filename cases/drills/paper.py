"""What a paper is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kb.wording import Slot


class QuestionKind(StrEnum):
    """What a question trains; the value is how people read it."""

    CAUSE = "辨原因"
    URGENCY = "定级与时限"
    WORDING = "选口径"
    FLAW = "找缺漏"
    BLANKS = "填空位"


@dataclass(frozen=True)
class Scope:
    """What a paper is about; an empty tuple means anything.

    ``N`` takes a whole class of categories, ``N/网络覆盖`` one category. ``urgencies`` choose
    cases only: a wording has none.
    """

    categories: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()

    def covers(self, category: str | None) -> bool:
        """Tell whether ``category`` is in scope."""
        return not self.categories or any(
            category == name or (category or "").startswith(f"{name}/") for name in self.categories
        )


@dataclass(frozen=True)
class Blank:
    """A slot to fill, with the value that the stem gives for it."""

    name: str
    slot: Slot
    value: str


@dataclass(frozen=True)
class Question:
    """A question with options (``right`` is one of them) or with blanks to fill, never both.

    ``source`` is the record that it was made from; ``lesson`` is shown after marking only.
    """

    kind: QuestionKind
    source: str
    category: str | None
    ask: str
    stem: str
    lesson: str
    options: tuple[str, ...] = ()
    right: str = ""
    blanks: tuple[Blank, ...] = ()
    form: str = ""


@dataclass(frozen=True)
class Paper:
    """Questions in their order; ``id`` names scope, seed and every question's content."""

    id: str
    scope: Scope
    seed: int
    questions: tuple[Question, ...]
