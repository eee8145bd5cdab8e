"""The input of a job has arrived."""

from dataclasses import dataclass

from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_input import Source
from aurastream.domain.keys import JobKey
from aurastream.domain.services.changing import change_job
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.workflow_starter import WorkflowStarter


@dataclass(frozen=True, slots=True, kw_only=True)
class StartJob:
    """
    Queue a job and set off its work; the news may come late, twice or after the job has ended.

    The first news decides which version of the input is read.
    """

    jobs: JobRepository
    workflows: WorkflowStarter
    clock: Clock

    def __call__(self, key: JobKey, source: Source) -> Job:
        """
        Raises:
            JobNotFoundError: the input belongs to no job.
            UnavailableError, StorageFullError
        """
        job = change_job(self.jobs, key, lambda job: self._queued(job, source))
        if not job.is_final:
            self.workflows.start(key)
        return job

    def _queued(self, job: Job, source: Source) -> Job:
        if job.status is not JobStatus.AWAITING_UPLOAD:
            return job
        return job.queue(source, now=self.clock.now())
