"""The table of categories (二级分类), read from ``cases/taxonomy/categories.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

TABLE = Path(__file__).parent / "taxonomy" / "categories.yaml"


@dataclass(frozen=True)
class Categories:
    """Classes by code, and every category as ``code/name``."""

    classes: dict[str, str]
    all: tuple[str, ...]

    def __contains__(self, category: str) -> bool:
        """Tell whether ``category`` is in the table."""
        return category in self.all

    def label(self, category: str) -> str:
        """Return how a category is shown: ``网络质量 · 网络覆盖``."""
        code, _, member = category.partition("/")
        return f"{self.classes.get(code, code)} · {member}"


@cache
def load_categories(table: Path = TABLE) -> Categories:
    """Read the table."""
    classes = yaml.safe_load(table.read_text(encoding="utf-8"))
    return Categories(
        {code: entry["name"] for code, entry in classes.items()},
        tuple(f"{code}/{name}" for code, entry in classes.items() for name in entry["members"]),
    )
