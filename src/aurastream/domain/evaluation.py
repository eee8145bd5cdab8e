"""How good an engine's answers are, measured on texts that people have labelled."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aurastream.domain.sentiment import Scores, Sentiment

BINS = 15
"""Bins of equal width over the confidence, as the calibration error is usually given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What people said of a text, and what an engine did."""

    label: Sentiment
    sentiment: Sentiment
    scores: Scores

    @property
    def right(self) -> bool:
        """Whether they agree."""
        return self.label is self.sentiment

    @property
    def confidence(self) -> float:
        """The score of the likeliest sentiment."""
        return max(self.scores.as_tuple())


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassQuality:
    """How well one sentiment is told; each is 0 where there was nothing to tell."""

    precision: float
    recall: float
    f1: float
    labelled: int


def accuracy(judged: Sequence[Judged]) -> float:
    """
    The share of texts that were told right.

    Raises:
        ValueError: there is none.
    """
    _some(judged)
    return sum(one.right for one in judged) / len(judged)


def per_class(judged: Sequence[Judged]) -> Mapping[Sentiment, ClassQuality]:
    """Precision, recall and F1 of every sentiment that people gave."""
    labelled = Counter(one.label for one in judged)
    told = Counter(one.sentiment for one in judged)
    right = Counter(one.label for one in judged if one.right)
    return {
        sentiment: _quality(right[sentiment], told[sentiment], labelled[sentiment])
        for sentiment in Sentiment
        if labelled[sentiment]
    }


def macro_f1(judged: Sequence[Judged]) -> float:
    """The mean F1 of the sentiments that people gave, each counting the same."""
    _some(judged)
    qualities = per_class(judged).values()
    return sum(quality.f1 for quality in qualities) / len(qualities)


def confusion(judged: Sequence[Judged]) -> Mapping[Sentiment, Mapping[Sentiment, int]]:
    """By label, how often each sentiment was told."""
    pairs = Counter((one.label, one.sentiment) for one in judged)
    return {label: {told: pairs[label, told] for told in Sentiment} for label in Sentiment}


def calibration_error(judged: Sequence[Judged]) -> float:
    """The mean distance of confidence and share told right, over bins of confidence (ECE)."""
    _some(judged)
    bins: dict[int, list[Judged]] = {}
    for one in judged:
        bins.setdefault(min(int(one.confidence * BINS), BINS - 1), []).append(one)
    return sum(
        abs(sum(one.right for one in part) - sum(one.confidence for one in part)) for part in bins.values()
    ) / len(judged)


def answerable(judged: Sequence[Judged], *, at_accuracy: float = 0.9) -> float:
    """The largest share of the texts, the surest first, that is told right so often."""
    return _surest(judged, at_accuracy)[0] / len(judged)


def smallest_threshold(judged: Sequence[Judged], *, at_accuracy: float) -> float | None:
    """The lowest confidence from which on texts are told right so often; None if none is enough."""
    return _surest(judged, at_accuracy)[1]


def _surest(judged: Sequence[Judged], at_accuracy: float) -> tuple[int, float | None]:
    """How many of the surest texts are told right so often, and the confidence of the last of them."""
    _some(judged)
    ranked = sorted(judged, key=lambda one: -one.confidence)
    right, best, threshold = 0, 0, None
    for place, one in enumerate(ranked, 1):
        right += one.right
        last_of_its_confidence = place == len(ranked) or ranked[place].confidence < one.confidence
        if last_of_its_confidence and right / place >= at_accuracy:
            best, threshold = place, one.confidence
    return best, threshold


def _quality(right: int, told: int, labelled: int) -> ClassQuality:
    precision = right / told if told else 0.0
    recall = right / labelled if labelled else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return ClassQuality(precision=precision, recall=recall, f1=f1, labelled=labelled)


def _some(judged: Sequence[Judged]) -> None:
    if not judged:
        raise ValueError("there is nothing to measure")
