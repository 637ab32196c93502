"""From the category an export names to the category of the table."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from rapidfuzz import fuzz, process

from cases.categories import Categories

ALIKE = 80.0  # rapidfuzz ratio, of 100
_STEP = re.compile(r"\s*(?:[/\\>|·:→_;,、，；：\-—]|\s)+\s*")


def match_category(said: str, categories: Categories) -> str | None:
    """Return the category that ``said`` means: its key, the name of a 二级, or nearly that name.

    Of a path such as ``网络质量→网络覆盖`` the innermost step that fits decides; None where none
    fits.

    >>> from cases.categories import load_categories
    >>> match_category("网络质量→网络覆盖差", load_categories())
    'N/网络覆盖'
    """
    text = unicodedata.normalize("NFKC", said).strip()
    if text in categories:
        return text
    names = _names(categories.all)
    for step in reversed(_STEP.split(text)):
        if step in names:
            return names[step]
        near = process.extractOne(step, names.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
        if near is not None:
            return names[near[0]]
    return None


@cache
def _names(keys: tuple[str, ...]) -> dict[str, str]:
    return {key.partition("/")[2]: key for key in keys}
