"""A job that is to leave no trace."""

from dataclasses import dataclass

from aurastream.domain.errors import JobNotFinishedError
from aurastream.domain.job import Job
from aurastream.domain.keys import JobKey, prefixes_of
from aurastream.domain.services.changing import change_job
from aurastream.domain.services.finding import find_job
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.idempotency_store import IdempotencyStore
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteJob:
    """
    A tombstone first, so that the job is gone for its tenant, then an erasure that may be repeated.

    It is repeated once in any case: a form that was handed out, or a worker that hangs, may write after the
    first time. When the tombstone's deadline passes, both have run out.
    """

    jobs: JobRepository
    ledger: Ledger
    blobs: BlobStore
    requests: IdempotencyStore
    clock: Clock

    def __call__(self, key: JobKey) -> None:
        """
        Raises:
            JobNotFoundError
            JobNotFinishedError: it is still open; cancel it first.
            UnavailableError: the tombstone may stand already; the erasure is then completed later.
        """
        if not find_job(self.jobs, key, self.clock.now()).is_final:
            raise JobNotFinishedError("an open job cannot be deleted; cancel it first")
        self.erase(key)

    def erase(self, key: JobKey) -> None:
        """Also for jobs past their time and deletions that were interrupted."""
        change_job(self.jobs, key, lambda job: job.delete(now=self.clock.now()))
        for prefix in prefixes_of(key):
            self.blobs.erase(prefix)
        self.ledger.erase(key)
        self.requests.forget(key)
        change_job(self.jobs, key, self._erased)

    def _erased(self, job: Job) -> Job:
        now = self.clock.now()
        return job.erased(now=now) if job.deadline_at is not None and job.deadline_at <= now else job
