"""Advice on a reply: promises beyond the limit, inner jargon, personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from indexing.frontmatter import read_yaml
from indexing.masking import KIND_NAMES, Masker
from kb.checking.cues import slot_data
from kb.checking.promises import late_promises
from kb.checking.report import Advice, Item, SlotFinding
from kb.checking.rules import Rules, fold
from kb.checking.sentences import Text

JARGON = Path(__file__).parent.parent / "lexicon" / "jargon.yaml"


@cache
def read_jargon(path: Path = JARGON) -> dict[str, str]:
    """Return the words of the trade (术语), folded, with plain words to say to a customer.

    Raises:
        FormatError: The file is not a mapping of terms.
    """
    terms = read_yaml(path.read_text("utf-8"), path.name).values
    return {fold(str(term)): str(plain) for term, plain in terms.items()}


def advise(
    text: Text, item: Item, slots: tuple[SlotFinding, ...], rules: Rules, masker: Masker | None
) -> tuple[Advice, ...]:
    """Return what is worth mending in the reply ``text`` of ``item``, in reading order."""
    found: list[Advice] = []
    if item.limit_hours is not None:
        relative = slot_data()["relative_days"]
        found += late_promises(text, item.as_of, item.limit_hours, rules, relative)
    if item.wording.audience == "customer":
        found += _jargon(text, item.wording.on(item.as_of).text)
    if masker is not None:
        found += _personal(text, slots, masker)
    return tuple(sorted(found, key=lambda advice: advice.span))


def _jargon(text: Text, template: str) -> Iterator[Advice]:
    template = fold(template)
    taken: list[tuple[int, int]] = []
    for term, plain in sorted(read_jargon().items(), key=lambda pair: -len(pair[0])):
        for match in re.finditer(re.escape(term), text.folded) if term not in template else ():
            span = match.span()
            if text.is_quoted(*span) or any(a < span[1] and span[0] < b for a, b in taken):
                continue
            taken.append(span)
            said = text.raw[span[0] : span[1]]
            yield Advice("jargon", span, f"“{said}”是内部用语，对客户可以说“{plain}”。")


def _personal(text: Text, slots: tuple[SlotFinding, ...], masker: Masker) -> Iterator[Advice]:
    own = [slot.span for slot in slots if slot.span is not None and slot.status == "filled"]
    for span in masker.mask(text.raw).spans:
        if not any(a <= span.start and span.end <= b for a, b in own):
            name = KIND_NAMES.get(span.kind, "个人信息")
            message = f"回复里有{name}，请确认是不是客户本人的，不是就删去。"
            yield Advice("privacy", (span.start, span.end), message)
