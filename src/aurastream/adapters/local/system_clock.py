"""The time of this machine."""

import time
from datetime import UTC, datetime
from threading import Event

from aurastream.ports.clock import Clock


class SystemClock(Clock):
    """The machine's own clocks; once it was roused, nobody sleeps by it any more."""

    def __init__(self) -> None:
        self._roused = Event()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._roused.wait(seconds)

    def rouse(self) -> None:
        """Wake whoever sleeps, for good: the process is to end, and each is to see it."""
        self._roused.set()
