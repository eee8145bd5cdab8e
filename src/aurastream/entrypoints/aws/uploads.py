"""News from the upload bucket."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from aurastream.domain.errors import JobNotFoundError
from aurastream.domain.job import Source
from aurastream.domain.keys import JobId, JobKey, Tenant, upload_key
from aurastream.domain.services.start import StartJob
from aurastream.entrypoints.aws.functions import Function
from aurastream.entrypoints.aws.tasks import Handler
from aurastream.entrypoints.aws.telemetry import Telemetry


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
    for record in _records(event):
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


def source_of(record: Any) -> tuple[JobKey, Source] | None:
    """The job and its input that a record of an S3 event names; the object's key is form-encoded, once."""
    try:
        told = record["s3"]["object"]
        name = unquote_plus(told["key"], errors="strict")
        _, tenant, job_id, _ = name.split("/")
        key = JobKey(Tenant(tenant), JobId(job_id))
        source = Source(key=upload_key(key), etag=str(told["eTag"]), size=int(told.get("size", 0)))
    except (KeyError, TypeError, ValueError):
        return None
    return (key, source) if name == source.key else None


def _records(event: Any) -> Iterator[Any]:
    records = event.get("Records") if isinstance(event, dict) else None
    yield from records if isinstance(records, list) else ()
