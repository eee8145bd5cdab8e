"""Several engines, each for its own languages."""

from collections.abc import Sequence
from dataclasses import replace

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.language import Language
from aurastream.domain.outcome import Outcome
from aurastream.domain.versions import version_of
from aurastream.ports.sentiment_engine import SentimentEngine


class ByLanguageEngine(SentimentEngine):
    """
    Gives each document to the engine that reads its language; all are of one kind, name and size.

    Each result names the engine that gave it; the version of the whole changes with any of theirs.
    """

    def __init__(self, engines: Sequence[SentimentEngine]) -> None:
        """
        Take at least one engine; all of them name their languages.

        Raises:
            ValueError: two of them read the same language.
        """
        self._engines: dict[Language, SentimentEngine] = {}
        for engine in engines:
            for language in engine.limits.languages or ():
                if language in self._engines:
                    raise ValueError(f"two models read {language!r}")
                self._engines[language] = engine
        self._first = engines[0]
        versions = " ".join(engine.identity.version for engine in engines)
        self._version = version_of(versions.encode())

    @property
    def identity(self) -> EngineId:
        return replace(self._first.identity, version=self._version)

    @property
    def limits(self) -> EngineLimits:
        return replace(self._first.limits, languages=frozenset(self._engines))

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        outcomes: list[Outcome | None] = [None] * len(documents)
        for engine, positions in self._shared_out(documents).items():
            answers = engine.analyze([documents[position] for position in positions], call)
            for position, answer in zip(positions, answers, strict=True):
                outcomes[position] = answer
        return [outcome for outcome in outcomes if outcome is not None]

    def _shared_out(self, documents: Sequence[Document]) -> dict[SentimentEngine, list[int]]:
        shares: dict[SentimentEngine, list[int]] = {}
        for position, document in enumerate(documents):
            if document.language not in self._engines:
                raise ValueError("no model reads that language")
            shares.setdefault(self._engines[document.language], []).append(position)
        return shares
