"""When to try again, and when not to: full jitter, and a budget that a dead engine cannot drain twice."""

from dataclasses import dataclass
from random import Random
from threading import Lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Seconds to wait before try n: anything up to `base` * 2^n, never over `cap`."""

    base: float = 0.1
    cap: float = 5.0

    def pause(self, attempt: int, chance: Random) -> float:
        """The pause after so many failed tries (1 or more)."""
        return chance.uniform(0, min(self.cap, self.base * 2.0 ** min(attempt, 30)))


class RetryBudget:
    """Each call earns a tenth of a retry, so that a dead engine costs at most 1.1 calls a request."""

    def __init__(self, *, start: float = 10.0, earned: float = 0.1) -> None:
        self._left, self._most, self._earned = start, start, earned
        self._lock = Lock()

    def earn(self) -> None:
        """A first try is made."""
        with self._lock:
            self._left = min(self._most, self._left + self._earned)

    def spend(self) -> bool:
        """Whether there is a retry left; if so it is taken."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True
