"""Texts that were paid for before."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.engine import EngineId
from aurastream.domain.engines.cached import CachedEngine
from aurastream.domain.keys import Tenant
from aurastream.domain.language import Language, LanguageSource
from aurastream.domain.outcome import Failure, FailureCode
from tests.fakes import FakeClock, FakeEngine, FakeResultCache, list_price
from tests.unit.engines.documents import BULK, document, documents

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
