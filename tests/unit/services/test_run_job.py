"""A file from its first row to its export: every row comes out once, whatever the engine does."""

from decimal import Decimal

from aurastream.domain.errors import EngineUnavailableError
from aurastream.domain.job import JobStatus
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.job_input import Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.outcome import FailureCode, SkipCode
from tests.unit.services.workshop import ACME, Workshop, table

MANY = [f"good {n}" for n in range(2_500)]


def test_every_row_that_goes_in_comes_out_once_and_in_order(shop: Workshop) -> None:
    job = shop.done(MANY)
    assert job.status is JobStatus.SUCCEEDED
    assert (job.counts.total, job.counts.succeeded, job.counts.pending) == (2_500, 2_500, 0)
    assert [outcome.row for outcome in shop.outcomes(job.key)] == list(range(1, 2_501))
    lines = shop.export(job.key)
    assert len(lines) == 2_501
    assert lines[0].startswith("n,text,aura_id,aura_status,aura_sentiment")
    assert lines[1].startswith('0,"good 0",1,SUCCEEDED,POSITIVE') or lines[1].startswith(
        "0,good 0,1,SUCCEEDED,POSITIVE"
    )


def test_the_job_knows_what_it_cost(shop: Workshop) -> None:
    job = shop.done(["good"] * 30 + ["bad"] * 30)
    assert job.plan is not None
    assert job.plan.estimated_units == 180
    assert job.spend.units == shop.engine.units == 6
    assert job.spend.saved_units == 174
    assert job.spend.usd == Decimal("0.0006")


def test_rows_that_say_nothing_are_skipped_and_rows_that_cannot_be_read_fail_alone(shop: Workshop) -> None:
    body = b"id,text\n1,good\n2,\n3,bad,ragged\n4,bad\n"
    job = shop.submit(ACME, JobOptions(text_column="text"), [body])
    job = shop.run(job.key)
    assert job.status is JobStatus.SUCCEEDED_WITH_ERRORS
    first, second, third, fourth = shop.outcomes(job.key)
    assert first.result is not None
    assert second.skip is SkipCode.EMPTY_TEXT
    assert third.failure is not None
    assert (third.failure.code, third.failure.line, third.row) == (FailureCode.MALFORMED_ROW, 4, 3)
    assert fourth.result is not None
    assert shop.engine.texts == ["good", "bad"]


def test_a_dry_run_scores_nothing_and_says_what_it_would_cost(shop: Workshop) -> None:
    job = shop.done(MANY, dry_run=True)
    assert job.status is JobStatus.SUCCEEDED
    assert {outcome.skip for outcome in shop.outcomes(job.key)} == {SkipCode.DRY_RUN}
    assert job.plan is not None
    assert job.plan.estimated_units == 7_500
    assert shop.engine.calls == []


def test_an_engine_that_stays_down_ends_the_job_and_the_job_says_so(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    job = shop.done(["good", "bad"])
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error.code is JobErrorCode.ENGINE_UNAVAILABLE
    assert all(outcome.retryable for outcome in shop.outcomes(job.key))


def test_an_engine_that_comes_back_costs_a_wait_and_no_row(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    shop.engine.script.extend([EngineUnavailableError()] * 4)
    job = shop.run(key)
    assert job.status is JobStatus.SUCCEEDED
    assert job.spend.units == shop.engine.units == 7_500
    assert len(shop.engine.texts) - 4 * 25 == 2_500


def test_running_a_job_again_changes_nothing_and_calls_nobody(shop: Workshop) -> None:
    job = shop.done(MANY)
    calls, export = len(shop.engine.calls), shop.export(job.key)
    again = shop.run(job.key)
    assert again == job
    assert len(shop.engine.calls) == calls
    assert shop.export(job.key) == export


def test_work_that_is_begun_before_the_upload_changes_nothing_and_tells_nobody(shop: Workshop) -> None:
    job, _ = shop.create_upload(ACME, JobOptions())
    assert shop.run(job.key) == job
    assert shop.finish(job.key, stalled=True) == job
    assert shop.notifier.told == []
    shop.blobs.write(job.input_key, [table(["good"])])
    info = shop.blobs.stat(job.input_key)
    shop.start(job.key, Source(key=job.input_key, etag=info.etag, size=info.size))
    assert shop.run(job.key).status is JobStatus.SUCCEEDED
