"""The end of a job."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from aurastream.domain.errors import FileRejectedError
from aurastream.domain.files.chunks import CHUNK_ROWS
from aurastream.domain.files.export import export_lines
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.rows import Row
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.keys import JobKey, export_key, summary_key
from aurastream.domain.outcome import FailureCode, Outcome
from aurastream.domain.services.changing import change_job
from aurastream.domain.services.cutting import open_again
from aurastream.domain.services.effective_outcomes import effective_outcomes, own_outcomes
from aurastream.domain.services.telling import tell
from aurastream.domain.services.unscored import INPUT_IS_LOST, SettleUnscored
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
    and tells again. Where rows are lost with the input the job ends FAILED and has no export.
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
        `stalled` ends the job FAILED, unless every row got its turn after all. A job that still waits for its
        upload is left to wait.

        Raises:
            JobNotFoundError, UnavailableError, StorageFullError
        """
        job = self.jobs.get(key)
        if job.status is JobStatus.AWAITING_UPLOAD:
            return job
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
        planned = self.jobs.get(key)
        settled = self._settle_rows(planned)
        lost = settled.chunks > planned.chunks
        reasons = self._own_reasons(settled) if lost else self._publish(settled)
        cut_short = _cut_short(reasons, stalled=stalled, lost=lost)
        error, fails = cut_short or _reason(reasons), cut_short is not None

        def step(job: Job) -> Job:
            if job.is_final:
                return job
            return job.settle(now=self.clock.now(), chunks=settled.chunks, error=error, fails=fails)

        return change_job(self.jobs, key, step)

    def _settle_rows(self, job: Job) -> Job:
        settle = SettleUnscored(
            jobs=self.jobs,
            blobs=self.blobs,
            ledger=self.ledger,
            clock=self.clock,
            limits=self.limits,
            chunk_rows=self.chunk_rows,
        )
        return settle(job)

    def _publish(self, job: Job) -> Counter[FailureCode]:
        """Write export and summary in one pass over source and outcomes; count why rows failed."""
        reasons: Counter[FailureCode] = Counter()
        try:
            reading = open_again(job, self.blobs, self.limits)
            summary = SummaryBuilder(reading.description.columns, text_column=reading.description.text_column)
            pairs = self._told(
                reading.rows, effective_outcomes(job, self.ledger, self.blobs), summary, reasons
            )
            lines = export_lines(reading, pairs, escape_input=job.options.escape_input)
            self.blobs.write(export_key(job.key), lines)
            for _ in lines:  # an export that is there already stops nobody from counting
                pass
            self.blobs.write(summary_key(job.key), [json.dumps(summary.build()).encode()])
        except INPUT_IS_LOST:
            return self._own_reasons(job)  # the outcomes stand, only the export is lost
        return reasons

    def _own_reasons(self, job: Job) -> Counter[FailureCode]:
        """Why rows of this job failed; whatever it inherited is left out."""
        outcomes = own_outcomes(job, self.ledger)
        return Counter(outcome.failure.code for outcome in outcomes if outcome.failure)

    def _told(
        self,
        rows: Iterator[Row],
        outcomes: Iterator[Outcome],
        summary: SummaryBuilder,
        reasons: Counter[FailureCode],
    ) -> Iterator[tuple[Row, Outcome]]:
        for row, outcome in zip_longest(rows, outcomes):
            if row is None or outcome is None:
                raise FileRejectedError(JobErrorCode.SOURCE_CHANGED, "the file has other rows than the plan")
            summary.add(row.cells, outcome)
            if outcome.failure:
                reasons[outcome.failure.code] += 1
            yield row, outcome


def _cut_short(reasons: Counter[FailureCode], *, stalled: bool, lost: bool) -> JobError | None:
    """Why the job fails whatever it reached: for want of its input, or of a worker, rows had no turn."""
    if FailureCode.NOT_PROCESSED not in reasons:
        return None
    if lost:
        return JobError(
            code=JobErrorCode.SOURCE_GONE,
            detail="the input was deleted before every row had its turn; what was scored is kept, "
            "submit the file again for the rest",
        )
    if stalled:
        return JobError(
            code=JobErrorCode.STALLED,
            detail="nobody worked on the job for too long; what was scored is kept, retry the rest",
        )
    return None


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
