"""What DynamoDbResultCache does beyond any cache's promise."""

from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aurastream.adapters.aws.dynamodb_result_cache import DynamoDbResultCache
from aurastream.domain.language import ENGLISH
from aurastream.domain.remembering import CacheKey, Remembered, cache_key
from tests import simulated_aws as aws
from tests.contracts.cases import ACME, LATER, MARKER, NOON, RESULT
from tests.fakes import FakeClock

REMEMBERED = Remembered(result=RESULT, units=3, payer="job/1")


def name(number: int) -> CacheKey:
    return cache_key(ACME, f"{MARKER} {number}", ENGLISH, RESULT.engine)


@pytest.fixture
def cache(wire: aws.Wire) -> DynamoDbResultCache:
    return DynamoDbResultCache(aws.dynamodb(), aws.TABLE, clock=FakeClock(NOON), chance=Random(1))


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 400), ("InternalServerError", 500), ("", 503)]
)
def test_a_table_that_does_not_answer_remembers_nothing(
    cache: DynamoDbResultCache, code: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with aws.refusing(aws.dynamodb(), "BatchWriteItem", code, status=status):
        cache.put({name(1): REMEMBERED}, until=LATER)
    with aws.refusing(aws.dynamodb(), "BatchGetItem", code, status=status):
        assert cache.get([name(1)], now=NOON) == {}
    assert len(caplog.records) == 2
    assert aws.SECRET not in caplog.text


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException"])
def test_a_table_that_is_not_there_is_no_slow_one(cache: DynamoDbResultCache, code: str) -> None:
    with aws.refusing(aws.dynamodb(), "BatchWriteItem", code), pytest.raises(ClientError):
        cache.put({name(1): REMEMBERED}, until=LATER)
    with aws.refusing(aws.dynamodb(), "BatchGetItem", code), pytest.raises(ClientError):
        cache.get([name(1)], now=NOON)


def test_many_results_are_asked_for_by_the_hundred_and_put_by_25(
    cache: DynamoDbResultCache, wire: aws.Wire
) -> None:
    wire.calls.clear()
    cache.put({name(number): REMEMBERED for number in range(101)}, until=LATER)
    assert wire.calls == {"BatchWriteItem": 5}
    wire.calls.clear()
    assert len(cache.get([name(number) for number in range(101)], now=NOON)) == 101
    assert wire.calls == {"BatchGetItem": 2}


def test_what_could_be_read_is_remembered_though_the_rest_could_not(cache: DynamoDbResultCache) -> None:
    cache.put({name(1): REMEMBERED, name(2): REMEMBERED}, until=LATER)

    def half(asked: dict[str, Any]) -> aws.Answer | None:
        keys = asked["RequestItems"][aws.TABLE]["Keys"]
        if len(keys) == 1:
            return 200, {"Responses": {}, "UnprocessedKeys": asked["RequestItems"]}
        item = aws.dynamodb().get_item(TableName=aws.TABLE, Key=keys[0])["Item"]
        left = {"Keys": keys[1:], "ConsistentRead": True}
        return 200, {"Responses": {aws.TABLE: [item]}, "UnprocessedKeys": {aws.TABLE: left}}

    with aws.answering(aws.dynamodb(), "BatchGetItem", half):
        found = cache.get([name(1), name(2)], now=NOON)
    assert list(found.values()) == [REMEMBERED]


def test_what_could_not_be_put_at_once_is_put_again(cache: DynamoDbResultCache) -> None:
    left = [True, True]

    def not_at_once(asked: dict[str, Any]) -> aws.Answer | None:
        return (200, {"UnprocessedItems": asked["RequestItems"]}) if left and left.pop() else None

    with aws.answering(aws.dynamodb(), "BatchWriteItem", not_at_once):
        cache.put({name(1): REMEMBERED}, until=LATER)
    assert cache.get([name(1)], now=NOON) == {name(1): REMEMBERED}


def test_a_result_lies_under_a_hash_and_may_be_dropped_when_its_time_is_over(
    cache: DynamoDbResultCache,
) -> None:
    cache.put({name(1): REMEMBERED}, until=LATER)
    [item] = aws.dynamodb().scan(TableName=aws.TABLE)["Items"]
    assert item["pk"] == {"S": f"RESULT#{ACME}#{name(1).digest}"}
    assert item["ttl"] == {"N": str(int(LATER.timestamp()))}
    assert MARKER not in str(item)
