"""Sentiment by a classifier of one's own, in the ONNX format."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from aurastream.adapters.local.onnx_classifier import OnnxClassifier
from aurastream.domain.combination import Weighted, combine
from aurastream.domain.document import Document, is_blank
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.outcome import FailureCode, Outcome, failed
from aurastream.domain.segmentation import segment
from aurastream.domain.sentiment import SentimentResult
from aurastream.ports.clock import Clock
from aurastream.ports.sentiment_engine import SentimentEngine

SEGMENT_BYTES = 5_000
"""What is made tokens of at once; between two segments a text may be given up."""


class OnnxEngine(SentimentEngine):
    """
    Runs the classifier of a directory that holds `model.onnx`, `tokenizer.json` and what its outputs mean.

    These are the names in `config.json`, as exporters write them, or a JSON list in `labels.json`. Long texts
    are read in windows of tokens, whose scores are joined.
    """

    def __init__(self, directory: Path, *, clock: Clock) -> None:
        """
        Raises:
            ImportError: the packages it needs are not installed.
            ValueError: the directory holds no classifier that could be run; the message says why.
            OSError: a file is missing.
        """
        self._clock = clock
        self._classifier = OnnxClassifier(directory)
        self._identity = EngineId(name="onnx", version=self._classifier.version)

    @property
    def identity(self) -> EngineId:
        return self._identity

    @property
    def limits(self) -> EngineLimits:
        return EngineLimits(max_documents=1)

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        if len(documents) > 1:
            raise ValueError("too many documents for one call")
        if any(document.language is None for document in documents):
            raise ValueError("a document is in no language")
        return [self._outcome(document, call) for document in documents]

    def _outcome(self, document: Document, call: Call) -> Outcome:
        read: list[Weighted] = []
        for part in _segments(document.text):
            call.must_still_matter(self._clock.monotonic())
            try:
                read += self._read(part, document)
            except (
                Exception
            ):  # the run-time's errors have no common base, and what they say may tell of the text
                return failed(document.id, FailureCode.ENGINE_REJECTED)
        if not read:
            return failed(document.id, FailureCode.ENGINE_REJECTED)
        return Outcome(id=document.id, result=combine(read))

    def _read(self, part: str, document: Document) -> Iterator[Weighted]:
        for window in self._classifier.windows(part):
            scores = self._classifier.scores(window)
            result = SentimentResult(
                sentiment=scores.top, scores=scores, language=document.text_language, engine=self._identity
            )
            yield window.characters, result


def _segments(text: str) -> list[str]:
    # A lone surrogate is no text to a tokenizer, and everybody else shows it as a question mark.
    whole = text.encode("utf-8", "replace").decode()
    return [part for part in segment(whole, SEGMENT_BYTES) if not is_blank(part)]
