"""The rules of ``cases/taxonomy/warnings.yaml``: repeats, levels, topics and gaps."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexing.errors import FormatError

RULES = Path(__file__).parent.parent / "taxonomy" / "warnings.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RatioRules(_Part):
    """What counts as a repeat."""

    repeat_days: int = Field(ge=1)


class LevelRule(_Part):
    """When a day reaches a level, and what the level asks for."""

    name: str
    count: int = Field(ge=1)
    ratio: float = Field(gt=1)
    probability: float = Field(gt=0, lt=1)
    act: str


class WatchRules(_Part):
    """Baseline and levels, the mildest level first."""

    weeks: int = Field(ge=2)
    lookback_weeks: int
    min_weeks: int = Field(ge=1)
    floor: float = Field(gt=0)
    raise_days: int = Field(ge=2)
    of_days: int
    calm_days: int = Field(ge=1)
    release: float = Field(gt=0, le=1)
    levels: tuple[LevelRule, ...]


class TopicRules(_Part):
    """How passages are clustered and named."""

    dimensions: int
    seeds: int
    apart: float
    near: float
    min_tickets: int
    words: int
    named_from: int
    background: int
    common: frozenset[str]
    samples: int


class GapRules(_Part):
    """Which queries count as unanswered, and how many make a gap."""

    low_score: float
    min_queries: int


class Rules(_Part):
    """All rules."""

    ratios: RatioRules
    watch: WatchRules
    topics: TopicRules
    gaps: GapRules


@cache
def load_rules(path: Path = RULES) -> Rules:
    """Read the rules; raises ``FormatError`` naming the first entry that does not fit."""
    try:
        return Rules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        where = ""
        if isinstance(error, ValidationError):
            where = "“" + ".".join(map(str, error.errors()[0]["loc"])) + "”"
        raise FormatError(f"预警规则 {path.name} 的内容{where}不合要求。") from error
