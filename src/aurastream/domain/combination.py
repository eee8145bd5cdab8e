"""One sentiment for a long text, from those of its segments."""

from collections.abc import Sequence
from dataclasses import replace

from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult

CONFIDENT = 0.8
"""The score from which a segment's POSITIVE or NEGATIVE is taken at its word."""
HEARD = 0.2
"""The share of a text's length that must be confident in one way to be heard."""
MIXED_AT_LEAST = 0.5
"""What MIXED gets where both ways are heard."""

Weighted = tuple[int, SentimentResult]


def combine(results: Sequence[Weighted]) -> SentimentResult:
    """
    The mean of the segments' scores, weighted by their lengths, and its likeliest sentiment.

    A mean hides that a text says both. So where at least a fifth of it is confidently POSITIVE and at least a
    fifth confidently NEGATIVE, MIXED is raised to one half and the others keep their proportions in the rest.
    Language and engine are those of the first segment, and of all. One result stays as it is.

    Raises:
        ValueError: there is no segment, or one without length.
    """
    if min((length for length, _ in results), default=0) <= 0:
        raise ValueError("a text has segments, and each of them a length")
    first = results[0][1]
    if len(results) == 1:
        return first
    scores = _mean(results)
    if min(_heard(results, Sentiment.POSITIVE), _heard(results, Sentiment.NEGATIVE)) >= HEARD:
        scores = _mixed(scores)
    return replace(
        first,
        sentiment=scores.top,
        scores=scores,
        segments=sum(result.segments for _, result in results),
        coverage=min(1.0, _share(results, [result.coverage for _, result in results])),
        cached=all(result.cached for _, result in results),
    )


def _share(results: Sequence[Weighted], values: Sequence[float]) -> float:
    weighted = sum(length * value for (length, _), value in zip(results, values, strict=True))
    return weighted / sum(length for length, _ in results)


def _mean(results: Sequence[Weighted]) -> Scores:
    columns = zip(*(result.scores.as_tuple() for _, result in results), strict=True)
    return Scores.normalised(*(_share(results, column) for column in columns))


def _heard(results: Sequence[Weighted], sentiment: Sentiment) -> float:
    return _share(results, [float(_is_confident(result, sentiment)) for _, result in results])


def _is_confident(result: SentimentResult, sentiment: Sentiment) -> bool:
    return result.sentiment is sentiment and result.scores.of(sentiment) >= CONFIDENT


def _mixed(scores: Scores) -> Scores:
    if scores.mixed >= MIXED_AT_LEAST:
        return scores
    rest = (1 - MIXED_AT_LEAST) / (1 - scores.mixed)
    return Scores(
        positive=scores.positive * rest,
        negative=scores.negative * rest,
        neutral=scores.neutral * rest,
        mixed=MIXED_AT_LEAST,
    )
