"""Texts that were paid for before."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.engine import Call, EngineId
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
    mixed = [document(f"good {n}", str(n), Language("de" if n % 2 else "en")) for n in range(130)]
    cached(engine, FakeResultCache()).analyze(mixed, FIRST)
    spoken = [{one.language for one in made.documents} for made in engine.calls]
    assert [len(made.documents) for made in engine.calls] == [25, 25, 25, 25, 15, 15]
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


class Neighbour:
    """A chunk of 60 texts; while its first call is out, `act` works on another one."""

    def __init__(self, act: Callable[[CachedEngine], object], *, call: Call = SECOND) -> None:
        self.engine, self.clock = FakeEngine(price=list_price), FakeClock()
        self.cache = FakeResultCache()
        self.stack = cached(self.engine, self.cache, self.clock)
        self._act, self._call = act, call
        self.engine.hook = self._hook

    def _hook(self, _made: EngineCall) -> None:
        self.engine.hook = None
        self._act(self.stack)

    def ends(self) -> tuple[Sequence[Outcome], list[int]]:
        """What the chunk of 60 got, and how much each call carried."""
        outcomes = self.stack.analyze(documents(*[f"good {n}" for n in range(60)]), self._call)
        return outcomes, [len(made.documents) for made in self.engine.calls]


def test_a_batch_with_room_takes_along_what_another_chunk_is_going_to_ask_for() -> None:
    found: list[Outcome] = []
    near = Neighbour(lambda stack: found.extend(stack.analyze(documents("bad", "bad 2"), FIRST)))
    outcomes, calls = near.ends()
    assert calls == [25, 25, 12]
    assert [outcome.id for outcome in outcomes] == [str(n) for n in range(1, 61)]
    assert [outcome.units for outcome in outcomes] == [3] * 60
    assert [outcome.units for outcome in found] == [3, 3]
    assert sorted(near.engine.texts) == sorted({*near.engine.texts})
    payers = Counter(remembered.payer for remembered, _until in near.cache.results.values())
    assert payers == {FIRST.payer: 2, SECOND.payer: 60}


@pytest.mark.parametrize(
    "other",
    [
        replace(FIRST, tenant=Tenant("other")),
        replace(LIVE, payer="job/0"),
        replace(FIRST, stopped=lambda: True),
    ],
    ids=["another tenant", "a live call", "stopped work"],
)
def test_nobody_else_takes_them_along(other: Call) -> None:
    def act(stack: CachedEngine) -> None:
        with suppress(StoppedError):
            stack.analyze(documents("bad"), other)

    _, calls = Neighbour(act).ends()
    assert calls[-2:] == [25, 10]


def test_what_somebody_waits_for_is_not_taken_along() -> None:
    near = Neighbour(lambda stack: stack.analyze(documents("bad"), FIRST), call=LIVE)
    assert near.ends()[1] == [25, 1, 25, 10]


def test_nothing_is_begun_for_work_that_has_broken_off() -> None:
    engine = FakeEngine()
    stack = cached(engine, FakeResultCache())
    engine.script.append(EngineUnavailableError())
    with pytest.raises(EngineUnavailableError):
        stack.analyze(documents(*[f"good {n}" for n in range(60)]), SECOND)
    stack.analyze(documents("bad"), FIRST)
    assert [len(made.documents) for made in engine.calls] == [25, 1]


def test_texts_in_another_language_are_not_taken_along() -> None:
    near = Neighbour(lambda stack: stack.analyze([document("schlecht", "1", Language("de"))], FIRST))
    assert near.ends()[1] == [25, 1, 25, 10]


def test_nothing_is_begun_for_work_that_was_stopped() -> None:
    stopping: list[bool] = []

    def act(stack: CachedEngine) -> None:
        stopping.append(True)
        stack.analyze(documents("bad"), FIRST)

    near = Neighbour(act, call=replace(SECOND, stopped=lambda: bool(stopping)))
    with pytest.raises(StoppedError):
        near.ends()
    assert [len(made.documents) for made in near.engine.calls] == [25, 1]


def test_a_text_taken_along_that_fails_for_good_is_not_asked_for_again() -> None:
    near = Neighbour(lambda stack: stack.analyze(documents("bad"), FIRST))
    near.engine.failures["good 59"] = (Failure(code=FailureCode.ENGINE_REJECTED), None)
    outcomes, calls = near.ends()
    assert outcomes[59].failure == Failure(code=FailureCode.ENGINE_REJECTED)
    assert calls == [25, 25, 11]


def test_a_text_taken_along_in_vain_is_asked_for_again_by_its_own_chunk() -> None:
    near = Neighbour(lambda stack: stack.analyze(documents("bad"), FIRST))
    near.engine.failures["good 59"] = (Failure(code=FailureCode.ENGINE_UNAVAILABLE, retryable=True), 1)
    outcomes, calls = near.ends()
    assert all(outcome.result for outcome in outcomes)
    assert calls == [25, 25, 12]


def test_a_text_that_was_remembered_meanwhile_is_not_taken_along() -> None:
    def act(stack: CachedEngine) -> None:
        stack.analyze(documents("good 59"), LIVE)
        stack.analyze(documents("bad"), FIRST)

    near = Neighbour(act)
    outcomes, calls = near.ends()
    assert calls == [25, 1, 24, 11]
    assert [outcome.units for outcome in outcomes] == [3] * 59 + [0]


@given(sizes=st.lists(st.integers(1, 70), min_size=1, max_size=6), seed=st.integers(0, 999))
def test_however_chunks_share_each_has_all_its_outcomes_and_counts_what_was_paid(
    sizes: list[int], seed: int
) -> None:
    chance, engine, clock = Random(seed), FakeEngine(price=list_price), FakeClock()
    stack = cached(engine, FakeResultCache(), clock)
    chunks = [[f"good {chance.randrange(80)}" for _ in range(size)] for size in sizes]
    begun: list[int] = []
    found: dict[int, Sequence[Outcome]] = {}

    def begin(_made: object = None) -> None:
        if len(begun) < len(chunks):
            number = len(begun)
            begun.append(number)
            call = replace(BULK, payer=f"job/{number}")
            found[number] = stack.analyze(documents(*chunks[number]), call)

    engine.hook = begin
    begin()
    assert all(len(found[number]) == len(chunks[number]) for number in begun)
    assert all(len(made.documents) <= 25 for made in engine.calls)
    assert all(outcome.result for outcomes in found.values() for outcome in outcomes)
    assert sum(outcome.units for outcomes in found.values() for outcome in outcomes) == engine.units
