"""Jobs that wait for another try."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from aurastream.domain.keys import JobKey
from aurastream.domain.tickets import Ticket


class RetryQueue(ABC):
    """Holds jobs whose text is to be tried again later; ids only."""

    @abstractmethod
    def put(self, key: JobKey, *, now: datetime) -> None:
        """
        Queue a job; at least once.

        Raises:
            UnavailableError, StorageFullError
        """

    @abstractmethod
    def take(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Ticket]:
        """Tickets that nobody holds, hidden from others until then; one taken `MAX_ATTEMPTS` times rests."""

    @abstractmethod
    def ack(self, ticket: Ticket) -> None:
        """Done with it; a ticket that was taken again since is left alone."""

    @abstractmethod
    def resting(self, limit: int) -> Sequence[Ticket]:
        """Tickets that were tried in vain and wait for an operator."""

    @abstractmethod
    def redrive(self, limit: int, *, now: datetime) -> Sequence[Ticket]:
        """
        Put so many resting tickets, if there are, back in the queue with their attempts at 0: these.

        Raises:
            UnavailableError: some may have been put back; the others rest on.
        """
