"""A file too large for a request."""

from dataclasses import dataclass
from datetime import timedelta

from aurastream.domain.blobs import UploadForm
from aurastream.domain.job import KEPT, Job, new_job
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobId, JobKey, NewJobId, Tenant
from aurastream.domain.services.changing import save_new
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository

GRANTED = timedelta(minutes=15)
"""How long a form is good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUpload:
    """Save a job that waits for its file, and hand out the form that uploads it."""

    jobs: JobRepository
    blobs: BlobStore
    clock: Clock
    new_id: NewJobId
    max_bytes: int
    retention: timedelta = KEPT

    def __call__(
        self, tenant: Tenant, options: JobOptions, *, job_id: JobId | None = None
    ) -> tuple[Job, UploadForm]:
        """
        `job_id` is what an earlier try of the same request called the job.

        Raises:
            UnavailableError, StorageFullError
        """
        now = self.clock.now()
        key = JobKey(tenant, job_id or self.new_id())
        job = save_new(self.jobs, new_job(key, options, now=now, retention=self.retention))
        form = self.blobs.grant_upload(job.input_key, max_bytes=self.max_bytes, until=now + GRANTED)
        return job, form
