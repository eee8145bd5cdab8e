"""How fast an engine may be called: a bucket of calls that shrinks when the engine throttles."""

from dataclasses import dataclass
from threading import Lock

from aurastream.domain.engine import Call, Priority
from aurastream.domain.errors import DeadlineError, StoppedError
from aurastream.ports.clock import Clock

LONGEST_NAP = 0.25
"""Seconds; a waiting call looks up this often, so that a cancel or a live call is noticed soon."""
SHORTEST_NAP = 0.0001
"""Seconds; a clock may not tell shorter ones from none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    What one operation of an engine allows, in calls a second.

    A throttle takes the rate down by `backoff`, every quiet second brings `recovery` of the quota back, and
    it never falls under `floor` of the quota. An idle while saves up what `burst_seconds` let through, at
    least one call, so that workers who come late lose nothing. A live call may run up a debt of what
    `live_debt_seconds` let through, less what may be saved up; the bulk calls behind it then wait for that.
    """

    quota: float
    burst_seconds: float = 0.0
    backoff: float = 0.8
    recovery: float = 0.02
    floor: float = 0.1
    live_debt_seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.quota <= 0 or self.burst_seconds < 0:
            raise ValueError("a pace needs a quota above 0, and saves up no less than nothing")

    def most(self, rate: float) -> float:
        """Calls that an idle while saves up at this rate."""
        return max(1.0, self.burst_seconds * rate)


class Pacer:
    """Hands out calls at a pace; shared by all workers of a process, its lock never held while one waits."""

    def __init__(self, pace: Pace, clock: Clock) -> None:
        self._pace, self._clock = pace, clock
        self._rate = pace.quota
        self._tokens = pace.most(pace.quota)
        self._filled_at = self._changed_at = clock.monotonic()
        self._lock = Lock()

    @property
    def rate(self) -> float:
        """Calls a second that are allowed now."""
        with self._lock:
            return self._rate

    def wait(self, call: Call, *, needs: float = 0.0) -> None:
        """
        Return when it is the call's turn and `needs` seconds are still left before its deadline.

        Raises:
            StoppedError: the call was stopped while it waited.
            DeadlineError: its turn comes too late.
        """
        while True:
            if call.stopped():
                raise StoppedError("stopped before the call began")
            now = self._clock.monotonic()
            pause = self._take(now, call.priority)
            if now + pause + needs > call.deadline:
                if pause == 0:
                    self._give_back()
                raise DeadlineError("no time is left to begin")
            if pause == 0:
                return
            self._clock.sleep(min(max(pause, SHORTEST_NAP), LONGEST_NAP))

    def throttled(self) -> None:
        """The engine refused for load: go slower, one step a second at most, for calls fail together."""
        now = self._clock.monotonic()
        with self._lock:
            if now - self._changed_at >= 1 or self._rate == self._pace.quota:
                self._rate = max(self._pace.floor * self._pace.quota, self._rate * self._pace.backoff)
                self._changed_at = now
            self._tokens, self._filled_at = min(self._tokens, 0.0), now

    def succeeded(self) -> None:
        """The engine answered: after each quiet second go a little faster, up to the quota."""
        now = self._clock.monotonic()
        with self._lock:
            if self._rate < self._pace.quota and now - self._changed_at >= 1:
                self._rate = min(self._pace.quota, self._rate + self._pace.recovery * self._pace.quota)
                self._changed_at = now

    def _take(self, now: float, priority: Priority) -> float:
        with self._lock:
            most = self._pace.most(self._rate)
            self._tokens = min(most, self._tokens + (now - self._filled_at) * self._rate)
            self._filled_at = now
            floor = 1.0
            if priority is Priority.LIVE:
                floor = min(floor, most - self._pace.live_debt_seconds * self._rate)
            if self._tokens >= floor - 1e-9:
                self._tokens -= 1
                return 0.0
            return (floor - self._tokens) / self._rate

    def _give_back(self) -> None:
        with self._lock:
            self._tokens += 1
