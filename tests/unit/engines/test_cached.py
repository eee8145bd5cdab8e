"""Texts that were paid for before."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.engine import EngineId
from aurastream.domain.engines.cached import PATIENCE, CachedEngine
from aurastream.domain.errors import EngineUnavailableError, StoppedError
from aurastream.domain.keys import Tenant
from aurastream.domain.language import Language, LanguageSource
from aurastream.domain.outcome import Failure, FailureCode, Outcome
from tests.fakes import EngineCall, FakeClock, FakeEngine, FakeResultCache, list_price
from tests.unit.engines.documents import BULK, LIVE, document, documents

FIRST = replace(BULK, payer="job/0")
SECOND = replace(BULK, payer="job/1")


def cached(engine: FakeEngine, cache: FakeResultCache, clock: FakeClock | None = None) -> CachedEngine:
    return CachedEngine(engine, cache=cache, clock=clock or FakeClock())


@given(texts=st.lists(st.sampled_from([f"good {n}" for n in range(40)]), max_size=150))
def test_a_text_is_paid_once_however_often_it_comes(texts: list[str]) -> None:
    engine = FakeEngine(price=list_price)
    outcomes = cached(engine, FakeResultCache()).analyze(documents(*texts), FIRST)
    assert [outcome.id for outcome in outcomes] == [str(n) for n in range(1, len(texts) + 1)]
    assert sorted(engine.texts) == sorted(set(texts))
    assert sum(outcome.units for outcome in outcomes) == engine.units
    assert all(len(made.documents) <= 25 for made in engine.calls)


def test_somebody_elses_payment_is_ones_own_saving() -> None:
    engine, cache = FakeEngine(price=list_price), FakeResultCache()
    cached(engine, cache).analyze(documents("good"), FIRST)
    [outcome] = cached(engine, cache).analyze(documents("good"), SECOND)
    assert outcome.result is not None
    assert outcome.result.cached
    assert (outcome.units, outcome.saved_units) == (0, 3)
    assert len(engine.calls) == 1


def test_a_second_try_of_the_same_work_counts_what_the_first_one_paid() -> None:
    engine, cache = FakeEngine(price=list_price), FakeResultCache()
    cached(engine, cache).analyze(documents("good"), FIRST)
    outcomes = cached(engine, cache).analyze(documents("good", "good"), FIRST)
    assert [(outcome.units, outcome.saved_units) for outcome in outcomes] == [(3, 0), (0, 3)]
    assert engine.units == 3


def test_live_calls_share_no_payer() -> None:
    engine, cache = FakeEngine(price=list_price), FakeResultCache()
    cached(engine, cache).analyze(documents("good"), BULK)
    [outcome] = cached(engine, cache).analyze(documents("good"), BULK)
    assert outcome.units == 0


def test_another_tenant_pays_for_itself() -> None:
    engine, cache = FakeEngine(), FakeResultCache()
    cached(engine, cache).analyze(documents("good"), FIRST)
    cached(engine, cache).analyze(documents("good"), replace(FIRST, tenant=Tenant("other")))
    assert len(engine.calls) == 2


def test_a_new_version_of_the_engine_is_asked_anew() -> None:
    engine, cache = FakeEngine(), FakeResultCache()
    cached(engine, cache).analyze(documents("good"), FIRST)
    engine.identity_now = EngineId(name="fake", version="2")
    cached(engine, cache).analyze(documents("good"), FIRST)
    assert len(engine.calls) == 2


def test_what_is_remembered_is_forgotten_in_time() -> None:
    engine, cache, clock = FakeEngine(), FakeResultCache(), FakeClock()
    cached(engine, cache, clock).analyze(documents("good"), FIRST)
    clock.advance(timedelta(days=31))
    cached(engine, cache, clock).analyze(documents("good"), SECOND)
    assert len(engine.calls) == 2


def test_failures_are_not_remembered() -> None:
    engine, cache = FakeEngine(), FakeResultCache()
    engine.failures["good"] = (Failure(code=FailureCode.ENGINE_REJECTED), 1)
    first = cached(engine, cache).analyze(documents("good", "good"), FIRST)
    assert [outcome.result for outcome in first] == [None, None]
    assert [outcome.id for outcome in first] == ["1", "2"]
    [again] = cached(engine, cache).analyze(documents("good"), FIRST)
    assert again.result is not None


def test_each_batch_is_remembered_before_the_next_is_asked() -> None:
    engine, cache = FakeEngine(), FakeResultCache()
    seen: list[int] = []
    engine.hook = lambda made: seen.append(len(cache.results))
    cached(engine, cache).analyze(documents(*[f"good {n}" for n in range(60)]), FIRST)
    assert seen == [0, 25, 50]


def test_a_remembered_result_says_who_told_the_language_of_this_text() -> None:
    engine, cache = FakeEngine(), FakeResultCache()
    cached(engine, cache).analyze(documents("good"), FIRST)
    other = replace(document("good"), source=LanguageSource.DETECTOR)
    [outcome] = cached(engine, cache).analyze([other], SECOND)
    assert outcome.result is not None
    assert outcome.result.language.source is LanguageSource.DETECTOR


def test_the_same_text_in_another_language_is_another_text() -> None:
    engine, cache = FakeEngine(), FakeResultCache()
    stack = cached(engine, cache)
    stack.analyze([document("good"), document("good", "2", Language("de"))], FIRST)
    assert len(engine.texts) == 2


def test_what_costs_no_units_saves_none() -> None:
    free = FakeEngine()
    outcomes = cached(free, FakeResultCache()).analyze(documents("good", "good"), FIRST)
    assert len(free.texts) == 1
    assert [(outcome.units, outcome.saved_units) for outcome in outcomes] == [(0, 0), (0, 0)]


def test_batches_are_filled_with_what_is_not_remembered() -> None:
    engine, cache = FakeEngine(), FakeResultCache()
    stack, texts = cached(engine, cache), [f"good {n}" for n in range(100)]
    stack.analyze(documents(*texts[::2]), FIRST)
    engine.calls.clear()
    stack.analyze(documents(*texts), SECOND)
    assert [len(made.documents) for made in engine.calls] == [25, 25]


def test_batches_are_filled_language_by_language() -> None:
    engine = FakeEngine()
    mixed = [document(f"good {n}", str(n), Language("de" if n % 2 else "en")) for n in range(100)]
    cached(engine, FakeResultCache()).analyze(mixed, FIRST)
    spoken = [{one.language for one in made.documents} for made in engine.calls]
    assert [len(made.documents) for made in engine.calls] == [25, 25, 25, 25]
    assert all(len(languages) == 1 for languages in spoken)


def test_what_goes_at_once_goes_at_once_whatever_the_languages() -> None:
    engine = FakeEngine()
    mixed = [document(f"good {n}", str(n), Language("de" if n % 2 else "en")) for n in range(25)]
    cached(engine, FakeResultCache()).analyze(mixed, LIVE)
    assert len(engine.calls) == 1


class Rival:
    """
    A second chunk with the same texts, worked on in a thread of its own while the first one's call is out.

    The first call is answered only when the second chunk has waited for it, or has ended.
    """

    def __init__(self, engine: FakeEngine) -> None:
        self.waited, self.clock = Event(), FakeClock()
        self.stack = cached(engine, FakeResultCache(), self.clock)
        self.outcomes: Sequence[Outcome] = ()
        self.clock.sleep = self._sleep  # type: ignore[method-assign] # to see that somebody waits
        engine.hook = self._hook
        self._pool = ThreadPoolExecutor(1)
        self._ran = False

    def _sleep(self, seconds: float) -> None:
        self.clock.advance(seconds / 1_000)  # patience is another test's concern
        self.waited.set()

    def _hook(self, _made: EngineCall) -> None:
        if not self._ran:
            self._ran = True
            self._second = self._pool.submit(self.stack.analyze, documents("good", "bad"), SECOND)
            self._second.add_done_callback(lambda _done: self.waited.set())
            assert self.waited.wait(20)

    def ends(self) -> Sequence[Outcome]:
        """What the second chunk got."""
        self._pool.shutdown()
        return self._second.result(20)


def test_two_chunks_with_the_same_text_pay_for_it_once() -> None:
    engine = FakeEngine(price=list_price)
    rival = Rival(engine)
    [first] = rival.stack.analyze(documents("good"), FIRST)
    assert [outcome.units for outcome in (first, *rival.ends())] == [3, 0, 3]
    assert sorted(engine.texts) == ["bad", "good"]


def test_a_text_that_another_chunk_asked_for_in_vain_is_asked_for_again() -> None:
    engine = FakeEngine(price=list_price)
    engine.failures["good"] = (Failure(code=FailureCode.ENGINE_UNAVAILABLE, retryable=True), 1)
    rival = Rival(engine)
    [first] = rival.stack.analyze(documents("good"), FIRST)
    assert first.result is None
    assert [outcome.units for outcome in rival.ends()] == [3, 3]
    assert engine.texts.count("good") == 2


def test_a_text_whose_call_failed_is_free_again() -> None:
    engine, clock = FakeEngine(), FakeClock()
    stack = cached(engine, FakeResultCache(), clock)
    engine.script.append(EngineUnavailableError())
    with pytest.raises(EngineUnavailableError):
        stack.analyze(documents("good"), FIRST)
    stack.analyze(documents("good"), SECOND)
    assert clock.slept == []


def while_asked_for(
    first: Callable[[CachedEngine], object], second: Callable[[CachedEngine], object]
) -> FakeClock:
    """The second thing happens while the first one's call is out, in the same thread; the clock of both."""
    engine, clock = FakeEngine(), FakeClock()
    stack = cached(engine, FakeResultCache(), clock)

    def hook(_made: EngineCall) -> None:
        engine.hook = None
        second(stack)

    engine.hook = hook
    first(stack)
    assert engine.texts == ["good", "good"]
    return clock


def test_whoever_is_waited_for_too_long_is_waited_for_no_more() -> None:
    clock = while_asked_for(
        lambda stack: stack.analyze(documents("good"), FIRST),
        lambda stack: stack.analyze(documents("good"), SECOND),
    )
    assert PATIENCE <= sum(clock.slept) < PATIENCE + 1


def test_somebody_who_waits_for_an_answer_waits_for_no_other_call() -> None:
    clock = while_asked_for(
        lambda stack: stack.analyze(documents("good"), FIRST),
        lambda stack: stack.analyze(documents("good"), LIVE),
    )
    assert clock.slept == []


def test_a_live_call_frees_nothing_that_bulk_work_asks_for() -> None:
    engine, clock = FakeEngine(), FakeClock()
    stack = cached(engine, FakeResultCache(), clock)

    def hook(_made: EngineCall) -> None:
        engine.hook = None
        engine.script.append(EngineUnavailableError())
        with pytest.raises(EngineUnavailableError):
            stack.analyze(documents("good"), LIVE)
        stack.analyze(documents("good"), SECOND)

    engine.hook = hook
    stack.analyze(documents("good"), FIRST)
    assert sum(clock.slept) >= PATIENCE


def test_bulk_work_waits_for_no_live_call() -> None:
    clock = while_asked_for(
        lambda stack: stack.analyze(documents("good"), LIVE),
        lambda stack: stack.analyze(documents("good"), FIRST),
    )
    assert clock.slept == []


def test_work_that_is_stopped_waits_no_longer() -> None:
    looks = count()
    stopped = replace(SECOND, stopped=lambda: next(looks) > 0)

    def second(stack: CachedEngine) -> None:
        with pytest.raises(StoppedError):
            stack.analyze(documents("good"), stopped)
        stack.analyze(documents("good"), LIVE)

    clock = while_asked_for(lambda stack: stack.analyze(documents("good"), FIRST), second)
    assert len(clock.slept) == 1
