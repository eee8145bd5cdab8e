"""One chunk, and who commits it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aurastream.domain.errors import ChunkUnfinishedError, EngineUnavailableError, StoppedError
from aurastream.domain.job import JobStatus
from tests.unit.services.workshop import Workshop

MANY = [f"good {n}" for n in range(2_500)]


def test_while_rows_wait_for_another_try_nothing_is_committed(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.prepare(key)
    shop.engine.broken = EngineUnavailableError()
    with pytest.raises(ChunkUnfinishedError):
        shop.process(key, 0, final=False)
    assert shop.ledger.outcomes(key, 0) is None
    assert shop.process(key, 0, final=True)
    assert shop.jobs.get(key).counts.failed == 1


def test_a_second_worker_of_a_chunk_changes_nothing(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.prepare(key)
    shop.at_call(1, lambda: shop.process(key, 0, final=False))
    assert not shop.process(key, 0, final=False)
    assert shop.jobs.get(key).counts.succeeded == 1
    assert not shop.process(key, 0, final=False)
    assert shop.jobs.get(key).counts.succeeded == 1


def test_a_process_that_is_to_end_begins_no_call_and_commits_nothing_that_the_next_would_do(
    shop: Workshop,
) -> None:
    key = shop.submitted(MANY)
    halting = replace(shop.run, process=replace(shop.process, halted=lambda: len(shop.engine.calls) >= 50))
    with pytest.raises(StoppedError):
        halting(key)
    assert len(shop.engine.calls) == 50
    job = shop.jobs.get(key)
    assert (job.status, job.counts.succeeded, job.counts.cancelled) == (JobStatus.RUNNING, 1_000, 0)
    job = shop.run(key)
    assert (job.status, job.counts.succeeded) == (JobStatus.SUCCEEDED, 2_500)
    assert len(shop.engine.calls) == 100, "what the first process has paid for is remembered"
    assert job.spend.units == shop.engine.units


@pytest.mark.parametrize("final", [False, True])
def test_a_process_that_is_to_end_leaves_the_last_try_to_the_next(shop: Workshop, final: bool) -> None:
    key = shop.submitted(["good"])
    shop.prepare(key)
    shop.engine.broken = EngineUnavailableError()
    with pytest.raises(StoppedError):
        replace(shop.process, halted=lambda: True)(key, 0, final=final)
    assert shop.ledger.outcomes(key, 0) is None


def test_a_cancelled_job_ends_in_a_process_that_is_to_end_as_well(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    shop.cancels_at(50, key)
    halting = replace(shop.run, process=replace(shop.process, halted=lambda: len(shop.engine.calls) >= 50))
    job = halting(key)
    assert (job.status, job.counts.cancelled) == (JobStatus.CANCELLED, 1_250)


def test_each_commit_moves_the_deadline_on(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    shop.prepare(key)
    shop.clock.advance(timedelta(hours=5))
    shop.process(key, 0, final=False)
    shop.clock.advance(timedelta(hours=5))
    assert shop.settle() == 0
    assert shop.jobs.get(key).status is JobStatus.RUNNING
