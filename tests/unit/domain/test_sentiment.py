"""What an engine says of one text."""

from dataclasses import replace
from math import inf, isclose, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.sentiment import TOLERANCE, Scores, Sentiment, SentimentResult, sentiment_named
from tests.unit.domain.strategies import EN, ENGINE, any_scores, weighted_scores

NAMES = ("positive", "negative", "neutral", "mixed")
RESULT = SentimentResult(
    sentiment=Sentiment.NEUTRAL,
    scores=Scores(positive=0.25, negative=0.25, neutral=0.25, mixed=0.25),
    language=EN,
    engine=ENGINE,
)


@given(scores=any_scores)
def test_scores_add_up_to_one(scores: Scores) -> None:
    assert abs(sum(scores.as_tuple()) - 1) <= TOLERANCE


@given(parts=weighted_scores)
def test_normalising_keeps_proportions(parts: list[float]) -> None:
    scores = Scores.normalised(*parts).as_tuple()
    assert isclose(sum(scores), 1)
    largest = parts.index(max(parts))
    for part, score in zip(parts, scores, strict=True):
        assert isclose(score * parts[largest], scores[largest] * part, rel_tol=1e-9)


@given(scores=any_scores)
def test_the_top_has_the_largest_score(scores: Scores) -> None:
    assert scores.of(scores.top) == max(scores.as_tuple())


@pytest.mark.parametrize(("place", "sentiment"), list(enumerate(Sentiment)))
def test_each_score_is_found_under_its_sentiment(place: int, sentiment: Sentiment) -> None:
    scores = Scores(**dict.fromkeys(NAMES, 0.2) | {NAMES[place]: 0.4})
    assert (scores.top, scores.of(sentiment), scores.as_tuple()[place]) == (sentiment, 0.4, 0.4)
    assert getattr(scores, sentiment.lower()) == 0.4


def test_of_equals_the_first_is_the_top() -> None:
    assert Scores(positive=0, negative=0.5, neutral=0, mixed=0.5).top is Sentiment.NEGATIVE


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("nonsense", [nan, inf, -inf, -0.001])
def test_a_score_that_is_no_probability_is_refused(name: str, nonsense: float) -> None:
    rest = [other for other in NAMES if other != name]
    with pytest.raises(ValueError, match="probabilities"):
        Scores(**{name: nonsense, rest[0]: 1 - nonsense, rest[1]: 0, rest[2]: 0})


@pytest.mark.parametrize(
    ("total", "accepted"), [(0.9989, False), (0.9991, True), (1.0009, True), (1.0011, False)]
)
def test_a_thousandth_is_forgiven_and_no_more(total: float, accepted: bool) -> None:
    def scores() -> Scores:
        return Scores(positive=total, negative=0, neutral=0, mixed=0)

    if accepted:
        assert scores().positive == total
    else:
        with pytest.raises(ValueError, match="add up to 1"):
            scores()


@pytest.mark.parametrize(
    "weights", [(0, 0, 0, 0), (-1, 1, 0, 0), (-1, 3, 0, 0), (nan, 1, 1, 1), (inf, 1, 1, 1)]
)
def test_weights_that_mean_nothing_are_refused(weights: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError):
        Scores.normalised(*weights)


@given(segments=st.integers(max_value=0))
def test_a_text_is_read_in_at_least_one_piece(segments: int) -> None:
    with pytest.raises(ValueError, match="segments"):
        replace(RESULT, segments=segments)


@pytest.mark.parametrize("coverage", [0, -0.5, 1.0001, nan])
def test_coverage_is_a_share_of_something_read(coverage: float) -> None:
    with pytest.raises(ValueError, match="coverage"):
        replace(RESULT, coverage=coverage)
    assert replace(RESULT, coverage=1e-9).coverage == 1e-9


@pytest.mark.parametrize("sentiment", Sentiment)
def test_a_sentiment_is_known_by_its_name_and_by_the_beginning_of_it(sentiment: Sentiment) -> None:
    for name in (
        sentiment,
        sentiment.lower(),
        sentiment.title(),
        f" {sentiment[:3].lower()}\n",
        sentiment[:3],
    ):
        assert sentiment_named(name) is sentiment


@pytest.mark.parametrize("name", ["", "p", "posi", "positives", "5", "LABEL_0", "not negative"])
def test_nothing_else_is_a_sentiments_name(name: str) -> None:
    assert sentiment_named(name) is None
