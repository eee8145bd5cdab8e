"""The caller's file with what became of each row."""

from datetime import timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from aurastream.adapters.attachment import attachment
from aurastream.domain.errors import (
    BlobNotFoundError,
    JobNotFinishedError,
    NotFoundError,
    NothingToExportError,
)
from aurastream.domain.files.export import export_filename, export_media_type
from aurastream.domain.keys import export_key
from aurastream.entrypoints.http.job_service import JobService, job_of
from aurastream.entrypoints.http.operations import Endpoint, Operation, Reply
from aurastream.entrypoints.http.queries import NoQuery, parse_query
from aurastream.entrypoints.http.refusals import InvalidFieldsError

GRANTED = timedelta(minutes=5)

EXPORT = Operation(
    method="GET",
    path="/v1/jobs/{job_id}/export",
    name="getExport",
    summary="The caller's file with what became of each row",
    description=(
        "Rows and columns as they were sent, in order, and our columns behind them. CSV stays CSV with its "
        "delimiter, plain text becomes CSV, NDJSON and a JSON array become NDJSON."
    ),
    query=NoQuery,
    replies=(
        Reply(
            status=200,
            description="The file itself.",
            content={
                "text/csv": {"type": "string"},
                "text/tab-separated-values": {"type": "string"},
                "application/x-ndjson": {"type": "string"},
            },
            headers=("Content-Disposition",),
        ),
        Reply(
            status=303, description="The file is there, for some minutes.", content={}, headers=("Location",)
        ),
    ),
    raises=(InvalidFieldsError, NotFoundError, JobNotFinishedError, NothingToExportError),
)


def export_endpoint(service: JobService) -> Endpoint:
    """Gives the export, or says where it is."""
    return Endpoint(operation=EXPORT, handle=partial(_export, service))


def _export(service: JobService, request: Request, _body: bytes) -> Response:
    parse_query(NoQuery, request)
    job = job_of(service, request)
    if not job.is_final:
        raise JobNotFinishedError("the export is made when the job ends; wait for it or cancel it")
    if job.plan is None:
        raise NothingToExportError("the job ended before there were rows; the job says why")
    key = export_key(job.key)
    try:
        info = service.blobs.stat(key)
    except BlobNotFoundError:
        raise NothingToExportError("the input went away before the job ended; its results stand") from None
    filename = export_filename(job.options.filename, job.plan.input)
    url = service.blobs.grant_download(key, filename=filename, until=service.clock.now() + GRANTED)
    if url is not None:
        return RedirectResponse(url, status_code=303)
    headers = {"Content-Disposition": attachment(filename), "Content-Length": str(info.size)}
    parts = iter(()) if request.method == "HEAD" else service.blobs.read(key)
    return StreamingResponse(parts, headers=headers, media_type=export_media_type(job.plan.input))
