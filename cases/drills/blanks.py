"""Questions on a wording's blanks: the values stand in a record, some of them corrected there."""

from __future__ import annotations

import random
from collections.abc import Iterator

from cases.drills.material import Material, limits, shuffled
from cases.drills.paper import Blank, Question, QuestionKind, Scope
from cases.drills.values import choices_for, draw
from kb.slots import preview
from kb.wording import Version

_FEWEST = 2  # blanks that make a question worth asking


def blanks(material: Material, scope: Scope, rng: random.Random) -> Iterator[Question]:
    """Yield: fill these blanks. One typed value was written down wrong and then corrected."""
    for wording in shuffled(material.wordings_in(scope), rng):
        version = wording.on(material.day)
        values = draw(version, rng)
        asked = _asked(version, values or {})
        if values is None or len(asked) < _FEWEST:
            continue
        chosen = {blank.name for blank in asked}
        others = {name: value for name, value in values.items() if name not in chosen}
        form = preview(version.text, version.slots, others)
        if any(blank.value in form for blank in asked):
            continue
        yield Question(
            kind=QuestionKind.BLANKS,
            source=wording.id,
            category=wording.category,
            ask=limits()["ask"][QuestionKind.BLANKS.value],
            stem=_record(asked, rng),
            lesson=f"{wording.id} {wording.title}：空位要照记录填实，更正过的以更正后的为准。",
            blanks=asked,
            form=form,
        )


def _asked(version: Version, values: dict[str, str]) -> tuple[Blank, ...]:
    """Return the blanks to fill, typed ones first, no label twice."""
    by_label = {slot.label: name for name, slot in version.slots.items() if name in values}
    names = sorted(by_label.values(), key=lambda name: version.slots[name].kind == "text")
    return tuple(
        Blank(name, version.slots[name], values[name]) for name in names[: limits()["blanks"]]
    )


def _record(asked: tuple[Blank, ...], rng: random.Random) -> str:
    values = {blank.value for blank in asked}
    sentences = []
    for number, blank in enumerate(asked):
        wrong = [value for value in choices_for(blank.slot) if value not in values]
        corrected = number == 0 and wrong
        sentences.append(
            limits()["corrected" if corrected else "told"].format(
                label=blank.slot.label,
                value=blank.value,
                old=rng.choice(wrong) if corrected else "",
            )
        )
    return "".join(shuffled(sentences, rng))
