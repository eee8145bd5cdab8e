"""Refitting the four numbers between a model and its probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.adapters.local.embedded_calibration import NONE, Calibration, fit

SIZES = st.floats(0.3, 3)
BIASES = st.tuples(*[st.floats(-1, 1)] * 4)


def sample(rows: int = 4_000) -> np.ndarray:
    return np.random.default_rng(3).normal(scale=2, size=(rows, 4))


def test_no_calibration_is_the_plain_softmax() -> None:
    logits = np.array([[1.0, 2.0, 3.0, 4.0], [1_000.0, 0.0, -1_000.0, 0.0]])
    found = NONE.probabilities(logits)
    assert found[0] == pytest.approx(np.exp(logits[0]) / np.exp(logits[0]).sum())
    assert found[1] == pytest.approx([1, 0, 0, 0])


@given(sharpness=SIZES, biases=BIASES)
def test_it_finds_the_numbers_that_made_the_labels(
    sharpness: float, biases: tuple[float, float, float, float]
) -> None:
    true = Calibration(sharpness=sharpness, biases=biases)
    logits = sample()
    shares = true.probabilities(logits)
    found = fit(logits, shares, pull=0)
    assert np.abs(found.probabilities(logits) - shares).max() < 1e-6
    assert found.sharpness == pytest.approx(sharpness, abs=1e-4)
    assert sum(found.biases) == pytest.approx(0, abs=1e-9)


def test_few_labels_and_a_strong_pull_change_little() -> None:
    logits, always = sample(50), np.tile([1.0, 0.0, 0.0, 0.0], (50, 1))
    free, held = fit(logits, always, pull=0.01), fit(logits, always, pull=10)
    assert abs(held.biases[0]) < 0.1 < free.biases[0]
    assert held.sharpness == pytest.approx(1, abs=0.1)


def test_weights_say_which_rows_count() -> None:
    logits = sample(100)
    first, second = np.tile([1.0, 0, 0, 0], (50, 1)), np.tile([0, 1.0, 0, 0], (50, 1))
    targets = np.concatenate([first, second])
    weights = np.array([1.0] * 50 + [0.0] * 50)
    weighted, alone = fit(logits, targets, weights, pull=0.1), fit(logits[:50], first, pull=0.1)
    assert weighted.biases == pytest.approx(alone.biases)
    assert weighted.sharpness == pytest.approx(alone.sharpness)


@pytest.mark.parametrize("sharpness", [0.0, -1.0, 100.0, float("nan")])
def test_a_senseless_sharpness_is_refused(sharpness: float) -> None:
    with pytest.raises(ValueError):
        Calibration(sharpness=sharpness)


def test_a_senseless_bias_is_refused() -> None:
    with pytest.raises(ValueError):
        Calibration(biases=(float("inf"), 0, 0, 0))
