"""Every call waits for its turn."""

from collections.abc import Sequence

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.engines.pacing import Pacer
from aurastream.domain.errors import EngineUnavailableError
from aurastream.domain.outcome import Outcome
from aurastream.ports.sentiment_engine import SentimentEngine


class PacedEngine(SentimentEngine):
    """Keeps an engine's calls within its quotas, which differ for one document and for a batch."""

    def __init__(
        self, inner: SentimentEngine, *, single: Pacer, batch: Pacer, attempt_seconds: float = 0.0
    ) -> None:
        self._inner, self._single, self._batch = inner, single, batch
        self._attempt_seconds = attempt_seconds

    @property
    def identity(self) -> EngineId:
        return self._inner.identity

    @property
    def limits(self) -> EngineLimits:
        return self._inner.limits

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        if not documents:
            return []
        pacer = self._single if len(documents) == 1 else self._batch
        pacer.wait(call, needs=self._attempt_seconds)
        try:
            outcomes = self._inner.analyze(documents, call)
        except EngineUnavailableError as error:
            if error.throttled:
                pacer.throttled()
            raise
        pacer.succeeded()
        return outcomes
