"""The training itself: texts and questions packed into batches, the loss, the report."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.judging.examples import OUTCOMES, Example, thinned
from benchmarks.judging.network import COLUMNS, Lower, Network
from indexing.model.judge import LONGEST, LONGEST_QUESTION, PROMPT
from indexing.model.judge_files import read_trained

SEED = 0
BATCH = 4
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
        if steps == 0:
            return
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
                    trained: dict[str, Any] = self.network.trained()
                    np.savez_compressed(target, **trained)

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
    def report(self, name: str, held: Sequence[Example]) -> dict[str, Any]:
        """Print and return each outcome's F1 on ``held``, kind by kind."""
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
                print(name, kind, found[kind], flush=True)
        return found


def _f1(pairs: Sequence[tuple[int, int]], outcome: int) -> float:
    both = sum(a == b == outcome for a, b in pairs)
    either = sum((a == outcome) + (b == outcome) for a, b in pairs)
    return 2 * both / either if either else 0.0
