from __future__ import annotations

import numpy as np

from cases.thin import Complaint, ThinPlaces, Twin, thin_places, twins


def test_thin_places_are_counted():
    cases = [
        ("N/漫游", {"wording": ["W-1"], "policies": ["P-1"]}),
        ("N/漫游", {}),
        ("N/漫游", {"wording": ["W-1"]}),
        ("B/断网", {"policies": ["P-GONE"]}),
        (None, {}),
    ]
    found = thin_places(
        cases, ["N/漫游", "B/断网", "F/流量超额"], ["W-2", "W-1", "W-3"], ["P-1", "P-2"]
    )
    assert found == ThinPlaces(
        categories=(("F/流量超额", 0), ("B/断网", 1)), wordings=("W-2", "W-3"), policies=("P-2",)
    )


def vectors(*cosines: float) -> np.ndarray:
    """Unit vectors with these cosines to the first axis."""
    rows = [[c, (1 - c * c) ** 0.5] for c in cosines]
    return np.array(rows, dtype=np.float32)


def test_twins_are_alike_in_meaning_and_in_words():
    told = [
        Complaint("C-1", "手机打不出去电话"),
        Complaint("C-2", "手机打不出电话"),
        Complaint("C-3", "账单多扣了二十元"),
        Complaint("C-4", "手机打不出电话了"),
    ]
    found = twins(told, vectors(1.0, 0.96, 0.99, 0.1))
    assert found == [Twin("C-1", "C-2", 0.96, 0.933)]


def test_cases_that_contrast_on_purpose_are_no_twins():
    told = [Complaint("C-1", "打不出电话", frozenset({"C-2"})), Complaint("C-2", "打不出电话")]
    assert twins(told, vectors(1.0, 1.0)) == []


def test_the_most_alike_come_first():
    told = [
        Complaint(f"C-{n}", text) for n, text in enumerate(["甲乙丙丁", "甲乙丙戊", "甲乙丙丁"])
    ]
    found = twins(told, vectors(1.0, 1.0, 1.0))
    assert [(t.a, t.b, t.words) for t in found] == [
        ("C-0", "C-2", 1.0), ("C-0", "C-1", 0.75), ("C-1", "C-2", 0.75),
    ]  # fmt: skip


def test_no_cases_have_no_twins():
    assert twins([], np.empty((0, 4), dtype=np.float32)) == []
