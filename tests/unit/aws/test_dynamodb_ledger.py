"""What DynamoDbLedger does beyond any ledger's promise."""

import string
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aurastream.adapters.aws.dynamodb_job_repository import DynamoDbJobRepository
from aurastream.adapters.aws.dynamodb_ledger import MAX_PART_BYTES, MAX_PARTS, TRIES, DynamoDbLedger
from aurastream.domain.errors import UnavailableError
from aurastream.domain.job import Job
from aurastream.domain.job_counts import Counts
from aurastream.domain.outcome import Outcome
from tests import simulated_aws as aws
from tests.contracts.cases import LATER, MUCH_LATER, OUTCOMES, RESULT, running
from tests.fakes import FakeClock

KEPT = timedelta(days=30)
CHARACTERS = string.ascii_letters + string.digits + string.punctuation


@pytest.fixture
def ledger(wire: aws.Wire, clock: FakeClock) -> DynamoDbLedger:
    return DynamoDbLedger(aws.dynamodb(), aws.TABLE, clock=clock, chance=Random(2), retention=KEPT)


@pytest.fixture
def job(jobs: DynamoDbJobRepository) -> Job:
    return running(jobs, rows=1_000)


def commit(ledger: DynamoDbLedger, job: Job, outcomes: Sequence[Outcome] = OUTCOMES, chunk: int = 0) -> bool:
    return ledger.commit(job.key, chunk, outcomes, now=LATER, deadline_at=MUCH_LATER)


def large(rows: int, id_bytes: int) -> list[Outcome]:
    """Outcomes whose ids are as long as they may be, or longer, and can hardly be compressed."""
    chance = Random(3)
    ids = ["".join(chance.choices(CHARACTERS, k=id_bytes)) for _ in range(rows)]
    return [Outcome(id=id_, result=RESULT, row=row) for row, id_ in enumerate(ids, 1)]


def chunks() -> list[dict[str, Any]]:
    pages = aws.dynamodb().get_paginator("scan").paginate(TableName=aws.TABLE)
    items = [item for page in pages for item in page["Items"] if item["sk"]["S"] != "JOB"]
    return sorted(items, key=lambda item: item["sk"]["S"])


def test_a_commit_is_one_transaction(ledger: DynamoDbLedger, job: Job, wire: aws.Wire) -> None:
    wire.calls.clear()
    commit(ledger, job)
    assert wire.calls == {"TransactWriteItems": 1}


def test_the_largest_chunk_there_is_lies_in_one_item(ledger: DynamoDbLedger, job: Job) -> None:
    outcomes = large(1_000, 256)
    assert commit(ledger, job, outcomes)
    [item] = chunks()
    assert len(item["outcomes"]["B"]) < MAX_PART_BYTES < 400_000
    assert list(ledger.outcomes(job.key, 0) or []) == outcomes


def test_an_even_larger_one_lies_in_several_and_is_still_one_commit(
    ledger: DynamoDbLedger, jobs: DynamoDbJobRepository, job: Job, wire: aws.Wire
) -> None:
    outcomes = large(1_000, 2_000)
    wire.calls.clear()
    assert commit(ledger, job, outcomes)
    assert wire.calls == {"TransactWriteItems": 1}
    parts = chunks()
    assert [part["sk"]["S"] for part in parts] == [
        "CHUNK#000000",
        *(f"CHUNK#000000#{part:02d}" for part in range(1, 5)),
    ]
    assert all(len(part["outcomes"]["B"]) <= MAX_PART_BYTES for part in parts)
    assert list(ledger.outcomes(job.key, 0) or []) == outcomes
    assert jobs.get(job.key).counts == Counts(total=1_000, succeeded=1_000)
    assert not commit(ledger, job)
    ledger.erase(job.key)
    assert chunks() == []


def test_parts_that_are_not_all_there_yet_are_no_chunk(ledger: DynamoDbLedger, job: Job) -> None:
    commit(ledger, job, large(1_000, 2_000))
    last = chunks()[-1]
    aws.dynamodb().delete_item(TableName=aws.TABLE, Key={"pk": last["pk"], "sk": last["sk"]})
    assert ledger.outcomes(job.key, 0) is None


def test_what_no_transaction_carries_is_refused_before_it_is_sent(
    ledger: DynamoDbLedger, job: Job, wire: aws.Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_PARTS * MAX_PART_BYTES < 4_000_000
    monkeypatch.setattr("aurastream.adapters.aws.dynamodb_ledger.MAX_PARTS", 2)
    wire.calls.clear()
    with pytest.raises(ValueError):
        commit(ledger, job, large(1_000, 1_500))
    assert not wire.calls


def test_chunks_with_neighbouring_numbers_do_not_mix(ledger: DynamoDbLedger, job: Job) -> None:
    for chunk in (1, 10, 100, 999_999):
        commit(ledger, job, [Outcome(id=str(chunk), row=chunk)], chunk)
    for chunk in (1, 10, 100, 999_999):
        assert [outcome.id for outcome in ledger.outcomes(job.key, chunk) or []] == [str(chunk)]


def test_a_commit_whose_answer_was_lost_has_succeeded(
    ledger: DynamoDbLedger, jobs: DynamoDbJobRepository, job: Job, wire: aws.Wire
) -> None:
    wire.losing["TransactWriteItems"] = 1
    assert commit(ledger, job)
    assert wire.calls["TransactWriteItems"] == 2
    assert jobs.get(job.key).counts.settled == len(OUTCOMES)


def test_a_commit_whose_every_answer_was_lost_is_recorded_when_it_is_tried_again(
    ledger: DynamoDbLedger, jobs: DynamoDbJobRepository, job: Job, wire: aws.Wire
) -> None:
    wire.losing["TransactWriteItems"] = 100
    with pytest.raises(UnavailableError):
        commit(ledger, job)
    wire.losing.clear()
    assert not commit(ledger, job)
    assert jobs.get(job.key).counts.settled == len(OUTCOMES)


def test_every_attempt_has_a_token_of_its_own_and_every_repetition_the_same(
    ledger: DynamoDbLedger, job: Job
) -> None:
    tokens: list[str] = []

    def collide_twice(asked: dict[str, Any]) -> aws.Answer | None:
        tokens.append(asked["ClientRequestToken"])
        return aws.cancelled("None", "TransactionConflict") if len(tokens) < 3 else None

    with aws.answering(aws.dynamodb(), "TransactWriteItems", collide_twice):
        assert commit(ledger, job)
    assert len(set(tokens)) == 3
    assert all(1 <= len(token) <= 36 for token in tokens)


@pytest.mark.parametrize(
    "reasons",
    [
        ("None", "TransactionConflict"),
        ("TransactionConflict", "None"),
        ("None", "ProvisionedThroughputExceeded"),
        ("None", "ThrottlingError"),
        ("ThrottlingError", "TransactionConflict"),
    ],
)
def test_a_commit_that_was_in_the_way_is_tried_again_after_a_while(
    ledger: DynamoDbLedger, job: Job, clock: FakeClock, reasons: tuple[str, ...]
) -> None:
    answers = [aws.cancelled(*reasons)] * 3
    with aws.answering(
        aws.dynamodb(), "TransactWriteItems", lambda _asked: answers.pop() if answers else None
    ):
        assert commit(ledger, job)
    assert len(clock.slept) == 3
    assert len(set(clock.slept)) == 3
    assert all(0 < pause <= 0.5 for pause in clock.slept)


def test_a_commit_that_is_always_in_the_way_gives_up(
    ledger: DynamoDbLedger, jobs: DynamoDbJobRepository, job: Job, clock: FakeClock
) -> None:
    with aws.colliding(every=1), pytest.raises(UnavailableError):
        commit(ledger, job)
    assert len(clock.slept) == TRIES - 1
    assert jobs.get(job.key) == job


@pytest.mark.parametrize(
    "reasons",
    [
        ("ConditionalCheckFailed", "None"),
        ("ConditionalCheckFailed", "ConditionalCheckFailed"),
        ("ConditionalCheckFailed", "TransactionConflict"),
        ("None", "ConditionalCheckFailed"),
        ("TransactionConflict", "ConditionalCheckFailed"),
    ],
)
def test_a_commit_that_came_too_late_is_dropped_at_once(
    ledger: DynamoDbLedger, job: Job, clock: FakeClock, reasons: tuple[str, ...]
) -> None:
    with aws.answering(aws.dynamodb(), "TransactWriteItems", lambda _asked: aws.cancelled(*reasons)):
        assert not commit(ledger, job)
    assert clock.slept == []


@pytest.mark.parametrize("reason", ["ValidationError", "ItemCollectionSizeLimitExceeded", "Surprise"])
def test_a_commit_that_is_wrong_crashes(ledger: DynamoDbLedger, job: Job, reason: str) -> None:
    refused = aws.answering(
        aws.dynamodb(), "TransactWriteItems", lambda _asked: aws.cancelled("TransactionConflict", reason)
    )
    with refused, pytest.raises(ClientError):
        commit(ledger, job)


def test_a_worker_whose_clock_is_behind_loses_nothing(
    ledger: DynamoDbLedger, jobs: DynamoDbJobRepository, job: Job
) -> None:
    ahead, behind = LATER + timedelta(hours=1), LATER + timedelta(minutes=30)
    assert ledger.commit(job.key, 0, OUTCOMES, now=ahead, deadline_at=ahead + KEPT)
    assert ledger.commit(job.key, 1, OUTCOMES, now=behind, deadline_at=behind + KEPT)
    read = jobs.get(job.key)
    assert read.counts.settled == 2 * len(OUTCOMES)
    assert read.updated_at == ahead
    assert read.deadline_at == behind + KEPT


def test_outcomes_may_be_dropped_when_their_time_is_over(ledger: DynamoDbLedger, job: Job) -> None:
    commit(ledger, job, large(1_000, 2_000))
    assert {int(part["ttl"]["N"]) for part in chunks()} == {int((LATER + KEPT).timestamp())}


def test_what_is_read_in_many_pages_is_erased_whole(ledger: DynamoDbLedger, job: Job) -> None:
    outcomes = large(500, 800)
    for chunk in range(5):
        commit(ledger, job, outcomes, chunk)
    assert sum(len(part["outcomes"]["B"]) for part in chunks()) > 1 << 20
    ledger.erase(job.key)
    assert chunks() == []
