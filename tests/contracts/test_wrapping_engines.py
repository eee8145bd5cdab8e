"""The engines that wrap an engine promise what every engine promises, but for what they lift."""

from random import Random

import pytest

from aurastream.domain.engine import EngineId, EngineLimits
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.engines.by_language import ByLanguageEngine
from aurastream.domain.engines.cached import CachedEngine
from aurastream.domain.engines.cascade import CascadeEngine, CascadePolicy
from aurastream.domain.engines.detected import DetectedEngine
from aurastream.domain.engines.observed import ObservedEngine, unobserved
from aurastream.domain.engines.paced import PacedEngine
from aurastream.domain.engines.pacing import Pace, Pacer
from aurastream.domain.engines.retried import RetriedEngine
from aurastream.domain.engines.screened import ScreenedEngine
from aurastream.domain.engines.segmented import SegmentedEngine
from aurastream.domain.language import ENGLISH, Language
from aurastream.domain.retrying import Backoff, RetryBudget
from aurastream.ports.sentiment_engine import SentimentEngine
from tests.contracts.test_sentiment_engine import (
    LimitsBytes,
    LimitsDocuments,
    LimitsEverything,
    LimitsLanguages,
    NamesItself,
    SentimentEngineContract,
    StopsAtOnce,
    TakesOneLanguage,
)
from tests.fakes import FakeClock, FakeEngine, FakeLanguageDetector, FakeResultCache

STRICT = EngineLimits(
    max_documents=25, max_bytes=5_000, languages=frozenset({ENGLISH, Language("es")}), one_language=True
)


@pytest.fixture
def clock() -> FakeClock:
    """The clock of an engine and of what wraps it."""
    return FakeClock()


@pytest.fixture
def strict(clock: FakeClock) -> FakeEngine:
    """An engine with every limit there is."""
    return FakeEngine(limits=STRICT, clock=clock)


class TestPacedEngine(SentimentEngineContract, NamesItself, LimitsEverything, StopsAtOnce):
    @pytest.fixture
    def engine(self, strict: FakeEngine, clock: FakeClock) -> SentimentEngine:
        pace = Pace(quota=20)
        return PacedEngine(strict, single=Pacer(pace, clock), batch=Pacer(pace, clock))


class TestRetriedEngine(SentimentEngineContract, NamesItself, LimitsEverything, StopsAtOnce):
    @pytest.fixture
    def engine(self, strict: FakeEngine, clock: FakeClock) -> SentimentEngine:
        return RetriedEngine(strict, clock=clock, chance=Random(1), budget=RetryBudget(), backoff=Backoff())


class TestObservedEngine(SentimentEngineContract, NamesItself, LimitsEverything, StopsAtOnce):
    @pytest.fixture
    def engine(self, strict: FakeEngine) -> SentimentEngine:
        return ObservedEngine(strict, observe=unobserved)


class TestBatchedEngine(SentimentEngineContract, NamesItself, LimitsBytes, LimitsLanguages):
    @pytest.fixture
    def engine(self, strict: FakeEngine) -> SentimentEngine:
        return BatchedEngine(strict)


class TestSegmentedEngine(SentimentEngineContract, NamesItself, LimitsLanguages):
    @pytest.fixture
    def engine(self, strict: FakeEngine) -> SentimentEngine:
        return SegmentedEngine(BatchedEngine(strict), max_bytes=100)


class TestCachedEngine(SentimentEngineContract, NamesItself, LimitsBytes, LimitsLanguages):
    @pytest.fixture
    def engine(self, strict: FakeEngine, clock: FakeClock) -> SentimentEngine:
        return CachedEngine(BatchedEngine(strict), cache=FakeResultCache(), clock=clock)


class TestScreenedEngine(SentimentEngineContract, NamesItself, LimitsEverything):
    @pytest.fixture
    def engine(self, strict: FakeEngine) -> SentimentEngine:
        return ScreenedEngine(strict)


class TestDetectedEngine(
    SentimentEngineContract, NamesItself, LimitsDocuments, LimitsBytes, TakesOneLanguage
):
    @pytest.fixture
    def engine(self, strict: FakeEngine) -> SentimentEngine:
        return DetectedEngine(strict, detector=FakeLanguageDetector(), default=ENGLISH)


class TestCascadeEngine(SentimentEngineContract, LimitsLanguages):
    @pytest.fixture
    def engine(self, strict: FakeEngine, clock: FakeClock) -> SentimentEngine:
        first = FakeEngine(
            limits=EngineLimits(languages=frozenset({ENGLISH})),
            identity=EngineId(name="first", version="1"),
            clock=clock,
        )
        return CascadeEngine(first, BatchedEngine(strict), policy=CascadePolicy(threshold=0.8))


class TestByLanguageEngine(SentimentEngineContract, LimitsLanguages, StopsAtOnce):
    @pytest.fixture
    def engine(self, clock: FakeClock) -> SentimentEngine:
        return ByLanguageEngine(
            [
                FakeEngine(limits=EngineLimits(languages=frozenset({Language(code)})), clock=clock)
                for code in ("en", "es")
            ]
        )
