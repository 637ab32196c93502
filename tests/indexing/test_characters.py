from __future__ import annotations

import numpy as np

from indexing.characters import Characters, codes_of

ROWS = [["宽带", "掉线"], [], ["带宽", "网速"]]


def chars(codes: np.ndarray) -> str:
    return "".join(map(chr, codes.tolist()))


def test_each_character_of_a_row_counts_once():
    assert Characters.build(ROWS).sizes.tolist() == [4, 0, 4]


def test_held_tells_row_by_row():
    wanted = codes_of(["宽", "线", "慢"])
    held = Characters.build(ROWS).held(np.array([2, 0, 1, 0]), wanted)
    assert [chars(wanted[row]) for row in held] == [
        "宽",
        chars(codes_of(["宽线"])),
        "",
        chars(codes_of(["宽线"])),
    ]


def test_a_dead_row_holds_nothing():
    holders = Characters.build(ROWS).holders(np.array([True, True, False]))
    assert holders[ord("宽")] == 1
    assert holders[ord("速")] == 0


def test_a_character_beyond_the_basic_plane_is_held_by_both_halves():
    held = Characters.build([["𠮷"]]).held(np.array([0]), codes_of(["𠮷"]))
    assert held.tolist() == [[True, True]]


def test_no_rows_at_all():
    empty = Characters.build([])
    assert empty.sizes.tolist() == []
    assert empty.held(np.empty(0, dtype=np.int64), codes_of(["宽"])).shape == (0, 1)
