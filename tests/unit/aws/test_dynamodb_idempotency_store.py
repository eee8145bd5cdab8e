"""What DynamoDbIdempotencyStore does beyond any such store's promise."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from aurastream.adapters.aws.dynamodb_idempotency_store import FENCE_KEPT, DynamoDbIdempotencyStore
from aurastream.domain.errors import RequestRunningError
from aurastream.domain.idempotency import KEPT, LEASE, Answer, RequestKey, Turn
from tests import simulated_aws as aws
from tests.contracts.cases import ACME, MARKER, NOON, OTHER
from tests.contracts.cases import key as job_key
from tests.fakes import FakeClock

REQUEST = RequestKey(tenant=ACME, method="POST", path="/v1/jobs", key=MARKER)
ANSWER = Answer(status=202, body=b'{"job_id": "\xff"}', headers={"A": "b"}, job_id=job_key().job_id)


@pytest.fixture
def store(wire: aws.Wire) -> DynamoDbIdempotencyStore:
    return DynamoDbIdempotencyStore(aws.dynamodb(), aws.TABLE, clock=FakeClock(NOON), chance=Random(1))


def begin(store: DynamoDbIdempotencyStore) -> Turn | Answer:
    return store.begin(REQUEST, "fingerprint", job_id=job_key(9).job_id, now=NOON, until=NOON + LEASE)


def turn_of(store: DynamoDbIdempotencyStore) -> Turn:
    turn = begin(store)
    assert isinstance(turn, Turn)
    return turn


def items() -> list[dict[str, object]]:
    return [dict(item) for item in aws.dynamodb().scan(TableName=aws.TABLE)["Items"]]


def test_a_turn_whose_answer_was_lost_is_ours(store: DynamoDbIdempotencyStore, wire: aws.Wire) -> None:
    wire.losing["UpdateItem"] = 1
    turn = turn_of(store)
    with pytest.raises(RequestRunningError):
        begin(store)
    assert store.finish(turn, ANSWER, until=NOON + KEPT)


def test_a_finish_whose_answer_was_lost_has_succeeded(
    store: DynamoDbIdempotencyStore, wire: aws.Wire
) -> None:
    turn = turn_of(store)
    wire.losing["UpdateItem"] = 1
    assert store.finish(turn, ANSWER, until=NOON + KEPT)
    assert begin(store) == ANSWER
    assert not store.finish(turn, ANSWER, until=NOON + KEPT)


def test_the_callers_key_is_not_in_the_table(store: DynamoDbIdempotencyStore) -> None:
    store.finish(turn_of(store), ANSWER, until=NOON + KEPT)
    assert MARKER not in str(items())
    assert len(items()) == 2


def test_nothing_of_a_forgotten_answer_remains_but_the_fence(store: DynamoDbIdempotencyStore) -> None:
    store.finish(turn_of(store), ANSWER, until=NOON + KEPT)
    store.forget(job_key())
    [item] = items()
    assert set(item) == {"pk", "sk", "fence", "ttl", "written_by"}


def test_another_tenants_answer_that_names_an_equal_id_is_kept(store: DynamoDbIdempotencyStore) -> None:
    store.finish(turn_of(store), ANSWER, until=NOON + KEPT)
    store.forget(replace(job_key(), tenant=OTHER))
    assert begin(store) == ANSWER


def test_a_mark_without_its_answer_leads_nowhere(store: DynamoDbIdempotencyStore) -> None:
    late = turn_of(store)
    store.release(late)
    again = turn_of(store)
    assert not store.finish(late, ANSWER, until=NOON + KEPT)
    assert store.finish(again, replace(ANSWER, job_id=job_key(2).job_id), until=NOON + KEPT)
    store.forget(job_key())
    assert begin(store) == replace(ANSWER, job_id=job_key(2).job_id)


@pytest.mark.parametrize("finished", [False, True])
def test_the_fence_outlives_the_request(store: DynamoDbIdempotencyStore, finished: bool) -> None:
    turn = turn_of(store)
    until = NOON + LEASE
    if finished:
        until = NOON + KEPT
        store.finish(turn, replace(ANSWER, job_id=None), until=until)
    [item] = items()
    assert item["ttl"] == {"N": str(int((until + FENCE_KEPT).timestamp()))}
    assert timedelta(hours=1) < FENCE_KEPT
