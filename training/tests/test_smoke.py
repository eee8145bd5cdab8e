"""The pipeline whole, on invented lines alone; run by `make model-smoke` in the training environment."""

import hashlib

import numpy as np
import pytest

from training.measures import measure
from training.smoke import SHAPE, Smoke, smoke


@pytest.fixture(scope="module")
def made() -> Smoke:
    return smoke(SHAPE)


def test_a_small_network_learns_the_templates(made: Smoke) -> None:
    assert made.unseen_right >= 0.8


def test_numpy_sums_as_torch_does(made: Smoke) -> None:
    assert made.apart < 1e-4


def test_the_same_seed_makes_the_same_file(made: Smoke) -> None:
    assert hashlib.sha256(smoke(SHAPE).packed).digest() == hashlib.sha256(made.packed).digest()


def test_measures_are_those_that_one_counts_by_hand() -> None:
    chances = np.array([[0.8, 0.1, 0.1, 0], [0.4, 0.6, 0, 0], [0.9, 0.1, 0, 0], [0.1, 0.2, 0.7, 0]])
    found = measure(chances, np.array([0, 1, 1, 2]))
    assert found.accuracy == 0.75
    assert found.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert found.calibration_error == pytest.approx((0.2 + 0.4 + 0.9 + 0.3) / 4)
    assert found.coverage == 0
