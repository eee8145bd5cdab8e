"""Bugs that others have shipped, each as a patch of a use case or of a port; the simulation has to notice."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from aurastream.domain.engine import Call
from aurastream.domain.errors import AuraStreamError, NothingToRetryError, UnavailableError
from aurastream.domain.files import chunks
from aurastream.domain.files.chunks import ChunkRow
from aurastream.domain.files.rows import Row
from aurastream.domain.idempotency import KEPT, Answer, RequestKey, Turn
from aurastream.domain.job import Job, JobStatus, new_job
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.job_input import Plan, Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import BlobKey, JobId, JobKey, Tenant
from aurastream.domain.outcome import Outcome
from aurastream.domain.services import prepare, process_chunk
from aurastream.domain.services.changing import change_job, save_new
from aurastream.domain.services.delete import DeleteJob
from aurastream.domain.services.effective_outcomes import effective_outcomes
from aurastream.domain.services.finding import find_job
from aurastream.domain.services.finish import FinishJob
from aurastream.domain.services.prepare import PrepareJob
from aurastream.domain.services.process_chunk import ProcessChunk
from aurastream.domain.services.retry import RetryJob
from aurastream.domain.services.settle_overdue import SettleOverdue
from aurastream.domain.services.start import StartJob
from aurastream.domain.services.submit import SubmitFile
from aurastream.domain.services.work_retries import WorkRetries
from aurastream.entrypoints.http import jobs, sentiment
from tests.fakes import FakeIdempotencyStore, FakeLedger
from tests.simulation.ports import GatedBlobStore

Patch = Callable[[pytest.MonkeyPatch], None]
Outcomes = Sequence[Outcome]

BUGS: dict[str, Patch] = {}


def bug(patch: Patch) -> Patch:
    """One more, called by the name of its function."""
    BUGS[patch.__name__] = patch
    return patch


# The ledger


@bug
def an_unconditional_commit(patch: pytest.MonkeyPatch) -> None:
    """Whoever commits a chunk last is believed, also about one that was committed."""
    commit = FakeLedger.commit

    def careless(self: FakeLedger, key: JobKey, chunk: int, outcomes: Outcomes, **when: datetime) -> bool:
        if (key, chunk) in self.store.chunks:
            self.store.chunks[key, chunk] = tuple(outcomes)
            return True
        return commit(self, key, chunk, outcomes, **when)

    patch.setattr(FakeLedger, "commit", careless)


@bug
def a_count_on_the_attempt(patch: pytest.MonkeyPatch) -> None:
    """Counts are added whenever a chunk comes in, not when it is committed."""
    commit = FakeLedger.commit

    def eager(self: FakeLedger, key: JobKey, chunk: int, outcomes: Outcomes, **when: datetime) -> bool:
        committed = commit(self, key, chunk, outcomes, **when)
        job = self.store.jobs[key]
        if not committed and job.counts.pending >= len(outcomes):
            counts = replace(job.counts, succeeded=job.counts.succeeded + len(outcomes))
            self.store.jobs[key] = replace(job, counts=counts)
        return committed

    patch.setattr(FakeLedger, "commit", eager)


@bug
def progress_without_the_number_of_the_chunk(patch: pytest.MonkeyPatch) -> None:
    """What comes in is taken for the next chunk that is missing."""
    commit = FakeLedger.commit

    def next_one(self: FakeLedger, key: JobKey, chunk: int, outcomes: Outcomes, **when: datetime) -> bool:
        done = sum(1 for owner, _ in self.store.chunks if owner == key)
        return commit(self, key, done, outcomes, **when)

    patch.setattr(FakeLedger, "commit", next_one)


@bug
def a_commit_after_the_end(patch: pytest.MonkeyPatch) -> None:
    """A late worker's chunk is taken, although its job has ended."""
    commit = FakeLedger.commit

    def late(self: FakeLedger, key: JobKey, chunk: int, outcomes: Outcomes, **when: datetime) -> bool:
        job = self.store.jobs[key]
        self.store.jobs[key] = replace(job, status=JobStatus.RUNNING)
        try:
            return commit(self, key, chunk, outcomes, **when)
        finally:
            self.store.jobs[key] = replace(self.store.jobs[key], status=job.status)

    patch.setattr(FakeLedger, "commit", late)


@bug
def a_deletion_on_error(patch: pytest.MonkeyPatch) -> None:
    """A worker that fails takes back what its chunk has in the ledger, whoever put it there."""
    process = ProcessChunk.__call__

    def tidy(self: ProcessChunk, key: JobKey, chunk: int, *, final: bool) -> bool:
        try:
            return process(self, key, chunk, final=final)
        except AuraStreamError:
            store = self.ledger._inner.store  # type: ignore[attr-defined] # behind the gate
            store.chunks.pop((key, chunk), None)
            raise

    patch.setattr(ProcessChunk, "__call__", tidy)


# Keyed requests


@bug
def an_unfenced_completion(patch: pytest.MonkeyPatch) -> None:
    """Whoever finishes a keyed request last has answered it."""

    def unfenced(self: FakeIdempotencyStore, turn: Turn, answer: Answer, *, until: datetime) -> bool:
        request = self.requests.get(turn.key)
        if request is None:
            return False
        request.answer, request.until = answer, until
        return True

    patch.setattr(FakeIdempotencyStore, "finish", unfenced)


@bug
def an_unfenced_release(patch: pytest.MonkeyPatch) -> None:
    """A try that fails forgets the request, also when another has answered it since."""

    def unfenced(self: FakeIdempotencyStore, turn: Turn) -> None:
        self.requests.pop(turn.key, None)

    patch.setattr(FakeIdempotencyStore, "release", unfenced)


@bug
def a_lease_by_the_local_clock(patch: pytest.MonkeyPatch) -> None:
    """Who thinks, by its own clock, that its lease still lasts does not look at the fence."""
    begin, finish = FakeIdempotencyStore.begin, FakeIdempotencyStore.finish
    leases: dict[tuple[RequestKey, int], datetime] = {}

    def noted(
        self: FakeIdempotencyStore,
        key: RequestKey,
        fingerprint: str,
        *,
        job_id: JobId,
        now: datetime,
        until: datetime,
    ) -> Turn | Answer:
        given = begin(self, key, fingerprint, job_id=job_id, now=now, until=until)
        if isinstance(given, Turn):
            leases[key, given.fence] = until
        return given

    def trusting(self: FakeIdempotencyStore, turn: Turn, answer: Answer, *, until: datetime) -> bool:
        ours = leases[turn.key, turn.fence] > until - KEPT
        request = self.requests.get(turn.key)
        if ours and request is not None:
            request.answer, request.until = answer, until
            return True
        return finish(self, turn, answer, until=until)

    patch.setattr(FakeIdempotencyStore, "begin", noted)
    patch.setattr(FakeIdempotencyStore, "finish", trusting)


@bug
def a_retry_without_its_key(patch: pytest.MonkeyPatch) -> None:
    """Another try of a keyed request makes a job of its own."""
    for module in (sentiment, jobs):
        patch.setattr(module, "reserved_of", lambda _request: None)


# The order of things


@bug
def a_start_before_the_save(patch: pytest.MonkeyPatch) -> None:
    """The work on a retry is set off, then the retry is saved."""

    def hasty(self: RetryJob, key: JobKey, *, job_id: JobId | None = None) -> Job:
        now = self.clock.now()
        parent = find_job(self.jobs, key, now)
        if not any(outcome.retryable for outcome in effective_outcomes(parent, self.ledger, self.blobs)):
            raise NothingToRetryError("nothing to retry")
        child = new_job(
            JobKey(key.tenant, job_id or self.new_id()),
            parent.options,
            now=now,
            retry_of=parent.key.job_id,
        )
        self.workflows.start(child.key)
        return save_new(self.jobs, child)

    patch.setattr(RetryJob, "__call__", hasty)


@bug
def an_acknowledgement_before_the_save(patch: pytest.MonkeyPatch) -> None:
    """A caller is told of its job before the file is stored: the store is down, and nobody hears of it."""
    submit = SubmitFile.__call__

    def hopeful(
        self: SubmitFile,
        tenant: Tenant,
        options: JobOptions,
        parts: Iterable[bytes],
        *,
        job_id: JobId | None = None,
    ) -> Job:
        key = JobKey(tenant, job_id or self.new_id())
        try:
            return submit(self, tenant, options, parts, job_id=key.job_id)
        except UnavailableError:
            return new_job(key, options, now=self.clock.now())

    patch.setattr(SubmitFile, "__call__", hopeful)


@bug
def an_acknowledgement_before_the_end(patch: pytest.MonkeyPatch) -> None:
    """A ticket is taken off the queue before its job has ended."""

    def hasty(self: WorkRetries) -> int:
        now = self.clock.now()
        for ticket in self.queue.take(now=now, until=now + self.hidden, limit=self.at_a_time):
            self.queue.ack(ticket)
            self.run(ticket.job, gives_up=False)
        return 0

    patch.setattr(WorkRetries, "__call__", hasty)


@bug
def a_mark_before_the_write(patch: pytest.MonkeyPatch) -> None:
    """A job has ended before its export is written."""

    def hasty(self: FinishJob, key: JobKey, *, stalled: bool) -> Job:
        job = self._settle_rows(self.jobs.get(key))
        ended = change_job(
            self.jobs, key, lambda job: job if job.is_final else job.settle(now=self.clock.now())
        )
        self._publish(job)
        return ended

    patch.setattr(FinishJob, "_settle", hasty)


@bug
def a_plan_before_its_chunks(patch: pytest.MonkeyPatch) -> None:
    """A job is planned before the chunks of its plan are written."""
    plan = PrepareJob._plan

    def hasty(self: PrepareJob, job: Job) -> Plan:
        if job.retry_of is not None:
            return plan(self, job)
        assert isinstance(self.blobs, GatedBlobStore)
        planned = plan(replace(self, blobs=_Blind(self.blobs._inner, self.blobs._gate)), job)
        change_job(self.jobs, job.key, lambda job: self._planned(job, planned))
        return plan(self, job)

    patch.setattr(PrepareJob, "_plan", hasty)


class _Blind(GatedBlobStore):
    """Reads, and writes nothing."""

    def write(self, key: BlobKey, parts: Iterable[bytes]) -> bool:
        return any([*parts])


@bug
def a_failure_over_a_plan(patch: pytest.MonkeyPatch) -> None:
    """Who finds the input gone fails the job, although another one has read it in time."""

    def hasty(
        self: PrepareJob, key: JobKey, code: JobErrorCode, detail: str, columns: tuple[str, ...] = ()
    ) -> Job:
        error = JobError(code=code, detail=detail, columns=columns)
        return change_job(
            self.jobs, key, lambda job: job if job.is_final else job.fail(error, now=self.clock.now())
        )

    patch.setattr(PrepareJob, "_fail", hasty)


# Jobs


@bug
def a_cancel_over_done(patch: pytest.MonkeyPatch) -> None:
    """A job that has ended can still be cancelled."""

    def stubborn(self: Job, *, now: datetime) -> Job:
        if self.cancel_requested or self.deleted:
            return self
        if self.status is JobStatus.RUNNING:
            return self._next(now, cancel_requested=True)
        return self._end(now, JobStatus.CANCELLED, cancel_requested=True)

    patch.setattr(Job, "request_cancel", stubborn)


@bug
def a_cancel_that_nobody_looks_for(patch: pytest.MonkeyPatch) -> None:
    """Workers ask whether to stop when they begin a chunk, and not before every call."""
    patch.setattr(ProcessChunk, "_stopped", lambda self, key: False)


@bug
def a_stop_that_is_taken_for_a_cancel(patch: pytest.MonkeyPatch) -> None:
    """A process that is to end commits the rows that it did not get to as cancelled."""
    stopped = ProcessChunk._stopped
    patch.setattr(ProcessChunk, "_stopped", lambda self, key: self.halted() or stopped(self, key))


@bug
def a_chunk_twice_in_the_plan(patch: pytest.MonkeyPatch) -> None:
    """The first rows of a file are in two chunks."""
    chunked = chunks.chunked

    def doubled(rows: Iterable[Row], *, max_rows: int) -> Iterator[list[ChunkRow]]:
        first: list[ChunkRow] = []
        for chunk in chunked(rows, max_rows=max_rows):
            first = first or chunk
            yield chunk
        if first:
            yield first

    patch.setattr(prepare, "chunked", doubled)


@bug
def a_lost_wake_up(patch: pytest.MonkeyPatch) -> None:
    """Who finds a job queued already takes it for started."""

    def trusting(self: StartJob, key: JobKey, source: Source) -> Job:
        before = self.jobs.get(key)
        job = change_job(self.jobs, key, lambda job: self._queued(job, source))
        if before.status is JobStatus.AWAITING_UPLOAD and not job.is_final:
            self.workflows.start(key)
        return job

    patch.setattr(StartJob, "__call__", trusting)


@bug
def an_overdue_job_that_is_never_settled(patch: pytest.MonkeyPatch) -> None:
    """Jobs that were begun are left to their workers, also when there are none."""
    settle = SettleOverdue._settle

    def partial(self: SettleOverdue, key: JobKey) -> None:
        if self.jobs.get(key).status is not JobStatus.RUNNING:
            settle(self, key)

    patch.setattr(SettleOverdue, "_settle", partial)


@bug
def a_deletion_that_looks_once(patch: pytest.MonkeyPatch) -> None:
    """What is written after the erasure, by a late upload or a hanging worker, stays."""

    def at_once(self: DeleteJob, job: Job) -> Job:
        return job if job.deadline_at is None else job.erased(now=self.clock.now())

    patch.setattr(DeleteJob, "_erased", at_once)


@bug
def news_that_is_told_once_or_never(patch: pytest.MonkeyPatch) -> None:
    """Whoever ends a job tells of it; who dies in between has told nobody, and nobody looks again."""
    end = Job._end

    def done_with(self: Job, now: datetime, status: JobStatus, **changes: object) -> Job:
        return replace(end(self, now, status, **changes), deadline_at=self.expires_at)

    patch.setattr(Job, "_end", done_with)


# Money


@bug
def units_counted_by_everybody(patch: pytest.MonkeyPatch) -> None:
    """All work is done in one name, so that what one job has paid for is counted by the next one, too."""
    patch.setattr(process_chunk, "Call", lambda **said: Call(**{**said, "payer": "everybody/0"}))
