"""Sentiment by a list of English words."""

import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from math import exp, sqrt
from threading import Lock
from typing import Any

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.language import ENGLISH
from aurastream.domain.outcome import Outcome
from aurastream.domain.sentiment import Scores, SentimentResult
from aurastream.ports.clock import Clock
from aurastream.ports.sentiment_engine import SentimentEngine

READING = 1
"""Counts our own changes to what is made of the list, as part of the engine's version."""

_STATEMENT_ENDS = re.compile(
    r"(?<=[.!?;]) |,? (?=(?:but|however|although|though|except|yet|unfortunately)\b)", re.IGNORECASE
)
_MOST_WORDS = 60
"""The list's own rules look at the whole of a statement for each word in it."""
_STRENGTH = 3.0
_DOUBT = 0.05
"""A list of words never knows for certain that nothing was meant."""


class LexiconEngine(SentimentEngine):
    """
    Reads a text statement by statement with vaderSentiment's list and rules.

    All statements together tell how likely it is that something good was said, and how likely something bad:
    one of them alone is positive or negative, both are mixed, neither is neutral.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._identity = EngineId(name="lexicon", version=f"{version('vaderSentiment')}+{READING}")
        self._loading = Lock()
        self._list: Any = None

    @property
    def identity(self) -> EngineId:
        return self._identity

    @property
    def limits(self) -> EngineLimits:
        return EngineLimits(languages=frozenset({ENGLISH}))

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        if any(document.language != ENGLISH for document in documents):
            raise ValueError("the list has English words only")
        if not documents:
            return []
        call.must_still_matter(self._clock.monotonic())
        return [self._outcome(document) for document in documents]

    def _outcome(self, document: Document) -> Outcome:
        scores = self._scores(document.text)
        result = SentimentResult(
            sentiment=scores.top,
            scores=scores,
            language=document.text_language,
            engine=self._identity,
        )
        return Outcome(id=document.id, result=result)

    def _scores(self, text: str) -> Scores:
        rate = self._loaded().polarity_scores
        tones: list[float] = [rate(statement)["compound"] for statement in _statements(text)]
        good = _likelihood(tones)
        bad = _likelihood([-tone for tone in tones])
        return Scores(
            positive=good * (1 - bad),
            negative=bad * (1 - good),
            neutral=(1 - good) * (1 - bad),
            mixed=good * bad,
        )

    def _loaded(self) -> Any:
        with self._loading:
            if self._list is None:
                from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

                self._list = SentimentIntensityAnalyzer()
            return self._list


def _statements(text: str) -> Iterator[str]:
    """Sentences, and what a contrast divides in them; with whitespace folded the search takes no detours."""
    for line in text.splitlines():
        for statement in _STATEMENT_ENDS.split(" ".join(line.split())):
            words = statement.split(" ")
            for start in range(0, len(words), _MOST_WORDS):
                yield " ".join(words[start : start + _MOST_WORDS])


def _likelihood(tones: Sequence[float]) -> float:
    """How likely it is that the tone was meant: the more and the stronger, but less in a long text."""
    heard = sum(tone for tone in tones if tone > 0) / sqrt(len(tones) or 1)
    return _DOUBT + (1 - 2 * _DOUBT) * (1 - exp(-_STRENGTH * heard))
