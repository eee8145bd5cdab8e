"""The embedded engine, as each job wants it calibrated."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from aurastream.adapters.local.calibration_book import CalibrationBook
from aurastream.adapters.local.embedded_calibration import Calibration
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.errors import CallRejectedError
from aurastream.domain.keys import Tenant
from aurastream.domain.outcome import Outcome
from aurastream.ports.sentiment_engine import SentimentEngine

HELD = 8
"""Calibrated engines that are kept ready, those asked last; they share their models."""


class CalibratedEngine(SentimentEngine):
    """
    One model, and an engine for each calibration that a call names; without one the model's own speaks.

    `engine_of` makes an engine of a calibration, None for the model's own.
    """

    def __init__(
        self, engine_of: Callable[[Calibration | None], SentimentEngine], book: CalibrationBook
    ) -> None:
        self._engine_of, self._book = engine_of, book
        self._plain = engine_of(None)
        self._calibrated = lru_cache(maxsize=HELD)(self._made)

    @property
    def identity(self) -> EngineId:
        return self._plain.identity

    @property
    def limits(self) -> EngineLimits:
        return self._plain.limits

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        return self._engine(call).analyze(documents, call)

    def _engine(self, call: Call) -> SentimentEngine:
        if call.calibration is None:
            return self._plain
        try:
            return self._calibrated(call.tenant, call.calibration)
        except KeyError:
            raise CallRejectedError("there is no such calibration") from None

    def _made(self, tenant: Tenant, reference: str) -> SentimentEngine:
        return self._engine_of(self._book.get(tenant, reference))
