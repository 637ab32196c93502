"""Train the judge that reads replies and cases for questions (``make judge``).

    python -m benchmarks.judge [--rounds N] [--hold SHARE] [--target FILE]

Learns from ``judging/replies`` (written for it, with evidence), from the halves of the labelled
replies that may be read, and from what customers say of the shipped cases and of what no case fits
(``library/phrasings.jsonl``, ``library/foreign.txt``, the fitting queries). Never from the splits
``test``, ``independent`` and ``fresh`` of the replies, nor from ``library/queries*``:
with those `benchmarks.checking` and `make eval` measure.

At the end come rounds with more: replies put together of clauses whose sense is known
(``judging/clauses``), and the same replies with such a clause or a condition put in, or without
their stops. The mean of the weights before and after (Wortsman et al. 2022, arXiv:2109.01903),
which reads both alike, learns from all once more; those weights are shipped.

``--hold`` leaves out that share of the wordings, with all their replies, and always those of
``judging/apart``. How rules and judge are weighed is fitted on them and on the split ``held``,
which the judge has not read.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import torch

from benchmarks.checking import read_rows
from benchmarks.judging import weighing
from benchmarks.judging.composing import Bank, run_on
from benchmarks.judging.examples import (
    Example,
    Row,
    apart,
    day_of,
    fit_examples,
    phrases_of,
    replies,
    reply_example,
    with_condition,
    wordings,
)
from benchmarks.judging.trainer import SEED, Trainer
from desk.settings import load_settings
from indexing.model import judge, load_encoder
from indexing.model.judge import Judge
from indexing.model.protocol import Encoder
from kb.checking import Checker, Item, read_phrases
from kb.wording import Wording

TARGET = Path(judge.__file__).parent.parent / "data" / "judge.npz"
RATE = 2e-3
COMPOSED = 10  # replies made of clauses, for each wording
CLAUSES = date(2026, 11, 23)  # the day that the clauses were written for
RUN_ON = 0.2  # share of the replies that are learned without their stops as well


def main() -> None:
    """Train, report, ship."""
    options = _options()
    torch.manual_seed(SEED)
    settings = load_settings()
    model = Path(options.model or settings.model or settings.default_model_folder)
    kept, known = apart(), wordings()
    rows = replies() + kept
    out = held_wordings(known, options.hold) | {row["wording"] for row in kept}
    encoder = load_encoder(model)
    if not options.weigh:
        every = examples(encoder, rows, known)
        held = [example for example in every if example.wording in out]
        learned = [e for e in every if e.wording not in out] + fit_examples(encoder)
        bank = Bank.read(read_phrases())
        more = varied(learned, rows, known, bank)
        unseen = composed(out, known, bank)
        trainer = Trainer(model, [*learned, *more, *held, *unseen], options.start)
        if not options.start:
            trainer.train(learned, options.rounds, RATE, options.target)
        before = trainer.network.trained()
        trainer.train([*learned, *more], options.more, RATE / 2, options.target)
        trainer.network.meet(before)
        trainer.train([*learned, *more], options.last, RATE / 2, options.target)
        trainer.report("replies", held)
        trainer.report("clauses", unseen)
    unlearned = [row for row in read_rows() if row["split"] == "held"]
    blind = [*unlearned, *(row for row in rows if "split" not in row)]
    readings = Checker(encoder).look(items(blind, known))
    trust = weighing.trusted(blind, readings)
    unread = [at for at, row in enumerate(blind) if "split" in row or row["wording"] in out]
    reader = Judge(model, options.target)
    answers = reader.judge([(readings[at].reply, readings[at].questions) for at in unread])
    weighing.write(
        weighing.fit([blind[at] for at in unread], [readings[at] for at in unread], answers, trust)
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="")
    parser.add_argument("--rounds", type=float, default=5.0)
    parser.add_argument("--more", type=float, default=1.8, help="rounds with varied replies")
    parser.add_argument("--last", type=float, default=1.3, help="rounds with all, after the mean")
    parser.add_argument("--start", type=Path, help="weights to begin those rounds with")
    parser.add_argument("--hold", type=float, default=0.1)
    parser.add_argument("--weigh", action="store_true", help="only fit the weighing anew")
    parser.add_argument("--target", type=Path, default=TARGET)
    return parser.parse_args()


def held_wordings(known: Iterable[str], share: float) -> frozenset[str]:
    """Return the wordings, ``share`` of them, that are not learned from."""
    chance = random.Random(SEED)
    return frozenset(name for name in sorted(known) if chance.random() < share)


def items(rows: Sequence[Row], known: Mapping[str, Wording]) -> list[Item]:
    """Return labelled replies as what is checked."""
    return [Item(known[row["wording"]], row["reply"], day_of(row)) for row in rows]


def examples(encoder: Encoder, rows: Sequence[Row], known: Mapping[str, Wording]) -> list[Example]:
    """Return labelled replies with what they are asked."""
    general = read_phrases()
    found = []
    for row, reading in zip(rows, Checker(encoder).look(items(rows, known)), strict=True):
        said = map(weighing.status_of, row["forbidden"])
        phrases = phrases_of(reading.version, general, said, reading.near)
        found.append(reply_example(row, reading.version, phrases))
    return found


def varied(
    learned: Sequence[Example], rows: Sequence[Row], known: Mapping[str, Wording], bank: Bank
) -> list[Example]:
    """Return replies made of clauses, and such with a clause or a condition put in."""
    chance = random.Random(SEED)
    days = {row["id"]: day_of(row) for row in rows}
    found: list[Example | None] = []
    for example in learned:
        if example.wording:
            version = known[example.wording].on(days[example.id])
            found.append(bank.inserted(example, version, chance))
            found.append(with_condition(example, chance))
            if chance.random() < RUN_ON:
                found.append(run_on(example))
    made = composed({example.wording for example in learned if example.wording}, known, bank)
    return [*made, *(example for example in found if example is not None)]


def composed(names: Iterable[str], known: Mapping[str, Wording], bank: Bank) -> list[Example]:
    """Return replies made of clauses for the wordings ``names``."""
    chance = random.Random(SEED)
    return [
        example
        for name in sorted(names)
        for _ in range(COMPOSED)
        if (example := bank.composed(name, known[name].on(CLAUSES), chance))
    ]


if __name__ == "__main__":
    main()
