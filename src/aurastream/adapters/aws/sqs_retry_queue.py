"""Jobs that wait for another try as messages of a queue, and of its dead-letter queue when they rest."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aurastream.adapters.aws.errors import translated
from aurastream.adapters.aws.messages import message_of, read_message
from aurastream.domain.errors import UnavailableError
from aurastream.domain.keys import JobKey
from aurastream.domain.tickets import Ticket
from aurastream.ports.retry_queue import RetryQueue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityBatchRequestEntryTypeDef,
        DeleteMessageBatchResultTypeDef,
        MessageTypeDef,
        SendMessageBatchResultTypeDef,
    )

MOST_RECEIVED = 10
LONGEST_HOLD = 12 * 60 * 60
"""Seconds that SQS hides a message at most."""
GRIP = 60
"""Seconds that resting messages are held while they are listed or put back."""
LOOK = 1
"""Seconds to look for resting messages: only a call that waits asks every server of the queue."""


class SqsRetryQueue(RetryQueue):
    """
    Tickets are messages; the queue's redrive policy (`MAX_ATTEMPTS` receives) brings them to rest.

    A body that is none of ours is passed over, and comes to rest likewise. The receipt of a taken ticket is
    the message's handle, that of a resting one its id.
    """

    def __init__(
        self, client: "SQSClient", *, queue_url: str, dead_letter_url: str, look: int = LOOK
    ) -> None:
        self._client, self._look = client, look
        self._queue_url, self._dead_letter_url = queue_url, dead_letter_url

    def put(self, key: JobKey, *, now: datetime) -> None:  # noqa: ARG002 - the queue stamps its messages
        with translated():
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=message_of(key))

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
        with translated():
            try:
                self._client.delete_message(QueueUrl=self._queue_url, ReceiptHandle=ticket.receipt)
            except self._client.exceptions.ReceiptHandleIsInvalid:
                return  # it is gone

    def resting(self, limit: int) -> Sequence[Ticket]:
        held: dict[str, MessageTypeDef] = {}
        tickets: list[Ticket] = []
        while len(tickets) < limit:
            fresh = [message for message in self._hold(MOST_RECEIVED) if message["MessageId"] not in held]
            if not fresh:
                break
            held.update({message["MessageId"]: message for message in fresh})
            tickets += _tickets_of(fresh)
        self._let_go(list(held.values()))
        return tickets[:limit]

    def redrive(self, limit: int, *, now: datetime) -> Sequence[Ticket]:  # noqa: ARG002 - the queue stamps its messages
        tickets: list[Ticket] = []
        while len(tickets) < limit:
            messages = self._hold(limit - len(tickets))
            if not messages:
                break
            tickets += self._put_back(messages)
        return tickets

    def _put_back(self, messages: "Sequence[MessageTypeDef]") -> Sequence[Ticket]:
        """Those that are ours; in this order a crash leaves a job in both queues, never in none."""
        tickets = _tickets_of(messages)
        if tickets:
            handles = {message["MessageId"]: message["ReceiptHandle"] for message in messages}
            named = [(ticket.receipt, ticket) for ticket in tickets]
            with translated():
                sent = self._client.send_message_batch(
                    QueueUrl=self._queue_url,
                    Entries=[{"Id": name, "MessageBody": message_of(ticket.job)} for name, ticket in named],
                )
                _whole(sent)
                deleted = self._client.delete_message_batch(
                    QueueUrl=self._dead_letter_url,
                    Entries=[{"Id": name, "ReceiptHandle": handles[name]} for name, _ in named],
                )
                _whole(deleted)
        return tickets

    def _hold(self, limit: int) -> "Sequence[MessageTypeDef]":
        """Some resting messages, which nobody else is shown for a while."""
        return self._receive(self._dead_letter_url, limit, GRIP, look=self._look)

    def _let_go(self, messages: "Sequence[MessageTypeDef]") -> None:
        """Show the resting messages to others again; one that cannot be let go comes back by itself."""
        entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
            {"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
            for message in messages
        ]
        for at in range(0, len(entries), MOST_RECEIVED):
            with translated():
                self._client.change_message_visibility_batch(
                    QueueUrl=self._dead_letter_url, Entries=entries[at : at + MOST_RECEIVED]
                )

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


def _whole(answer: "SendMessageBatchResultTypeDef | DeleteMessageBatchResultTypeDef") -> None:
    """
    Raises:
        UnavailableError: not every message of the batch was taken.
    """
    if answer.get("Failed"):
        raise UnavailableError("some messages could not be put back; they rest on")


def _tickets_of(messages: "Iterable[MessageTypeDef]") -> list[Ticket]:
    """The tickets that resting messages stand for, by the ids that they keep whoever looks."""
    return [*filter(None, (_ticket_of(message, message["MessageId"]) for message in messages))]


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
