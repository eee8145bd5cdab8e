"""What a cancel stops, and what it keeps."""

from aurastream.domain.job import JobStatus
from aurastream.domain.outcome import OutcomeStatus
from tests.unit.services.workshop import Workshop

MANY = [f"good {n}" for n in range(2_500)]


def test_cancelling_keeps_what_is_done_and_starts_no_further_call(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    shop.cancels_at(50, key)
    job = shop.run(key)
    assert job.status is JobStatus.CANCELLED
    assert len(shop.engine.calls) == 50
    assert (job.counts.succeeded, job.counts.cancelled, job.counts.pending) == (1_250, 1_250, 0)
    statuses = [outcome.status for outcome in shop.outcomes(key)]
    assert statuses == [OutcomeStatus.SUCCEEDED] * 1_250 + [OutcomeStatus.CANCELLED] * 1_250
    assert len(shop.export(key)) == 2_501


def test_cancelling_before_the_start_ends_the_job_at_once_and_tells(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    assert shop.cancel(key).status is JobStatus.CANCELLED
    assert shop.run(key).status is JobStatus.CANCELLED
    assert shop.engine.calls == []
    assert shop.notifier.told[0].status is JobStatus.CANCELLED


def test_cancelling_while_the_file_is_read_scores_nothing(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    running = shop.jobs.get(key).run(now=shop.clock.now())
    shop.jobs.save(running)
    shop.cancel(key)
    job = shop.run(key)
    assert (job.status, job.counts.total) == (JobStatus.CANCELLED, 0)
    assert shop.engine.calls == []


def test_cancelling_after_the_end_changes_nothing(shop: Workshop) -> None:
    job = shop.done(["good"])
    assert shop.cancel(job.key) == job
