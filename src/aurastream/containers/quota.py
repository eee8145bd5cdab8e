"""How much of an account's quotas this process may take, for those who wait and for those who do not."""

from dataclasses import dataclass

from aurastream.domain.engines.pacing import Pace, Pacer
from aurastream.ports.clock import Clock
from aurastream.settings import Settings

LEFT_FOR_LIVE = 0.2
"""Share of the batch quota that bulk work in an account leaves to live batches."""
SAVED_UP_SECONDS = 0.5
"""What a paid engine's quota lets through in so long may come at once, when workers were late or idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A bucket of calls for each operation of a paid engine."""

    detect: Pacer
    batch: Pacer
    converse: Pacer


def pacer(calls_a_second: float, clock: Clock) -> Pacer:
    """For one operation of an engine."""
    return Pacer(Pace(quota=calls_a_second, burst_seconds=SAVED_UP_SECONDS), clock)


def whole_quota(settings: Settings, clock: Clock) -> Quota:
    """All that the account allows: for those who wait, and for the one process of one machine."""
    return _part(settings, 1.0, clock)


def worker_quota(settings: Settings, clock: Clock) -> Quota:
    """What one worker in an account takes for bulk work: there each is a process of its own."""
    return _part(settings, (1 - LEFT_FOR_LIVE) / settings.bulk_workers, clock)


def _part(settings: Settings, share: float, clock: Clock) -> Quota:
    return Quota(
        detect=pacer(settings.comprehend_detect_tps * share, clock),
        batch=pacer(settings.comprehend_batch_tps * share, clock),
        converse=pacer(settings.bedrock_tps * share, clock),
    )
