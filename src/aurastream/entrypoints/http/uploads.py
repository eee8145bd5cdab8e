"""POST /v1/uploads: the form by which the local server takes a large file, as S3 does in an account."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import anyio.from_thread
from starlette.requests import Request
from starlette.responses import Response

from aurastream.domain.errors import AuraStreamError, JobNotFoundError, NotFoundError, StorageFullError
from aurastream.domain.job_input import Source
from aurastream.domain.keys import JobKey, job_of_upload, prefixes_of
from aurastream.domain.services.finding import find_job
from aurastream.domain.services.start import StartJob
from aurastream.entrypoints.http.multipart import MultipartForm
from aurastream.entrypoints.http.operations import Endpoint, Operation, Reply, Run
from aurastream.entrypoints.http.refusals import (
    BodyTooLargeError,
    InvalidFieldsError,
    UnsupportedMediaTypeError,
)
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository

UPLOAD = Operation(
    method="POST",
    path="/v1/uploads",
    name="uploadFile",
    summary="Send the file of a job",
    description=(
        "The form that POST /v1/jobs hands out: its fields, then `file`. It needs no key, works once and not "
        "for long. The arrival of the file starts the job."
    ),
    bodies={
        "multipart/form-data": {
            "type": "object",
            "required": ["key", "token", "file"],
            "properties": {
                "key": {"type": "string"},
                "token": {"type": "string"},
                "file": {"type": "string", "contentMediaType": "application/octet-stream"},
            },
        }
    },
    replies=(Reply(status=204, description="The file is here and its job is queued.", content={}),),
    raises=(
        InvalidFieldsError,
        NotFoundError,
        BodyTooLargeError,
        UnsupportedMediaTypeError,
        StorageFullError,
    ),
    open=True,
    streams=True,
)

Redeem = Callable[[str, str, datetime], int]
"""Uses up the grant of a token for a key; the bytes it is for, or NotFoundError."""
Restore = Callable[[str], None]
"""Lets the grant of a token be used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadService:
    """What the form needs."""

    jobs: JobRepository
    blobs: BlobStore
    start: StartJob
    redeem: Redeem
    restore: Restore
    clock: Clock


def upload_endpoint(service: UploadService, run: Run) -> Endpoint:
    """Takes files; `run` is its own, for a slow upload would keep a thread from everybody else."""
    return Endpoint(operation=UPLOAD, handle=partial(_upload, service), run=run)


def _upload(service: UploadService, request: Request, _body: bytes) -> Response:
    form = MultipartForm(_received(request), request.headers.get("content-type", ""))
    fields = form.fields()
    token, key = fields.get("token", ""), fields.get("key", "")
    max_bytes = service.redeem(token, key, service.clock.now())
    try:
        _take(service, _job(key), form.file(max_bytes))
    except BaseException:
        # Nothing was acknowledged, so the sender may try again with the same form.
        with suppress(AuraStreamError):
            service.restore(token)
        raise
    return Response(status_code=204)


def _take(service: UploadService, key: JobKey, file: Iterator[bytes]) -> None:
    """Store the file, then start its job; a file that lies there already came with a try that broke off."""
    job = find_job(service.jobs, key, service.clock.now())
    if job.is_final:
        raise NotFoundError("the job waits for no file")
    service.blobs.write(job.input_key, file)
    info = service.blobs.stat(job.input_key)
    started = service.start(key, Source(key=job.input_key, etag=info.etag, size=info.size))
    if started.deleted:  # while the file came in; nothing of it may stay
        for prefix in prefixes_of(key):
            service.blobs.erase(prefix)
        raise NotFoundError("the job was deleted")


def _job(key: str) -> JobKey:
    try:
        return job_of_upload(key)
    except ValueError:
        raise JobNotFoundError("no such job") from None


def _received(request: Request) -> Iterator[bytes]:
    """The body in parts, pulled from the event loop by the thread that works on it."""
    stream = aiter(request.stream())
    while part := anyio.from_thread.run(_part, stream):
        yield part


async def _part(stream: AsyncIterator[bytes]) -> bytes:
    return await anext(stream, b"")
