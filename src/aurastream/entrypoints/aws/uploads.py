"""News from the upload bucket."""

from typing import Any

from aurastream.domain.errors import JobNotFoundError
from aurastream.domain.services.start import StartJob
from aurastream.entrypoints.aws.functions import Function
from aurastream.entrypoints.aws.tasks import Handler
from aurastream.entrypoints.aws.telemetry import Telemetry
from aurastream.entrypoints.upload_events import records_of, source_of


def upload_handler(function: Function) -> Handler:
    """Start the job that each upload belongs to; what belongs to none is told and dropped."""
    start, telemetry = function.container.start(), function.telemetry
    return telemetry.reported(lambda event: start_uploaded(event, start, telemetry))


def start_uploaded(event: Any, start: StartJob, telemetry: Telemetry) -> None:
    """
    Start the jobs that an S3 event speaks of.

    Raises:
        UnavailableError: the event is to be delivered again.
    """
    for record in records_of(event):
        source = source_of(record)
        if source is None:
            telemetry.event_ignored("not an upload of ours")
            continue
        key, found = source
        try:
            job = start(key, found)
        except JobNotFoundError:
            telemetry.event_ignored("an upload without a job")
            continue
        telemetry.job_stepped("job started", key, status=job.status, bytes=found.size)
