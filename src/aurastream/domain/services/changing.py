"""A step of a job that others may be taking steps of, too."""

from collections.abc import Callable

from aurastream.domain.errors import StaleJobError
from aurastream.domain.job import Job
from aurastream.domain.keys import JobKey
from aurastream.ports.job_repository import JobRepository

TRIES = 20
"""How often a step is taken, each time from what others have made of the job meanwhile."""


def save_new(jobs: JobRepository, job: Job) -> Job:
    """
    Save the first version of a job; if an earlier try did, the job as it is now.

    Raises:
        UnavailableError, StorageFullError
    """
    try:
        jobs.save(job)
    except StaleJobError:
        return jobs.get(job.key)
    return job


def change_job(jobs: JobRepository, key: JobKey, step: Callable[[Job], Job]) -> Job:
    """
    Take a step from whatever the job is now; `step` gives the job itself back where there is nothing to do.

    Raises:
        JobNotFoundError, UnavailableError, StorageFullError
        StaleJobError: others were faster every time.
    """
    for _ in range(TRIES - 1):
        job = jobs.get(key)
        after = step(job)
        if after is job:
            return job
        try:
            jobs.save(after)
        except StaleJobError:
            continue
        return after
    job = jobs.get(key)
    after = step(job)
    if after is not job:
        jobs.save(after)
    return after
