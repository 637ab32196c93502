"""Scores belong to a model: void with another one until they are fitted anew."""

from __future__ import annotations

import json

from desk.calibrating import calibration_for, fit, judged, queries, refit
from indexing.calibration import Calibration, Features
from indexing.records import Filter, Kind

CASES = Filter(kinds=(Kind.CASE,))
ANOTHER = Calibration(("another-model",), -3.0, (4.0, 2.0, 0.0, 0.0, 0.0), 0.4)


def test_the_shipped_scores_hold_for_the_shipped_model_only(tmp_path):
    shipped = Calibration.shipped(adapted=True)
    assert calibration_for(tmp_path, shipped.encoders[0]) == shipped
    plain = calibration_for(tmp_path, shipped.encoders[0], adapted=False)
    assert plain == Calibration.shipped(adapted=False) != shipped
    void = calibration_for(tmp_path, "another-model")
    assert (void.is_void, void.cut_off, void.weights) == (True, 0.0, plain.weights)


def test_what_was_fitted_here_comes_first(tmp_path):
    (tmp_path / "calibration.json").write_text(
        '{"encoders": ["another-model"], "intercept": -3.0, "weights": [4.0, 2.0, 0.0, 0.0, 0.0],'
        ' "cut_off": 0.4}',
        encoding="utf-8",
    )
    assert calibration_for(tmp_path, "another-model") == ANOTHER


def test_one_with_weights_for_other_features_is_not_used(tmp_path):
    encoder = Calibration.shipped(adapted=True).encoders[0]
    (tmp_path / "calibration.json").write_text(
        f'{{"encoders": ["{encoder}"], "intercept": -3.0, "weights": [4.0, 2.0, 0.0, 0.0],'
        ' "cut_off": 0.4}',
        encoding="utf-8",
    )
    assert calibration_for(tmp_path, encoder) == Calibration.shipped(adapted=True)


def test_the_fit_tells_right_from_wrong_and_the_cut_off_keeps_foreign_queries_out():
    right, wrong = Features(0.9, 0.8, 0.6, 3.0, 0.0), Features(0.7, 0.1, 0.1, 3.0, 0.0)
    fitting = [([("a", right), ("b", wrong)], {"a": 2})] * 20
    foreign = [([("b", wrong)], {})] * 20
    fitted = fit([*fitting, *foreign], ("some-model",))
    assert fitted.encoders == ("some-model",)
    assert fitted.probability(right) > 0.9 > 0.1 > fitted.probability(wrong)
    assert fitted.probability(wrong) < fitted.cut_off < fitted.probability(right)


def test_refitting_is_kept_and_used_at_once(shipped, tmp_path):
    before = shipped.search("宽带断网", CASES)
    library = shipped._library
    kept = library.retriever.calibration
    fitted = refit(library, tmp_path)
    try:
        assert not fitted.is_void
        stored = json.loads((tmp_path / "calibration.json").read_text("utf-8"))
        assert stored["encoders"] == [library.encoder.identity]
        assert library.retriever.calibration == fitted
        assert 0.05 < fitted.cut_off < 0.95
    finally:
        library.calibrate(kept)
    assert shipped.search("宽带断网", CASES) == before


def test_every_fitting_case_of_the_labelled_queries_was_judged():
    assert {case for query in queries() for case in query["cases"]} <= judged()
