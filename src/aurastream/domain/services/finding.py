"""A job as its tenant sees it."""

from datetime import datetime

from aurastream.domain.errors import JobNotFoundError
from aurastream.domain.job import Job
from aurastream.domain.keys import JobKey
from aurastream.ports.job_repository import JobRepository


def find_job(jobs: JobRepository, key: JobKey, now: datetime) -> Job:
    """
    The job, unless it was deleted or is past its time.

    Raises:
        JobNotFoundError: unknown, foreign, deleted or expired; they all look the same.
    """
    job = jobs.get(key)
    if job.deleted or job.expires_at <= now:
        raise JobNotFoundError("no such job")
    return job
