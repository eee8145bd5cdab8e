"""One chunk of rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority, never
from aurastream.domain.errors import ChunkUnfinishedError, StoppedError
from aurastream.domain.files.chunks import ChunkRow, decode_chunk
from aurastream.domain.job import STALLED_AFTER, Job, JobStatus
from aurastream.domain.keys import JobKey, chunk_key
from aurastream.domain.outcome import Outcome, OutcomeStatus, SkipCode, skipped
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger
from aurastream.ports.sentiment_engine import SentimentEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessChunk:
    """
    Score a chunk and commit its outcomes once; a late or second worker's work is dropped.

    `halted` says that this process is to end: no call begins any more, and the next process does the chunk.
    """

    engine: SentimentEngine
    blobs: BlobStore
    jobs: JobRepository
    ledger: Ledger
    clock: Clock
    halted: Callable[[], bool] = never

    def __call__(self, key: JobKey, chunk: int, *, final: bool) -> bool:
        """
        Whether this call committed the chunk. `final` commits even what another try might mend.

        Raises:
            ChunkUnfinishedError: not `final`, and some rows wait for another try; nothing was committed.
            StoppedError: halted before the last call; nothing was committed.
            JobNotFoundError, BlobNotFoundError, UnavailableError, StorageFullError
        """
        job = self.jobs.get(key)
        if job.status is not JobStatus.RUNNING or job.cancel_requested:
            return False
        if self.ledger.outcomes(key, chunk) is not None:
            return False
        rows = list(decode_chunk(self.blobs.read(chunk_key(key, chunk))))
        outcomes = _all(rows, SkipCode.DRY_RUN) if job.options.dry_run else self._score(rows, job, chunk)
        if not self._stopped(key):
            if any(outcome.status is OutcomeStatus.CANCELLED for outcome in outcomes):
                raise StoppedError("halted before the end of the chunk")
            if not final and any(outcome.retryable for outcome in outcomes):
                raise ChunkUnfinishedError("some rows of the chunk wait for another try")
        now = self.clock.now()
        return self.ledger.commit(key, chunk, outcomes, now=now, deadline_at=now + STALLED_AFTER)

    def _score(self, rows: Sequence[ChunkRow], job: Job, chunk: int) -> list[Outcome]:
        key = job.key
        call = Call(
            tenant=key.tenant,
            priority=Priority.BULK,
            payer=f"{key.job_id}/{chunk}",
            calibration=job.options.calibration,
            stopped=lambda: self.halted() or self._stopped(key),
        )
        answers = iter(self.engine.analyze([_document(row) for row in rows if row.failure is None], call))
        return [
            next(answers).at_row(row.row)
            if row.failure is None
            else Outcome(id=row.id, failure=row.failure, row=row.row)
            for row in rows
        ]

    def _stopped(self, key: JobKey) -> bool:
        job = self.jobs.get(key)
        return job.cancel_requested or job.status is not JobStatus.RUNNING


def _document(row: ChunkRow) -> Document:
    return Document(id=row.id, text=row.text or "", language=row.language, source=row.source)


def _all(rows: Sequence[ChunkRow], code: SkipCode) -> list[Outcome]:
    return [skipped(row.id, code).at_row(row.row) for row in rows]
