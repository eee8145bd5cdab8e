"""Turning a model's four numbers into probabilities that can be trusted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CLASSES = 4
_STEPS = 60
_STILL = 1e-10
_COLDEST, _HOTTEST = 0.05, 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """
    One sharpness (the inverse of a temperature) and a bias for each class, added before the softmax.

    The biases add up to 0, so that together these are four numbers.
    """

    sharpness: float = 1.0
    biases: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        if not _COLDEST <= self.sharpness <= _HOTTEST:
            raise ValueError("a sharpness lies between 0.05 and 20")
        if not all(np.isfinite(self.biases)):
            raise ValueError("biases are numbers")

    def probabilities(self, logits: "NDArray[np.floating]") -> "Floats":
        """A row of four that add up to 1 for each row of logits."""
        leaning = np.asarray(logits, dtype=np.float64) * self.sharpness + np.asarray(self.biases)
        leaning -= leaning.max(axis=1, keepdims=True)
        odds = np.exp(leaning)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    def rounded(self, logits: "NDArray[np.floating]", places: int) -> list[list[float]]:
        """The probabilities to so many places, with what rounding leaves over given to the largest."""
        found = np.round(self.probabilities(logits), places)
        largest = np.arange(len(found)), found.argmax(axis=1)
        found[largest] = np.round(found[largest] + 1 - found.sum(axis=1), places)
        rows: list[list[float]] = found.tolist()
        return rows


NONE = Calibration()


def fit(
    logits: "NDArray[np.floating]", targets: "Floats", weights: "Floats | None" = None, *, pull: float
) -> Calibration:
    """
    The calibration with the least log loss on the targets (rows of class shares).

    `pull` is how strongly it is held to no calibration at all: the fewer the rows, the stronger.
    A convex problem of five unknowns, so Newton's steps with halving find the one answer.
    """
    shares = np.asarray(targets, dtype=np.float64)
    each = np.full(len(shares), 1.0) if weights is None else np.asarray(weights, dtype=np.float64)
    each = each / each.sum()
    rows = np.asarray(logits, dtype=np.float64)
    start = np.array([1.0, 0.0, 0.0, 0.0, 0.0])

    def log_loss(numbers: "Floats") -> float:
        leaning = rows * numbers[0] + numbers[1:]
        top = leaning.max(axis=1)
        whole = top + np.log(np.exp(leaning - top[:, None]).sum(axis=1))
        held = pull * float(((numbers - start) ** 2).sum())
        return float(each @ (whole - (shares * leaning).sum(axis=1))) + held

    numbers = start
    for _ in range(_STEPS):
        step = _newton(rows, shares, each, numbers, start, pull)
        size, before = 1.0, log_loss(numbers)
        while log_loss(numbers - size * step) > before and size > _STILL:
            size /= 2
        numbers = numbers - size * step
        if float(np.abs(size * step).max()) < _STILL:
            break
    biases = numbers[1:] - numbers[1:].mean()
    first, second, third, fourth = (float(bias) for bias in biases)
    return Calibration(
        sharpness=float(np.clip(numbers[0], _COLDEST, _HOTTEST)), biases=(first, second, third, fourth)
    )


def _newton(
    rows: "Floats", shares: "Floats", each: "Floats", numbers: "Floats", start: "Floats", pull: float
) -> "Floats":
    leaning = rows * numbers[0] + numbers[1:]
    odds = np.exp(leaning - leaning.max(axis=1, keepdims=True))
    chances = odds / odds.sum(axis=1, keepdims=True)
    wrong = (chances - shares) * each[:, None]
    slope = np.concatenate([[(wrong * rows).sum()], wrong.sum(axis=0)]) + 2 * pull * (numbers - start)
    design = np.zeros((len(rows), CLASSES, 1 + CLASSES))
    design[:, :, 0] = rows
    design[:, np.arange(CLASSES), 1 + np.arange(CLASSES)] = 1
    mean = np.einsum("nc,ncp->np", chances, design)
    curve = np.einsum("n,nc,ncp,ncq->pq", each, chances, design, design, optimize=True)
    curve -= np.einsum("n,np,nq->pq", each, mean, mean)
    return np.linalg.solve(curve + (2 * pull + 1e-9) * np.eye(1 + CLASSES), slope)
