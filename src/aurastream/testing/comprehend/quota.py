"""The calls a second that an operation allows."""

from collections.abc import Callable
from threading import Lock


class TokenBucket:
    """Lets calls through at a rate, with what an idle while has saved up."""

    def __init__(self, rate: float | None, burst_seconds: float, clock: Callable[[], float]) -> None:
        self._lock = Lock()
        self._clock = clock
        self._rate, self._capacity = rate, _capacity(rate, burst_seconds)
        self._tokens, self._at = self._capacity, clock()

    def take(self) -> bool:
        """May one more call pass now? It is counted if it may."""
        with self._lock:
            if self._rate is None:
                return True
            self._refill()
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True

    def retune(self, rate: float | None, burst_seconds: float) -> None:
        """Go on at another rate; a bucket that had no limit begins full."""
        with self._lock:
            self._refill()
            was_limited = self._rate is not None
            self._rate, self._capacity = rate, _capacity(rate, burst_seconds)
            self._tokens = min(self._tokens, self._capacity) if was_limited else self._capacity

    def _refill(self) -> None:
        now = self._clock()
        # A few calls' worth of rounding must not throttle a client that keeps exactly to its rate.
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * (self._rate or 0.0) + 1e-9)
        self._at = now


def _capacity(rate: float | None, burst_seconds: float) -> float:
    return max(1.0, (rate or 0.0) * burst_seconds)
