"""A job, from its promise to its end."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.job import (
    ERASE_AGAIN_AFTER,
    OPEN,
    STALLED_AFTER,
    START_WITHIN,
    TELL_AGAIN_AFTER,
    UPLOAD_WITHIN,
    IllegalTransitionError,
    Job,
    JobStatus,
    new_job,
    verdict,
)
from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.job_input import InputDescription, Plan, Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import BlobKey, JobKey, Tenant, copy_key, job_id_at, upload_key
from aurastream.domain.language import ENGLISH

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
KEY = JobKey(Tenant("ours"), job_id_at(NOON, 7))
PARENT = job_id_at(NOON, 6)
SOURCE = Source(key=BlobKey("somewhere"), etag="1", size=10)
PLAN = Plan(
    rows=4,
    chunks=2,
    estimated_units=12,
    input=InputDescription(format="csv", encoding="utf-8", delimiter=";", columns=("shop", "what they said")),
)
ERROR = JobError(code=JobErrorCode.SOURCE_GONE, detail="send it again")
NEVER_READ = JobError(
    code=JobErrorCode.COLUMN_NOT_FOUND, detail="name one of these", columns=("what they said",)
)

WAITING = new_job(KEY, JobOptions(), now=NOON)
QUEUED = WAITING.queue(SOURCE, now=NOON)
RUNNING = QUEUED.run(now=NOON)
PLANNED = RUNNING.planned(PLAN, now=NOON)
DONE = replace(PLANNED, counts=Counts(total=4, succeeded=4))
ENDS = {
    JobStatus.SUCCEEDED: DONE.settle(now=NOON),
    JobStatus.SUCCEEDED_WITH_ERRORS: replace(PLANNED, counts=Counts(total=4, succeeded=3, failed=1)).settle(
        now=NOON
    ),
    JobStatus.FAILED: QUEUED.fail(ERROR, now=NOON),
    JobStatus.CANCELLED: WAITING.request_cancel(now=NOON),
    JobStatus.EXPIRED: WAITING.expire(now=NOON),
}
STEPS: dict[str, Callable[[Job], Job]] = {
    "queue": lambda job: job.queue(SOURCE, now=LATER),
    "run": lambda job: job.run(now=LATER),
    "planned": lambda job: job.planned(PLAN, now=LATER),
    "settle": lambda job: job.settle(now=LATER),
    "fail": lambda job: job.fail(ERROR, now=LATER),
    "abandon": lambda job: job.abandon(now=LATER),
    "expire": lambda job: job.expire(now=LATER),
}

quantities = st.integers(0, 10**6)


def test_every_status_is_open_or_an_end() -> None:
    assert set(ENDS) == set(JobStatus) - OPEN
    assert all(status.is_final for status in ENDS)
    assert not any(status.is_final for status in OPEN)
    assert all(job.status is status and job.is_final for status, job in ENDS.items())


@pytest.mark.parametrize("job", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_an_end_is_final(job: Job, step: Callable[[Job], Job]) -> None:
    with pytest.raises(IllegalTransitionError):
        step(job)


@pytest.mark.parametrize("job", ENDS.values(), ids=ENDS)
def test_cancelling_what_has_ended_changes_nothing(job: Job) -> None:
    assert job.request_cancel(now=LATER) is job


@pytest.mark.parametrize(
    ("job", "allowed"),
    [
        (WAITING, {"queue", "expire"}),
        (QUEUED, {"run", "fail"}),
        (RUNNING, {"planned", "fail"}),
        (replace(RUNNING, cancel_requested=True), {"planned", "fail", "abandon"}),
        (PLANNED, set()),
        (replace(PLANNED, cancel_requested=True), set()),
    ],
    ids=["waiting", "queued", "running", "running, to be cancelled", "planned", "planned, to be cancelled"],
)
def test_an_open_job_goes_only_where_the_picture_says(job: Job, allowed: set[str]) -> None:
    for name in sorted(STEPS.keys() - {"settle"} if job.plan is None else STEPS.keys()):
        if name in allowed:
            assert STEPS[name](job).version == job.version + 1
        else:
            with pytest.raises(IllegalTransitionError):
                STEPS[name](job)


def test_a_new_job_waits_for_its_upload() -> None:
    assert (WAITING.status, WAITING.version, WAITING.counts) == (JobStatus.AWAITING_UPLOAD, 1, Counts())
    assert WAITING.created_at == WAITING.updated_at == NOON
    assert WAITING.deadline_at == NOON + UPLOAD_WITHIN
    assert WAITING.expires_at == NOON + timedelta(days=30)
    assert new_job(KEY, JobOptions(), now=NOON, retention=timedelta(days=1)).expires_at == NOON + timedelta(
        days=1
    )
    assert WAITING.input_key == upload_key(KEY)


@pytest.mark.parametrize(
    "job",
    [
        new_job(KEY, JobOptions(), now=NOON, promised=True),
        new_job(KEY, JobOptions(), now=NOON, retry_of=PARENT),
    ],
    ids=["a promise", "a retry"],
)
def test_a_promise_and_a_retry_wait_for_nobody(job: Job) -> None:
    assert (job.status, job.deadline_at) == (JobStatus.QUEUED, NOON + START_WITHIN)
    assert job.input_key == copy_key(KEY)


def test_every_open_job_has_a_deadline_that_each_step_moves_on() -> None:
    assert WAITING.queue(SOURCE, now=LATER).deadline_at == LATER + START_WITHIN
    assert QUEUED.run(now=LATER).deadline_at == LATER + STALLED_AFTER
    assert RUNNING.planned(PLAN, now=LATER).deadline_at == LATER + STALLED_AFTER


@pytest.mark.parametrize("job", ENDS.values())
def test_a_job_that_ended_is_looked_at_until_it_was_told_and_then_when_it_expires(job: Job) -> None:
    assert job.deadline_at == job.updated_at + TELL_AGAIN_AFTER
    told = job.told()
    assert told == replace(job, version=job.version + 1, deadline_at=job.expires_at)
    assert told.told() is told


def test_there_is_no_news_of_an_open_job_and_none_of_a_deleted_one() -> None:
    with pytest.raises(IllegalTransitionError, match="news"):
        PLANNED.told()
    deleted = DONE.settle(now=LATER).delete(now=LATER)
    assert deleted.told() is deleted


def test_no_deadline_is_later_than_the_end_of_a_jobs_time() -> None:
    ended = replace(QUEUED, expires_at=LATER + TELL_AGAIN_AFTER / 2).fail(NEVER_READ, now=LATER)
    assert ended.deadline_at == ended.expires_at


def test_what_is_learnt_on_the_way_is_kept() -> None:
    assert (PLANNED.source, PLANNED.started_at, PLANNED.plan) == (SOURCE, NOON, PLAN)
    assert (RUNNING.chunks, PLANNED.chunks) == (0, 2)
    assert PLANNED.counts == Counts(total=4)


def test_a_job_is_planned_once() -> None:
    with pytest.raises(IllegalTransitionError, match="once"):
        PLANNED.planned(PLAN, now=LATER)


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        (Counts(total=4, succeeded=4), JobStatus.SUCCEEDED),
        (Counts(total=4, skipped=4), JobStatus.SUCCEEDED),
        (Counts(total=4, succeeded=3, failed=1), JobStatus.SUCCEEDED_WITH_ERRORS),
        (Counts(total=4, skipped=1, failed=3), JobStatus.SUCCEEDED_WITH_ERRORS),
        (Counts(total=4, failed=4), JobStatus.FAILED),
        (Counts(total=4, succeeded=3, cancelled=1), JobStatus.CANCELLED),
        (Counts(total=4, failed=3, cancelled=1), JobStatus.CANCELLED),
    ],
)
def test_the_ledger_decides_how_a_job_ended(counts: Counts, status: JobStatus) -> None:
    assert verdict(counts) is status
    settled = replace(PLANNED, counts=counts).settle(now=LATER, error=ERROR)
    assert settled.status is status
    assert settled.error == (ERROR if status is JobStatus.FAILED else None)


def test_a_stalled_job_fails_whatever_it_reached() -> None:
    settled = DONE.settle(now=LATER, error=ERROR, fails=True)
    assert (settled.status, settled.error) == (JobStatus.FAILED, ERROR)


def test_a_job_that_ends_may_have_more_chunks_than_were_planned() -> None:
    assert DONE.settle(now=LATER, chunks=DONE.chunks + 3).chunks == DONE.chunks + 3
    assert DONE.settle(now=LATER).plan == DONE.plan


@pytest.mark.parametrize("fails", [True, False])
def test_a_job_does_not_end_before_its_last_row(fails: bool) -> None:
    job = replace(PLANNED, counts=Counts(total=4, succeeded=3))
    with pytest.raises(IllegalTransitionError, match="last row"):
        job.settle(now=LATER, fails=fails)
    with pytest.raises(IllegalTransitionError, match="settled"):
        job.fail(ERROR, now=LATER)


def test_cancelling_before_work_began_ends_the_job() -> None:
    for job in (WAITING, QUEUED):
        cancelled = job.request_cancel(now=LATER)
        assert (cancelled.status, cancelled.cancel_requested) == (JobStatus.CANCELLED, True)


def test_cancelling_while_it_runs_only_asks() -> None:
    asked = PLANNED.request_cancel(now=LATER)
    assert (asked.status, asked.cancel_requested, asked.version) == (
        JobStatus.RUNNING,
        True,
        PLANNED.version + 1,
    )
    assert asked.request_cancel(now=LATER) is asked


def test_all_done_is_all_done_even_if_somebody_asked_to_cancel() -> None:
    asked = replace(DONE, cancel_requested=True)
    assert asked.settle(now=LATER).status is JobStatus.SUCCEEDED


@pytest.mark.parametrize("job", [WAITING, QUEUED, RUNNING, PLANNED])
def test_an_open_job_cannot_be_deleted(job: Job) -> None:
    with pytest.raises(IllegalTransitionError, match="open"):
        job.delete(now=LATER)
    with pytest.raises(IllegalTransitionError, match="deleted"):
        job.erased(now=LATER)


def test_a_deleted_job_forgets_the_words_of_its_caller() -> None:
    options = JobOptions(
        text_column="what they said",
        id_column="what they said",
        language_column="what they said",
        language=ENGLISH,
        filename="what they said.csv",
        metadata={"what they said": "what they said"},
        dry_run=True,
    )
    job = new_job(KEY, options, now=NOON).queue(SOURCE, now=NOON).run(now=NOON)
    for ended in (
        replace(job.planned(PLAN, now=NOON), counts=Counts(total=4, failed=4)).settle(
            now=NOON, error=NEVER_READ
        ),
        job.fail(NEVER_READ, now=NOON),
    ):
        deleted = ended.delete(now=LATER)
        assert "what they said" in repr(ended)
        assert "what they said" not in repr(deleted)
        assert (deleted.status, deleted.counts, deleted.spend) == (ended.status, ended.counts, ended.spend)
        assert deleted.options.dry_run
        assert deleted.deadline_at == LATER + ERASE_AGAIN_AFTER
        assert deleted.delete(now=LATER) is deleted
        assert deleted.erased(now=LATER).deadline_at is None


@given(parts=st.tuples(quantities, quantities, quantities, quantities), pending=quantities)
def test_a_ledger_adds_up(parts: tuple[int, int, int, int], pending: int) -> None:
    names = [field.name for field in fields(Counts) if field.name != "total"]
    counts = Counts(total=sum(parts) + pending, **dict(zip(names, parts, strict=True)))
    assert (counts.settled, counts.pending) == (sum(parts), pending)


@given(parts=st.tuples(quantities, quantities, quantities, quantities), missing=st.integers(1, 10**6))
def test_a_ledger_that_does_not_add_up_is_refused(parts: tuple[int, int, int, int], missing: int) -> None:
    succeeded, failed, skipped, cancelled = parts
    with pytest.raises(ValueError, match="add up"):
        Counts(
            total=sum(parts) - missing,
            succeeded=succeeded,
            failed=failed,
            skipped=skipped,
            cancelled=cancelled,
        )


@pytest.mark.parametrize("name", ["succeeded", "failed", "skipped", "cancelled"])
def test_no_count_is_negative(name: str) -> None:
    with pytest.raises(ValueError, match="add up"):
        Counts(total=5, **{name: -1})


def test_what_was_spent_has_its_list_price() -> None:
    assert Spend(units=12, saved_units=100).usd == Decimal("0.0012")
