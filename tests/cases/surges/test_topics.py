from __future__ import annotations

import numpy as np
import pytest

from cases.surges.naming import names
from cases.surges.rules import load_rules
from cases.surges.topics import Passages, hot_topics, knowledge_gaps
from indexing.errors import InputError

RULES = load_rules()
TEXTS = ("光猫 红灯 断网", "积分 兑换 失败", "漫游 扣费 流量")


def passages(counts: tuple[int, ...], seed: int) -> Passages:
    """Draw so many passages of each of the three matters, two passages an order."""
    random = np.random.default_rng(seed)
    matter = np.repeat(np.arange(3), counts)
    vectors = np.eye(3, 32)[matter] + 1 + 0.03 * random.normal(size=(len(matter), 32))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"你们 今天 {TEXTS[m]} 词{seed}{n}" for n, m in enumerate(matter)]
    tickets = [f"T{seed}-{m}-{n // 2}" for n, m in enumerate(matter)]
    return Passages(vectors.astype(np.float32), texts, tickets)


def test_the_matter_that_grew_comes_first_with_its_words_and_orders():
    found = hot_topics(
        passages((20, 80, 40), 1), passages((20, 20, 40), 2), str.split, RULES.topics
    )
    assert len(found) == 3
    top = found[0]
    assert (top.count, top.before) == (40, 10)
    assert top.growth == pytest.approx(41 / 11)
    assert top.chance == pytest.approx(1.193e-5, rel=1e-3)
    assert set(top.words[:3]) == {"积分", "兑换", "失败"}
    assert len(top.samples) == 5
    assert all(sample.startswith("T1-1-") for sample in top.samples)
    assert int(top.middle.argmax()) == 1


def test_orders_are_counted_once_and_small_matters_left_out():
    found = hot_topics(passages((20, 6, 20), 1), passages((0, 0, 0), 2), str.split, RULES.topics)
    assert sorted(topic.count for topic in found) == [10, 10]


def test_the_same_input_gives_the_same_topics():
    window, before = passages((900, 800, 700), 3), passages((20, 20, 20), 4)
    one = hot_topics(window, before, str.split, RULES.topics)
    two = hot_topics(window, before, str.split, RULES.topics)
    assert [(t.name, t.count, t.samples) for t in one] == [
        (t.name, t.count, t.samples) for t in two
    ]
    assert sum(topic.count for topic in one) == 1200


def test_an_empty_window_has_no_topics():
    assert hot_topics(passages((0, 0, 0), 1), passages((9, 9, 9), 2), str.split, RULES.topics) == ()


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(InputError, match="数量不一致"):
        Passages(np.zeros((2, 3), np.float32), ["a"], ["1"])


def test_gaps_are_the_badly_answered_queries_the_most_asked_first():
    asked = passages((6, 9, 4), 5)
    scores = [0.9] * 6 + [0.2] * 9 + [0.0] * 4
    found = knowledge_gaps(asked.texts, asked.vectors, scores, str.split, RULES.topics, RULES.gaps)
    assert [(gap.count, round(gap.score, 2)) for gap in found] == [(9, 0.2), (4, 0.0)]
    assert set(found[1].words[:3]) == {"漫游", "扣费", "流量"}


def test_without_a_low_score_there_is_no_gap():
    asked = passages((3, 0, 0), 5)
    assert (
        knowledge_gaps(asked.texts, asked.vectors, [0.9] * 3, str.split, RULES.topics, RULES.gaps)
        == ()
    )


def test_a_name_skips_common_words_single_characters_numbers_and_parts_of_words():
    texts = ["你们 我 2026 呼叫转移 转移", "你们 我 2026 呼叫转移 呼叫 转移"]
    background = [*texts, *["你们 我 2026 漫游"] * 8]
    assert names([texts], background, str.split, 2) == [("呼叫转移", "你们")]
    assert names([["单独 一条"]], background, str.split, 4) == [("一条", "单独")]
