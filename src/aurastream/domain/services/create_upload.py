"""A file too large for a request."""

from dataclasses import dataclass
from datetime import timedelta

from aurastream.domain.blobs import UploadForm
from aurastream.domain.job import KEPT, Job, JobOptions, new_job
from aurastream.domain.keys import JobKey, NewJobId, Tenant
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository

GRANTED = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUpload:
    """Save a job that waits for its file, and hand out the form that uploads it."""

    jobs: JobRepository
    blobs: BlobStore
    clock: Clock
    new_id: NewJobId
    max_bytes: int
    retention: timedelta = KEPT

    def __call__(self, tenant: Tenant, options: JobOptions) -> tuple[Job, UploadForm]:
        """
        Raises:
            UnavailableError, StorageFullError
        """
        now = self.clock.now()
        job = new_job(JobKey(tenant, self.new_id()), options, now=now, retention=self.retention)
        self.jobs.save(job)
        form = self.blobs.grant_upload(job.input_key, max_bytes=self.max_bytes, until=now + GRANTED)
        return job, form
