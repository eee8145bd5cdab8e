"""Another try for the rows that failed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from aurastream.domain.errors import (
    EngineUnavailableError,
    JobNotFinishedError,
    NothingToRetryError,
    UnavailableError,
)
from aurastream.domain.job import JobStatus
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.keys import JobKey, base_key
from aurastream.domain.outcome import Outcome
from aurastream.domain.services.retry import LOOK_SECONDS
from tests.fakes import EngineCall, FakeLedger
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


class Slow(FakeLedger):
    """Takes a second for each chunk that is read."""

    def __init__(self, shop: Workshop) -> None:
        super().__init__(shop.store)
        self._clock = shop.clock
        self.reads = 0

    def outcomes(self, key: JobKey, chunk: int) -> Sequence[Outcome] | None:
        self.reads += 1
        self._clock.advance(1.0)
        return super().outcomes(key, chunk)


def goes_down_for_what_is_bad(made: EngineCall) -> None:
    if any(document.text == "bad" for document in made.documents):
        raise EngineUnavailableError


def huge(shop: Workshop, *, failing: str) -> JobKey:
    """A job of fifty chunks of two rows; what fails is in the last one."""
    key = shop.submitted([f"good {n}" for n in range(99)] + [failing])
    replace(shop.run, prepare=replace(shop.prepare, chunk_rows=2))(key)
    return key


def test_who_asks_for_a_retry_of_a_huge_job_does_not_wait_until_its_last_row_was_seen(shop: Workshop) -> None:
    shop.engine.hook = goes_down_for_what_is_bad
    key = huge(shop, failing="bad")
    shop.ledger = ledger = Slow(shop)
    began = shop.clock.monotonic()
    child = shop.retry(key)
    assert shop.clock.monotonic() - began <= LOOK_SECONDS + 1
    assert ledger.reads <= LOOK_SECONDS + 1
    shop.engine.hook = None
    child = shop.run(child.key)
    assert (child.status, child.counts.total) == (JobStatus.SUCCEEDED, 2)
    assert len(shop.export(child.key)) == 101


def test_a_retry_that_finds_nothing_to_mend_after_all_ends_without_a_row_and_exports_the_file(
    shop: Workshop,
) -> None:
    shop.engine.poison.add("bad")
    key = huge(shop, failing="bad")
    with pytest.raises(NothingToRetryError):
        shop.retry(key)
    shop.ledger = Slow(shop)
    reserved = shop.new_key().job_id
    children = [shop.retry(key, job_id=reserved) for _ in range(2)]
    assert {child.key.job_id for child in children} == {reserved}
    assert shop.workflows.started.count(children[0].key) == 1
    child = shop.run(children[0].key)
    assert (child.status, child.counts.total, child.error) == (JobStatus.SUCCEEDED, 0, None)
    assert shop.export(child.key) == shop.export(key)
    assert shop.outcomes(child.key) == []


def test_of_a_retry_only_what_it_tried_itself_is_searched(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    parent = shop.done(["good", "bad", ""])
    child = shop.run(shop.retry(parent.key).key)
    del shop.blobs.blobs[base_key(child.key)]
    assert shop.retry(child.key).retry_of == child.key.job_id


def test_a_retry_that_ended_before_it_took_anything_over_has_nothing_to_retry(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    parent = shop.done(["good"])
    child = shop.retry(parent.key)
    shop.cancel(child.key)
    with pytest.raises(NothingToRetryError):
        shop.retry(child.key)
