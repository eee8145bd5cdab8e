"""The one retry layer."""

from collections.abc import Sequence
from random import Random

from aurastream.domain.document import Document
from aurastream.domain.engine import Call
from aurastream.domain.engines.wrapping import WrappingEngine
from aurastream.domain.errors import EngineUnavailableError
from aurastream.domain.outcome import Outcome
from aurastream.domain.retrying import Backoff, RetryBudget
from aurastream.ports.clock import Clock
from aurastream.ports.sentiment_engine import SentimentEngine


class RetriedEngine(WrappingEngine):
    """Tries a call that got nowhere again, while there is time, budget and reason to."""

    def __init__(
        self,
        inner: SentimentEngine,
        *,
        clock: Clock,
        chance: Random,
        budget: RetryBudget,
        backoff: Backoff,
        attempts: int = 4,
    ) -> None:
        super().__init__(inner)
        self._clock, self._chance = clock, chance
        self._budget, self._backoff, self._attempts = budget, backoff, attempts

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        if not documents:
            return []
        self._budget.earn()
        attempt = 1
        while True:
            try:
                return self._inner.analyze(documents, call)
            except EngineUnavailableError:
                pause = self._backoff.pause(attempt, self._chance)
                late = self._clock.monotonic() + pause >= call.deadline
                if attempt >= self._attempts or late or call.stopped() or not self._budget.spend():
                    raise
            self._clock.sleep(pause)
            attempt += 1
