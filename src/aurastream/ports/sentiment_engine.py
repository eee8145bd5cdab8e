"""Scoring."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.outcome import Outcome


class SentimentEngine(ABC):
    """Tells the sentiment of documents."""

    @property
    @abstractmethod
    def identity(self) -> EngineId:
        """Name and version; part of every cache key."""

    @property
    @abstractmethod
    def limits(self) -> EngineLimits:
        """What one call may carry; a wrapper states what it lifts."""

    @abstractmethod
    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        """
        One outcome per document, in order; what concerns one document is its outcome.

        Documents beyond `limits` are the caller's mistake (ValueError); [] gives [].

        Raises:
            EngineUnavailableError: the whole call got nowhere (throttle, timeout, down); retryable.
            CallRejectedError: the whole call was refused as sent; the caller may split it.
            DeadlineError: no time left to begin; nothing was sent.
            StoppedError: `call.stopped()`; nothing was sent.
        """
