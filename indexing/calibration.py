"""Scores that mean something: the probability that a hit fits the query.

A logistic model over a few features, fitted on labelled pairs (``make calibrate``). It belongs to
the encoder it was fitted with: with another one the shipped coefficients are only an estimate.
"""

from __future__ import annotations

import json
import math
from dataclasses import astuple, dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Features:
    """What speaks for a passage.

    ``cosine`` to the query; ``coverage``, BM25 as a share of the best possible; ``length``, the
    natural logarithm of the query's characters (a long story covers less of itself); ``codes``,
    the share of the query's codes that the passage holds.
    """

    cosine: float
    coverage: float
    length: float
    codes: float


@dataclass(frozen=True)
class Calibration:
    """Logistic coefficients in the order of ``Features``, and the cut-off for "no case fits"."""

    encoder: str
    intercept: float
    weights: tuple[float, float, float, float]
    cut_off: float

    def probability(self, features: Features) -> float:
        """Return the probability in [0, 1] that a passage with ``features`` fits."""
        pairs = zip(self.weights, astuple(features), strict=True)
        logit = self.intercept + sum(weight * value for weight, value in pairs)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))

    @classmethod
    def shipped(cls) -> Calibration:
        """Read the coefficients that come with the package."""
        text = files("indexing").joinpath("data/calibration.json").read_text(encoding="utf-8")
        values = json.loads(text)
        return cls(
            values["encoder"], values["intercept"], tuple(values["weights"]), values["cut_off"]
        )
