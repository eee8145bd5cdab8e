"""The end of a job."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aurastream.domain.errors import BlobChangedError, BlobNotFoundError, FileRejectedError
from aurastream.domain.files.chunks import CHUNK_ROWS, ChunkRow, decode_chunk
from aurastream.domain.files.export import export_lines
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.reader import open_rows
from aurastream.domain.files.rows import Row
from aurastream.domain.job import STALLED_AFTER, Job
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.keys import JobKey, chunk_key, export_key, summary_key
from aurastream.domain.outcome import FailureCode, Outcome, cancelled, failed
from aurastream.domain.services.changing import change_job
from aurastream.domain.services.cutting import cut_again, input_of
from aurastream.domain.services.effective_outcomes import effective_outcomes
from aurastream.domain.services.telling import tell
from aurastream.domain.summary import SummaryBuilder
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger
from aurastream.ports.notifier import Notifier


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishJob:
    """
    Give every row that nobody scored its outcome, write export and summary, settle and tell.

    The ledger decides how the job ended, whatever the workflow thinks. Doing it again changes nothing,
    and tells again.
    """

    jobs: JobRepository
    blobs: BlobStore
    ledger: Ledger
    clock: Clock
    limits: FileLimits
    notifier: Notifier
    chunk_rows: int = CHUNK_ROWS

    def __call__(self, key: JobKey, *, stalled: bool = False) -> Job:
        """
        `stalled` ends the job FAILED, unless every row got its turn after all.

        Raises:
            JobNotFoundError, UnavailableError, StorageFullError
        """
        job = self.jobs.get(key)
        if not job.is_final:
            job = self._settle(key, stalled=stalled) if job.plan else self._give_up(key)
        return tell(job, self.jobs, self.notifier)

    def _give_up(self, key: JobKey) -> Job:
        """Nobody got as far as a plan, so there are no rows to settle."""
        error = JobError(code=JobErrorCode.STALLED, detail="the work could not begin; submit the file again")

        def step(job: Job) -> Job:
            if job.is_final or job.plan:
                return job
            if job.cancel_requested:
                return job.abandon(now=self.clock.now())
            return job.fail(error, now=self.clock.now())

        job = change_job(self.jobs, key, step)
        return job if job.is_final else self._settle(key, stalled=False)

    def _settle(self, key: JobKey, *, stalled: bool) -> Job:
        job = self._settle_rows(self.jobs.get(key))
        reasons = self._publish(job)
        undone = stalled and FailureCode.NOT_PROCESSED in reasons
        error = _stalled() if undone else _reason(reasons)

        def step(job: Job) -> Job:
            return job if job.is_final else job.settle(now=self.clock.now(), error=error, stalled=undone)

        return change_job(self.jobs, key, step)

    def _settle_rows(self, job: Job) -> Job:
        """Where no row is pending no chunk is open, and none needs to be looked at."""
        for chunk in range(job.chunks if job.counts.pending else 0):
            if self.ledger.outcomes(job.key, chunk) is not None:
                continue
            rows = self._rows(job, chunk)
            untouched = [_untouched(row.id, cancelled_=job.cancel_requested).at_row(row.row) for row in rows]
            now = self.clock.now()
            self.ledger.commit(job.key, chunk, untouched, now=now, deadline_at=now + STALLED_AFTER)
        return self.jobs.get(job.key)

    def _rows(self, job: Job, chunk: int) -> Iterable[ChunkRow]:
        """A job ends even if somebody threw a chunk away."""
        try:
            return decode_chunk(self.blobs.read(chunk_key(job.key, chunk)))
        except BlobNotFoundError:
            return cut_again(job, chunk, self.blobs, self.limits, max_rows=self.chunk_rows)

    def _publish(self, job: Job) -> Counter[FailureCode]:
        """Write export and summary in one pass over source and outcomes; count why rows failed."""
        reasons: Counter[FailureCode] = Counter()
        assert job.plan is not None
        try:
            reading = open_rows(input_of(job, self.blobs), job.options, self.limits)
            summary = SummaryBuilder(reading.description.columns, text_column=reading.description.text_column)
            pairs = self._told(
                reading.rows, effective_outcomes(job, self.ledger, self.blobs), summary, reasons
            )
            lines = export_lines(reading, pairs, escape_input=job.options.escape_input)
            self.blobs.write(export_key(job.key), lines)
            for _ in lines:  # an export that is there already stops nobody from counting
                pass
            self.blobs.write(summary_key(job.key), [json.dumps(summary.build()).encode()])
        except (BlobNotFoundError, BlobChangedError, FileRejectedError):
            # The source went away or was replaced meanwhile: the outcomes stand, only the export is lost.
            reasons.update(
                outcome.failure.code
                for outcome in effective_outcomes(job, self.ledger, self.blobs)
                if outcome.failure
            )
        return reasons

    def _told(
        self,
        rows: Iterator[Row],
        outcomes: Iterator[Outcome],
        summary: SummaryBuilder,
        reasons: Counter[FailureCode],
    ) -> Iterator[tuple[Row, Outcome]]:
        for row, outcome in zip(rows, outcomes, strict=True):
            summary.add(row.cells, outcome)
            if outcome.failure:
                reasons[outcome.failure.code] += 1
            yield row, outcome


def _untouched(id_: str, *, cancelled_: bool) -> Outcome:
    return cancelled(id_) if cancelled_ else failed(id_, FailureCode.NOT_PROCESSED, retryable=True)


def _stalled() -> JobError:
    return JobError(
        code=JobErrorCode.STALLED,
        detail="nobody worked on the job for too long; what was scored is kept, retry the rest",
    )


def _reason(reasons: Counter[FailureCode]) -> JobError:
    """Why no row at all succeeded: what most rows failed of."""
    if reasons:
        code, _ = reasons.most_common(1)[0]
        if code in (FailureCode.ENGINE_UNAVAILABLE, FailureCode.NOT_PROCESSED):
            return JobError(
                code=JobErrorCode.ENGINE_UNAVAILABLE,
                detail="the engine could not be reached; retry the job when it is back",
            )
        if code is FailureCode.ENGINE_REJECTED:
            return JobError(code=JobErrorCode.ENGINE_REJECTED, detail="the engine refused every row")
    return JobError(
        code=JobErrorCode.ROWS_FAILED, detail="no row could be read; the outcomes name each row's line"
    )
