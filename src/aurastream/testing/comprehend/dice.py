"""All the chance in the stand-in, from one seed: same seed, same order of calls, same trouble."""

from collections.abc import Sequence
from enum import StrEnum
from math import exp
from random import Random
from threading import Lock
from typing import TypeVar
from uuid import UUID

from aurastream.testing.comprehend.settings import ComprehendSettings

T = TypeVar("T")


class Fault(StrEnum):
    """What may befall an admitted call."""

    THROTTLED = "throttled"
    ERROR = "error"
    UNAVAILABLE = "unavailable"
    LOST_REQUEST = "lost_request"  # reset before any work
    LOST_ANSWER = "lost_answer"  # reset after the work was done and billed
    STALL = "stall"


class Dice:
    """Draws faults, times, orders and ids, each from its own sequence, so that one never shifts another."""

    def __init__(self, seed: int) -> None:
        self._lock = Lock()
        self._faults, self._times, self._items, self._orders, self._ids = (
            Random(f"{seed}/{purpose}") for purpose in ("faults", "times", "items", "orders", "ids")
        )

    def fault(self, settings: ComprehendSettings) -> Fault | None:
        """What befalls the next call: one draw a call, whatever the rates."""
        with self._lock:
            point = self._faults.random()
        for fault, rate in (
            (Fault.THROTTLED, settings.throttle_rate),
            (Fault.ERROR, settings.error_rate),
            (Fault.UNAVAILABLE, settings.unavailable_rate),
            (Fault.LOST_REQUEST, settings.reset_rate * (1 - settings.reset_billed_share)),
            (Fault.LOST_ANSWER, settings.reset_rate * settings.reset_billed_share),
            (Fault.STALL, settings.stall_rate),
        ):
            if point < rate:
                return fault
            point -= rate
        return None

    def seconds(self, settings: ComprehendSettings) -> float:
        """How long the next call takes."""
        with self._lock:
            deviation = self._times.gauss(0.0, 1.0)
        return settings.latency_ms / 1_000 * exp(settings.latency_sigma * deviation)

    def fails(self, rate: float) -> bool:
        """Does the next document fail by chance?"""
        with self._lock:
            return self._items.random() < rate

    def disordered(self, items: Sequence[T]) -> list[T]:
        """The same items in another order."""
        with self._lock:
            return self._orders.sample(items, len(items))

    def request_id(self) -> str:
        """The id of the next answer."""
        with self._lock:
            return str(UUID(int=self._ids.getrandbits(128), version=4))
