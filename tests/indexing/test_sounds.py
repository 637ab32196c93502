"""Words typed by their sound."""

from __future__ import annotations

from indexing.sounds import HeardWords, unknown_sounds

WORDS = frozenset({"宽带", "游戏", "很卡", "正常"})


def test_only_what_is_no_word_is_looked_up():
    assert unknown_sounds("宽带", WORDS.__contains__) == ()
    assert unknown_sounds("由戏", WORDS.__contains__) == (("you", "xi"),)


def test_stretches_of_two_to_four_characters_longest_first():
    assert unknown_sounds("宽代慢", WORDS.__contains__) == (
        ("kuan", "dai", "man"),
        ("kuan", "dai"),
        ("dai", "man"),
    )


def test_words_are_found_by_the_sound_of_what_is_no_word():
    words = HeardWords(["游戏", "延迟", "严辞", "宽带", "正常"])
    assert words.heard("由戏严迟，宽带正常", WORDS.__contains__) == ["游戏", "延迟", "严辞"]


def test_letters_and_single_characters_have_no_stretches():
    assert unknown_sounds("wifi 卡 5G", WORDS.__contains__) == ()
