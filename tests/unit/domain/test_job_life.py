"""Whatever happens to a job, in whatever order: it obeys its rules."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aurastream.domain.job import IllegalTransitionError, Job, JobStatus, new_job
from aurastream.domain.job_counts import Counts
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.job_input import InputDescription, Plan
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobKey, Tenant, job_id_at
from aurastream.domain.outcome import OutcomeStatus

START = datetime(2026, 6, 1, tzinfo=UTC)
KEY = JobKey(Tenant("ours"), job_id_at(START, 1))
ERROR = JobError(code=JobErrorCode.STALLED, detail="try again")
READ = InputDescription(format="csv", encoding="utf-8")
WAITING, QUEUED, RUNNING = JobStatus.AWAITING_UPLOAD, JobStatus.QUEUED, JobStatus.RUNNING
ENDS = {
    *(JobStatus.SUCCEEDED, JobStatus.SUCCEEDED_WITH_ERRORS, JobStatus.FAILED),
    *(JobStatus.CANCELLED, JobStatus.EXPIRED),
}

plans = st.lists(st.integers(1, 3), min_size=1, max_size=3)
ends_of_rows = st.sampled_from(OutcomeStatus)


class JobLife(RuleBasedStateMachine):
    """A job, a clock that is put back now and then, and a ledger that counts rows for itself."""

    job: Job

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.sizes: list[int] = []
        self.committed: dict[int, list[OutcomeStatus]] = {}

    @initialize(waits=st.booleans(), steps=st.integers(0, 3), sizes=plans)
    def begin(self, waits: bool, steps: int, sizes: list[int]) -> None:
        """Some lives are watched from the start, some from where it gets interesting."""
        parent = None if waits else job_id_at(START, 0)
        self.job = new_job(KEY, JobOptions(), now=self.now, retry_of=parent)
        assert self.job.status is (WAITING if waits else QUEUED)
        ways: list[Callable[[], None]] = [
            self.the_upload_arrives,
            self.work_begins,
            lambda: self.it_is_planned(sizes),
        ]
        for way in ways[0 if waits else 1 : steps]:
            way()

    @rule(seconds=st.integers(-3_600, 90_000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def the_upload_arrives(self) -> None:
        self.step(lambda job: job.queue(None, now=self.now), QUEUED if self.is_(WAITING) else None)

    @rule()
    def work_begins(self) -> None:
        self.step(lambda job: job.run(now=self.now), RUNNING if self.is_(QUEUED) else None)

    @rule(sizes=plans)
    def it_is_planned(self, sizes: list[int]) -> None:
        plan = Plan(rows=sum(sizes), chunks=len(sizes), estimated_units=3 * sum(sizes), input=READ)
        allowed = self.is_(RUNNING) and not self.job.plan
        self.step(lambda job: job.planned(plan, now=self.now), RUNNING if allowed else None)
        if allowed:
            self.sizes = sizes

    @rule(chunk=st.integers(0, 2), ends=st.lists(ends_of_rows, min_size=3, max_size=3))
    def a_chunk_is_committed(self, chunk: int, ends: list[OutcomeStatus]) -> None:
        """By a worker that may be late, or the second."""
        self.commit(chunk, ends)

    @rule(end=ends_of_rows)
    def what_is_left_gets_an_outcome(self, end: OutcomeStatus) -> None:
        for chunk in range(len(self.sizes)):
            self.commit(chunk, [end] * 3)

    @rule()
    def somebody_cancels(self) -> None:
        if self.job.cancel_requested or self.job.is_final:
            assert self.job.request_cancel(now=self.now) is self.job
        else:
            self.step(
                lambda job: job.request_cancel(now=self.now),
                RUNNING if self.is_(RUNNING) else JobStatus.CANCELLED,
            )
            assert self.job.cancel_requested

    @precondition(lambda self: self.job.plan is not None)
    @rule(fails=st.booleans())
    def it_is_settled(self, fails: bool) -> None:
        allowed = self.is_(RUNNING) and self.left() == 0
        expected = JobStatus.FAILED if fails else self.how_it_ended()
        self.step(
            lambda job: job.settle(now=self.now, error=ERROR, fails=fails), expected if allowed else None
        )

    @precondition(lambda self: self.job.plan is None or self.left() > 0)
    @rule()
    def it_fails(self) -> None:
        allowed = self.is_(QUEUED, RUNNING) and self.left() == 0
        self.step(lambda job: job.fail(ERROR, now=self.now), JobStatus.FAILED if allowed else None)

    @rule()
    def it_is_abandoned(self) -> None:
        allowed = self.is_(RUNNING) and self.job.cancel_requested and not self.job.plan
        self.step(lambda job: job.abandon(now=self.now), JobStatus.CANCELLED if allowed else None)

    @rule()
    def the_upload_never_comes(self) -> None:
        self.step(lambda job: job.expire(now=self.now), JobStatus.EXPIRED if self.is_(WAITING) else None)

    @rule()
    def it_is_told(self) -> None:
        if not self.is_(*ENDS):
            with pytest.raises(IllegalTransitionError):
                self.job.told()
            return
        told = self.job.told()
        assert told is self.job or told == replace(
            self.job, version=self.job.version + 1, deadline_at=self.job.expires_at
        )
        self.job = told

    @rule()
    def somebody_deletes_it(self) -> None:
        if self.job.deleted:
            assert self.job.delete(now=self.now) is self.job
        else:
            self.step(lambda job: job.delete(now=self.now), self.job.status if self.is_(*ENDS) else None)
            assert self.job.deleted == self.is_(*ENDS)

    @rule()
    def it_is_erased(self) -> None:
        self.step(lambda job: job.erased(now=self.now), self.job.status if self.job.deleted else None)

    @invariant()
    def the_ledger_adds_up(self) -> None:
        counts = self.job.counts
        told = Counter(end for ends in self.committed.values() for end in ends)
        assert counts.total == sum(self.sizes)
        assert counts.succeeded == told[OutcomeStatus.SUCCEEDED]
        assert counts.failed == told[OutcomeStatus.FAILED]
        assert counts.skipped == told[OutcomeStatus.SKIPPED]
        assert counts.cancelled == told[OutcomeStatus.CANCELLED]
        assert counts.pending == self.left()

    @invariant()
    def nothing_is_pending_at_the_end(self) -> None:
        if self.job.is_final:
            assert self.is_(*ENDS)
            assert self.job.counts.pending == 0

    @invariant()
    def every_open_job_will_be_looked_at(self) -> None:
        if not self.job.is_final:
            assert self.job.deadline_at is not None

    @invariant()
    def only_a_failed_job_has_an_error(self) -> None:
        assert self.job.error is None or self.is_(JobStatus.FAILED)

    def step(self, step: Callable[[Job], Job], to: JobStatus | None) -> None:
        """Take it where it leads, or see it refused where that is nowhere."""
        before = self.job
        if to is None:
            with pytest.raises(IllegalTransitionError):
                step(before)
            return
        after = step(before)
        assert after.status is to
        assert after.version == before.version + 1
        assert after.updated_at == max(before.updated_at, self.now)
        assert (after.key, after.created_at, after.expires_at) == (
            before.key,
            before.created_at,
            before.expires_at,
        )
        assert not before.is_final or after.status is before.status
        assert after.spend == before.spend
        self.job = after

    def commit(self, chunk: int, ends: list[OutcomeStatus]) -> None:
        """What a ledger does: once, by condition, and without a new version."""
        if not self.is_(RUNNING) or chunk in self.committed or chunk >= len(self.sizes):
            return
        self.committed[chunk] = ends[: self.sizes[chunk]]
        added = Counter(self.committed[chunk])
        counts = self.job.counts
        self.job = replace(
            self.job,
            counts=Counts(
                total=counts.total,
                succeeded=counts.succeeded + added[OutcomeStatus.SUCCEEDED],
                failed=counts.failed + added[OutcomeStatus.FAILED],
                skipped=counts.skipped + added[OutcomeStatus.SKIPPED],
                cancelled=counts.cancelled + added[OutcomeStatus.CANCELLED],
            ),
        )

    def is_(self, *statuses: JobStatus) -> bool:
        return self.job.status in statuses

    def left(self) -> int:
        return sum(size for chunk, size in enumerate(self.sizes) if chunk not in self.committed)

    def how_it_ended(self) -> JobStatus:
        ends = {end for ends in self.committed.values() for end in ends}
        if OutcomeStatus.CANCELLED in ends:
            return JobStatus.CANCELLED
        if ends == {OutcomeStatus.FAILED}:
            return JobStatus.FAILED
        return JobStatus.SUCCEEDED_WITH_ERRORS if OutcomeStatus.FAILED in ends else JobStatus.SUCCEEDED


TestJobLife = JobLife.TestCase
TestJobLife.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
