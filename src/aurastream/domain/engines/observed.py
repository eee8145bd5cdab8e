"""What goes through an engine, told to somebody who counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aurastream.domain.document import Document
from aurastream.domain.engine import Call
from aurastream.domain.engines.wrapping import WrappingEngine
from aurastream.domain.errors import AuraStreamError, EngineUnavailableError
from aurastream.domain.outcome import Outcome
from aurastream.ports.sentiment_engine import SentimentEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One call: how much went in, what it billed and saved, and the code of what went wrong; never a text."""

    documents: int
    units: int = 0
    saved_units: int = 0
    cached: int = 0
    error: str | None = None
    throttled: bool = False


Observe = Callable[[Observation], None]


def unobserved(_observation: Observation) -> None:
    """Counts nothing."""


class ObservedEngine(WrappingEngine):
    """Changes nothing, and tells of every call."""

    def __init__(self, inner: SentimentEngine, *, observe: Observe) -> None:
        super().__init__(inner)
        self._observe = observe

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        if not documents:
            return []
        try:
            outcomes = self._inner.analyze(documents, call)
        except AuraStreamError as error:
            throttled = isinstance(error, EngineUnavailableError) and error.throttled
            self._observe(Observation(documents=len(documents), error=error.code, throttled=throttled))
            raise
        self._observe(
            Observation(
                documents=len(documents),
                units=sum(outcome.units for outcome in outcomes),
                saved_units=sum(outcome.saved_units for outcome in outcomes),
                cached=sum(outcome.result is not None and outcome.result.cached for outcome in outcomes),
            )
        )
        return outcomes
