"""What an S3 event says of the inputs of jobs."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from aurastream.domain.job_input import Source
from aurastream.domain.keys import JobId, JobKey, Tenant, upload_key


def records_of(event: Any) -> Iterator[Any]:
    """The records of an event, if it is one."""
    records = event.get("Records") if isinstance(event, dict) else None
    yield from records if isinstance(records, list) else ()


def sources_of(event: Any) -> Iterator[tuple[JobKey, Source]]:
    """The jobs and inputs that an event speaks of; what is none of ours is passed over."""
    yield from filter(None, map(source_of, records_of(event)))


def source_of(record: Any) -> tuple[JobKey, Source] | None:
    """The job and its input that a record names; the object's key is form-encoded, once."""
    try:
        told = record["s3"]["object"]
        name = unquote_plus(told["key"], errors="strict")
        _, tenant, job_id, _ = name.split("/")
        key = JobKey(Tenant(tenant), JobId(job_id))
        source = Source(key=upload_key(key), etag=str(told["eTag"]), size=int(told.get("size", 0)))
    except (KeyError, TypeError, ValueError):
        return None
    return (key, source) if name == source.key else None
