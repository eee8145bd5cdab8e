"""What DynamoDbJobRepository does beyond any repository's promise."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aurastream.adapters.aws import dynamodb_batches
from aurastream.adapters.aws.dynamodb_job_repository import TRIES, DynamoDbJobRepository
from aurastream.adapters.aws.dynamodb_table import DEADLINE_SHARDS, job_item, tenant_jobs, text
from aurastream.domain.errors import InvalidCursorError, StaleJobError, UnavailableError
from aurastream.domain.job import JobStatus
from aurastream.domain.keys import JobKey
from aurastream.domain.paging import seal_cursor
from tests import simulated_aws as aws
from tests.contracts.cases import ACME, LATER, MUCH_LATER, NOON, fresh, key, life, stored
from tests.fakes import FakeClock


def item_of(job: JobKey) -> dict[str, Any]:
    item: dict[str, Any] = aws.dynamodb().get_item(TableName=aws.TABLE, Key=job_item(job))["Item"]
    return item


def listed(jobs: DynamoDbJobRepository, status: JobStatus | None, limit: int = 10) -> list[JobKey]:
    return [job.key for job in jobs.page(ACME, status=status, after=None, limit=limit).items]


def index_says(job: JobKey, status: JobStatus) -> None:
    """Let the index lag: it still lists the job under this status."""
    aws.dynamodb().update_item(
        TableName=aws.TABLE,
        Key=job_item(job),
        UpdateExpression="SET status_jobs = :status, tenant_jobs = :jobs",
        ExpressionAttributeValues={":status": tenant_jobs(ACME, status), ":jobs": tenant_jobs(ACME)},
    )


@pytest.mark.parametrize("version", [0, 1])
def test_a_save_whose_answer_was_lost_has_succeeded(
    jobs: DynamoDbJobRepository, wire: aws.Wire, version: int
) -> None:
    versions = life()
    for earlier in versions[:version]:
        jobs.save(earlier)
    wire.losing["UpdateItem"] = 1
    jobs.save(versions[version])
    assert jobs.get(versions[version].key) == versions[version]
    with pytest.raises(StaleJobError):
        jobs.save(versions[version])


def test_a_lost_answer_does_not_make_anothers_save_ours(jobs: DynamoDbJobRepository, wire: aws.Wire) -> None:
    versions = life()
    stored(jobs, versions[:2])
    wire.losing["UpdateItem"] = 1
    with pytest.raises(StaleJobError):
        jobs.save(versions[1])


def test_a_save_gives_way_to_commits_and_waits_a_little(
    jobs: DynamoDbJobRepository, clock: FakeClock
) -> None:
    with aws.refusing(aws.dynamodb(), "UpdateItem", "TransactionConflictException", times=3):
        jobs.save(fresh())
    assert jobs.get(key()) == fresh()
    assert len(set(clock.slept)) == 3
    assert all(0 < pause <= 0.5 for pause in clock.slept)


def test_a_save_that_never_gets_its_turn_gives_up(jobs: DynamoDbJobRepository, clock: FakeClock) -> None:
    conflict = aws.refusing(aws.dynamodb(), "UpdateItem", "TransactionConflictException")
    with conflict, pytest.raises(UnavailableError):
        jobs.save(fresh())
    assert len(clock.slept) == TRIES - 1


def test_a_list_by_status_says_nothing_that_is_over(jobs: DynamoDbJobRepository) -> None:
    ended = stored(jobs, [fresh(), fresh().request_cancel(now=LATER)])
    index_says(ended.key, JobStatus.QUEUED)
    assert listed(jobs, JobStatus.QUEUED) == []
    assert listed(jobs, None) == [ended.key]


def test_a_list_holds_no_tombstone_even_if_the_index_still_does(jobs: DynamoDbJobRepository) -> None:
    ended = fresh().request_cancel(now=LATER)
    deleted = stored(jobs, [fresh(), ended, ended.delete(now=LATER)])
    index_says(deleted.key, JobStatus.CANCELLED)
    assert listed(jobs, None) == []
    assert listed(jobs, JobStatus.CANCELLED) == []


def test_a_page_is_filled_past_what_the_index_says_in_error(jobs: DynamoDbJobRepository) -> None:
    for number in range(1, 10):
        stored(jobs, [fresh(number)])
    for number in (9, 7, 6, 5):
        stored(jobs, [fresh(number).request_cancel(now=LATER)])
        index_says(key(number), JobStatus.AWAITING_UPLOAD)
    first = jobs.page(ACME, status=JobStatus.AWAITING_UPLOAD, after=None, limit=3)
    assert [job.key for job in first.items] == [key(8), key(4), key(3)]
    second = jobs.page(ACME, status=JobStatus.AWAITING_UPLOAD, after=first.next, limit=3)
    assert [job.key for job in second.items] == [key(2), key(1)]
    assert second.next is None


@pytest.mark.parametrize("position", ["", "x", "job_", "job_" + "0" * 25, "job_" + "U" * 26, "a" * 3_000])
def test_a_cursor_that_leads_nowhere_is_refused_before_it_is_looked_up(
    jobs: DynamoDbJobRepository, wire: aws.Wire, position: str
) -> None:
    wire.calls.clear()
    with pytest.raises(InvalidCursorError):
        jobs.page(ACME, status=None, after=seal_cursor(f"jobs of {ACME} None", position), limit=1)
    assert not wire.calls


def test_deadlines_are_spread_and_found_all_the_same(jobs: DynamoDbJobRepository) -> None:
    for number in range(12):
        stored(jobs, [replace(fresh(number), deadline_at=NOON - timedelta(seconds=number))])
    shards = {item_of(key(number))["deadlines"]["S"] for number in range(12)}
    assert DEADLINE_SHARDS / 2 <= len(shards) <= DEADLINE_SHARDS
    assert list(jobs.overdue(NOON, 100)) == [key(number) for number in reversed(range(12))]
    assert list(jobs.overdue(NOON, 3)) == [key(11), key(10), key(9)]


def test_a_job_may_be_dropped_when_its_time_is_over(jobs: DynamoDbJobRepository) -> None:
    job = stored(jobs, [fresh()])
    assert item_of(job.key)["ttl"] == {"N": str(int(job.expires_at.timestamp()))}


def test_a_list_that_cannot_be_read_whole_is_not_given_out(jobs: DynamoDbJobRepository) -> None:
    stored(jobs, [fresh()])

    def never_gets_to_it(asked: dict[str, Any]) -> aws.Answer:
        return 200, {"Responses": {}, "UnprocessedKeys": asked["RequestItems"]}

    answering = aws.answering(aws.dynamodb(), "BatchGetItem", never_gets_to_it)
    with answering, pytest.raises(UnavailableError):
        listed(jobs, None)


def test_what_the_table_did_not_get_to_is_asked_for_again(
    jobs: DynamoDbJobRepository, clock: FakeClock
) -> None:
    stored(jobs, [fresh(1)])
    stored(jobs, [fresh(2)])
    left = [True, True]

    def not_at_once(asked: dict[str, Any]) -> aws.Answer | None:
        return (
            (200, {"Responses": {}, "UnprocessedKeys": asked["RequestItems"]})
            if left and left.pop()
            else None
        )

    with aws.answering(aws.dynamodb(), "BatchGetItem", not_at_once):
        assert listed(jobs, None) == [key(2), key(1)]
    assert len(clock.slept) == 2


def test_many_jobs_are_listed_in_a_few_calls(
    jobs: DynamoDbJobRepository, wire: aws.Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dynamodb_batches.MOST_READ == 100
    monkeypatch.setattr(dynamodb_batches, "MOST_READ", 5)
    for number in range(11):
        stored(jobs, [fresh(number)])
    wire.calls.clear()
    assert listed(jobs, None, 150) == [key(number) for number in reversed(range(11))]
    assert wire.calls == {"Query": 1, "BatchGetItem": 3}


def test_an_overdue_job_is_one_whose_newest_deadline_has_passed(jobs: DynamoDbJobRepository) -> None:
    job = stored(jobs, [replace(fresh(), deadline_at=NOON)])
    jobs.save(replace(job.queue(None, now=LATER), deadline_at=MUCH_LATER))
    assert item_of(job.key)["deadline_at"] == text(MUCH_LATER.isoformat(timespec="microseconds"))
    assert list(jobs.overdue(LATER, 9)) == []
