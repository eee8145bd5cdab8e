"""The one retry layer."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.engines.retried import RetriedEngine
from aurastream.domain.errors import CallRejectedError, EngineUnavailableError
from aurastream.domain.retrying import Backoff, RetryBudget
from tests.fakes import FakeClock, FakeEngine
from tests.unit.engines.documents import BULK, documents


def retried(engine: FakeEngine, clock: FakeClock, *, attempts: int = 4) -> RetriedEngine:
    return RetriedEngine(
        engine, clock=clock, chance=Random(1), budget=RetryBudget(), backoff=Backoff(), attempts=attempts
    )


def test_a_call_that_got_nowhere_is_tried_again() -> None:
    engine, clock = FakeEngine(), FakeClock()
    engine.script.extend([EngineUnavailableError(), EngineUnavailableError(), None])
    [outcome] = retried(engine, clock).analyze(documents("good"), BULK)
    assert outcome.result is not None
    assert len(engine.calls) == 3
    assert len(clock.slept) == 2


def test_after_the_last_attempt_the_error_comes_out() -> None:
    engine = FakeEngine()
    engine.broken = EngineUnavailableError()
    with pytest.raises(EngineUnavailableError):
        retried(engine, FakeClock(), attempts=3).analyze(documents("good"), BULK)
    assert len(engine.calls) == 3


def test_a_refusal_is_not_tried_again() -> None:
    engine = FakeEngine()
    engine.poison.add("x")
    with pytest.raises(CallRejectedError):
        retried(engine, FakeClock()).analyze(documents("x"), BULK)
    assert len(engine.calls) == 1


def test_nobody_waits_beyond_the_deadline() -> None:
    engine, clock = FakeEngine(), FakeClock()
    engine.broken = EngineUnavailableError()
    call = replace(BULK, deadline=clock.monotonic() + 1e-6)
    with pytest.raises(EngineUnavailableError):
        retried(engine, clock).analyze(documents("good"), call)
    assert len(engine.calls) == 1


def test_a_stopped_call_is_not_tried_again() -> None:
    engine = FakeEngine()
    engine.broken = EngineUnavailableError()
    call = replace(BULK, stopped=lambda: bool(engine.calls))
    with pytest.raises(EngineUnavailableError):
        retried(engine, FakeClock()).analyze(documents("good"), call)
    assert len(engine.calls) == 1


def test_a_dead_engine_costs_at_most_a_tenth_more_than_one_call_each() -> None:
    engine = FakeEngine()
    engine.broken = EngineUnavailableError()
    stack = retried(engine, FakeClock())
    for _ in range(1_000):
        with pytest.raises(EngineUnavailableError):
            stack.analyze(documents("good"), BULK)
    assert len(engine.calls) <= 1_000 * 1.1 + 10


@given(attempt=st.integers(1, 2_000), seed=st.integers(0, 100))
def test_a_pause_is_never_longer_than_its_cap(attempt: int, seed: int) -> None:
    backoff = Backoff(base=0.1, cap=5)
    assert 0 <= backoff.pause(attempt, Random(seed)) <= min(5, 0.1 * 2 ** min(attempt, 30))
