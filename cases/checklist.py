"""A checklist walked question by question; it fills the work order and the search (投诉预处理)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from cases.checklist_tree import Checklist, Kind, Node, Outcome, Step, listed, read_checklist
from indexing.errors import DuplicateIdError, InputError
from indexing.frontmatter import read_yaml

FOLDER = Path(__file__).parent / "taxonomy" / "checklists"
TEAM = "team"  # the work-order field that an outcome's dispatch fills
Value = str | float | Sequence[str]


class AnswerError(InputError):
    """An answer that its question cannot take."""


@dataclass(frozen=True)
class Given:
    """A question with its answer as people read it, and where that leads."""

    node: Node
    value: str
    step: Step


@dataclass(frozen=True)
class Walk:
    """How far a checklist has been answered; never changed, every answer makes a new one."""

    checklist: Checklist
    given: tuple[Given, ...] = ()

    @property
    def question(self) -> Node | None:
        """The question to ask now, or None at the end."""
        name = self.given[-1].step.next if self.given else self.checklist.nodes[0].id
        return self.checklist.node[name] if name else None

    @property
    def outcome(self) -> Outcome | None:
        """What to do, or None while questions are open."""
        name = self.given[-1].step.outcome if self.given else None
        return self.checklist.outcome[name] if name else None

    def answer(self, value: Value) -> Walk:
        """Return the walk with the current question answered.

        Args:
            value: A label to choose, a text, a number in the question's unit, or options ticked.

        Raises:
            AnswerError: The question cannot take it, or none is left.
        """
        node = self.question
        if node is None:
            raise AnswerError(f"“{self.checklist.title}”已经问完，不能再回答。")
        return replace(self, given=(*self.given, _given(node, value)))

    def back(self) -> Walk:
        """Return the walk without its last answer; at the beginning, itself."""
        return replace(self, given=self.given[:-1])

    def fields(self) -> dict[str, str]:
        """Return the work-order fields filled so far; private ones in clear, to be masked."""
        filled: dict[str, list[str]] = {}
        counts = [given.node.field for given in self.given]
        for given in self.given:
            alone = counts.count(given.node.field) == 1 and given.node.kind is Kind.TEXT
            said = given.value if alone or given.node.private else _line(given)
            filled.setdefault(given.node.field, []).append(said)
        if self.outcome and self.outcome.dispatch:
            filled[TEAM] = [self.outcome.dispatch]
        return {key: "；".join(dict.fromkeys(values)) for key, values in filled.items()}

    def summary(self) -> str:
        """Return what was asked and answered, without private fields, for the search."""
        said = "；".join(_line(given) for given in self.given if not given.node.private)
        return f"{self.checklist.title}：{said}。" if said else ""


@cache
def load_checklists(folder: Path = FOLDER) -> tuple[Checklist, ...]:
    """Read all trees, in the order of their file names.

    Raises:
        FormatError: A tree breaks the format, or a way in it leads nowhere.
        DuplicateIdError: Two trees have one id.
    """
    found: dict[str, Checklist] = {}
    for path in sorted(folder.glob("*.yaml")):
        checklist = read_checklist(read_yaml(path.read_text(encoding="utf-8"), path.name))
        if checklist.id in found:
            raise DuplicateIdError(f"{path.name} 的编号 {checklist.id} 已被另一份清单使用。")
        found[checklist.id] = checklist
    return tuple(found.values())


def for_category(category: str, checklists: Sequence[Checklist] | None = None) -> list[Checklist]:
    """Return the trees that serve ``category``, those that name it first in front."""
    trees = load_checklists() if checklists is None else checklists
    serving = [tree for tree in trees if category in tree.categories]
    return sorted(serving, key=lambda tree: tree.categories.index(category))


def _line(given: Given) -> str:
    return f"{given.node.name}：{given.value}"


def _given(node: Node, value: Value) -> Given:
    match node.kind:
        case Kind.CHOICE:
            return _chosen(node, value)
        case Kind.NUMBER:
            return _measured(node, value)
        case Kind.TEXT:
            return _written(node, value)
        case Kind.MULTI:
            return _ticked(node, value)


def _chosen(node: Node, value: Value) -> Given:
    for answer in node.answers:
        if answer.label == value:
            return Given(node, answer.label, answer)
    raise _refused(node, value, "只能选 " + "、".join(answer.label for answer in node.answers))


def _measured(node: Node, value: Value) -> Given:
    low, high = node.minimum or 0.0, node.maximum or 0.0
    span = f"应为 {low:g} 到 {high:g} 之间的数字"
    try:
        number = float(value) if isinstance(value, (str, int, float)) else math.nan
    except ValueError as error:
        raise _refused(node, value, span) from error
    if not low <= number <= high:
        raise _refused(node, value, span)
    said = f"{number:g} {node.unit}".strip()
    for answer in node.answers:
        if answer.below is None or number < answer.below:
            return Given(node, f"{said}（{answer.label}）", answer)
    return Given(node, said, node.steps[0])


def _written(node: Node, value: Value) -> Given:
    text = value.strip() if isinstance(value, str) else ""
    if not text or (node.pattern and not node.pattern.fullmatch(text)):
        raise _refused(node, value, node.hint.rstrip("。") or "不能为空")
    if len(listed(text)) < node.at_least:
        raise _refused(node, value, f"至少填 {node.at_least} 个，现有 {len(listed(text))} 个")
    return Given(node, text, node.steps[0])


def _ticked(node: Node, value: Value) -> Given:
    ticked = (
        [value] if isinstance(value, str) else list(value) if isinstance(value, Sequence) else []
    )
    unknown = [name for name in ticked if name not in node.options]
    if unknown or len(set(ticked)) < node.at_least:
        raise _refused(node, value, f"至少选 {node.at_least} 项：" + "、".join(node.options))
    chosen = [option for option in node.options if option in ticked]
    return Given(node, "、".join(chosen), node.steps[0])


def _refused(node: Node, value: Value, wanted: str) -> AnswerError:
    shown = "" if node.private else f"“{value}”"
    return AnswerError(f"“{node.name}”的回答{shown}不合要求：{wanted}。")
