"""Texts longer than an engine reads."""

from collections.abc import Sequence
from dataclasses import replace

from aurastream.domain.combination import combine
from aurastream.domain.document import Document, is_blank, size_of
from aurastream.domain.engine import Call, EngineLimits
from aurastream.domain.engines.wrapping import WrappingEngine
from aurastream.domain.outcome import Outcome
from aurastream.domain.segmentation import segment
from aurastream.ports.sentiment_engine import SentimentEngine


class SegmentedEngine(WrappingEngine):
    """Cuts long texts into segments and joins their results; a segment that fails fails its text."""

    def __init__(self, inner: SentimentEngine, *, max_bytes: int | None = None) -> None:
        super().__init__(inner)
        self._max_bytes = max_bytes or inner.limits.max_bytes

    @property
    def limits(self) -> EngineLimits:
        return replace(self._inner.limits, max_bytes=None)

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        cut = [self._segments(document) for document in documents]
        outcomes = iter(self._inner.analyze([segment for segments in cut for segment in segments], call))
        return [
            _joined(document, segments, [next(outcomes) for _ in segments])
            for document, segments in zip(documents, cut, strict=True)
        ]

    def _segments(self, document: Document) -> list[Document]:
        if self._max_bytes is None or size_of(document.text) <= self._max_bytes:
            return [document]
        return [
            replace(document, text=text)
            for text in segment(document.text, self._max_bytes)
            if not is_blank(text)  # an engine has nothing to say of it, and some refuse the whole call
        ]


def _joined(document: Document, segments: Sequence[Document], outcomes: Sequence[Outcome]) -> Outcome:
    if len(outcomes) == 1:
        return outcomes[0]
    units = sum(outcome.units for outcome in outcomes)
    saved = sum(outcome.saved_units for outcome in outcomes)
    spoilt = next((outcome for outcome in outcomes if outcome.result is None), None)
    if spoilt is not None:
        return replace(spoilt, id=document.id, units=units, saved_units=saved)
    results = [
        (len(part.text), outcome.result)
        for part, outcome in zip(segments, outcomes, strict=True)
        if outcome.result is not None
    ]
    return Outcome(id=document.id, result=combine(results), units=units, saved_units=saved)
