"""Promised answers, from the queue."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from aurastream.adapters.aws.messages import read_message
from aurastream.domain.errors import JobNotFoundError
from aurastream.entrypoints.aws.functions import Function


class ForeignMessageError(Exception):
    """A message that is none of ours; it goes to rest where an operator finds it."""


def retry_handler(function: Function) -> Callable[[Any, Any], Mapping[str, Any]]:
    """Run the job of each message; those that fail are named, and only they come back."""
    run, clock, telemetry = function.container.run_promise(), function.container.clock(), function.telemetry
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def keep(record: SQSRecord) -> None:
        key = read_message(record.body)
        if key is None:
            telemetry.event_ignored("a message that is none of ours")
            raise ForeignMessageError("not a message of version 1")
        sent = datetime.fromtimestamp(int(record.attributes.sent_timestamp or 0) / 1000, tz=UTC)
        telemetry.promise_aged((clock.now() - sent).total_seconds())
        try:
            job = run(key, gives_up=False)
        except JobNotFoundError:
            return  # deleted since: nothing is left to do
        except Exception as error:  # the batch swallows whatever a record raises
            telemetry.work_failed(error)
            raise
        telemetry.job_stepped("promise kept", key, status=job.status)

    def handler(event: Any, context: Any) -> Mapping[str, Any]:
        try:
            return process_partial_response(
                event=event, record_handler=keep, processor=processor, context=context
            )
        finally:
            telemetry.flush()

    return handler
