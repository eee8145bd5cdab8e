"""Promised answers that wait in the queue."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from aurastream.domain.errors import JobNotFoundError, StoppedError, kind_of
from aurastream.domain.services.resisting import TellResisted, untold
from aurastream.domain.services.run_job import RunJob
from aurastream.domain.tickets import Ticket
from aurastream.ports.clock import Clock
from aurastream.ports.retry_queue import RetryQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRetries:
    """
    Run the promised jobs whose turn it is.

    A ticket is acknowledged after its job has ended, never before. One whose job fails, whatever the error,
    is told of and keeps no other waiting; it comes back later, and rests for an operator in the end.
    """

    queue: RetryQueue
    run: RunJob
    clock: Clock
    hidden: timedelta = timedelta(seconds=60)
    at_a_time: int = 10
    on_resisted: TellResisted = untold

    def __call__(self) -> int:
        """
        How many promises were kept.

        Raises:
            UnavailableError: the queue does not answer.
        """
        kept = 0
        now = self.clock.now()
        for ticket in self.queue.take(now=now, until=now + self.hidden, limit=self.at_a_time):
            try:
                kept += self._keep_or_tell(ticket)
            except StoppedError:
                break  # this process is to end; what was taken comes back for the next one
        return kept

    def _keep_or_tell(self, ticket: Ticket) -> bool:
        """True once the promise is kept; one whose job fails is told of."""
        try:
            with suppress(JobNotFoundError):  # deleted since: nothing is left to do
                self.run(ticket.job, gives_up=False)
            self.queue.ack(ticket)
        except StoppedError:
            raise
        except Exception as error:  # also what nobody foresaw must not stop those behind it
            self.on_resisted(ticket.job, kind_of(error))
            return False
        return True
