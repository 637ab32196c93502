"""The tagger that finds people and places in running text."""

from __future__ import annotations

import pytest

from indexing.masking.tagger import Entity, load_tagger


def _seen(text: str) -> list[tuple[str, str]]:
    return [(text[e.start : e.end], e.kind) for e in load_tagger().entities(text)]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("今天上午回访了陶永福，对方说宽带已经恢复", [("陶永福", "person")]),
        (
            "他住在广东省深圳市南山区",
            [("广东省", "place"), ("深圳市", "place"), ("南山区", "place")],
        ),
        ("周到的服务，高兴办理", []),
    ],
)
def test_people_and_places_are_seen_and_words_are_not(text, seen):
    assert _seen(text) == seen


def test_one_character_is_enough():
    assert load_tagger().entities("网") == ()


def test_the_same_sentence_is_read_once():
    text = "宽带师傅马冬梅上门"
    first = load_tagger().entities(text)
    assert first == (Entity(4, 7, "person"),)
    assert load_tagger().entities(text) is first
