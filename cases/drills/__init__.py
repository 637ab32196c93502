"""Drills (练习): papers made from cases and wordings without any language model."""

from __future__ import annotations

from cases.drills.making import make_paper
from cases.drills.marking import Given, Mark, Result, Tally, mark, weak_categories
from cases.drills.material import DrillCase, Material, case_of
from cases.drills.paper import Blank, Paper, Question, QuestionKind, Scope

__all__ = [
    "Blank",
    "DrillCase",
    "Given",
    "Mark",
    "Material",
    "Paper",
    "Question",
    "QuestionKind",
    "Result",
    "Scope",
    "Tally",
    "case_of",
    "make_paper",
    "mark",
    "weak_categories",
]
