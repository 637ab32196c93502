"""Hot issues (热点) of a window against the window before, and gaps in the knowledge base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from cases.surges.grouping import Vectors, grouped, space
from cases.surges.naming import Tokens, names
from cases.surges.rules import GapRules, TopicRules
from indexing.errors import InputError


@dataclass(frozen=True)
class Passages:
    """Unit vectors ``(n, dim)``, float32, with the text and the work order of each."""

    vectors: Vectors
    texts: Sequence[str]
    tickets: Sequence[str]

    def __post_init__(self) -> None:
        """Refuse columns of different lengths."""
        if not len(self.vectors) == len(self.texts) == len(self.tickets):
            raise InputError("热点分析的向量、文本与工单号数量不一致。")


@dataclass(frozen=True)
class Topic:
    """A hot issue: distinct orders now and before, and how unlikely the rise is by chance.

    ``middle`` is the topic's unit vector in the passages' own space, to look up clauses with.
    """

    words: tuple[str, ...]
    count: int
    before: int
    chance: float
    samples: tuple[str, ...]
    text: str
    middle: Vectors

    @property
    def name(self) -> str:
        """The words as people read them."""
        return "、".join(self.words)

    @property
    def growth(self) -> float:
        """Orders now for each order before, one added to both."""
        return (self.count + 1) / (self.before + 1)


@dataclass(frozen=True)
class Gap:
    """Unanswered queries of one matter; ``score`` is the mean of their best hits (0 for none)."""

    words: tuple[str, ...]
    count: int
    score: float
    samples: tuple[str, ...]


def hot_topics(
    window: Passages, before: Passages, tokens: Tokens, rules: TopicRules
) -> tuple[Topic, ...]:
    """Cluster the passages of ``window``; the most surprising rise over ``before`` comes first.

    Both windows should be of the same length. Passages near no topic are left out.
    """
    if not len(window.vectors):
        return ()
    size = len(window.vectors)
    points = space(np.concatenate([window.vectors, before.vectors]), rules)
    groups = grouped(points[:size], rules)
    label, score = groups.nearest(points[:size])
    count = _orders(label, window.tickets, len(groups.middles))
    earlier = _orders(groups.nearest(points[size:])[0], before.tickets, len(groups.middles))
    members = {
        group: _members(label, score, group)
        for group in np.flatnonzero(count >= rules.min_tickets).tolist()
    }
    named = _named(members, window.texts, tokens, rules)
    topics = [
        Topic(
            words,
            int(count[group]),
            int(earlier[group]),
            _chance(int(count[group]), int(earlier[group])),
            tuple(dict.fromkeys(window.tickets[row] for row in rows))[: rules.samples],
            window.texts[rows[0]],
            _middle(window.vectors[rows]),
        )
        for (group, rows), words in zip(members.items(), named, strict=True)
    ]
    return tuple(sorted(topics, key=lambda topic: (topic.chance, -topic.count, topic.name)))


def knowledge_gaps(
    queries: Sequence[str],
    vectors: Vectors,
    scores: Sequence[float],
    tokens: Tokens,
    rules: TopicRules,
    gaps: GapRules,
) -> tuple[Gap, ...]:
    """Cluster the queries whose best score is low, the most asked first.

    Pass all queries, the answered ones too: together they say what queries have in common. A query
    without a hit has the score 0.
    """
    if not len(queries) == len(vectors) == len(scores):
        raise InputError("知识缺口分析的查询、向量与得分数量不一致。")
    best = np.asarray(scores, np.float64)
    low = np.flatnonzero(best < gaps.low_score)
    if not len(low):
        return ()
    points = space(vectors, rules)[low]
    groups = grouped(points, rules)
    label, score = groups.nearest(points)
    sizes = np.bincount(label[label >= 0], minlength=len(groups.middles))
    members = {
        group: low[_members(label, score, group)]
        for group in np.flatnonzero(sizes >= gaps.min_queries).tolist()
    }
    named = _named(members, queries, tokens, rules)
    found = [
        Gap(
            words,
            len(rows),
            float(best[rows].mean()),
            tuple(dict.fromkeys(queries[row] for row in rows))[: rules.samples],
        )
        for rows, words in zip(members.values(), named, strict=True)
    ]
    return tuple(sorted(found, key=lambda gap: (-gap.count, gap.score, gap.words)))


def _orders(label: NDArray[np.int64], tickets: Sequence[str], groups: int) -> NDArray[np.int64]:
    """Count distinct work orders for each group."""
    seen = {pair for pair in zip(label.tolist(), tickets, strict=True) if pair[0] >= 0}
    return np.bincount([group for group, _ in seen] or np.zeros(0, int), minlength=groups)


def _members(label: NDArray[np.int64], score: Vectors, group: int) -> NDArray[np.int64]:
    """Return the rows of a group, the nearest to its middle first."""
    rows = np.flatnonzero(label == group)
    return rows[np.argsort(-score[rows], kind="stable")]


def _named(
    members: dict[int, NDArray[np.int64]], texts: Sequence[str], tokens: Tokens, rules: TopicRules
) -> list[tuple[str, ...]]:
    def wanted(text: str) -> list[str]:
        return [word for word in tokens(text) if word not in rules.common]

    nearest = [[texts[row] for row in rows[: rules.named_from]] for rows in members.values()]
    background = texts[:: max(len(texts) // rules.background, 1)]
    return names(nearest, background, wanted, rules.words)


def _chance(count: int, before: int) -> float:
    """Return the chance that a fair coin gives this order or more to the later window."""
    return float(betainc(count, before + 1, 0.5)) if count else 1.0


def _middle(vectors: Vectors) -> Vectors:
    mean = vectors.mean(axis=0)
    found: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return found
