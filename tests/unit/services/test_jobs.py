"""Stories of jobs, from the file to the export."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from aurastream.domain.errors import (
    ChunkUnfinishedError,
    EngineUnavailableError,
    InvalidCursorError,
    JobNotFinishedError,
    JobNotFoundError,
    NothingToRetryError,
    StoppedError,
    UnavailableError,
)
from aurastream.domain.job import TELL_AGAIN_AFTER, Job, JobStatus
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.job_input import Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobKey, Tenant, export_key, upload_key
from aurastream.domain.outcome import FailureCode, OutcomeStatus, SkipCode
from aurastream.domain.paging import Cursor
from tests.fakes import FakeJobRepository, FakeNotifier, FakeStore
from tests.unit.services.workshop import ACME, Workshop, table

MANY = [f"good {n}" for n in range(2_500)]


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


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


def test_a_file_without_the_column_fails_the_job_and_lists_the_columns(shop: Workshop) -> None:
    job = shop.done(["good"], text_column="comment")
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert (job.error.code, job.error.columns) == (JobErrorCode.COLUMN_NOT_FOUND, ("n", "text"))
    assert shop.engine.calls == []
    assert [told.told() for told in shop.notifier.told] == [job]


def test_over_budget_means_not_a_single_paid_call(shop: Workshop) -> None:
    job = shop.done(MANY, max_cost_usd=Decimal("0.7499"))
    assert job.error is not None
    assert job.error.code is JobErrorCode.BUDGET_EXCEEDED
    assert job.counts.total == 0
    assert shop.engine.calls == []


def test_within_budget_to_the_cent_is_within_budget(shop: Workshop) -> None:
    assert shop.done(MANY, max_cost_usd=Decimal("0.75")).status is JobStatus.SUCCEEDED


def test_an_engine_that_costs_nothing_is_never_over_budget(shop: Workshop) -> None:
    shop.bills = False
    assert shop.done(MANY, max_cost_usd=Decimal(0)).status is JobStatus.SUCCEEDED


def test_a_dry_run_scores_nothing_and_says_what_it_would_cost(shop: Workshop) -> None:
    job = shop.done(MANY, dry_run=True)
    assert job.status is JobStatus.SUCCEEDED
    assert {outcome.skip for outcome in shop.outcomes(job.key)} == {SkipCode.DRY_RUN}
    assert job.plan is not None
    assert job.plan.estimated_units == 7_500
    assert shop.engine.calls == []


def test_a_source_that_went_away_fails_the_job(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    del shop.blobs.blobs[upload_key(key)]
    job = shop.run(key)
    assert job.error is not None
    assert job.error.code is JobErrorCode.SOURCE_GONE


def test_a_source_that_was_replaced_fails_the_job(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.blobs.replace(upload_key(key), table(["another"]))
    job = shop.run(key)
    assert job.error is not None
    assert job.error.code is JobErrorCode.SOURCE_CHANGED


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


def test_running_a_job_again_changes_nothing_and_calls_nobody(shop: Workshop) -> None:
    job = shop.done(MANY)
    calls, export = len(shop.engine.calls), shop.export(job.key)
    again = shop.run(job.key)
    assert again == job
    assert len(shop.engine.calls) == calls
    assert shop.export(job.key) == export


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


def test_cancelling_before_the_start_ends_the_job_at_once_and_tells(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    assert shop.cancel(key).status is JobStatus.CANCELLED
    assert shop.run(key).status is JobStatus.CANCELLED
    assert shop.engine.calls == []
    assert shop.notifier.told[0].status is JobStatus.CANCELLED


def test_an_end_that_nobody_could_be_told_of_is_told_later(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.notifier.broken = UnavailableError("down")
    assert shop.cancel(key).status is JobStatus.CANCELLED
    other = shop.submitted(["good"])
    with pytest.raises(UnavailableError):
        shop.run(other)
    shop.notifier.broken = None
    assert shop.settle() == 0
    shop.clock.advance(TELL_AGAIN_AFTER)
    assert shop.settle() == 2
    assert {(job.key, job.status) for job in shop.notifier.told} == {
        (key, JobStatus.CANCELLED),
        (other, JobStatus.SUCCEEDED),
    }
    shop.clock.advance(TELL_AGAIN_AFTER)
    assert shop.settle() == 0


def test_news_that_could_not_be_noted_is_told_again(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.notifier = BreaksTheStore(shop.jobs)
    assert shop.run(key).status is JobStatus.SUCCEEDED
    shop.jobs.broken = None
    shop.clock.advance(TELL_AGAIN_AFTER)
    assert shop.settle() == 1
    assert [job.key for job in shop.notifier.told] == [key, key]


class BreaksTheStore(FakeNotifier):
    """Hears the news; the store goes down before anybody can note that it did."""

    def __init__(self, jobs: FakeJobRepository) -> None:
        super().__init__()
        self._jobs = jobs

    def job_ended(self, job: Job) -> None:
        super().job_ended(job)
        self._jobs.broken = UnavailableError("down") if len(self.told) == 1 else None


def test_a_job_whose_time_runs_out_while_it_runs_is_ended_before_it_is_erased(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.prepare(key)
    shop.clock.advance(timedelta(days=31))
    assert shop.settle() == 1
    assert shop.jobs.get(key).status is JobStatus.FAILED
    assert shop.settle() == 1
    assert shop.blobs.blobs == {}


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


def test_who_comes_too_late_for_the_source_of_a_planned_job_leaves_the_plan_alone(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    parent = shop.done(["good", "bad"])
    child = shop.retry(parent.key)
    late = shop.jobs.get(child.key).run(now=shop.clock.now())
    shop.prepare(child.key)
    shop.delete(parent.key)
    prepare = replace(shop.prepare, jobs=Belated(shop.store, late))
    assert prepare(child.key) == shop.jobs.get(child.key)
    shop.engine.broken = None
    assert shop.run(child.key).status is JobStatus.SUCCEEDED


class Belated(FakeJobRepository):
    """Shows its reader a version of a job that is not the newest any more, once."""

    def __init__(self, store: FakeStore, job: Job) -> None:
        super().__init__(store)
        self._old: Job | None = job

    def get(self, key: JobKey) -> Job:
        old, self._old = self._old, None
        return old or super().get(key)


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


def test_deleting_leaves_nothing_but_a_tombstone(shop: Workshop) -> None:
    job = shop.done(["good"], filename="reviews.csv", metadata={"who": "me"})
    shop.delete(job.key)
    assert shop.blobs.blobs == {}
    assert shop.store.chunks == {}
    with pytest.raises(JobNotFoundError):
        shop.results(job.key, after=None, limit=10)
    tombstone = shop.jobs.get(job.key)
    assert tombstone.deleted
    assert tombstone.options.filename is None
    assert tombstone.options.metadata == {}
    with pytest.raises(JobNotFoundError):
        shop.delete(job.key)


def test_an_open_job_is_not_deleted(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    with pytest.raises(JobNotFinishedError):
        shop.delete(key)


def test_a_deletion_that_broke_off_is_completed(shop: Workshop) -> None:
    job = shop.done(["good"])
    shop.blobs.broken = UnavailableError("down")
    with pytest.raises(UnavailableError):
        shop.delete(job.key)
    with pytest.raises(JobNotFoundError):
        shop.results(job.key, after=None, limit=10)
    shop.blobs.broken = None
    shop.clock.advance(timedelta(minutes=21))
    assert shop.settle() == 1
    assert shop.blobs.blobs == {}
    assert shop.settle() == 0


def test_what_is_past_its_time_is_gone_and_then_erased(shop: Workshop) -> None:
    job = shop.done(["good"])
    shop.clock.advance(timedelta(days=30))
    with pytest.raises(JobNotFoundError):
        shop.results(job.key, after=None, limit=10)
    assert shop.settle() == 1
    assert shop.blobs.blobs == {}


def test_an_upload_that_never_comes_expires(shop: Workshop) -> None:
    job, form = shop.create_upload(ACME, JobOptions())
    assert form.max_bytes == 1_000
    assert shop.settle() == 0
    shop.clock.advance(timedelta(hours=24))
    assert shop.settle() == 1
    assert shop.jobs.get(job.key).status is JobStatus.EXPIRED
    late = shop.start(job.key, Source(key=upload_key(job.key), etag="x", size=1))
    assert late.status is JobStatus.EXPIRED
    assert shop.workflows.started == []


def test_work_that_is_begun_before_the_upload_changes_nothing_and_tells_nobody(shop: Workshop) -> None:
    job, _ = shop.create_upload(ACME, JobOptions())
    assert shop.run(job.key) == job
    assert shop.finish(job.key, stalled=True) == job
    assert shop.notifier.told == []
    shop.blobs.write(job.input_key, [table(["good"])])
    info = shop.blobs.stat(job.input_key)
    shop.start(job.key, Source(key=job.input_key, etag=info.etag, size=info.size))
    assert shop.run(job.key).status is JobStatus.SUCCEEDED


def test_a_job_that_nobody_begins_is_settled(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.clock.advance(timedelta(hours=25))
    shop.settle()
    job = shop.jobs.get(key)
    assert job.error is not None
    assert (job.status, job.error.code) == (JobStatus.FAILED, JobErrorCode.STALLED)


def test_a_job_that_nobody_goes_on_with_is_settled_and_keeps_what_was_scored(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    shop.prepare(key)
    shop.process(key, 1, final=False)
    shop.clock.advance(timedelta(hours=7))
    assert shop.settle() == 1
    job = shop.jobs.get(key)
    assert job.error is not None
    assert (job.status, job.error.code) == (JobStatus.FAILED, JobErrorCode.STALLED)
    assert (job.counts.succeeded, job.counts.failed, job.counts.pending) == (1_000, 1_500, 0)
    assert not shop.process(key, 0, final=True)
    child = shop.run(shop.retry(key).key)
    assert (child.status, child.counts.total) == (JobStatus.SUCCEEDED, 1_500)


def test_each_commit_moves_the_deadline_on(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    shop.prepare(key)
    shop.clock.advance(timedelta(hours=5))
    shop.process(key, 0, final=False)
    shop.clock.advance(timedelta(hours=5))
    assert shop.settle() == 0
    assert shop.jobs.get(key).status is JobStatus.RUNNING


def test_a_job_that_goes_on_after_it_was_found_overdue_is_left_alone(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    shop.prepare(key)
    shop.clock.advance(timedelta(hours=7))
    found = shop.jobs.overdue(shop.clock.now(), 10)
    shop.process(key, 0, final=False)
    shop.jobs.overdue = lambda now, limit: found  # type: ignore[method-assign] # seen a moment ago
    shop.settle()
    assert shop.jobs.get(key).status is JobStatus.RUNNING


def test_one_job_that_resists_keeps_no_other_waiting(shop: Workshop) -> None:
    stuck = shop.submitted(["good"])
    shop.prepare(stuck)
    other, _ = shop.create_upload(ACME, JobOptions())
    shop.blobs.broken = UnavailableError("down")
    shop.clock.advance(timedelta(hours=25))
    assert shop.settle() == 1
    assert shop.jobs.get(other.key).status is JobStatus.EXPIRED


def test_news_of_the_same_upload_twice_starts_one_job(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    source = shop.jobs.get(key).source
    assert source is not None
    shop.start(key, replace(source, etag="later"))
    assert shop.workflows.started == [key]
    assert shop.jobs.get(key).source == source


def test_a_job_is_saved_before_its_input_and_started_after(shop: Workshop) -> None:
    shop.blobs.broken = UnavailableError("down")
    with pytest.raises(UnavailableError):
        shop.submitted(["good"])
    [job] = shop.store.jobs.values()
    assert job.status is JobStatus.AWAITING_UPLOAD
    assert shop.workflows.started == []


def test_results_are_read_while_the_job_runs(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    first = shop.results(key, after=None, limit=10)
    assert (list(first.items), first.next is not None) == ([], True)
    shop.prepare(key)
    shop.process(key, 0, final=False)
    shop.process(key, 2, final=False)
    page = shop.results(key, after=first.next, limit=2_000)
    assert len(page.items) == 1_000
    waiting = shop.results(key, after=page.next, limit=10)
    assert (list(waiting.items), waiting.next is not None) == ([], True)
    shop.run(key)
    rest = shop.results(key, after=waiting.next, limit=2_000)
    assert [outcome.row for outcome in rest.items] == list(range(1_001, 2_501))
    assert rest.next is None


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "0:0", "=" * 50])
def test_a_cursor_that_was_not_handed_out_is_refused(shop: Workshop, cursor: str) -> None:
    key = shop.submitted(["good"])
    with pytest.raises(InvalidCursorError):
        shop.results(key, after=Cursor(cursor), limit=10)


def test_a_cursor_of_another_job_is_refused(shop: Workshop) -> None:
    first, second = shop.submitted(["good"]), shop.submitted(["bad"])
    cursor = shop.results(first, after=None, limit=10).next
    with pytest.raises(InvalidCursorError):
        shop.results(second, after=cursor, limit=10)


def test_a_job_of_another_tenant_is_not_there(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    foreign = JobKey(Tenant("rival"), key.job_id)
    for act in (shop.cancel, shop.retry, shop.delete):
        with pytest.raises(JobNotFoundError):
            act(foreign)


def test_the_export_that_a_crash_left_behind_is_kept(shop: Workshop) -> None:
    key = shop.submitted(["good", "bad"])
    shop.prepare(key)
    shop.process(key, 0, final=False)
    shop.jobs.broken = None
    shop.finish(key)
    export = shop.blobs.blobs[export_key(key)]
    shop.finish(key)
    assert shop.blobs.blobs[export_key(key)] == export
    assert len(shop.notifier.told) == 2
