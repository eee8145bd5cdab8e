"""Another try for the rows that failed."""

from collections import Counter

import pytest

from aurastream.domain.errors import (
    EngineUnavailableError,
    JobNotFinishedError,
    NothingToRetryError,
    UnavailableError,
)
from aurastream.domain.job import JobStatus
from aurastream.domain.job_errors import JobErrorCode
from tests.unit.services.workshop import Workshop

MANY = [f"good {n}" for n in range(2_500)]


def test_a_retry_scores_only_what_failed_and_exports_the_whole_file(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    shop.at_call(60, lambda: setattr(shop.engine, "broken", EngineUnavailableError()))
    parent = shop.run(key)
    assert parent.status is JobStatus.SUCCEEDED_WITH_ERRORS
    failed = parent.counts.failed
    assert 0 < failed < 2_500
    shop.engine.broken, shop.engine.hook = None, None
    child = shop.run(shop.retry(key).key)
    assert child.status is JobStatus.SUCCEEDED
    assert child.retry_of == key.job_id
    assert child.counts.total == failed
    assert shop.jobs.get(key) == parent
    lines = shop.export(child.key)
    assert len(lines) == 2_501
    assert all(",SUCCEEDED,POSITIVE," in line for line in lines[1:])
    assert [outcome.row for outcome in shop.outcomes(child.key)] == [
        outcome.row for outcome in shop.outcomes(key) if outcome.retryable
    ]


def test_a_retry_of_a_retry_still_exports_the_whole_file(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    first = shop.done(["good", "bad", ""])
    second = shop.run(shop.retry(first.key).key)
    assert second.status is JobStatus.FAILED
    shop.engine.broken = None
    third = shop.run(shop.retry(second.key).key)
    assert third.counts.total == 2
    assert Counter(line.split(",")[3] for line in shop.export(third.key)[1:]) == {
        "SUCCEEDED": 2,
        "SKIPPED": 1,
    }


def test_a_retry_outlives_its_parent(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    parent = shop.done(["good", "bad"])
    child = shop.retry(parent.key)
    shop.prepare(child.key)
    shop.delete(parent.key)
    shop.engine.broken = None
    assert shop.run(child.key).status is JobStatus.SUCCEEDED


def test_a_retry_whose_parent_was_deleted_first_has_lost_its_source(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    parent = shop.done(["good", "bad"])
    child = shop.retry(parent.key)
    shop.delete(parent.key)
    job = shop.run(child.key)
    assert job.error is not None
    assert job.error.code is JobErrorCode.SOURCE_GONE


def test_of_a_file_without_failures_no_outcome_is_read_to_say_so(shop: Workshop) -> None:
    job = shop.done(["good", "bad", ""])
    shop.ledger.broken = UnavailableError("it takes longer than anybody waits")
    with pytest.raises(NothingToRetryError):
        shop.retry(job.key)


def test_an_open_job_is_not_retried_and_a_good_one_has_nothing_to_retry(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    with pytest.raises(JobNotFinishedError):
        shop.retry(key)
    shop.run(key)
    with pytest.raises(NothingToRetryError):
        shop.retry(key)
