"""Another try for the rows that failed."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from aurastream.domain.errors import BlobNotFoundError, JobNotFinishedError, NothingToRetryError
from aurastream.domain.job import KEPT, Job, new_job
from aurastream.domain.keys import JobId, JobKey, NewJobId
from aurastream.domain.outcome import Outcome
from aurastream.domain.services.changing import save_new
from aurastream.domain.services.effective_outcomes import effective_outcomes, own_outcomes
from aurastream.domain.services.finding import find_job
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger
from aurastream.ports.workflow_starter import WorkflowStarter

LOOK_SECONDS = 5.0
"""How long outcomes are searched for one to mend; a gateway cuts off who takes half a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryJob:
    """
    Make a new job of the rows that failed in a way that may be mended; the parent never changes.

    The new job counts those rows alone; its export is the whole file. Nobody is kept waiting while a huge
    file is searched for such a row: then the new job searches, and ends without a row if there is none.
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
        if not self._may_have_rows_for(parent):
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

    def _may_have_rows_for(self, parent: Job) -> bool:
        """
        Whether a row failed that may fare better, as far as can be seen while somebody waits.

        A long file of which no row failed is not read to say so.
        """
        if parent.plan is not None and not parent.counts.failed:
            return False
        seen_by = self.clock.monotonic() + LOOK_SECONDS
        with suppress(BlobNotFoundError):  # what it inherited is gone, and nothing was tried of it
            for outcome in self._outcomes(parent):
                if outcome.retryable or self.clock.monotonic() >= seen_by:
                    return True
        return False

    def _outcomes(self, parent: Job) -> Iterator[Outcome]:
        """Those that another try might mend, if any; a retry with a plan has tried all that it inherited."""
        if parent.plan is not None:
            return own_outcomes(parent, self.ledger)
        return effective_outcomes(parent, self.ledger, self.blobs)
