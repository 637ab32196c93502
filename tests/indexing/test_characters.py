from __future__ import annotations

import numpy as np

from indexing.characters import Characters, codes_of, pairs_of

ROWS = [["宽带", "掉线"], [], ["带宽", "网速"]]


def chars(codes: np.ndarray) -> str:
    return "".join(map(chr, codes.tolist()))


def ordered(text: str) -> np.ndarray:
    return np.unique(codes_of([text]))


def test_a_row_keeps_its_characters_in_order():
    built = Characters.build([*ROWS, ["宽带", "宽"]])
    assert built.sizes.tolist() == [4, 0, 4, 3]
    assert chars(built.codes) == "宽带掉线带宽网速宽带宽"
    assert built.holding[ord("宽")] == 3  # rows, however often each says it


def test_held_tells_row_by_row():
    wanted = ordered("宽线慢")
    held = Characters.build(ROWS).held(np.array([2, 0, 1, 0]), wanted)
    found = ["".join(sorted(chars(wanted[row]))) for row in held]
    assert found == ["宽", "".join(sorted("宽线")), "", "".join(sorted("宽线"))]


def test_a_pair_is_held_in_its_order_and_not_across_rows():
    asked = [pairs_of(codes_of([text])) for text in ("宽带掉", "线带")]
    wanted = np.unique(np.concatenate(asked))
    rows = [["宽带", "掉线"], ["带宽"], ["线"], ["带"]]
    held = Characters.build(rows).pairs_held(np.arange(len(rows)), wanted)
    names = [chr(pair >> 16) + chr(pair & 0xFFFF) for pair in wanted.tolist()]
    found = [{n for n, one in zip(names, row, strict=True) if one} for row in held.tolist()]
    assert found == [{"宽带", "带掉"}, set(), set(), set()]


def test_a_dead_row_holds_nothing():
    holders = Characters.build(ROWS).holders(np.array([True, True, False]))
    assert holders[ord("宽")] == 1
    assert holders[ord("速")] == 0
    assert holders[ord("带")] == 1


def test_a_character_beyond_the_basic_plane_is_held_by_both_halves():
    held = Characters.build([["𠮷"]]).held(np.array([0]), ordered("𠮷"))
    assert held.tolist() == [[True, True]]


def test_no_rows_at_all():
    empty = Characters.build([])
    assert empty.sizes.tolist() == []
    assert empty.held(np.empty(0, dtype=np.int64), ordered("宽")).shape == (0, 1)
