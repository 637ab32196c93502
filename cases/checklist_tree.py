"""The format of ``cases/taxonomy/checklists/*.yaml``: what to ask and check, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cases.categories import load_categories
from cases.tickets.fields import load_fields
from indexing.errors import FormatError
from indexing.frontmatter import YamlText, validated

Place = tuple[str | int, ...]  # the way to a key in the YAML


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    TEXT = "text"
    NUMBER = "number"
    MULTI = "multi"


class Step(_Part):
    """Where the way leads: to another question or to an outcome."""

    next: str | None = None
    outcome: str | None = None

    @model_validator(mode="after")
    def _leads_to_one_place(self) -> Step:
        if (self.next is None) == (self.outcome is None):
            raise ValueError("下一步应写 next 或 outcome，且只写一个。")
        return self


class Answer(Step):
    """An answer to choose; of a number: what is under ``below``, the last for the rest."""

    label: str = Field(min_length=1)
    below: float | None = None


class Node(_Part):
    """A question, and the work-order field that its answer goes into under ``name``.

    Choices and numbers go on by ``answers``; all kinds may go on by ``then``. ``at_least`` counts
    the things ticked, or listed in a text; ``pattern`` fits the whole text.
    """

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    ask: str = Field(min_length=1)
    hint: str = ""
    kind: Kind
    field: str
    answers: tuple[Answer, ...] = ()
    then: Step | None = None
    options: tuple[str, ...] = ()
    at_least: int = Field(default=1, ge=1)
    pattern: re.Pattern[str] | None = None
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """All ways on."""
        return self.answers or ((self.then,) if self.then else ())

    @property
    def private(self) -> bool:
        """Whether the answer must not be searched for or shown in the summary."""
        return load_fields().fields[self.field].private

    @model_validator(mode="after")
    def _is_whole(self) -> Node:
        problem = next(self._problems(), None)
        if problem:
            raise ValueError(f"步骤 {self.id} {problem}。")
        return self

    def _problems(self) -> Iterator[str]:
        if self.field not in load_fields().fields:
            yield f"的工单字段 {self.field} 不存在"
        if bool(self.answers) == bool(self.then):
            yield "应写 answers 或 then，且只写一个"
        if self.kind in (Kind.TEXT, Kind.MULTI) and self.answers:
            yield "不是选择题，应写 then"
        if (self.kind is Kind.CHOICE) != bool(self.answers) and self.kind is not Kind.NUMBER:
            yield "是选择题，应写 answers"
        if len({answer.label for answer in self.answers}) < len(self.answers):
            yield "的答案重复"
        if self.kind is Kind.MULTI and len(set(self.options)) < max(2, self.at_least):
            yield "的选项不够或重复"
        if self.kind is Kind.NUMBER:
            yield from self._number_problems()

    def _number_problems(self) -> Iterator[str]:
        if self.minimum is None or self.maximum is None or self.minimum >= self.maximum:
            yield "应写 minimum 和 maximum，且前者较小"
        if self.answers:
            limits = [answer.below for answer in self.answers[:-1]]
            known = [limit for limit in limits if limit is not None]
            if known != limits or sorted(set(known)) != known or self.answers[-1].below is not None:
                yield "的 below 应由小到大，最后一个答案不写"


class Outcome(_Part):
    """What to do in the end: ``report`` closes, hands on or keeps the order open."""

    id: str = Field(min_length=1)
    advice: str = Field(min_length=1)
    tool: str = ""
    wording: str | None = Field(default=None, pattern=r"^W-[A-Z]+-\d{3}$")
    policy: str | None = Field(default=None, pattern=r"^P-[A-Z]+-\d{3}$")
    dispatch: str | None = None
    report: Literal["报结", "转派", "继续"]

    @model_validator(mode="after")
    def _hands_on_to_someone(self) -> Outcome:
        if (self.report == "转派") != (self.dispatch is not None):
            raise ValueError(f"结论 {self.id} 为转派时才写、并且要写 dispatch。")
        return self


class Checklist(_Part):
    """A tree of questions; the first node is the first question."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str = Field(min_length=1)
    categories: tuple[str, ...] = Field(min_length=1)
    nodes: tuple[Node, ...] = Field(min_length=1)
    outcomes: tuple[Outcome, ...] = Field(min_length=1)

    @cached_property
    def node(self) -> dict[str, Node]:
        """The questions by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def outcome(self) -> dict[str, Outcome]:
        """The outcomes by id."""
        return {outcome.id: outcome for outcome in self.outcomes}


def read_checklist(yaml_text: YamlText) -> Checklist:
    """Return a tree whose every way ends in an outcome.

    Raises:
        FormatError: The first problem found, with file and line.
    """
    checklist = validated(Checklist, yaml_text)
    for place, problem in _tree_problems(checklist):
        line = yaml_text.line_of(place)
        raise FormatError(f"{yaml_text.name} 第{line}行：{problem}。")
    return checklist


def _tree_problems(checklist: Checklist) -> Iterator[tuple[Place, str]]:
    table = load_categories()
    for number, name in enumerate(checklist.categories):
        if name not in table:
            yield ("categories", number), f"分类表中没有“{name}”"
    for key, parts in (("nodes", checklist.nodes), ("outcomes", checklist.outcomes)):
        ids = [part.id for part in parts]
        for number, name in enumerate(ids):
            if name in ids[:number]:
                yield (key, number), f"编号 {name} 重复"
    yield from _lost_steps(checklist)
    yield from _cycles(checklist)
    yield from _unreached(checklist)


def _lost_steps(checklist: Checklist) -> Iterator[tuple[Place, str]]:
    for number, node in enumerate(checklist.nodes):
        for count, step in enumerate(node.steps):
            inside: Place = ("answers", count) if node.answers else ("then",)
            if step.next is not None and step.next not in checklist.node:
                yield ("nodes", number, *inside), f"没有步骤 {step.next}"
            if step.outcome is not None and step.outcome not in checklist.outcome:
                yield ("nodes", number, *inside), f"没有结论 {step.outcome}"


def _cycles(checklist: Checklist) -> Iterator[tuple[Place, str]]:
    graph = {node.id: [s.next for s in node.steps if s.next] for node in checklist.nodes}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        name = error.args[1][0]
        place: Place = ("nodes", list(checklist.node).index(name))
        yield place, f"从步骤 {name} 出发会回到它自己"


def _unreached(checklist: Checklist) -> Iterator[tuple[Place, str]]:
    reached, ends, waiting = set[str](), set[str](), [checklist.nodes[0].id]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            steps = checklist.node[name].steps
            waiting += [step.next for step in steps if step.next]
            ends |= {step.outcome for step in steps if step.outcome}
    for number, node in enumerate(checklist.nodes):
        if node.id not in reached:
            yield ("nodes", number), f"没有路径通到步骤 {node.id}"
    for number, outcome in enumerate(checklist.outcomes):
        if outcome.id not in ends:
            yield ("outcomes", number), f"没有路径通到结论 {outcome.id}"


def listed(text: str) -> list[str]:
    """Return the different things that a text lists.

    >>> listed("a.cn、b.cn, a.cn；c.cn")
    ['a.cn', 'b.cn', 'c.cn']
    """
    return list(dict.fromkeys(part for part in re.split(r"[、，,；;\s]+", text) if part))
