"""An answer that cannot be given now is promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aurastream.domain.document import Document
from aurastream.domain.document_lines import encode_documents, options_for
from aurastream.domain.job import KEPT, Job, new_job
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobId, JobKey, NewJobId, Tenant
from aurastream.domain.services.changing import save_new
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.retry_queue import RetryQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseAnswer:
    """Make a job of a few documents: saved first, then written, then queued by its id alone."""

    jobs: JobRepository
    blobs: BlobStore
    queue: RetryQueue
    clock: Clock
    new_id: NewJobId
    retention: timedelta = KEPT

    def __call__(self, tenant: Tenant, documents: Sequence[Document], *, job_id: JobId | None = None) -> Job:
        """
        `job_id` is what an earlier try of the same request called the job.

        Raises:
            UnavailableError, StorageFullError: nothing was promised.
        """
        now = self.clock.now()
        job = new_job(
            JobKey(tenant, job_id or self.new_id()),
            options_for(documents, JobOptions()),
            now=now,
            retention=self.retention,
            promised=True,
        )
        job = save_new(self.jobs, job)
        self.blobs.write(job.input_key, encode_documents(documents))
        self.queue.put(job.key, now=now)
        return job
