"""The border between documents and calls."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineLimits, Priority
from aurastream.domain.engines.wrapping import WrappingEngine
from aurastream.domain.errors import (
    CallRejectedError,
    DeadlineError,
    EngineUnavailableError,
    StoppedError,
)
from aurastream.domain.outcome import FailureCode, Outcome, cancelled, failed
from aurastream.ports.sentiment_engine import SentimentEngine

Batch = Sequence[Document]
Map = Callable[[Callable[[Batch], Sequence[Outcome]], Sequence[Batch]], Iterable[Sequence[Outcome]]]
"""`map`, or one that works side by side; the results come in order."""


class BatchedEngine(WrappingEngine):
    """
    Takes any number of documents in any mix of languages and speaks for each of them.

    Below it a call is one batch in one language and may raise; above it nothing is raised for one document.
    A batch that is refused as a whole is halved until the culprit is alone: at most 10 extra calls for 25.
    """

    def __init__(self, inner: SentimentEngine, *, map_batches: Map = map) -> None:
        super().__init__(inner)
        self._map = map_batches

    @property
    def limits(self) -> EngineLimits:
        return replace(self._inner.limits, max_documents=None, one_language=False)

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        positions = self._batches(documents)
        batches = [[documents[position] for position in batch] for batch in positions]
        outcomes: list[Outcome | None] = [None] * len(documents)
        for batch, answers in zip(
            positions, self._map(partial(self._score, call=call), batches), strict=True
        ):
            for position, answer in zip(batch, answers, strict=True):
                outcomes[position] = answer
        return [outcome for outcome in outcomes if outcome is not None]

    def _batches(self, documents: Sequence[Document]) -> list[list[int]]:
        """Positions of the documents of each batch; in one language where the inner engine asks for it."""
        limits = self._inner.limits
        groups: dict[str | None, list[int]] = {}
        for position, document in enumerate(documents):
            groups.setdefault(document.language if limits.one_language else None, []).append(position)
        most = limits.max_documents or max(1, len(documents))
        return [group[at : at + most] for group in groups.values() for at in range(0, len(group), most)]

    def _score(self, batch: Batch, call: Call, *, last: bool = False) -> list[Outcome]:
        """One outcome a document, whatever happens; `last` marks the one more try of a document alone."""
        try:
            answers = self._inner.analyze(batch, call)
        except StoppedError:
            return [cancelled(document.id) for document in batch]
        except EngineUnavailableError as error:
            # It answered for the neighbours, and nobody hurried it: this document it cannot take.
            if last and not error.throttled and call.priority is Priority.BULK:
                return [failed(document.id, FailureCode.ENGINE_REJECTED) for document in batch]
            return [failed(document.id, FailureCode.ENGINE_UNAVAILABLE, retryable=True) for document in batch]
        except DeadlineError:
            return [failed(document.id, FailureCode.ENGINE_UNAVAILABLE, retryable=True) for document in batch]
        except CallRejectedError:
            if len(batch) == 1:
                return [failed(batch[0].id, FailureCode.ENGINE_REJECTED)]
            middle = (len(batch) + 1) // 2
            return self._score(batch[:middle], call) + self._score(batch[middle:], call)
        return [
            self._mended(document, answer, call, last=last)
            for document, answer in zip(batch, answers, strict=True)
        ]

    def _mended(self, document: Document, answer: Outcome, call: Call, *, last: bool) -> Outcome:
        """A document that the engine stumbled over is tried once more, alone; then that is its outcome."""
        if not answer.retryable:
            return answer
        if last:
            return failed(document.id, FailureCode.ENGINE_REJECTED)
        [again] = self._score([document], call, last=True)
        return again
