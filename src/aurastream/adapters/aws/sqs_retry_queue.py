"""Jobs that wait for another try as messages of a queue, and of its dead-letter queue when they rest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aurastream.adapters.aws.errors import translated
from aurastream.adapters.aws.messages import message_of, read_message
from aurastream.domain.keys import JobKey
from aurastream.domain.tickets import Ticket
from aurastream.ports.clock import Clock
from aurastream.ports.retry_queue import RetryQueue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import ChangeMessageVisibilityBatchRequestEntryTypeDef, MessageTypeDef

MOST_RECEIVED = 10
LONGEST_HOLD = 12 * 60 * 60
"""Seconds that SQS hides a message at most."""
GRIP = 60
"""Seconds that resting messages are held while one of them is put back."""
LOOK = 1
"""Seconds to look for resting messages: only a call that waits asks every server of the queue."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A message of the dead-letter queue that is ours until a moment on the monotonic clock."""

    message: "MessageTypeDef"
    until: float


class SqsRetryQueue(RetryQueue):
    """
    Tickets are messages; the queue's redrive policy (`MAX_ATTEMPTS` receives) brings them to rest.

    A body that is none of ours is passed over, and comes to rest likewise. The receipt of a taken ticket is
    the message's handle, that of a resting one its id, which stays the same however often it is looked at.
    """

    def __init__(
        self, client: "SQSClient", *, queue_url: str, dead_letter_url: str, clock: Clock, look: int = LOOK
    ) -> None:
        self._client, self._clock, self._look = client, clock, look
        self._queue_url, self._dead_letter_url = queue_url, dead_letter_url
        self._held: dict[str, _Held] = {}

    def put(self, key: JobKey, *, now: datetime) -> None:  # noqa: ARG002 - the queue stamps its messages
        self._send(key)

    def take(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Ticket]:
        seconds = min(max(0, math.ceil((until - now).total_seconds())), LONGEST_HOLD)
        tickets: list[Ticket] = []
        while len(tickets) < limit:
            messages = self._receive(self._queue_url, limit - len(tickets), seconds, look=0)
            if not messages:
                break
            found = (_ticket_of(message, message["ReceiptHandle"]) for message in messages)
            tickets += filter(None, found)
        return tickets

    def ack(self, ticket: Ticket) -> None:
        self._delete(self._queue_url, ticket.receipt)

    def resting(self, limit: int) -> Sequence[Ticket]:
        tickets = self._held_tickets()
        while len(tickets) < limit and self._hold_more():
            tickets = self._held_tickets()
        self._let_go()
        return tickets[:limit]

    def redrive(self, ticket: Ticket, *, now: datetime) -> None:  # noqa: ARG002 - the queue stamps its messages
        message = self._find(ticket.receipt)
        if message is None:
            return
        # In this order a crash leaves the job in both queues, never in none.
        self._send(ticket.job)
        self._delete(self._dead_letter_url, message["ReceiptHandle"])

    def _find(self, name: str) -> "MessageTypeDef | None":
        """Hold resting messages until the one of this name is among them; the others help the next search."""
        while name not in self._still_held():
            if not self._hold_more():
                return None
        return self._held.pop(name).message

    def _still_held(self) -> dict[str, _Held]:
        now = self._clock.monotonic()
        self._held = {name: held for name, held in self._held.items() if held.until > now}
        return self._held

    def _held_tickets(self) -> list[Ticket]:
        found = (_ticket_of(held.message, name) for name, held in self._still_held().items())
        return [*filter(None, found)]

    def _hold_more(self) -> bool:
        """Whether there were any."""
        until = self._clock.monotonic() + GRIP
        messages = self._receive(self._dead_letter_url, MOST_RECEIVED, GRIP, look=self._look)
        self._held.update({message["MessageId"]: _Held(message, until) for message in messages})
        return bool(messages)

    def _let_go(self) -> None:
        """Show the resting messages to others again; one that cannot be let go comes back by itself."""
        entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
            {"Id": name, "ReceiptHandle": held.message["ReceiptHandle"], "VisibilityTimeout": 0}
            for name, held in self._held.items()
        ]
        self._held.clear()
        for at in range(0, len(entries), MOST_RECEIVED):
            with translated():
                self._client.change_message_visibility_batch(
                    QueueUrl=self._dead_letter_url, Entries=entries[at : at + MOST_RECEIVED]
                )

    def _send(self, key: JobKey) -> None:
        with translated():
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=message_of(key))

    def _receive(self, url: str, limit: int, seconds: int, *, look: int) -> "Sequence[MessageTypeDef]":
        with translated():
            answer = self._client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=min(limit, MOST_RECEIVED),
                VisibilityTimeout=seconds,
                WaitTimeSeconds=look,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            )
        return answer.get("Messages", [])

    def _delete(self, url: str, receipt: str) -> None:
        with translated():
            try:
                self._client.delete_message(QueueUrl=url, ReceiptHandle=receipt)
            except self._client.exceptions.ReceiptHandleIsInvalid:
                return  # it is gone


def _ticket_of(message: "MessageTypeDef", receipt: str) -> Ticket | None:
    """The ticket that a message stands for; None where it is none of ours."""
    job = read_message(message["Body"])
    if job is None:
        return None
    return Ticket(
        job=job,
        receipt=receipt,
        attempts=int(message["Attributes"]["ApproximateReceiveCount"]),
        queued_at=datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC),
    )
