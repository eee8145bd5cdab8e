"""Jobs."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from aurastream.domain.job import Job, JobStatus
from aurastream.domain.keys import JobKey, Tenant
from aurastream.domain.paging import Cursor, Page


class JobRepository(ABC):
    """Keeps jobs; their counts and spend are the ledger's."""

    @abstractmethod
    def get(self, key: JobKey) -> Job:
        """
        Header, counts and spend in one consistent read; tombstones too.

        Raises:
            JobNotFoundError, UnavailableError
        """

    @abstractmethod
    def save(self, job: Job) -> None:
        """
        Store version n over version n - 1; version 1 must be new. Counts and spend are not written,
        except `counts.total`, which the plan sets.

        Raises:
            StaleJobError: the stored version is not n - 1.
            UnavailableError, StorageFullError
        """

    @abstractmethod
    def page(
        self, tenant: Tenant, *, status: JobStatus | None, after: Cursor | None, limit: int
    ) -> Page[Job]:
        """
        A tenant's jobs, newest first, without tombstones.

        Raises:
            InvalidCursorError: not handed out for this list.
        """

    @abstractmethod
    def overdue(self, now: datetime, limit: int) -> Sequence[JobKey]:
        """Jobs whose `deadline_at` is not after `now`, the most overdue first."""
