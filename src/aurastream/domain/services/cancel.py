"""A job that its tenant no longer wants."""

from contextlib import suppress
from dataclasses import dataclass

from aurastream.domain.errors import AuraStreamError
from aurastream.domain.job import Job
from aurastream.domain.keys import JobKey
from aurastream.domain.services.changing import change_job
from aurastream.domain.services.finding import find_job
from aurastream.domain.services.telling import tell
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.notifier import Notifier


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelJob:
    """End a job that nobody works on; ask the workers of a running one to stop. What is done is kept."""

    jobs: JobRepository
    clock: Clock
    notifier: Notifier

    def __call__(self, key: JobKey) -> Job:
        """
        An ended job is left as it is.

        Raises:
            JobNotFoundError, UnavailableError, StorageFullError
        """
        before = find_job(self.jobs, key, self.clock.now())
        after = change_job(self.jobs, key, lambda job: job.request_cancel(now=self.clock.now()))
        if after.is_final and not before.is_final:
            with suppress(AuraStreamError):
                return tell(after, self.jobs, self.notifier)
        return after
