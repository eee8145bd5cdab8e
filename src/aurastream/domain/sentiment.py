"""What an engine says of one text."""

from dataclasses import dataclass
from enum import StrEnum

from aurastream.domain.engine import EngineId
from aurastream.domain.language import TextLanguage

TOLERANCE = 1e-3


class Sentiment(StrEnum):
    """How a customer feels."""

    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"
    NEUTRAL = "NEUTRAL"
    MIXED = "MIXED"


_ORDER = tuple(Sentiment)
_NAMES = {name: each for each in Sentiment for name in (each.lower(), each[:3].lower())}
NAMES = tuple(_NAMES)
"""What a sentiment may be called in labels: its name or the first three letters of it, in any case."""


def sentiment_named(name: str) -> Sentiment | None:
    """The sentiment that a label means, if it is one of `NAMES`."""
    return _NAMES.get(name.strip().lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Four probabilities that add up to 1 (within 0.001)."""

    positive: float
    negative: float
    neutral: float
    mixed: float

    def __post_init__(self) -> None:
        # Said as what must hold, so that NaN, of which nothing holds, does not slip through; and without a
        # loop, because a file's every row comes by here several times.
        total = self.positive + self.negative + self.neutral + self.mixed
        if not (
            self.positive >= 0
            and self.negative >= 0
            and self.neutral >= 0
            and self.mixed >= 0
            and abs(total - 1) <= TOLERANCE
        ):
            raise ValueError("scores must be probabilities that add up to 1")

    def as_tuple(self) -> tuple[float, float, float, float]:
        """In the order positive, negative, neutral, mixed."""
        return (self.positive, self.negative, self.neutral, self.mixed)

    def of(self, sentiment: Sentiment) -> float:
        """The score of one sentiment."""
        return self.as_tuple()[_ORDER.index(sentiment)]

    @property
    def top(self) -> Sentiment:
        """The likeliest; of equals the first in the order of `Sentiment`."""
        values = self.as_tuple()
        return _ORDER[values.index(max(values))]

    @classmethod
    def normalised(cls, positive: float, negative: float, neutral: float, mixed: float) -> "Scores":
        """From four weights that are not negative and not all zero (ValueError)."""
        total = positive + negative + neutral + mixed
        if not total > 0:
            raise ValueError("weights must not be all zero")
        return cls(
            positive=positive / total, negative=negative / total, neutral=neutral / total, mixed=mixed / total
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentResult:
    """
    The sentiment of one text, and how it was found.

    `segments` is the number of pieces the text was read in, `coverage` the share of it that was read.
    """

    sentiment: Sentiment
    scores: Scores
    language: TextLanguage
    engine: EngineId
    segments: int = 1
    coverage: float = 1.0
    cached: bool = False

    def __post_init__(self) -> None:
        if self.segments < 1:
            raise ValueError("segments must be at least 1")
        if not 0 < self.coverage <= 1:
            raise ValueError("coverage must be above 0 and at most 1")
