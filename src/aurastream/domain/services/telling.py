"""The news that a job has ended."""

from contextlib import suppress

from aurastream.domain.errors import AuraStreamError
from aurastream.domain.job import Job
from aurastream.domain.services.changing import change_job
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.notifier import Notifier


def tell(job: Job, jobs: JobRepository, notifier: Notifier) -> Job:
    """
    Tell of an end, and note that it was told; where the note fails, `settle_overdue` tells again.

    Raises:
        UnavailableError: nobody was told yet.
    """
    notifier.job_ended(job)
    with suppress(AuraStreamError):
        return change_job(jobs, job.key, Job.told)
    return job
