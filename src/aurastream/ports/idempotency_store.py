"""Keyed requests."""

from abc import ABC, abstractmethod
from datetime import datetime

from aurastream.domain.idempotency import Answer, RequestKey, Turn
from aurastream.domain.keys import JobId, JobKey


class IdempotencyStore(ABC):
    """Remembers how a keyed request was answered."""

    @abstractmethod
    def begin(
        self, key: RequestKey, fingerprint: str, *, job_id: JobId, now: datetime, until: datetime
    ) -> Turn | Answer:
        """
        Ours to do, as long as nobody begins again after `until`; or the answer given before.

        The turn carries `job_id`, or the one of an earlier turn of the same request that was never answered.

        Raises:
            RequestRunningError: somebody else's turn lasts.
            RequestMismatchError: the key came with another fingerprint.
            UnavailableError, StorageFullError
        """

    @abstractmethod
    def finish(self, turn: Turn, answer: Answer, *, until: datetime) -> bool:
        """Keep the answer until then; False, and nothing changed, if the turn's fence no longer holds."""

    @abstractmethod
    def release(self, turn: Turn) -> None:
        """It failed, the next try may begin at once; nothing happens if the fence no longer holds."""

    @abstractmethod
    def forget(self, job: JobKey) -> None:
        """Drop every answer that names this job."""
