"""News of jobs."""

from abc import ABC, abstractmethod

from aurastream.domain.job import Job


class Notifier(ABC):
    """Tells the world that a job has ended."""

    @abstractmethod
    def job_ended(self, job: Job) -> None:
        """
        At least once for each job; ids, status and counts only.

        Raises:
            UnavailableError
        """
