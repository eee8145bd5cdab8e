"""What every Clock promises, and who promises it."""

from datetime import timedelta
from threading import Thread

import pytest

from aurastream.adapters.local.system_clock import SystemClock
from aurastream.ports.clock import Clock
from tests.fakes import FakeClock


class ClockContract:
    """Every clock, everywhere."""

    @pytest.fixture
    def clock(self) -> Clock:
        raise NotImplementedError

    def test_now_is_aware_and_in_utc(self, clock: Clock) -> None:
        assert clock.now().utcoffset() == timedelta(0)

    def test_monotonic_never_goes_back(self, clock: Clock) -> None:
        seen = [clock.monotonic() for _ in range(100)]
        assert seen == sorted(seen)

    def test_sleeping_lets_time_pass_on_both_scales(self, clock: Clock) -> None:
        moment, seconds = clock.now(), clock.monotonic()
        clock.sleep(1 / 64)
        assert clock.monotonic() - seconds >= 1 / 64
        assert clock.now() > moment

    @pytest.mark.parametrize("seconds", [0, -1, -1e9])
    def test_sleeping_no_time_or_less_returns(self, clock: Clock, seconds: float) -> None:
        before = clock.monotonic()
        clock.sleep(seconds)
        assert clock.monotonic() >= before


class TestFakeClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return FakeClock()


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()


def test_whoever_sleeps_by_a_clock_that_is_roused_wakes_and_sleeps_no_more() -> None:
    clock = SystemClock()
    sleeper = Thread(target=clock.sleep, args=(3_600,), daemon=True)
    sleeper.start()
    clock.rouse()
    sleeper.join(20)
    assert not sleeper.is_alive()
    clock.sleep(3_600)
