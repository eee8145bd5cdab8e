"""The rows of a job that nobody scored."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count, islice

from aurastream.domain.errors import BlobChangedError, BlobNotFoundError, FileRejectedError
from aurastream.domain.files.chunks import CHUNK_ROWS, ChunkRow, decode_chunk
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.job import STALLED_AFTER, Job
from aurastream.domain.job_input import Plan
from aurastream.domain.keys import base_key, chunk_key
from aurastream.domain.outcome import FailureCode, Outcome, cancelled, failed
from aurastream.domain.outcome_lines import decode_outcomes
from aurastream.domain.services.cutting import cut_again
from aurastream.domain.services.effective_outcomes import own_outcomes
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger

INPUT_IS_LOST = (BlobNotFoundError, BlobChangedError, FileRejectedError)
"""What reading an input raises that could be read before: somebody deleted or replaced it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleUnscored:
    """
    Give every row that nobody scored its outcome, also where somebody deleted what it was in.

    A lost chunk is cut from the input again. Where that is lost, too, nobody knows how many rows were in each
    chunk, and a worker may still hold one. So the lost chunks are committed empty, which leaves a late worker
    nothing to commit, and the rows that are missing then follow in chunks beyond the plan.
    """

    jobs: JobRepository
    blobs: BlobStore
    ledger: Ledger
    clock: Clock
    limits: FileLimits
    chunk_rows: int = CHUNK_ROWS

    def __call__(self, job: Job) -> Job:
        """
        The job without a pending row; its plan has as many chunks as the ledger holds.

        Raises:
            UnavailableError, StorageFullError
        """
        if job.counts.pending:
            job = self._settle_chunks(job)
        if job.counts.pending:
            self._settle_missing(job)
            job = self.jobs.get(job.key)
        return self._with_all_chunks(job)

    def _settle_chunks(self, job: Job) -> Job:
        lost = {chunk for chunk in range(job.chunks) if not self._settle_unless_lost(job, chunk)}
        if lost:
            gone = set(lost)
            with suppress(*INPUT_IS_LOST):
                for chunk, rows in cut_again(job, lost, self.blobs, self.limits, max_rows=self.chunk_rows):
                    self._settle_rows(job, chunk, rows)
                    gone.remove(chunk)
            for chunk in gone:
                self._commit(job, chunk, ())
        return self.jobs.get(job.key)

    def _settle_unless_lost(self, job: Job, chunk: int) -> bool:
        """Commit the chunk if nobody has; False where it is lost."""
        if self.ledger.outcomes(job.key, chunk) is None:
            try:
                rows = list(decode_chunk(self.blobs.read(chunk_key(job.key, chunk))))
            except BlobNotFoundError:
                return False
            self._settle_rows(job, chunk, rows)
        return True

    def _settle_rows(self, job: Job, chunk: int, rows: Sequence[ChunkRow]) -> None:
        self._commit(job, chunk, [_unscored(job, row.id, retryable=True).at_row(row.row) for row in rows])

    def _settle_missing(self, job: Job) -> None:
        """Every chunk of the plan is committed, so whoever looks finds the same rows missing."""
        missing, chunk = self._missing(job), job.chunks
        while outcomes := list(islice(missing, self.chunk_rows)):
            self._commit(job, chunk, outcomes)
            chunk += 1

    def _missing(self, job: Job) -> Iterator[Outcome]:
        assert job.plan is not None
        held = (outcome.row for outcome in own_outcomes(job, self.ledger))
        try:
            rows = self._rows_to_score(job, job.plan)
        except BlobNotFoundError:  # of a retry even the numbers of its rows may be lost
            for number in range(1, job.plan.rows - sum(1 for _ in held) + 1):
                yield _unscored(job, f"lost-{number}", retryable=False)
            return
        following = next(held, None)
        for row, id_ in rows:
            if row == following:
                following = next(held, None)
            else:
                yield _unscored(job, id_, retryable=False).at_row(row)

    def _rows_to_score(self, job: Job, plan: Plan) -> Iterator[tuple[int, str]]:
        """Each row's number, ascending, and its id as far as it is known without the input."""
        if job.retry_of is None:
            return ((row, str(row)) for row in range(1, plan.rows + 1))
        inherited = decode_outcomes(self.blobs.read(base_key(job.key)))
        return ((outcome.row, outcome.id) for outcome in inherited if outcome.row and outcome.retryable)

    def _with_all_chunks(self, job: Job) -> Job:
        if job.plan is None or not job.counts.failed + job.counts.cancelled:
            return job
        chunks = next(n for n in count(job.chunks) if self.ledger.outcomes(job.key, n) is None)
        return replace(job, plan=replace(job.plan, chunks=chunks))

    def _commit(self, job: Job, chunk: int, outcomes: Sequence[Outcome]) -> None:
        now = self.clock.now()
        self.ledger.commit(job.key, chunk, outcomes, now=now, deadline_at=now + STALLED_AFTER)


def _unscored(job: Job, id_: str, *, retryable: bool) -> Outcome:
    if job.cancel_requested:
        return cancelled(id_)
    return failed(id_, FailureCode.NOT_PROCESSED, retryable=retryable)
