"""Scores that mean something: the probability that a hit fits the query.

A logistic model over a few features, fitted on labelled pairs (``make calibrate``). It belongs to
the encoder it was fitted with, and to whether the query adapter moved the queries; with another
encoder it is void until it is fitted anew.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from importlib.resources import files

_LEAST = 1e-4  # share that log odds are taken of at least


@dataclass(frozen=True)
class Features:
    """What speaks for a passage.

    ``cosine`` to the query; ``coverage``, the share of it that the passage and its record hold
    (``indexing.coverage``); ``contrast``, how much fewer of its character pairs the passage holds
    than the best one found; ``length``, the natural logarithm of the query's characters (a long
    story covers less of itself); ``codes``, the share of the query's codes that the passage holds.
    """

    cosine: float
    coverage: float
    contrast: float
    length: float
    codes: float


@dataclass(frozen=True)
class Calibration:
    """Logistic coefficients in the order of ``Features``, and the cut-off for "no case fits".

    ``encoders`` are those it was fitted with; without any it is void: it still orders hits, but
    says of none that it does not fit.
    """

    encoders: tuple[str, ...]
    intercept: float
    weights: tuple[float, float, float, float, float]
    cut_off: float

    @property
    def is_void(self) -> bool:
        """Tell whether the scores mean nothing beyond their order."""
        return not self.encoders

    @property
    def is_current(self) -> bool:
        """Tell whether it has a weight for each of today's features; an older one may not."""
        return len(self.weights) == len(fields(Features))

    def void(self) -> Calibration:
        """Return the same order of hits without a claim on what fits."""
        return replace(self, encoders=(), cut_off=0.0)

    def probability(self, features: Features) -> float:
        """Return the probability in [0, 1] that a passage with ``features`` fits."""
        # not `astuple`, which copies deeply: this runs a hundred times a query
        f = features
        values = (f.cosine, f.coverage, f.contrast, f.length, f.codes)
        pairs = zip(self.weights, values, strict=True)
        logit = self.intercept + sum(weight * value for weight, value in pairs)
        return probability(logit)

    @classmethod
    def read(cls, text: str) -> Calibration:
        """Read what ``dataclasses.asdict`` gave, as JSON."""
        values = json.loads(text)
        return cls(
            tuple(values["encoders"]),
            values["intercept"],
            tuple(values["weights"]),
            values["cut_off"],
        )

    @classmethod
    def shipped(cls, *, adapted: bool) -> Calibration:
        """Read the coefficients that come with the package: with the query adapter or without."""
        name = "calibration.json" if adapted else "calibration_plain.json"
        return cls.read(files("indexing").joinpath("data", name).read_text("utf-8"))


def log_odds(share: float) -> float:
    """Return the natural logarithm of the odds, kept away from the ends."""
    inside = min(max(share, _LEAST), 1 - _LEAST)
    return math.log(inside / (1 - inside))


def probability(odds: float) -> float:
    """Return the share whose log odds are ``odds``."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
