"""How fast an engine may be called."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.engines.pacing import Pace, Pacer
from aurastream.domain.errors import DeadlineError, StoppedError
from tests.fakes import FakeClock
from tests.unit.engines.documents import BULK, LIVE


@given(quota=st.floats(0.5, 100), calls=st.integers(2, 60))
def test_bulk_calls_never_come_faster_than_the_quota(quota: float, calls: int) -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=quota), clock)
    began = clock.monotonic()
    for _ in range(calls):
        pacer.wait(BULK)
    assert clock.monotonic() - began >= (calls - 1) / quota - 1e-6


@given(quota=st.floats(0.5, 100), calls=st.integers(2, 60))
def test_bulk_calls_use_the_quota_up(quota: float, calls: int) -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=quota), clock)
    began = clock.monotonic()
    for _ in range(calls):
        pacer.wait(BULK)
    assert clock.monotonic() - began <= (calls - 1) / quota * 1.02 + 1e-3


def test_a_live_call_goes_first_and_the_bulk_behind_it_pays() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=10), clock)
    pacer.wait(BULK)
    pacer.wait(LIVE)
    assert clock.slept == []
    pacer.wait(BULK)
    assert sum(clock.slept) == pytest.approx(0.2)


@given(quota=st.floats(2, 100), idle=st.floats(0, 10))
def test_an_idle_while_saves_up_half_a_second_and_no_more(quota: float, idle: float) -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=quota, burst_seconds=0.5), clock)
    while clock.monotonic() < 1_001:
        pacer.wait(BULK)
    clock.advance(idle)
    began, calls = clock.monotonic(), 0
    while clock.monotonic() == began:
        pacer.wait(BULK)
        calls += 1
    assert calls - 2 <= min(idle, 0.5) * quota <= calls + 1


def test_what_is_saved_up_does_not_lengthen_the_debt_of_live_calls() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=10, burst_seconds=0.5), clock)
    for _ in range(11):
        pacer.wait(LIVE)
    assert clock.slept == []
    pacer.wait(LIVE)
    assert sum(clock.slept) == pytest.approx(0.1)


def test_a_live_call_never_waits_longer_than_a_bulk_call() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=10, burst_seconds=0.5, live_debt_seconds=0.1), clock)
    for _ in range(5):
        pacer.wait(BULK)
    pacer.wait(LIVE)
    assert sum(clock.slept) == pytest.approx(0.1)


def test_a_throttle_takes_what_was_saved_up() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=10, backoff=0.5, burst_seconds=0.5), clock)
    clock.advance(2)
    pacer.throttled()
    pacer.wait(BULK)
    assert sum(clock.slept) == pytest.approx(0.2)


def test_live_calls_run_up_a_second_of_debt_and_no_more() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=10), clock)
    for _ in range(11):
        pacer.wait(LIVE)
    assert clock.slept == []
    pacer.wait(LIVE)
    assert sum(clock.slept) == pytest.approx(0.1)


def test_a_throttle_slows_down_and_quiet_brings_the_quota_back() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=10, backoff=0.5, recovery=0.1), clock)
    clock.advance(2)
    pacer.throttled()
    assert pacer.rate == pytest.approx(5)
    for _ in range(5):
        clock.advance(1)
        pacer.succeeded()
    assert pacer.rate == pytest.approx(10)


def test_calls_that_fail_together_slow_down_once() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=10, backoff=0.5), clock)
    clock.advance(2)
    for _ in range(5):
        pacer.throttled()
    assert pacer.rate == pytest.approx(5)


def test_however_often_it_is_throttled_a_pacer_keeps_trying() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=10, floor=0.1), clock)
    for _ in range(100):
        clock.advance(2)
        pacer.throttled()
    assert pacer.rate == pytest.approx(1)


def test_whoever_has_no_time_left_is_told_before_the_wait() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=1), clock)
    pacer.wait(BULK)
    with pytest.raises(DeadlineError):
        pacer.wait(replace(BULK, deadline=clock.monotonic() + 0.5))
    assert clock.slept == []


def test_an_attempt_that_would_not_fit_is_not_begun_and_takes_no_turn() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=1), clock)
    with pytest.raises(DeadlineError):
        pacer.wait(replace(BULK, deadline=clock.monotonic() + 0.5), needs=0.6)
    pacer.wait(BULK)
    assert clock.slept == []


def test_a_stop_is_noticed_while_waiting() -> None:
    clock = FakeClock()
    pacer = Pacer(Pace(quota=0.1), clock)
    pacer.wait(BULK)
    with pytest.raises(StoppedError):
        pacer.wait(replace(BULK, stopped=lambda: clock.monotonic() > 1_001))
    assert sum(clock.slept) < 1.5
