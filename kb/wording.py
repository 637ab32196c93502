"""Standard wording (口径): versions with slots, points that must be said and forbidden phrases."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indexing.errors import NotFoundError
from indexing.frontmatter import YamlText, read_yaml, validated

SLOT = re.compile(r"\{([A-Za-z_]\w*)\}")
SlotKind = Literal["text", "date", "datetime", "phone", "number", "ip", "domain", "money"]


class Slot(BaseModel):
    """A blank (空位) in a wording's text."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    label: str
    kind: SlotKind
    required: bool = True


class Point(BaseModel):
    """A point (要点) that a reply has to make, with ways of saying it."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    id: str
    label: str
    level: Literal["must", "should"]
    say: list[str] = Field(min_length=1)


class Forbidden(BaseModel):
    """A phrase not to say, other ways of saying it, and what to say instead."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    phrase: str = Field(min_length=1)
    suggest: str = ""
    variants: list[str] = []


class Version(BaseModel):
    """A wording as valid between two days, both included."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    version: str
    valid_from: date
    valid_until: date | None = None
    text: str = Field(min_length=1)
    slots: dict[str, Slot] = {}
    points: list[Point] = []
    forbidden: list[Forbidden] = []

    @model_validator(mode="after")
    def _is_consistent(self) -> Version:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            text = f"结束日期 {self.valid_until} 早于开始日期 {self.valid_from}。"
            raise ValueError(text)
        used = set(SLOT.findall(self.text))
        for name in sorted(used ^ set(self.slots)):
            missing = "没有定义" if name in used else "没有在正文中使用"
            raise ValueError(f"版本 {self.version} 的空位 {name} {missing}。")
        return self

    def holds_on(self, day: date) -> bool:
        """Tell whether this version is valid on ``day``."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Wording(BaseModel):
    """A standard wording file."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    title: str = Field(min_length=1)
    category: str
    audience: Literal["customer", "workorder"]
    versions: list[Version] = Field(min_length=1)
    status: Literal["draft", "published", "retired"] = "published"

    @model_validator(mode="after")
    def _versions_do_not_overlap(self) -> Wording:
        ordered = sorted(self.versions, key=lambda version: version.valid_from)
        for old, new in pairwise(ordered):
            if old.valid_until is None or new.valid_from <= old.valid_until:
                raise ValueError(f"版本 {old.version} 与 {new.version} 的有效期重叠。")
        return self

    def on(self, day: date) -> Version:
        """Return the version valid on ``day``.

        Raises:
            NotFoundError: None is.
        """
        for version in self.versions:
            if version.holds_on(day):
                return version
        raise NotFoundError(f"口径 {self.id} 在 {day} 没有有效的版本。")


def read_wording(text: str, name: str) -> tuple[Wording, YamlText]:
    """Parse and check a wording file.

    Raises:
        FormatError: The file breaks the contract.
    """
    yaml_text = read_yaml(text, name)
    return validated(Wording, yaml_text), yaml_text


def wording_of(meta: dict[str, Any]) -> Wording:
    """Return the wording that a stored record's ``meta`` holds."""
    return Wording.model_validate(meta)
