"""What stands around an engine, from the text's way in down to the call that is paid."""

from dataclasses import dataclass
from random import Random

from aurastream.adapters.side_by_side import several_side_by_side
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.engines.cached import CachedEngine
from aurastream.domain.engines.detected import DetectedEngine
from aurastream.domain.engines.observed import Observe, ObservedEngine
from aurastream.domain.engines.paced import PacedEngine
from aurastream.domain.engines.pacing import Pacer
from aurastream.domain.engines.retried import RetriedEngine
from aurastream.domain.engines.screened import ScreenedEngine
from aurastream.domain.engines.segmented import SegmentedEngine
from aurastream.domain.retrying import Backoff, RetryBudget
from aurastream.ports.clock import Clock
from aurastream.ports.language_detector import LanguageDetector
from aurastream.ports.result_cache import ResultCache
from aurastream.ports.sentiment_engine import SentimentEngine
from aurastream.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """
    How a paid engine is asked.

    `client` names the patience of its client; an attempt begins only if `attempt_seconds` are left for it. So
    many batches are under way at once, or calls, where an engine takes one document a call.
    """

    client: str
    attempt_seconds: float
    attempts: int
    backoff: Backoff
    batches_at_once: int
    calls_at_once: int


LIVE = Urgency(
    client="LIVE_ENGINE",
    attempt_seconds=0.6,
    attempts=2,
    backoff=Backoff(base=0.02, cap=0.1),
    batches_at_once=12,
    calls_at_once=12,
)
"""Somebody waits: a second attempt follows only a fast failure, and all languages are asked for at once."""
BULK = Urgency(
    client="BULK_ENGINE",
    attempt_seconds=0.0,
    attempts=4,
    backoff=Backoff(),
    batches_at_once=1,
    calls_at_once=4,
)
"""Nobody waits: chunks are worked on side by side already, so that a single one need not hurry."""


def front(
    engine: SentimentEngine, *, detector: LanguageDetector, settings: Settings, observe: Observe
) -> SentimentEngine:
    """What every text passes first."""
    detected = DetectedEngine(engine, detector=detector, default=settings.default_language)
    return ScreenedEngine(ObservedEngine(detected, observe=observe))


def billed_engine(
    client_engine: SentimentEngine,
    *,
    single: Pacer,
    batch: Pacer,
    cache: ResultCache,
    clock: Clock,
    chance: Random,
    budget: RetryBudget,
    observe: Observe,
    urgency: Urgency,
) -> SentimentEngine:
    """Everything that stands between a document and a paid call."""
    paced = PacedEngine(
        ObservedEngine(client_engine, observe=observe),
        single=single,
        batch=batch,
        attempt_seconds=urgency.attempt_seconds,
    )
    retried = RetriedEngine(
        paced,
        clock=clock,
        chance=chance,
        budget=budget,
        backoff=urgency.backoff,
        attempts=urgency.attempts,
    )
    # An engine of one document a call would else be waited for once a document, even where nobody waits.
    alone = client_engine.limits.max_documents == 1
    at_once = urgency.calls_at_once if alone else urgency.batches_at_once
    batched = BatchedEngine(retried, map_batches=several_side_by_side(at_once) if at_once > 1 else map)
    return CachedEngine(SegmentedEngine(batched), cache=cache, clock=clock)
