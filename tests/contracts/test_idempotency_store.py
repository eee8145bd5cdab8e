"""What every IdempotencyStore promises, and who promises it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from aurastream.adapters.aws.dynamodb_idempotency_store import DynamoDbIdempotencyStore
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.sqlite_idempotency_store import SqliteIdempotencyStore
from aurastream.domain.errors import RequestMismatchError, RequestRunningError
from aurastream.domain.idempotency import KEPT, LEASE, Answer, RequestKey, Turn, fingerprint_of
from aurastream.domain.keys import JobId
from aurastream.ports.idempotency_store import IdempotencyStore
from tests import simulated_aws as aws
from tests.contracts.cases import ACME, NOON, OTHER
from tests.contracts.cases import key as job_key
from tests.contracts.racing import race
from tests.fakes import FakeClock, FakeIdempotencyStore

REQUEST = RequestKey(tenant=ACME, method="POST", path="/v1/jobs", key="an order-1 ~")
BODY = fingerprint_of(ACME, "application/json", "", b"{}")
ANSWER = Answer(
    status=202,
    body='{"status": "QUEUED"}\r\n\x00é'.encode() + bytes(range(256)),
    headers={"Location": "/v1/jobs/1", "Retry-After": "2"},
    job_id=job_key().job_id,
)
MEANT, ANOTHER = job_key(7).job_id, job_key(8).job_id
OVER = NOON + LEASE
"""When the first turn's lease has run out."""


def begin(
    store: IdempotencyStore,
    request: RequestKey = REQUEST,
    now: datetime = NOON,
    body: str = BODY,
    job_id: JobId = MEANT,
) -> Turn:
    """A turn that must be ours."""
    turn = store.begin(request, body, job_id=job_id, now=now, until=now + LEASE)
    assert isinstance(turn, Turn)
    return turn


def replayed(store: IdempotencyStore, request: RequestKey = REQUEST, now: datetime = NOON) -> Answer:
    """The answer that must be there."""
    answer = store.begin(request, BODY, job_id=MEANT, now=now, until=now + LEASE)
    assert isinstance(answer, Answer)
    return answer


class IdempotencyStoreContract:
    """Every store of keyed requests, everywhere."""

    @pytest.fixture
    def store(self) -> IdempotencyStore:
        raise NotImplementedError

    def test_the_first_request_is_ours_to_answer(self, store: IdempotencyStore) -> None:
        assert begin(store).key == REQUEST

    def test_a_turn_carries_the_name_that_its_job_is_to_get(self, store: IdempotencyStore) -> None:
        assert begin(store).job_id == MEANT

    def test_a_try_after_one_that_died_calls_its_job_the_same(self, store: IdempotencyStore) -> None:
        begin(store)
        assert begin(store, now=OVER, job_id=ANOTHER).job_id == MEANT
        assert begin(store, now=OVER + LEASE, job_id=ANOTHER).job_id == MEANT

    def test_a_try_after_one_that_gave_up_calls_its_job_the_same(self, store: IdempotencyStore) -> None:
        store.release(begin(store))
        assert begin(store, job_id=ANOTHER).job_id == MEANT

    def test_another_request_under_the_key_of_one_that_died_names_its_own_job(
        self, store: IdempotencyStore
    ) -> None:
        begin(store)
        assert begin(store, now=OVER, body="another", job_id=ANOTHER).job_id == ANOTHER

    def test_the_key_of_an_answer_whose_time_is_over_names_a_new_job(self, store: IdempotencyStore) -> None:
        store.finish(begin(store), ANSWER, until=NOON + KEPT)
        assert begin(store, now=NOON + KEPT, job_id=ANOTHER).job_id == ANOTHER

    def test_the_same_request_meanwhile_is_told_to_wait(self, store: IdempotencyStore) -> None:
        begin(store)
        with pytest.raises(RequestRunningError):
            begin(store, now=OVER - timedelta(seconds=1))

    def test_the_answer_is_given_again_as_it_was(self, store: IdempotencyStore) -> None:
        assert store.finish(begin(store), ANSWER, until=NOON + KEPT)
        assert replayed(store) == ANSWER
        assert replayed(store, now=NOON + KEPT - timedelta(seconds=1)) == ANSWER

    @pytest.mark.parametrize(
        "answer",
        [
            Answer(status=200, body=b""),
            Answer(status=422, body=b"\xff\xfe", headers={"X-Empty": "", "X-Quote": "a'b"}),
            Answer(status=200, body=b"x" * 200_000),
        ],
    )
    def test_awkward_answers_come_back(self, store: IdempotencyStore, answer: Answer) -> None:
        store.finish(begin(store), answer, until=NOON + KEPT)
        assert replayed(store) == answer

    def test_an_answer_is_forgotten_when_its_time_is_over(self, store: IdempotencyStore) -> None:
        store.finish(begin(store), ANSWER, until=NOON + KEPT)
        begin(store, now=NOON + KEPT)

    def test_an_answer_may_be_kept_for_less_than_the_lease(self, store: IdempotencyStore) -> None:
        soon = NOON + timedelta(seconds=1)
        store.finish(begin(store), ANSWER, until=soon)
        begin(store, now=soon)

    @pytest.mark.parametrize("finished", [False, True])
    def test_the_key_with_another_body_is_a_mismatch(self, store: IdempotencyStore, finished: bool) -> None:
        turn = begin(store)
        if finished:
            store.finish(turn, ANSWER, until=NOON + KEPT)
        other = fingerprint_of(ACME, "application/json", "", b"{ }")
        with pytest.raises(RequestMismatchError):
            store.begin(REQUEST, other, job_id=MEANT, now=NOON, until=OVER)
        assert store.finish(turn, ANSWER, until=NOON + KEPT) is not finished

    @pytest.mark.parametrize(
        "other",
        [
            replace(REQUEST, tenant=OTHER),
            replace(REQUEST, method="PUT"),
            replace(REQUEST, path="/v1/sentiment"),
            replace(REQUEST, key="an order-1 "),
            replace(REQUEST, key="AN ORDER-1 ~"),
            replace(REQUEST, key="~" * 255),
        ],
    )
    def test_another_scope_or_key_is_another_request(
        self, store: IdempotencyStore, other: RequestKey
    ) -> None:
        store.finish(begin(store), ANSWER, until=NOON + KEPT)
        assert begin(store, other, body="another fingerprint").key == other
        assert replayed(store) == ANSWER

    def test_a_request_whose_lease_ran_out_is_anybodys(self, store: IdempotencyStore) -> None:
        first = begin(store)
        second = begin(store, now=OVER)
        assert second != first
        assert second.fence > first.fence

    def test_late_but_still_alone_it_may_finish(self, store: IdempotencyStore) -> None:
        turn = begin(store)
        begin(store, replace(REQUEST, key="another"), now=OVER + timedelta(hours=1))
        assert store.finish(turn, ANSWER, until=OVER + KEPT)
        assert replayed(store, now=OVER + timedelta(minutes=5)) == ANSWER

    def test_a_late_finish_is_refused_once_another_began(self, store: IdempotencyStore) -> None:
        late = begin(store)
        second = begin(store, now=OVER)
        assert not store.finish(late, replace(ANSWER, status=500), until=OVER + KEPT)
        with pytest.raises(RequestRunningError):
            begin(store, now=OVER)
        assert store.finish(second, ANSWER, until=OVER + KEPT)
        assert replayed(store, now=OVER) == ANSWER

    def test_a_late_finish_is_refused_once_another_finished(self, store: IdempotencyStore) -> None:
        late = begin(store)
        store.finish(begin(store, now=OVER), ANSWER, until=OVER + KEPT)
        assert not store.finish(late, replace(ANSWER, status=500), until=OVER + 2 * KEPT)
        assert replayed(store, now=OVER + KEPT - timedelta(seconds=1)) == ANSWER
        begin(store, now=OVER + KEPT)

    def test_a_late_release_does_nothing_once_another_began(self, store: IdempotencyStore) -> None:
        late = begin(store)
        second = begin(store, now=OVER)
        store.release(late)
        with pytest.raises(RequestRunningError):
            begin(store, now=OVER)
        assert store.finish(second, ANSWER, until=OVER + KEPT)

    def test_a_late_release_does_nothing_once_another_finished(self, store: IdempotencyStore) -> None:
        late = begin(store)
        store.finish(begin(store, now=OVER), ANSWER, until=OVER + KEPT)
        store.release(late)
        assert replayed(store, now=OVER) == ANSWER

    def test_a_released_request_may_begin_at_once(self, store: IdempotencyStore) -> None:
        first = begin(store)
        store.release(first)
        second = begin(store)
        assert second.fence > first.fence
        store.release(first)
        with pytest.raises(RequestRunningError):
            begin(store)

    def test_after_its_release_a_turn_finishes_nothing(self, store: IdempotencyStore) -> None:
        turn = begin(store)
        store.release(turn)
        assert not store.finish(turn, ANSWER, until=NOON + KEPT)
        begin(store)

    def test_releasing_twice_is_fine(self, store: IdempotencyStore) -> None:
        turn = begin(store)
        store.release(turn)
        store.release(turn)
        begin(store)

    def test_a_release_after_the_answer_takes_nothing_back(self, store: IdempotencyStore) -> None:
        turn = begin(store)
        store.finish(turn, ANSWER, until=NOON + KEPT)
        store.release(turn)
        assert replayed(store) == ANSWER

    def test_the_first_answer_stands(self, store: IdempotencyStore) -> None:
        turn = begin(store)
        store.finish(turn, ANSWER, until=NOON + KEPT)
        assert not store.finish(turn, replace(ANSWER, status=500), until=NOON + 2 * KEPT)
        assert replayed(store) == ANSWER
        begin(store, now=NOON + KEPT)

    def test_fences_grow_from_turn_to_turn(self, store: IdempotencyStore) -> None:
        fences = []
        for number in range(5):
            turn = begin(store, now=NOON + number * LEASE)
            fences.append(turn.fence)
            if number % 2:
                store.release(turn)
        assert fences == sorted(set(fences))

    def test_a_forgotten_job_takes_its_answers_along(self, store: IdempotencyStore) -> None:
        gone = [replace(REQUEST, key="1"), replace(REQUEST, key="2", path="/v1/sentiment")]
        kept = [replace(REQUEST, key="3"), replace(REQUEST, key="4"), replace(REQUEST, tenant=OTHER)]
        answers = [ANSWER, ANSWER, replace(ANSWER, job_id=None), replace(ANSWER, job_id=job_key(2).job_id)]
        for request, answer in zip([*gone, *kept], [*answers, ANSWER], strict=True):
            store.finish(begin(store, request), answer, until=NOON + KEPT)
        store.forget(job_key())
        store.forget(job_key())
        for request, answer in zip(kept, [*answers[2:], ANSWER], strict=True):
            assert replayed(store, request) == answer
        for request in gone:
            begin(store, request)

    def test_a_turn_from_before_the_forgetting_finishes_nothing_after_it(
        self, store: IdempotencyStore
    ) -> None:
        old = begin(store)
        store.finish(old, ANSWER, until=NOON + KEPT)
        store.forget(job_key())
        new = begin(store)
        assert not store.finish(old, ANSWER, until=NOON + KEPT)
        assert store.finish(new, replace(ANSWER, status=200), until=NOON + KEPT)
        assert replayed(store).status == 200

    def test_of_many_with_one_key_one_gets_the_turn(self, store: IdempotencyStore) -> None:
        results = race(lambda _: store.begin(REQUEST, BODY, job_id=MEANT, now=NOON, until=OVER))
        [turn] = [result for result in results if isinstance(result, Turn)]
        assert sum(isinstance(result, RequestRunningError) for result in results) == 19
        assert store.finish(turn, ANSWER, until=NOON + KEPT)

    def test_of_many_that_take_over_a_lapsed_lease_one_gets_the_turn(self, store: IdempotencyStore) -> None:
        late = begin(store)
        results = race(lambda _: store.begin(REQUEST, BODY, job_id=MEANT, now=OVER, until=OVER + LEASE))
        [turn] = [result for result in results if isinstance(result, Turn)]
        assert sum(isinstance(result, RequestRunningError) for result in results) == 19
        assert not store.finish(late, ANSWER, until=OVER + KEPT)
        assert store.finish(turn, ANSWER, until=OVER + KEPT)

    def test_of_many_answers_one_stands(self, store: IdempotencyStore) -> None:
        turn = begin(store)
        results = race(
            lambda number: store.finish(turn, replace(ANSWER, status=200 + number), until=NOON + KEPT)
        )
        assert sorted(map(str, results)) == ["False"] * 19 + ["True"]
        assert replayed(store).status == 200 + results.index(True)


class TestFakeIdempotencyStore(IdempotencyStoreContract):
    @pytest.fixture
    def store(self) -> IdempotencyStore:
        return FakeIdempotencyStore()


class TestSqliteIdempotencyStore(IdempotencyStoreContract):
    @pytest.fixture
    def store(self, db: Database) -> IdempotencyStore:
        return SqliteIdempotencyStore(db)


class TestDynamoDbIdempotencyStore(IdempotencyStoreContract):
    @pytest.fixture
    def store(self) -> Iterator[IdempotencyStore]:
        with aws.simulated_aws():
            yield DynamoDbIdempotencyStore(
                aws.dynamodb(), aws.make_table(), clock=FakeClock(), chance=Random(1)
            )
