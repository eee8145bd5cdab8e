"""What an engine is called, what it can carry, and for whom it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from aurastream.domain.errors import DeadlineError, StoppedError
from aurastream.domain.keys import Tenant
from aurastream.domain.language import Language


class Reason(StrEnum):
    """Why one of two engines answered: the first was SURE, was UNSURE, or only one reads the LANGUAGE."""

    SURE = "sure"
    UNSURE = "unsure"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineId:
    """Which engine answered, and why, where there was a choice; its version changes when its answers may."""

    name: str
    version: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """What one call may carry; None means no limit. `max_bytes` is UTF-8, for each document."""

    max_documents: int | None = None
    max_bytes: int | None = None
    languages: frozenset[Language] | None = None
    one_language: bool = False


class Priority(StrEnum):
    """LIVE has somebody waiting; BULK takes what LIVE leaves."""

    LIVE = "LIVE"
    BULK = "BULK"


def never() -> bool:
    """The answer of a call that nobody stops."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    For whom texts are scored, how urgently, and until which moment on `Clock.monotonic` it matters.

    `payer` names the piece of work that the units are counted for; tries of one piece share it. `calibration`
    names one of the tenant's own, for engines that can be calibrated.
    """

    tenant: Tenant
    priority: Priority
    payer: str = ""
    calibration: str | None = None
    deadline: float = inf
    stopped: Callable[[], bool] = never

    def must_still_matter(self, now: float) -> None:
        """
        Whether an engine may begin: what it asks right before it sends or computes anything.

        Raises:
            StoppedError: nothing new is to be started.
            DeadlineError: the moment has passed until which it matters.
        """
        if self.stopped():
            raise StoppedError("asked to start no new call")
        if now >= self.deadline:
            raise DeadlineError("no time is left to begin")
