"""How good answers are, measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.evaluation import (
    Judged,
    accuracy,
    answerable,
    calibration_error,
    confusion,
    macro_f1,
    per_class,
    smallest_threshold,
)
from aurastream.domain.sentiment import Scores, Sentiment

GOOD, BAD, NONE = Sentiment.POSITIVE, Sentiment.NEGATIVE, Sentiment.NEUTRAL


def judged(label: Sentiment, told: Sentiment, confidence: float = 0.9) -> Judged:
    rest = (1 - confidence) / 3
    shares = {kind.lower(): confidence if kind is told else rest for kind in Sentiment}
    return Judged(label=label, sentiment=told, scores=Scores(**shares))


judgements = st.lists(
    st.builds(judged, st.sampled_from(Sentiment), st.sampled_from(Sentiment), st.floats(0.26, 1)),
    min_size=1,
    max_size=60,
)


def test_figures_of_a_small_example() -> None:
    told = [judged(GOOD, GOOD), judged(GOOD, GOOD), judged(GOOD, BAD), judged(BAD, BAD), judged(NONE, BAD)]
    assert accuracy(told) == pytest.approx(3 / 5)
    quality = per_class(told)
    assert [quality[GOOD].precision, quality[GOOD].recall] == pytest.approx([1, 2 / 3])
    assert [quality[BAD].precision, quality[BAD].recall] == pytest.approx([1 / 3, 1])
    assert quality[NONE].f1 == 0
    assert macro_f1(told) == pytest.approx((0.8 + 0.5 + 0) / 3)
    assert confusion(told)[GOOD] == {GOOD: 2, BAD: 1, NONE: 0, Sentiment.MIXED: 0}
    assert calibration_error(told) == pytest.approx(0.9 - 0.6)


def test_confidence_that_is_kept_is_no_error() -> None:
    told = [judged(GOOD, GOOD, 0.8)] * 8 + [judged(BAD, GOOD, 0.8)] * 2
    assert calibration_error(told) == pytest.approx(0)


def test_the_surest_are_answered_first() -> None:
    told = [judged(GOOD, GOOD, 0.99)] * 9 + [judged(BAD, GOOD, 0.95)] + [judged(BAD, GOOD, 0.5)] * 10
    assert answerable(told) == pytest.approx(0.5)
    assert smallest_threshold(told, at_accuracy=0.9) == pytest.approx(0.95)


def test_texts_of_one_confidence_are_answered_together_or_not() -> None:
    told = [judged(GOOD, GOOD, 0.7)] * 8 + [judged(BAD, GOOD, 0.7)] * 2
    assert answerable(told) == 0
    assert smallest_threshold(told, at_accuracy=0.9) is None


@given(judgements)
def test_every_figure_is_a_share(told: list[Judged]) -> None:
    for figure in (accuracy(told), macro_f1(told), calibration_error(told), answerable(told)):
        assert 0 <= figure <= 1


@given(judgements, st.floats(0.1, 1))
def test_a_threshold_keeps_what_it_promises(told: list[Judged], wanted: float) -> None:
    threshold = smallest_threshold(told, at_accuracy=wanted)
    if threshold is not None:
        assert accuracy([one for one in told if one.confidence >= threshold]) >= wanted


def test_of_nothing_there_is_no_measure() -> None:
    with pytest.raises(ValueError, match="nothing"):
        accuracy([])
