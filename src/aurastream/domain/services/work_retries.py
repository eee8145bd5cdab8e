"""Promised answers that wait in the queue."""

from dataclasses import dataclass
from datetime import timedelta

from aurastream.domain.errors import AuraStreamError, JobNotFoundError
from aurastream.domain.services.run_job import RunJob
from aurastream.ports.clock import Clock
from aurastream.ports.retry_queue import RetryQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRetries:
    """
    Run the promised jobs whose turn it is; one that fails again comes back later, and rests in the end.

    A ticket is acknowledged after its job has ended, never before.
    """

    queue: RetryQueue
    run: RunJob
    clock: Clock
    hidden: timedelta = timedelta(seconds=60)
    at_a_time: int = 10

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
                self.run(ticket.job, gives_up=False)
            except JobNotFoundError:
                pass  # deleted since: nothing is left to do
            except AuraStreamError:
                continue
            self.queue.ack(ticket)
            kept += 1
        return kept
