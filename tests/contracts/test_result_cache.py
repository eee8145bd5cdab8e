"""What every ResultCache promises, and who promises it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from aurastream.adapters.aws.dynamodb_result_cache import DynamoDbResultCache
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.sqlite_result_cache import SqliteResultCache
from aurastream.domain.engine import EngineId
from aurastream.domain.language import ENGLISH, Language
from aurastream.domain.remembering import CacheKey, Remembered, cache_key
from aurastream.domain.sentiment import Scores
from aurastream.ports.result_cache import ResultCache
from tests import simulated_aws as aws
from tests.contracts.cases import ACME, LATER, NOON, OTHER, RESULT
from tests.contracts.racing import race
from tests.fakes import FakeClock, FakeResultCache

ENGINE = EngineId(name="comprehend", version="1")
BARE = replace(RESULT, cached=False)


def name(number: int = 1) -> CacheKey:
    """The number-th text of a tenant."""
    return cache_key(ACME, f"text {number}", ENGLISH, ENGINE)


def paid(number: int = 1) -> Remembered:
    """What was found for the number-th text, unlike any other."""
    scores = Scores(positive=1 - number / 1024, negative=number / 1024, neutral=0.0, mixed=0.0)
    result = replace(BARE, scores=scores, sentiment=scores.top)
    return Remembered(result=result, units=3 + number, payer=f"job/{number} ü")


class ResultCacheContract:
    """Every cache of results, everywhere."""

    @pytest.fixture
    def cache(self) -> ResultCache:
        raise NotImplementedError

    def test_nothing_is_remembered_at_first(self, cache: ResultCache) -> None:
        assert dict(cache.get([name(1), name(2)], now=NOON)) == {}
        assert dict(cache.get([], now=NOON)) == {}

    def test_what_was_put_comes_back_whole(self, cache: ResultCache) -> None:
        cache.put({name(1): paid(1), name(2): paid(2)}, until=LATER)
        assert dict(cache.get([name(2), name(3), name(1)], now=NOON)) == {name(1): paid(1), name(2): paid(2)}

    @pytest.mark.parametrize(
        "remembered",
        [
            Remembered(result=BARE, units=0, payer=""),
            Remembered(result=replace(BARE, segments=41, coverage=1 / 3), units=10_000, payer="'; DROP"),
            Remembered(
                result=replace(
                    BARE,
                    scores=Scores(positive=0.1, negative=0.2, neutral=0.3, mixed=0.4),
                    language=replace(BARE.language, code=Language("zh-TW")),
                    engine=EngineId(name="ünïcode", version="1.0+b 2"),
                ),
                units=1,
                payer="line\nend 🎉",
            ),
        ],
    )
    def test_awkward_results_come_back_to_the_last_digit(
        self, cache: ResultCache, remembered: Remembered
    ) -> None:
        cache.put({name(): remembered}, until=LATER)
        assert cache.get([name()], now=NOON)[name()] == remembered

    def test_putting_nothing_is_fine(self, cache: ResultCache) -> None:
        cache.put({}, until=LATER)

    def test_a_result_is_remembered_until_its_time_and_no_longer(self, cache: ResultCache) -> None:
        cache.put({name(): paid()}, until=LATER)
        assert name() in cache.get([name()], now=LATER - timedelta(seconds=1))
        assert name() not in cache.get([name()], now=LATER)
        assert name() not in cache.get([name()], now=LATER + timedelta(days=1))

    def test_the_later_of_two_results_stands(self, cache: ResultCache) -> None:
        cache.put({name(): paid(1)}, until=LATER)
        cache.put({name(): paid(2)}, until=LATER + timedelta(hours=1))
        assert cache.get([name()], now=LATER)[name()] == paid(2)

    def test_tenants_share_nothing(self, cache: ResultCache) -> None:
        mine, theirs = CacheKey(ACME, "0" * 64), CacheKey(OTHER, "0" * 64)
        cache.put({mine: paid(1)}, until=LATER)
        assert dict(cache.get([theirs], now=NOON)) == {}
        cache.put({theirs: paid(2)}, until=LATER)
        assert dict(cache.get([mine, theirs], now=NOON)) == {mine: paid(1), theirs: paid(2)}

    def test_many_are_put_and_asked_for_at_once(self, cache: ResultCache) -> None:
        many = {name(number): paid(number) for number in range(260)}
        cache.put(many, until=LATER)
        assert dict(cache.get(set(many), now=NOON)) == many

    def test_a_name_asked_for_twice_is_found_once(self, cache: ResultCache) -> None:
        cache.put({name(): paid()}, until=LATER)
        assert dict(cache.get([name(), name()], now=NOON)) == {name(): paid()}

    def test_many_may_put_the_same_text_at_once(self, cache: ResultCache) -> None:
        assert race(lambda number: cache.put({name(): paid(number)}, until=LATER)) == [None] * 20
        assert cache.get([name()], now=NOON)[name()] in [paid(number) for number in range(20)]


class TestFakeResultCache(ResultCacheContract):
    @pytest.fixture
    def cache(self) -> ResultCache:
        return FakeResultCache()


class TestSqliteResultCache(ResultCacheContract):
    @pytest.fixture
    def cache(self, db: Database) -> ResultCache:
        return SqliteResultCache(db)


class TestDynamoDbResultCache(ResultCacheContract):
    @pytest.fixture
    def cache(self) -> Iterator[ResultCache]:
        with aws.simulated_aws():
            yield DynamoDbResultCache(aws.dynamodb(), aws.make_table(), clock=FakeClock(), chance=Random(1))
