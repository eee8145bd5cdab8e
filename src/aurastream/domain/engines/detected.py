"""Texts whose language nobody told us."""

from collections.abc import Sequence
from dataclasses import replace

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineLimits
from aurastream.domain.engines.wrapping import WrappingEngine
from aurastream.domain.language import Language, LanguageSource, language_by_script, letters_in
from aurastream.domain.outcome import Outcome, SkipCode, skipped
from aurastream.ports.language_detector import LanguageDetector
from aurastream.ports.sentiment_engine import SentimentEngine

MIN_LETTERS = 20
"""With fewer letters a guess is worth less than the default."""
LOOKED_AT = 1_000
"""Characters; a text whose first thousand hold fewer letters is not one to guess the language of."""


class DetectedEngine(WrappingEngine):
    """
    Finds the language of each text, and skips those in a language that the inner engine does not serve.

    A text too short to tell, or of which the detector is not sure, is in the default language, unless it is
    not even written in its script.
    """

    def __init__(self, inner: SentimentEngine, *, detector: LanguageDetector, default: Language) -> None:
        super().__init__(inner)
        self._detector, self._default = detector, default

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
        asked = [
            position
            for position, document in enumerate(documents)
            if document.language is None and _has_letters(document.text, MIN_LETTERS)
        ]
        found = self._detector.detect([documents[position].text for position in asked]) if asked else ()
        sure = {position: language for position, language in zip(asked, found, strict=True) if language}
        return [
            document if document.language is not None else self._tell(document, sure.get(position))
            for position, document in enumerate(documents)
        ]

    def _tell(self, document: Document, found: Language | None) -> Document:
        known = found or language_by_script(document.text[:LOOKED_AT], self._default)
        return Document(
            id=document.id,
            text=document.text,
            language=known or self._default,
            source=LanguageSource.DETECTOR if known else LanguageSource.DEFAULT,
        )


def _has_letters(text: str, enough: int) -> bool:
    return letters_in(text[: 2 * enough]) >= enough or letters_in(text[:LOOKED_AT]) >= enough
