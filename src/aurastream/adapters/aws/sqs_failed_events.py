"""Upload events that no function could handle."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurastream.adapters.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AT_ONCE = 10
HELD_SECONDS = 120
"""How long a listed event is kept from others who list, so that two operators do not redrive it twice."""
LOOK = 1
"""Seconds to look for events: only a call that waits asks every server of the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedEvent:
    """An event as the function was given it; the receipt is good while it is held."""

    receipt: str
    payload: Mapping[str, Any]


class SqsFailedEvents:
    """The queue that Lambda's OnFailure destination fills; its records carry the event that failed."""

    def __init__(self, client: "SQSClient", queue_url: str, *, look: int = LOOK) -> None:
        self._client, self._queue_url, self._look = client, queue_url, look

    def resting(self, limit: int) -> Sequence[FailedEvent]:
        """
        Events that wait for an operator, held for a while; records that carry none are passed over.

        Raises:
            UnavailableError
        """
        found: list[FailedEvent] = []
        while len(found) < limit:
            with translated():
                answer = self._client.receive_message(
                    QueueUrl=self._queue_url,
                    MaxNumberOfMessages=min(AT_ONCE, limit - len(found)),
                    VisibilityTimeout=HELD_SECONDS,
                    WaitTimeSeconds=self._look,
                )
            messages = answer.get("Messages", [])
            if not messages:
                break
            for message in messages:
                payload = _payload_of(message["Body"])
                if payload is not None:
                    found.append(FailedEvent(receipt=message["ReceiptHandle"], payload=payload))
        return found

    def count(self) -> int:
        """
        About how many wait.

        Raises:
            UnavailableError
        """
        with translated():
            answer = self._client.get_queue_attributes(
                QueueUrl=self._queue_url, AttributeNames=["ApproximateNumberOfMessages"]
            )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def done(self, event: FailedEvent) -> None:
        """
        The event was handled.

        Raises:
            UnavailableError
        """
        with translated():
            self._client.delete_message(QueueUrl=self._queue_url, ReceiptHandle=event.receipt)

    def release(self, event: FailedEvent) -> None:
        """
        The event was only looked at: the next who lists finds it again.

        Raises:
            UnavailableError
        """
        with translated():
            # As a batch of one, which says in its answer, and does not raise, that the event is free already.
            self._client.change_message_visibility_batch(
                QueueUrl=self._queue_url,
                Entries=[{"Id": "one", "ReceiptHandle": event.receipt, "VisibilityTimeout": 0}],
            )


def _payload_of(body: str) -> Mapping[str, Any] | None:
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        return None
    payload = record.get("requestPayload") if isinstance(record, dict) else None
    return payload if isinstance(payload, dict) else None
