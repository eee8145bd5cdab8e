"""Texts whose language nobody told us."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.language import Language, LanguageSource
from aurastream.domain.outcome import Outcome, SkipCode, skipped
from aurastream.ports.language_detector import LanguageDetector
from aurastream.ports.sentiment_engine import SentimentEngine

MIN_LETTERS = 20
"""With fewer letters a guess is worth less than the default."""


class DetectedEngine(SentimentEngine):
    """Finds the language of each text, and skips those in a language that the inner engine does not serve."""

    def __init__(self, inner: SentimentEngine, *, detector: LanguageDetector, default: Language) -> None:
        self._inner, self._detector, self._default = inner, detector, default

    @property
    def identity(self) -> EngineId:
        return self._inner.identity

    @property
    def limits(self) -> EngineLimits:
        return replace(self._inner.limits, languages=None)

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        served = self._inner.limits.languages
        known = self._with_language(documents)
        asked = [document for document in known if served is None or document.language in served]
        answers = iter(self._inner.analyze(asked, call))
        return [
            next(answers)
            if served is None or document.language in served
            else skipped(document.id, SkipCode.UNSUPPORTED_LANGUAGE)
            for document in known
        ]

    def _with_language(self, documents: Sequence[Document]) -> list[Document]:
        unknown = [document.text for document in documents if _worth_asking(document)]
        found = iter(self._detector.detect(unknown) if unknown else ())
        return [
            document if document.language is not None else self._tell(document, found)
            for document in documents
        ]

    def _tell(self, document: Document, found: Iterator[Language | None]) -> Document:
        language = next(found) if _worth_asking(document) else None
        if language is None:
            return replace(document, language=self._default, source=LanguageSource.DEFAULT)
        return replace(document, language=language, source=LanguageSource.DETECTOR)


def _worth_asking(document: Document) -> bool:
    return document.language is None and _has_letters(document.text, MIN_LETTERS)


def _has_letters(text: str, enough: int) -> bool:
    seen = 0
    for character in text:
        if character.isalpha():
            seen += 1
            if seen >= enough:
                return True
    return False
