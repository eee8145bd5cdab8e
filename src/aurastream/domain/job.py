"""
A job: a file of rows to score, from its promise to its end.

AWAITING_UPLOAD → QUEUED → RUNNING → SUCCEEDED | SUCCEEDED_WITH_ERRORS | FAILED | CANCELLED
AWAITING_UPLOAD → EXPIRED | CANCELLED      QUEUED → CANCELLED | FAILED
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.job_errors import JobError
from aurastream.domain.job_input import Plan, Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import BlobKey, JobId, JobKey, copy_key, upload_key

UPLOAD_WITHIN = timedelta(hours=24)
"""How long a job waits for its file, before it is EXPIRED."""
START_WITHIN = timedelta(hours=24)
"""How long a QUEUED job waits for somebody to begin, before it is FAILED."""
STALLED_AFTER = timedelta(hours=6)
"""How long after its last step or commit a RUNNING job counts as left alone."""
TELL_AGAIN_AFTER = timedelta(minutes=20)
"""Longer than whoever ended a job takes to tell of it."""
ERASE_AGAIN_AFTER = timedelta(minutes=20)
"""Longer than an upload form is good for and a worker lives."""
KEPT = timedelta(days=30)
"""How long a job and what it left are kept, where no operator says otherwise."""


class JobStatus(StrEnum):
    """Where a job stands."""

    AWAITING_UPLOAD = "AWAITING_UPLOAD"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    SUCCEEDED_WITH_ERRORS = "SUCCEEDED_WITH_ERRORS"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"

    @property
    def is_final(self) -> bool:
        """Whether nothing can change it any more."""
        return self not in OPEN


OPEN = frozenset({JobStatus.AWAITING_UPLOAD, JobStatus.QUEUED, JobStatus.RUNNING})


class IllegalTransitionError(ValueError):
    """A step that the job's status does not allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One version of a job; every step returns the next.

    `counts` and `spend` belong to the ledger: a repository reads them and never writes them.
    `deadline_at` is when `settle_overdue` has to look at the job, None when there is nothing left to do.
    """

    key: JobKey
    status: JobStatus
    version: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    deadline_at: datetime | None
    options: JobOptions = field(default_factory=JobOptions)
    started_at: datetime | None = None
    source: Source | None = None
    plan: Plan | None = None
    counts: Counts = field(default_factory=Counts)
    spend: Spend = field(default_factory=Spend)
    error: JobError | None = None
    retry_of: JobId | None = None
    cancel_requested: bool = False
    promised: bool = False
    deleted: bool = False

    @property
    def is_final(self) -> bool:
        """Whether the job has ended."""
        return self.status.is_final

    @property
    def input_key(self) -> BlobKey:
        """Where the job's input lies: an upload starts its job, a copy or a promise does not."""
        return copy_key(self.key) if self.promised or self.retry_of else upload_key(self.key)

    @property
    def chunks(self) -> int:
        """How many chunks there are; 0 before Prepare."""
        return self.plan.chunks if self.plan else 0

    def queue(self, source: Source | None, *, now: datetime) -> "Job":
        """The input is here."""
        self._must_be(JobStatus.AWAITING_UPLOAD)
        return self._next(now, status=JobStatus.QUEUED, source=source, deadline_at=now + START_WITHIN)

    def run(self, *, now: datetime) -> "Job":
        """Somebody works on it."""
        self._must_be(JobStatus.QUEUED)
        return self._next(now, status=JobStatus.RUNNING, started_at=now, deadline_at=now + STALLED_AFTER)

    def planned(self, plan: Plan, *, now: datetime) -> "Job":
        """Prepare has cut the input into chunks."""
        self._must_be(JobStatus.RUNNING)
        if self.plan is not None:
            raise IllegalTransitionError("a job is planned once")
        counts = replace(self.counts, total=plan.rows)
        return self._next(now, plan=plan, counts=counts, deadline_at=now + STALLED_AFTER)

    def request_cancel(self, *, now: datetime) -> "Job":
        """Before work began the job ends at once; while it runs the workers are asked to stop."""
        if self.is_final or self.cancel_requested:
            return self
        if self.status is JobStatus.RUNNING:
            return self._next(now, cancel_requested=True)
        return self._end(now, JobStatus.CANCELLED, cancel_requested=True)

    def settle(
        self,
        *,
        now: datetime,
        chunks: int | None = None,
        error: JobError | None = None,
        fails: bool = False,
    ) -> "Job":
        """
        Every row has its outcome: the ledger says how the job ended.

        `chunks` is how many it holds, where these are more than were planned. `error` is kept where the job
        FAILED; `fails` makes it fail whatever was reached.
        """
        self._must_be(JobStatus.RUNNING)
        if self.plan is None or self.counts.pending:
            raise IllegalTransitionError("a job does not end before its last row")
        status = JobStatus.FAILED if fails else verdict(self.counts)
        plan = self.plan if chunks is None else replace(self.plan, chunks=chunks)
        return self._end(now, status, error=error if status is JobStatus.FAILED else None, plan=plan)

    def fail(self, error: JobError, *, now: datetime) -> "Job":
        """The work could not begin, or the input could not be read."""
        self._must_be(JobStatus.QUEUED, JobStatus.RUNNING)
        if self.counts.pending:
            raise IllegalTransitionError("rows that were counted are settled, not dropped")
        return self._end(now, JobStatus.FAILED, error=error)

    def abandon(self, *, now: datetime) -> "Job":
        """Cancelled before there was a plan: no row was counted."""
        self._must_be(JobStatus.RUNNING)
        if self.plan is not None or not self.cancel_requested:
            raise IllegalTransitionError("only a cancelled job without a plan is abandoned")
        return self._end(now, JobStatus.CANCELLED)

    def told(self) -> "Job":
        """The news of its end is out; until its time is over there is nothing left to do."""
        if not self.is_final:
            raise IllegalTransitionError("there is no news of an open job")
        if self.deleted or self.deadline_at == self.expires_at:
            return self
        return replace(self, version=self.version + 1, deadline_at=self.expires_at)

    def expire(self, *, now: datetime) -> "Job":
        """The upload never came."""
        self._must_be(JobStatus.AWAITING_UPLOAD)
        return self._end(now, JobStatus.EXPIRED)

    def delete(self, *, now: datetime) -> "Job":
        """From here on the job is gone for its tenant; what it left is to be erased."""
        if not self.is_final:
            raise IllegalTransitionError("an open job cannot be deleted")
        if self.deleted:
            return self
        bare = JobOptions(dry_run=self.options.dry_run)
        plan = None if self.plan is None else replace(self.plan, input=self.plan.input.without_names())
        return self._next(
            now, deleted=True, options=bare, plan=plan, error=None, deadline_at=now + ERASE_AGAIN_AFTER
        )

    def erased(self, *, now: datetime) -> "Job":
        """Nothing of it is left but this tombstone."""
        if not self.deleted:
            raise IllegalTransitionError("only a deleted job is erased")
        return self._next(now, deadline_at=None)

    def _must_be(self, *allowed: JobStatus) -> None:
        if self.status not in allowed:
            raise IllegalTransitionError(f"not possible while {self.status}")

    def _end(self, now: datetime, status: JobStatus, **changes: object) -> "Job":
        told_by = min(now + TELL_AGAIN_AFTER, self.expires_at)
        return self._next(now, status=status, deadline_at=told_by, **changes)

    def _next(self, now: datetime, **changes: object) -> "Job":
        return replace(self, version=self.version + 1, updated_at=max(now, self.updated_at), **changes)  # type: ignore[arg-type] # mypy cannot see the names of the fields behind **


def verdict(counts: Counts) -> JobStatus:
    """How a job whose every row has an outcome has ended."""
    if counts.cancelled:
        return JobStatus.CANCELLED
    if not counts.failed:
        return JobStatus.SUCCEEDED
    return JobStatus.SUCCEEDED_WITH_ERRORS if counts.succeeded + counts.skipped else JobStatus.FAILED


def new_job(
    key: JobKey,
    options: JobOptions,
    *,
    now: datetime,
    retention: timedelta = KEPT,
    promised: bool = False,
    retry_of: JobId | None = None,
) -> Job:
    """
    The first version of a job: it waits for its input.

    A promise and a retry wait for no upload, they are QUEUED at once.
    """
    waits = not promised and retry_of is None
    return Job(
        key=key,
        status=JobStatus.AWAITING_UPLOAD if waits else JobStatus.QUEUED,
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + retention,
        deadline_at=now + (UPLOAD_WITHIN if waits else START_WITHIN),
        options=options,
        promised=promised,
        retry_of=retry_of,
    )
