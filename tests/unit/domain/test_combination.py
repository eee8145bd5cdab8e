"""One sentiment for a long text, from those of its segments."""

from dataclasses import replace
from math import isclose

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aurastream.domain.combination import combine
from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult
from tests.unit.domain.strategies import EN, ENGINE, any_scores, results

lengths = st.integers(1, 5_000)
weighted = st.lists(st.tuples(lengths, results()), min_size=1, max_size=6)
several = st.lists(st.tuples(lengths, results()), min_size=2, max_size=6)


def result(positive: float, negative: float, neutral: float, mixed: float) -> SentimentResult:
    scores = Scores(positive=positive, negative=negative, neutral=neutral, mixed=mixed)
    return SentimentResult(sentiment=scores.top, scores=scores, language=EN, engine=ENGINE)


PRAISE = result(0.9, 0.02, 0.05, 0.03)
BLAME = result(0.02, 0.9, 0.05, 0.03)
PLAIN = result(0.05, 0.05, 0.88, 0.02)


def says_both(parts: list[tuple[int, SentimentResult]]) -> bool:
    whole = sum(length for length, _ in parts)
    return all(
        5 * sum(n for n, r in parts if r.sentiment is pole and r.scores.of(pole) >= 0.8) >= whole
        for pole in (Sentiment.POSITIVE, Sentiment.NEGATIVE)
    )


@given(length=lengths, only=results())
def test_one_result_stays_as_it_is(length: int, only: SentimentResult) -> None:
    assert combine([(length, only)]) is only


@given(parts=several)
def test_the_sentiment_is_the_likeliest(parts: list[tuple[int, SentimentResult]]) -> None:
    combined = combine(parts)
    assert combined.sentiment is combined.scores.top


@given(parts=several)
def test_segments_add_up_and_only_wholly_cached_is_cached(parts: list[tuple[int, SentimentResult]]) -> None:
    combined = combine(parts)
    assert combined.segments == sum(part.segments for _, part in parts)
    assert combined.cached == all(part.cached for _, part in parts)


@given(parts=several)
def test_scores_and_coverage_are_means_by_length(parts: list[tuple[int, SentimentResult]]) -> None:
    combined = combine(parts)
    whole = sum(length for length, _ in parts)
    coverage = sum(length * part.coverage for length, part in parts) / whole
    assert isclose(combined.coverage, coverage)
    if not says_both(parts):
        for sentiment in Sentiment:
            mean = sum(length * part.scores.of(sentiment) for length, part in parts) / whole
            assert isclose(combined.scores.of(sentiment), mean, abs_tol=1.1e-3)


@given(parts=several)
def test_the_order_of_the_segments_says_nothing(parts: list[tuple[int, SentimentResult]]) -> None:
    backwards = combine(parts[::-1])
    combined = combine(parts)
    assert all(
        isclose(one, other, abs_tol=1e-9)
        for one, other in zip(combined.scores.as_tuple(), backwards.scores.as_tuple(), strict=True)
    )


@given(scores=any_scores, sizes=st.lists(lengths, min_size=2, max_size=8))
def test_segments_that_agree_say_what_each_says(scores: Scores, sizes: list[int]) -> None:
    alike = SentimentResult(sentiment=scores.top, scores=scores, language=EN, engine=ENGINE)
    combined = combine([(size, alike) for size in sizes])
    for sentiment in Sentiment:
        assert isclose(combined.scores.of(sentiment), scores.of(sentiment), abs_tol=1.1e-3)


def test_a_long_segment_outweighs_short_ones() -> None:
    assert combine([(100, PLAIN), (100, PRAISE), (1_000, PLAIN)]).sentiment is Sentiment.NEUTRAL
    assert combine([(100, PLAIN), (1_000, PRAISE), (100, PLAIN)]).sentiment is Sentiment.POSITIVE


@given(parts=several)
def test_who_says_both_is_mixed(parts: list[tuple[int, SentimentResult]]) -> None:
    if says_both(parts):
        combined = combine(parts)
        assert combined.sentiment is Sentiment.MIXED
        assert combined.scores.mixed >= 0.5


@given(
    praise=st.integers(1, 100),
    blame=st.integers(1, 100),
    plain=st.integers(0, 100),
    confident=st.floats(0.8, 1),
)
@example(praise=1, blame=1, plain=3, confident=0.8)
def test_a_fifth_each_way_makes_mixed(praise: int, blame: int, plain: int, confident: float) -> None:
    spare = 1 - confident
    parts = [(praise, result(confident, spare, 0, 0)), (blame, result(0, confident, spare, 0))]
    combined = combine([*parts, (plain, PLAIN)] if plain else parts)
    heard = 5 * min(praise, blame) >= praise + blame + plain
    assert (combined.sentiment is Sentiment.MIXED) == heard


def test_the_rest_keeps_its_proportions_where_mixed_is_raised() -> None:
    combined = combine([(300, PRAISE), (100, BLAME)]).scores
    poles = zip(PRAISE.scores.as_tuple(), BLAME.scores.as_tuple(), strict=True)
    mean = [0.75 * praise + 0.25 * blame for praise, blame in poles]
    assert combined.mixed == 0.5
    assert isclose(combined.positive / combined.negative, mean[0] / mean[1])
    assert isclose(combined.positive / combined.neutral, mean[0] / mean[2])
    assert isclose(sum(combined.as_tuple()), 1)


def test_what_is_mixed_enough_stays() -> None:
    parts = [(200, PRAISE), (200, BLAME), (600, result(0, 0, 0, 1))]
    assert isclose(combine(parts).scores.mixed, 0.2 * 0.06 + 0.6)


@pytest.mark.parametrize("unsure", [result(0.79, 0.21, 0, 0), replace(PRAISE, sentiment=Sentiment.NEUTRAL)])
def test_what_is_not_sure_is_not_heard(unsure: SentimentResult) -> None:
    assert combine([(500, unsure), (400, BLAME)]).sentiment is not Sentiment.MIXED


def test_language_and_engine_are_kept() -> None:
    combined = combine([(1, PRAISE), (1, PLAIN)])
    assert (combined.language, combined.engine) == (EN, ENGINE)


@pytest.mark.parametrize("parts", [[], [(0, PRAISE)], [(5, PRAISE), (0, BLAME)], [(5, PRAISE), (-1, BLAME)]])
def test_a_text_without_length_says_nothing(parts: list[tuple[int, SentimentResult]]) -> None:
    with pytest.raises(ValueError, match="length"):
        combine(parts)
