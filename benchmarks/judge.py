"""Train the judge that reads replies and cases for questions (``make judge``).

    python -m benchmarks.judge [--rounds N] [--hold SHARE] [--target FILE]

Learns from ``judging/replies`` (written for it, with evidence), from the halves of the labelled
replies that may be read, and from what customers say of the shipped cases and of what no case fits
(``library/phrasings.jsonl``, ``library/foreign.txt``, the fitting queries). Never from the splits
``test``, ``independent`` and ``fresh`` of the replies, nor from ``library/queries*``:
with those `benchmarks.checking` and `make eval` measure.

At the end come rounds with varied replies: a forbidden phrase put in, in another form than it is
asked for, or a condition before a point. The weights shipped are the mean of those before and after
(Wortsman et al. 2022, arXiv:2109.01903), which read plain and varied replies alike.

``--hold`` leaves out that share of the wordings, with all their replies. How rules and judge are
weighed is fitted on them and on the split ``held``, which the judge has not read.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.checking import read_rows
from benchmarks.judging import weighing
from benchmarks.judging.examples import (
    OUTCOMES,
    Example,
    Row,
    day_of,
    fit_examples,
    phrases_of,
    replies,
    reply_example,
    thinned,
    with_condition,
    with_phrase,
    wordings,
)
from benchmarks.judging.network import COLUMNS, Lower, Network
from desk.settings import load_settings
from indexing.model import judge, load_encoder
from indexing.model.judge import LONGEST, LONGEST_QUESTION, PROMPT, Judge
from indexing.model.judge_files import read_trained
from indexing.model.protocol import Encoder
from kb.checking import Checker, Item, Phrase, read_phrases
from kb.wording import Wording

TARGET = Path(judge.__file__).parent.parent / "data" / "judge.npz"
SEED = 0
BATCH = 4
RATE = 2e-3
WARM = 0.06
DROP = 0.05
SPANS = 0.3  # weight of the spans beside the outcomes
SMOOTH = 0.02
KEEP = {"point": 0.5, "slot": 0.4, "phrase": 0.7, "fit": 0.5}
WEIGHTS = {
    "point": (1.0, 1.5, 2.0),
    "slot": (1.0, 1.5, 1.5),
    "phrase": (1.5, 1.0),
    "fit": (1.2, 1.0),
}
HIDDEN = -1e9


def main() -> None:
    """Train, report, ship."""
    options = _options()
    torch.manual_seed(SEED)
    settings = load_settings()
    model = Path(options.model or settings.model or settings.default_model_folder)
    rows, known = replies(), wordings()
    out = held_wordings(known, options.hold)
    encoder = load_encoder(model)
    if not options.weigh:
        every = examples(encoder, rows, known)
        held = [example for example in every if example.wording in out]
        learned = [e for e in every if e.wording not in out] + fit_examples(encoder)
        more = varied(learned, rows, known)
        trainer = Trainer(model, [*learned, *more, *held], options.start)
        if not options.start:
            trainer.train(learned, options.rounds, RATE, options.target)
        before = trainer.network.trained()
        trainer.train([*learned, *more], options.more, RATE / 2, options.target)
        trainer.network.meet(before)
        np.savez_compressed(options.target, **trainer.network.trained())
        trainer.report(held)
    unlearned = [row for row in read_rows() if row["split"] == "held"]
    blind = [*unlearned, *(row for row in rows if "split" not in row)]
    readings = Checker(encoder).look(items(blind, known))
    trust = weighing.trusted(blind, readings)
    apart = [at for at, row in enumerate(blind) if "split" in row or row["wording"] in out]
    reader = Judge(model, options.target)
    answers = reader.judge([(readings[at].reply, readings[at].questions) for at in apart])
    weighing.write(
        weighing.fit([blind[at] for at in apart], [readings[at] for at in apart], answers, trust)
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="")
    parser.add_argument("--rounds", type=float, default=5.0)
    parser.add_argument("--more", type=float, default=0.55, help="rounds with varied replies")
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
    learned: Sequence[Example], rows: Sequence[Row], known: Mapping[str, Wording]
) -> list[Example]:
    """Return replies with a phrase put in, and such with a condition before one of their points."""
    chance = random.Random(SEED)
    days = {row["id"]: day_of(row) for row in rows}
    found = []
    for example in learned:
        if example.wording:
            version = known[example.wording].on(days[example.id])
            own = [
                Phrase(f.phrase, "", fatal=True, variants=tuple(f.variants))
                for f in version.forbidden
            ]
            found.append(with_phrase(example, [*own, *read_phrases()], chance))
            found.append(with_condition(example, chance))
    return [example for example in found if example is not None]


class Trainer:
    """The network and the lower states of every text."""

    def __init__(self, model: Path, every: Sequence[Example], start: Path | None = None) -> None:
        lower = Lower.of(model)
        texts = [PROMPT + example.text[:LONGEST] for example in every]
        texts += [form.text for e in every for asked in e.asked for form in asked.forms]
        self._states = lower.states(texts)
        self._offsets = {
            text: lower.tokenizer.encode(text).offsets for text in texts if text.startswith(PROMPT)
        }
        self.network = Network(lower.weights)
        if start is not None:
            self.network.load(read_trained(start))
        self._chance = random.Random(SEED)

    def train(self, learned: Sequence[Example], rounds: float, rate: float, target: Path) -> None:
        """Train for so many rounds and write the weights to ``target``, now and then as well.

        ``rate`` is reached after a short while and falls to nothing.
        """
        sizes = [len(self._round(learned)) for _ in range(2)]
        steps = int(rounds * sum(sizes) / 2)
        parameters = [*self.network.parameters()]
        optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer,
            lambda step: min(1.0, (step + 1) / (WARM * steps)) * max(0.02, 1 - step / steps),
        )
        began, running, step = time.time(), 0.0, 0
        while step < steps:
            for batch in self._round(learned)[: steps - step]:
                loss = self._loss(self._packed(batch, self._chance))
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(parameters, 1.0)
                optimizer.step()
                schedule.step()
                running = (
                    0.97 * running + 0.03 * float(loss.detach()) if step else float(loss.detach())
                )
                step += 1
                if step % 50 == 0:
                    print(f"{step}/{steps} {running:.3f} {time.time() - began:.0f}s", flush=True)
                if step % 500 == 0 or step == steps:
                    np.savez_compressed(target, **self.network.trained())

    def _round(self, learned: Sequence[Example]) -> list[list[Example]]:
        """Return batches of texts of like length, in a random order."""
        some = [part for example in learned for part in thinned(example, KEEP, self._chance)]
        some.sort(key=lambda e: len(e.text) + 8 * len(e.asked) + self._chance.random() * 60)
        found = [some[at : at + BATCH] for at in range(0, len(some), BATCH)]
        self._chance.shuffle(found)
        return found

    def _packed(self, some: Sequence[Example], chance: random.Random | None) -> dict[str, Tensor]:
        rows = []
        for example in some:
            parts = [self._states[PROMPT + example.text[:LONGEST]]]
            for asked in example.asked:
                form = chance.choice(asked.forms) if chance else asked.forms[0]
                parts.append(self._states[form.text][:LONGEST_QUESTION])
            rows.append(parts)
        count, most = len(some), max(len(example.asked) for example in some)
        tokens = max(sum(map(len, parts)) for parts in rows)
        packed = {
            "rows": torch.zeros(count, tokens, rows[0][0].shape[1]),
            "mask": torch.full((count, 1, tokens, tokens), HIDDEN),
            "pool": torch.zeros(count, most, tokens),
            "text": torch.zeros(count, tokens, dtype=torch.bool),
            "spans": torch.full((count, most, 2), -1),
        } | {kind: torch.full((count, most), -1) for kind in OUTCOMES}
        for at, (example, parts) in enumerate(zip(some, rows, strict=True)):
            self._fill(packed, at, example, parts)
        return packed

    def _fill(
        self, packed: dict[str, Tensor], at: int, example: Example, parts: Sequence[Tensor]
    ) -> None:
        begin, size = 0, len(parts[0])
        packed["text"][at, :size] = True
        for number, part in enumerate(parts):
            end = begin + len(part)
            packed["rows"][at, begin:end] = part.float()
            packed["mask"][at, 0, begin:end, begin:end] = 0
            packed["mask"][at, 0, begin:end, :size] = 0
            if number:
                packed["pool"][at, number - 1, begin:end] = 1 / len(part)
            begin = end
        packed["mask"][at, 0, begin:, 0] = 0  # padding sees something, so that nothing divides by 0
        offsets = self._offsets[PROMPT + example.text[:LONGEST]]
        for number, asked in enumerate(example.asked):
            packed[asked.kind][at, number] = asked.outcome
            if asked.span:
                a, b = (place + len(PROMPT) for place in asked.span)
                inside = [i for i, (x, y) in enumerate(offsets) if a < y and x < min(b, y)]
                if inside:
                    packed["spans"][at, number] = torch.tensor([inside[0], inside[-1]])

    def _loss(self, packed: dict[str, Tensor]) -> Tensor:
        outcomes, begin, end = self.network(
            packed["rows"], packed["mask"], packed["pool"], packed["text"], DROP
        )
        total, count = torch.zeros(()), 0
        for kind, (at, size) in COLUMNS.items():
            wanted = packed[kind] >= 0
            if wanted.any():
                total = total + functional.cross_entropy(
                    outcomes[wanted][:, at : at + size],
                    packed[kind][wanted],
                    weight=torch.tensor(WEIGHTS[kind]),
                    reduction="sum",
                    label_smoothing=SMOOTH,
                )
                count += int(wanted.sum())
        loss = total / max(count, 1)
        shown = packed["spans"][..., 0] >= 0
        if shown.any():
            for place, scores in enumerate((begin, end)):
                inside = scores.masked_fill(~packed["text"][:, None], -1e4)[shown]
                loss = loss + SPANS * functional.cross_entropy(
                    inside, packed["spans"][shown][:, place]
                )
        return loss

    @torch.no_grad()
    def report(self, held: Sequence[Example]) -> dict[str, Any]:
        """Print and return accuracy and each outcome's F1, kind by kind."""
        pairs: dict[str, list[tuple[int, int]]] = {kind: [] for kind in OUTCOMES}
        for example in held:
            packed = self._packed([example], None)
            outcomes, *_ = self.network(
                packed["rows"], packed["mask"], packed["pool"], packed["text"]
            )
            for row, asked in zip(outcomes[0], example.asked, strict=False):
                at, size = COLUMNS[asked.kind]
                pairs[asked.kind].append((asked.outcome, int(row[at : at + size].argmax())))
        found = {}
        for kind, some in pairs.items():
            if some:
                f1 = [_f1(some, outcome) for outcome in range(len(OUTCOMES[kind]))]
                found[kind] = {"questions": len(some), "f1": [round(value, 3) for value in f1]}
                print(kind, found[kind], flush=True)
        return found


def _f1(pairs: Sequence[tuple[int, int]], outcome: int) -> float:
    both = sum(a == b == outcome for a, b in pairs)
    either = sum((a == outcome) + (b == outcome) for a, b in pairs)
    return 2 * both / either if either else 0.0


if __name__ == "__main__":
    main()
