"""What ours is compared with, and how it is compared."""

import numpy as np
import pytest

from training.baselines import NEUTRAL_WITHIN, as_shipped, fitted_head, vader_numbers
from training.manifest import CLASSES
from training.tests.examples import example


def with_compound(*compounds: float) -> np.ndarray:
    numbers = np.zeros((len(compounds), 5))
    numbers[:, 3] = compounds
    return numbers


def test_vaders_label_is_that_of_its_compound_number() -> None:
    said = as_shipped(with_compound(0.9, -0.9, 0.0, NEUTRAL_WITHIN, -NEUTRAL_WITHIN, 0.049)).argmax(axis=1)
    assert [CLASSES[place] for place in said] == [
        "positive", "negative", "neutral", "positive", "negative", "neutral",
    ]  # fmt: skip


def test_vader_is_the_surer_the_further_it_is_from_the_border() -> None:
    sure = as_shipped(with_compound(1, -1, 0.2, 0)).max(axis=1)
    assert sure.tolist() == pytest.approx([1, 1, 0.6, 1])


def test_vaders_numbers_stand_in_the_order_that_is_read() -> None:
    [praise, blame, fact] = vader_numbers(["I love it", "I hate it", "a table"])
    assert praise[0] > 0 == praise[1]
    assert blame[1] > 0 == blame[0]
    assert praise[3] == praise[4] > 0 > blame[3] == -blame[4]
    assert fact.tolist() == [0, 0, 1, 0, 0]


def test_a_head_learns_what_the_numbers_tell() -> None:
    texts = [("I love it", "positive"), ("I hate it", "negative"), ("a table", "neutral")] * 5
    examples = [example(text, label) for text, label in texts]
    numbers = vader_numbers([text for text, _ in texts])
    said = fitted_head(numbers, examples).logits(numbers).argmax(axis=1)
    assert [CLASSES[place] for place in said] == [label for _, label in texts]


def test_in_a_head_a_small_source_has_the_same_say() -> None:
    """A thousand to ten disagree about the same text; each is right half of the time."""
    many = [example("a table", "positive", "large") for _ in range(1_000)]
    few = [example("a table", "negative", "small") for _ in range(10)]
    numbers = vader_numbers(["a table"] * len([*many, *few]))
    positive, negative, *_ = fitted_head(numbers, [*many, *few]).logits(numbers[:1])[0]
    assert positive == pytest.approx(negative, abs=0.05)
