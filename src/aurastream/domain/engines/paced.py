"""Every call waits for its turn."""

from collections.abc import Sequence

from aurastream.domain.document import Document
from aurastream.domain.engine import Call
from aurastream.domain.engines.pacing import Pacer
from aurastream.domain.engines.wrapping import WrappingEngine
from aurastream.domain.errors import EngineUnavailableError
from aurastream.domain.outcome import Outcome
from aurastream.ports.sentiment_engine import SentimentEngine


class PacedEngine(WrappingEngine):
    """Keeps an engine's calls within its quotas, which differ for one document and for a batch."""

    def __init__(
        self, inner: SentimentEngine, *, single: Pacer, batch: Pacer, attempt_seconds: float = 0.0
    ) -> None:
        super().__init__(inner)
        self._single, self._batch = single, batch
        self._attempt_seconds = attempt_seconds

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
