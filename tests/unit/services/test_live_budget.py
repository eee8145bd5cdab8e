"""A second for somebody who waits, whatever the engine does; in simulated time, over the production stack."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.containers.quota import whole_quota
from aurastream.containers.stack import LIVE, billed_engine, front
from aurastream.domain.document import Document
from aurastream.domain.engines.observed import unobserved
from aurastream.domain.errors import EngineUnavailableError
from aurastream.domain.job import JobStatus
from aurastream.domain.language import ENGLISH, Language, LanguageSource
from aurastream.domain.retrying import RetryBudget
from aurastream.domain.routing import Mode, RoutingPolicy
from aurastream.domain.services.analyze import AnalyzeDocuments, Answered
from aurastream.domain.services.promise import PromiseAnswer
from aurastream.settings import Settings
from tests.fakes import Breakable, EngineCall, FakeEngine, FakeLanguageDetector, list_price
from tests.unit.services.workshop import ACME, COMPREHEND, Workshop

BUDGET = 1.0
READ, CONNECT = 0.6, 0.25
"""Seconds after which the client for live calls breaks off."""
STORE = 0.02
"""Seconds that a store takes for anything."""


@dataclass(frozen=True, slots=True)
class Mood:
    """What a call does: so many seconds, then an answer or an error."""

    seconds: tuple[float, float]
    error: Callable[[], Exception] | None = None


def throttled() -> Exception:
    return EngineUnavailableError(throttled=True)


ANSWERS = Mood((0.02, 0.12))
THROTTLES = Mood((0.005, 0.03), throttled)
FAILS = Mood((0.01, 0.2), EngineUnavailableError)
BREAKS_OFF = Mood((0.0, READ), EngineUnavailableError)
TAKES_FIVE_SECONDS = Mood((READ, READ), EngineUnavailableError)
CANNOT_BE_REACHED = Mood((CONNECT, CONNECT), EngineUnavailableError)
REFUSES_CONNECTIONS = Mood((0.0, 0.001), EngineUnavailableError)
NEARLY_TOO_SLOW = Mood((0.5, READ))
MOODS = (
    ANSWERS,
    THROTTLES,
    FAILS,
    BREAKS_OFF,
    TAKES_FIVE_SECONDS,
    CANNOT_BE_REACHED,
    REFUSES_CONNECTIONS,
    NEARLY_TOO_SLOW,
)
DAYS: Mapping[str, Sequence[Mood]] = {
    "all is well": [ANSWERS],
    "every call is throttled": [THROTTLES],
    "every call fails": [FAILS],
    "every call takes five seconds": [TAKES_FIVE_SECONDS],
    "nothing can be reached": [CANNOT_BE_REACHED],
    "nothing listens": [REFUSES_CONNECTIONS],
    "every call is nearly too slow": [NEARLY_TOO_SLOW],
    "one in ten hangs": [ANSWERS] * 9 + [TAKES_FIVE_SECONDS],
    "anything may happen": MOODS,
}


@dataclass(slots=True)
class Home:
    """Live calls as production makes them, to an engine whose moods are drawn."""

    seed: int
    moods: Sequence[Mood]
    shop: Workshop = field(default_factory=Workshop)
    engine: FakeEngine = field(init=False)
    analyze: AnalyzeDocuments = field(init=False)
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance, clock = Random(self.seed), self.shop.clock
        self.engine = FakeEngine(limits=COMPREHEND, price=list_price, clock=clock)
        self.engine.hook = self._hook
        for store in (self.shop.jobs, self.shop.blobs, self.shop.queue, self.shop.cache):
            self._slow_down(store)
        settings = Settings()
        quota = whole_quota(settings, clock)
        billed = billed_engine(
            self.engine,
            single=quota.detect,
            batch=quota.batch,
            cache=self.shop.cache,
            clock=clock,
            chance=self.chance,
            budget=RetryBudget(),
            observe=unobserved,
            urgency=LIVE,
        )
        self.analyze = AnalyzeDocuments(
            engine=front(billed, detector=FakeLanguageDetector(), settings=settings, observe=unobserved),
            policy=RoutingPolicy(),
            submit=self.shop.submit,
            promise=PromiseAnswer(
                jobs=self.shop.jobs,
                blobs=self.shop.blobs,
                queue=self.shop.queue,
                clock=clock,
                new_id=lambda: self.shop.new_key().job_id,
            ),
            clock=clock,
        )

    def request(self, number: int, documents: int) -> float:
        """Seconds until somebody who sends so many documents has an answer, or the promise of one."""
        began = self.shop.clock.monotonic()
        asked = [
            Document(id=str(n), text=f"good {number} {n}", language=ENGLISH, source=LanguageSource.CALLER)
            for n in range(documents)
        ]
        answer = self.analyze(ACME, asked, Mode.SYNC)
        took = self.shop.clock.monotonic() - began
        if isinstance(answer, Answered):
            assert all(outcome.result for outcome in answer.outcomes)
        else:
            assert answer.job.key in [queued.ticket.job for queued in self.shop.queue.queued]
        return took

    def day(self, requests: int, *, a_second: float = 10.0) -> list[float]:
        """So many requests at random moments; how long each of them took."""
        times = []
        for number in range(requests):
            self.shop.clock.advance(self.chance.expovariate(a_second))
            times.append(self.request(number, self.chance.choice([1, 1, 1, 5, 25])))
        return times

    def _hook(self, made: EngineCall) -> None:
        mood = self.chance.choice(self.moods)
        self.shop.clock.sleep(self.chance.uniform(*mood.seconds))
        if mood.error is not None:
            raise mood.error()

    def _slow_down(self, store: Breakable) -> None:
        answering = store._answering

        def slowly() -> None:
            self.shop.clock.sleep(STORE)
            answering()

        store._answering = slowly  # type: ignore[method-assign] # every call of a fake begins with it


@pytest.mark.parametrize("day", DAYS)
def test_all_are_answered_or_promised_within_a_second(day: str) -> None:
    home = Home(1, DAYS[day])
    times = sorted(home.day(500))
    assert times[int(0.99 * len(times))] <= BUDGET
    assert home.engine.calls


@given(
    seed=st.integers(0, 10_000),
    moods=st.lists(st.sampled_from(MOODS), min_size=1, max_size=12),
    documents=st.lists(st.integers(1, 25), min_size=1, max_size=12),
)
def test_nobody_at_all_waits_longer_than_a_second(seed: int, moods: list[Mood], documents: list[int]) -> None:
    home = Home(seed, moods)
    assert max(home.request(number, count) for number, count in enumerate(documents)) <= BUDGET


@pytest.mark.parametrize("a_second", [20, 60, 200])
def test_more_than_the_quota_lets_through_is_promised_in_time(a_second: float) -> None:
    home = Home(1, [Mood((0.0, 0.001))])
    times = sorted(home.day(1_000, a_second=a_second))
    assert times[int(0.99 * len(times))] <= BUDGET


def test_while_all_is_well_nothing_is_promised() -> None:
    home = Home(1, [ANSWERS])
    home.day(500, a_second=8)
    assert home.shop.queue.queued == []


@pytest.mark.parametrize("mood", [REFUSES_CONNECTIONS, THROTTLES, FAILS])
def test_a_dead_engine_costs_a_tenth_more_than_a_call_a_request(mood: Mood) -> None:
    home = Home(1, [mood])
    home.day(100)
    before = len(home.engine.calls)
    home.day(1_000)
    assert len(home.engine.calls) - before <= 1.1 * 1_000 + 1


def test_a_brown_out_of_half_a_minute_loses_nobody() -> None:
    """Ten requests a second before it, in it and after it: all are answered, or promised and that is kept."""
    home = Home(1, [ANSWERS])
    home.shop.engine = home.engine  # promises are kept by the same engine
    home.day(100)
    home.moods = [THROTTLES]
    home.day(300)
    promised = [queued.ticket.job for queued in home.shop.queue.queued]
    assert len(promised) > 200
    home.moods = [ANSWERS]
    home.day(100)
    for _ in range(20):
        home.shop.clock.advance(70)
        while home.shop.work_retries():
            pass
    assert home.shop.queue.queued == []
    assert {home.shop.jobs.get(key).status for key in promised} == {JobStatus.SUCCEEDED}


@pytest.mark.parametrize("mood", [ANSWERS, TAKES_FIVE_SECONDS, THROTTLES])
def test_nobody_who_was_answered_leaves_a_thread_behind(mood: Mood) -> None:
    home, before = Home(1, [mood]), set(threading.enumerate())
    documents = [
        Document(id=str(n), text=f"good {n}", language=language, source=LanguageSource.CALLER)
        for n, language in enumerate(map(Language, ("en", "de", "fr", "en", "es")))
    ]
    seen: set[threading.Thread] = set()

    def hook(made: EngineCall) -> None:
        seen.add(threading.current_thread())
        home._hook(made)

    home.engine.limits_now, home.engine.hook = replace(COMPREHEND, languages=None), hook
    for _ in range(10):
        home.analyze(ACME, documents, Mode.SYNC)
    assert len(seen) > 1, "the languages are asked for side by side"
    assert set(threading.enumerate()) == before
