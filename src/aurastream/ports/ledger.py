"""Outcomes of a job's rows."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from aurastream.domain.keys import JobKey
from aurastream.domain.outcome import Outcome


class Ledger(ABC):
    """Keeps what became of each row, a chunk at a time, once."""

    @abstractmethod
    def commit(
        self, key: JobKey, chunk: int, outcomes: Sequence[Outcome], *, now: datetime, deadline_at: datetime
    ) -> bool:
        """
        One transaction: the chunk's outcomes, the job's counts, spend, `updated_at` and next `deadline_at`.

        False, and nothing changed, if the chunk is committed already or the job is not RUNNING.

        Raises:
            UnavailableError, StorageFullError
        """

    @abstractmethod
    def outcomes(self, key: JobKey, chunk: int) -> Sequence[Outcome] | None:
        """In row order; None until committed."""

    @abstractmethod
    def erase(self, key: JobKey) -> None:
        """Forget the outcomes, keep the counts; only the delete use case calls it."""
