"""Naming groups of texts by the words that set them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import log

Tokens = Callable[[str], Iterable[str]]


def names(
    groups: Sequence[Sequence[str]], background: Sequence[str], tokens: Tokens, words: int
) -> list[tuple[str, ...]]:
    """Return for each group its ``words`` most distinctive words, the best first.

    A word weighs its share of the group's texts times the log of that share over its share of
    the ``background`` (its part of the Kullback-Leibler divergence). Single characters, bare
    numbers and parts of a word already taken are left out.
    """
    usual = _held(background, tokens)
    found = []
    for texts in groups:
        held = _held(texts, tokens)
        least = min(2, max(held.values(), default=0))
        weight = {
            word: count / len(texts) * log(count / len(texts) / _share(usual[word], background))
            for word, count in held.items()
            if count >= least
        }
        ordered = sorted(weight, key=lambda word: (-weight[word], -len(word), word))
        found.append(_distinct(ordered, words))
    return found


def _held(texts: Sequence[str], tokens: Tokens) -> Counter[str]:
    """Count the texts that hold each word."""
    held = Counter(word for text in texts for word in set(tokens(text)))
    return Counter({w: n for w, n in held.items() if len(w) > 1 and not w.isdigit()})


def _share(count: int, texts: Sequence[str]) -> float:
    return (count + 1) / (len(texts) + 1)


def _distinct(ordered: Iterable[str], words: int) -> tuple[str, ...]:
    taken: list[str] = []
    for word in ordered:
        if len(taken) == words:
            break
        if not any(word in other for other in taken):
            taken = [other for other in taken if other not in word] + [word]
    return tuple(taken)
