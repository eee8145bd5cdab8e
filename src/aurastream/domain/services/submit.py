"""A file to score later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from aurastream.domain.job import KEPT, Job, new_job
from aurastream.domain.job_input import Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobId, JobKey, NewJobId, Tenant
from aurastream.domain.services.changing import save_new
from aurastream.domain.services.start import StartJob
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitFile:
    """
    Save a job first, then its input; what was answered is never lost.

    `start` is None where the arrival of the input in the blob store starts the job by itself.
    """

    jobs: JobRepository
    blobs: BlobStore
    start: StartJob | None
    clock: Clock
    new_id: NewJobId
    retention: timedelta = KEPT

    def __call__(
        self, tenant: Tenant, options: JobOptions, parts: Iterable[bytes], *, job_id: JobId | None = None
    ) -> Job:
        """
        `job_id` is what an earlier try of the same request called the job; what is done is not done again.

        Raises:
            UnavailableError, StorageFullError: nothing was promised.
        """
        key = JobKey(tenant, job_id or self.new_id())
        job = save_new(self.jobs, new_job(key, options, now=self.clock.now(), retention=self.retention))
        self.blobs.write(job.input_key, parts)
        if self.start is None:
            return job
        info = self.blobs.stat(job.input_key)
        return self.start(key, Source(key=job.input_key, etag=info.etag, size=info.size))
