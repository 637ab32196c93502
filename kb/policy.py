"""A policy document (制度) as a file: front matter and numbered clauses."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indexing.frontmatter import YamlText, read_front_matter, validated


class Figure(BaseModel):
    """A statutory figure with where it stands and whether that was verified."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    what: str
    value: str | int | float
    clause: str = ""
    source: str
    effective_from: date | None = None
    verified: bool


class PolicyHeader(BaseModel):
    """The front matter of a policy."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    title: str = Field(min_length=1)
    category: str
    status: Literal["draft", "published", "retired"]
    effective_from: date
    effective_until: date | None = None
    issuer: str = ""
    source: str = ""
    tags: list[str] = []
    figures: list[Figure] = []

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> PolicyHeader:
        if self.effective_until is not None and self.effective_until < self.effective_from:
            text = f"结束日期 {self.effective_until} 早于开始日期 {self.effective_from}。"
            raise ValueError(text)
        return self


def read_policy(text: str, name: str) -> tuple[PolicyHeader, YamlText]:
    """Parse and check a policy file.

    Raises:
        FormatError: The header breaks the contract.
    """
    yaml_text = read_front_matter(text, name)
    return validated(PolicyHeader, yaml_text), yaml_text
