"""Another try for the rows that failed."""

from dataclasses import dataclass
from datetime import timedelta

from aurastream.domain.errors import JobNotFinishedError, NothingToRetryError
from aurastream.domain.job import KEPT, Job, new_job
from aurastream.domain.keys import JobId, JobKey, NewJobId
from aurastream.domain.services.changing import save_new
from aurastream.domain.services.effective_outcomes import effective_outcomes
from aurastream.domain.services.finding import find_job
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger
from aurastream.ports.workflow_starter import WorkflowStarter


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryJob:
    """
    Make a new job of the rows that failed in a way that may be mended; the parent never changes.

    The new job counts those rows alone; its export is the whole file.
    """

    jobs: JobRepository
    ledger: Ledger
    blobs: BlobStore
    workflows: WorkflowStarter
    clock: Clock
    new_id: NewJobId
    retention: timedelta = KEPT

    def __call__(self, key: JobKey, *, job_id: JobId | None = None) -> Job:
        """
        `job_id` is what an earlier try of the same request called the new job.

        Raises:
            JobNotFoundError
            JobNotFinishedError: it has not ended yet.
            NothingToRetryError: no row would fare better.
            UnavailableError, StorageFullError
        """
        now = self.clock.now()
        parent = find_job(self.jobs, key, now)
        if not parent.is_final:
            raise JobNotFinishedError("a job is retried when it has ended; wait for it or cancel it")
        if not self._has_rows_for(parent):
            raise NothingToRetryError("no row of this job failed in a way that another try could mend")
        child = new_job(
            JobKey(key.tenant, job_id or self.new_id()),
            parent.options,
            now=now,
            retention=self.retention,
            retry_of=parent.key.job_id,
        )
        child = save_new(self.jobs, child)
        self.workflows.start(child.key)
        return child

    def _has_rows_for(self, parent: Job) -> bool:
        """Whether a row failed that may fare better; a long file of which none did is not read to say so."""
        if parent.plan is not None and not parent.counts.failed:
            return False
        return any(outcome.retryable for outcome in effective_outcomes(parent, self.ledger, self.blobs))
