"""How good scores are: accuracy, macro-F1, calibration, and how much can be answered safely."""

from dataclasses import dataclass

import numpy as np

BINS = 10
SAFE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The figures of one set of texts."""

    rows: int
    accuracy: float
    macro_f1: float  # over the classes that occur among the labels
    calibration_error: float
    coverage: float  # the largest share, surest first, that is answered with 90 % accuracy


Table = dict[str, dict[str, Measures]]
"""For each set of texts the figures of ours and of what one would take instead."""


def measure(chances: np.ndarray, labels: np.ndarray) -> Measures:
    """From rows of four probabilities and the right classes."""
    said = chances.argmax(axis=1)
    right = said == labels
    sure = chances.max(axis=1)
    return Measures(
        rows=len(labels),
        accuracy=float(right.mean()),
        macro_f1=float(np.mean([_f1(said == kind, labels == kind) for kind in np.unique(labels)])),
        calibration_error=_calibration_error(sure, right),
        coverage=_coverage(sure, right),
    )


def mean(many: list[Measures]) -> Measures:
    """Each set counts the same, however many rows it has."""
    return Measures(
        rows=sum(one.rows for one in many),
        accuracy=float(np.mean([one.accuracy for one in many])),
        macro_f1=float(np.mean([one.macro_f1 for one in many])),
        calibration_error=float(np.mean([one.calibration_error for one in many])),
        coverage=float(np.mean([one.coverage for one in many])),
    )


def _f1(said: np.ndarray, true: np.ndarray) -> float:
    return 2 * float((said & true).sum()) / float(said.sum() + true.sum())


def _calibration_error(sure: np.ndarray, right: np.ndarray) -> float:
    places = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [
        abs(right[places == place].mean() - sure[places == place].mean()) * float((places == place).mean())
        for place in np.unique(places)
    ]
    return float(sum(gaps))


def _coverage(sure: np.ndarray, right: np.ndarray) -> float:
    surest = np.argsort(-sure, kind="stable")
    accuracy = np.cumsum(right[surest]) / np.arange(1, len(right) + 1)
    safe = np.flatnonzero(accuracy >= SAFE)
    return float((safe[-1] + 1) / len(right)) if len(safe) else 0.0
