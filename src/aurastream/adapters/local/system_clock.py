"""The time of this machine."""

import time
from datetime import UTC, datetime

from aurastream.ports.clock import Clock


class SystemClock(Clock):
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)
