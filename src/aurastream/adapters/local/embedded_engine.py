"""Sentiment by a small network that is shipped with the product and runs in its own process."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aurastream.domain.combination import combine
from aurastream.domain.document import Document, is_blank
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.engines.by_language import ByLanguageEngine
from aurastream.domain.language import Language
from aurastream.domain.outcome import Outcome
from aurastream.domain.segmentation import segment
from aurastream.domain.sentiment import Scores, SentimentResult
from aurastream.domain.versions import version_of
from aurastream.ports.clock import Clock
from aurastream.ports.sentiment_engine import SentimentEngine

if TYPE_CHECKING:
    from aurastream.adapters.local.embedded_calibration import Calibration
    from aurastream.adapters.local.embedded_model import EmbeddedModel

ENGLISH_MODEL = Path(__file__).parent / "model" / "sentiment-en.npz"
MODELS = "models"
"""Below the data directory: models for further languages."""
SEGMENT_BYTES = 1_200
"""What is read in one piece; in longer texts the many words would drown the few that feel."""
AT_ONCE = 128
"""Texts to a round: enough for numpy's sake, and what they need stays in the processor's cache."""
_PLACES = 4
_MODEL = "*.npz"


class EmbeddedEngine(SentimentEngine):
    """
    Reads texts in the model's languages; a long one in segments, whose scores are joined.

    Scores are rounded, so that they do not depend on what else was in the call. Without a calibration of its
    own it takes the one in the model's file.
    """

    def __init__(
        self, clock: Clock, model: "EmbeddedModel", calibration: "Calibration | None" = None
    ) -> None:
        self._clock, self._model = clock, model
        self._calibration = calibration or model.calibration
        version = model.version if calibration is None else _version(model.version, calibration)
        self._identity = EngineId(name="embedded", version=version)
        self._languages = frozenset(map(Language, model.languages))

    @property
    def identity(self) -> EngineId:
        return self._identity

    @property
    def limits(self) -> EngineLimits:
        return EngineLimits(languages=self._languages)

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        if any(document.language not in self._languages for document in documents):
            raise ValueError("the model does not read that language")
        found: list[Outcome] = []
        for start in range(0, len(documents), AT_ONCE):
            call.must_still_matter(self._clock.monotonic())
            found += self._round(documents[start : start + AT_ONCE])
        return found

    def _round(self, documents: Sequence[Document]) -> list[Outcome]:
        cut = [_segments(document.text) for document in documents]
        scores = self._scores([text for segments in cut for text in segments])
        return [
            Outcome(id=document.id, result=self._joined(document, segments, [next(scores) for _ in segments]))
            for document, segments in zip(documents, cut, strict=True)
        ]

    def _scores(self, texts: Sequence[str]) -> Iterator[Scores]:
        """Round by round: a huge text has as many segments as thousands of small ones."""
        for start in range(0, len(texts), AT_ONCE):
            logits = self._model.logits(texts[start : start + AT_ONCE])
            for positive, negative, neutral, mixed in self._calibration.rounded(logits, _PLACES):
                yield Scores(positive=positive, negative=negative, neutral=neutral, mixed=mixed)

    def _joined(
        self, document: Document, segments: Sequence[str], scores: Sequence[Scores]
    ) -> SentimentResult:
        language, engine = document.text_language, self._identity
        results = [
            SentimentResult(sentiment=each.top, scores=each, language=language, engine=engine)
            for each in scores
        ]
        if len(results) == 1:
            return results[0]
        return combine([(len(text), result) for text, result in zip(segments, results, strict=True)])


def embedded_engine(
    clock: Clock, folder: Path | None = None, calibration: "Calibration | None" = None
) -> SentimentEngine:
    """
    The engine with the models that are shipped and those in the folder; reads their files, so build it once.

    Raises:
        ValueError: a file is no model, or two are for the same language.
    """
    return embedded_engines(clock, folder)(calibration)


def embedded_engines(
    clock: Clock, folder: Path | None = None
) -> "Callable[[Calibration | None], SentimentEngine]":
    """
    What makes an engine for each calibration; all of them share models whose files are read here and once.

    A calibration is one of the English model; each further model keeps its own.

    Raises:
        ValueError: a file is no model, or two are for the same language.
    """
    from aurastream.adapters.local.embedded_model import load_model

    english = load_model(ENGLISH_MODEL)
    shipped = [path for path in ENGLISH_MODEL.parent.glob(_MODEL) if path != ENGLISH_MODEL]
    added = folder.glob(_MODEL) if folder is not None else ()
    further = [EmbeddedEngine(clock, load_model(path)) for path in sorted([*shipped, *added])]

    def calibrated(calibration: "Calibration | None") -> SentimentEngine:
        engine = EmbeddedEngine(clock, english, calibration)
        return ByLanguageEngine([engine, *further]) if further else engine

    plain = calibrated(None)  # by which models that cannot stand together are refused at once
    return lambda calibration: plain if calibration is None else calibrated(calibration)


def _version(model: str, calibration: "Calibration") -> str:
    numbers = " ".join(map(repr, (calibration.sharpness, *calibration.biases)))
    return version_of(f"{model} {numbers}".encode())


def _segments(text: str) -> list[str]:
    if len(text) * 4 <= SEGMENT_BYTES or len(text.encode("utf-8", "surrogatepass")) <= SEGMENT_BYTES:
        return [text]
    return [each for each in segment(text, SEGMENT_BYTES) if not is_blank(each)] or [text]
