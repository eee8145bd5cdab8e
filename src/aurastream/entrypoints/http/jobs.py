"""Jobs over HTTP: list, create, follow, cancel, retry, delete."""

import math
from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aurastream.domain.errors import (
    InvalidCursorError,
    JobNotFinishedError,
    NotFoundError,
    NothingToRetryError,
    StorageFullError,
)
from aurastream.domain.idempotency import Answer
from aurastream.domain.job import Job
from aurastream.domain.paging import Cursor
from aurastream.entrypoints.http.answers import json_answer, promised
from aurastream.entrypoints.http.bodies import JSON, must_be_json
from aurastream.entrypoints.http.exports import export_endpoint
from aurastream.entrypoints.http.idempotency import keyed, reserved_of
from aurastream.entrypoints.http.job_service import JobService, job_of, key_of
from aurastream.entrypoints.http.job_views import (
    JobsPageView,
    JobView,
    PromiseView,
    UploadJobView,
    job_path,
    job_view,
    upload_view,
)
from aurastream.entrypoints.http.operations import (
    FROM_A_JOB,
    FROM_A_NEW_JOB,
    Endpoint,
    Handler,
    Operation,
    Reply,
    root_of,
    tenant_of,
)
from aurastream.entrypoints.http.outcomes import results_endpoint
from aurastream.entrypoints.http.queries import JobsQuery, NoQuery, parse_query
from aurastream.entrypoints.http.refusals import (
    BodyTooLargeError,
    InvalidFieldsError,
    InvalidJsonError,
    InvalidUnicodeError,
    UnsupportedMediaTypeError,
)
from aurastream.entrypoints.http.requests import UPLOAD_BODY, parse_body
from aurastream.entrypoints.http.summaries import summary_endpoint

LIST = Operation(
    method="GET",
    path="/v1/jobs",
    name="listJobs",
    summary="Jobs, the newest first",
    query=JobsQuery,
    replies=(Reply(status=200, description="A page of jobs.", content={JSON: JobsPageView}),),
    raises=(InvalidFieldsError, InvalidCursorError),
)
CREATE = Operation(
    method="POST",
    path="/v1/jobs",
    name="createJob",
    summary="A job for a file that is uploaded next",
    description="For files over 4 MB: send the file by the form in `upload`; its arrival starts the job.",
    bodies={JSON: UPLOAD_BODY},
    replies=(
        Reply(
            status=201,
            description="The job, and the form that uploads its file.",
            content={JSON: UploadJobView},
            headers=("Location",),
            leads_to=FROM_A_NEW_JOB,
        ),
    ),
    raises=(
        InvalidJsonError,
        InvalidUnicodeError,
        InvalidFieldsError,
        BodyTooLargeError,
        UnsupportedMediaTypeError,
        StorageFullError,
    ),
    keyed=True,
)
SHOW = Operation(
    method="GET",
    path="/v1/jobs/{job_id}",
    name="getJob",
    summary="Where a job stands",
    query=NoQuery,
    replies=(
        Reply(
            status=200,
            description="The job; Retry-After while it is open.",
            content={JSON: JobView},
            headers=("ETag", "Retry-After"),
            leads_to=FROM_A_JOB,
        ),
        Reply(
            status=304, description="Nothing changed since `If-None-Match`.", content={}, headers=("ETag",)
        ),
    ),
    raises=(InvalidFieldsError, NotFoundError),
)
DELETE = Operation(
    method="DELETE",
    path="/v1/jobs/{job_id}",
    name="deleteJob",
    summary="Erase an ended job and all its text",
    query=NoQuery,
    replies=(Reply(status=204, description="It is gone.", content={}),),
    raises=(InvalidFieldsError, NotFoundError, JobNotFinishedError),
)
CANCEL = Operation(
    method="POST",
    path="/v1/jobs/{job_id}/cancel",
    name="cancelJob",
    summary="Stop a job and keep what is done",
    description="An ended job is left as it is.",
    query=NoQuery,
    replies=(
        Reply(
            status=202,
            description="It ends, or has ended.",
            content={JSON: PromiseView},
            headers=("Location", "Retry-After"),
        ),
    ),
    raises=(InvalidFieldsError, NotFoundError, BodyTooLargeError),
    keyed=True,
)
RETRY = Operation(
    method="POST",
    path="/v1/jobs/{job_id}/retry",
    name="retryJob",
    summary="A new job for the rows that failed and may do better",
    description=(
        "The job itself never changes; the export of the new one is the whole file. Of a huge file it may "
        "turn out only later that no row can do better: then the new job ends without one."
    ),
    query=NoQuery,
    replies=(
        Reply(
            status=202,
            description="The new job.",
            content={JSON: PromiseView},
            headers=("Location", "Retry-After"),
            leads_to=FROM_A_NEW_JOB,
        ),
    ),
    raises=(
        InvalidFieldsError,
        NotFoundError,
        JobNotFinishedError,
        NothingToRetryError,
        BodyTooLargeError,
        StorageFullError,
    ),
    keyed=True,
)


def job_endpoints(service: JobService) -> tuple[Endpoint, ...]:
    """All that is done with jobs."""

    def once(answering: Callable[[JobService, Request, bytes], Answer]) -> Handler:
        return keyed(
            partial(answering, service), service.requests, service.clock, service.create_upload.new_id
        )

    return (
        Endpoint(operation=LIST, handle=partial(_list, service)),
        Endpoint(operation=CREATE, handle=once(_create)),
        Endpoint(operation=SHOW, handle=partial(_show, service)),
        results_endpoint(service),
        summary_endpoint(service),
        export_endpoint(service),
        Endpoint(operation=CANCEL, handle=once(_cancel)),
        Endpoint(operation=RETRY, handle=once(_retry)),
        Endpoint(operation=DELETE, handle=partial(_delete, service)),
    )


def _list(service: JobService, request: Request, _body: bytes) -> Response:
    query = parse_query(JobsQuery, request)
    after = None if query.cursor is None else Cursor(query.cursor)
    page = service.jobs.page(tenant_of(request), status=query.status, after=after, limit=query.limit)
    now, root = service.clock.now(), root_of(request)
    jobs = [job_view(job, root) for job in page.items if job.expires_at > now]
    return JSONResponse(JobsPageView(jobs=jobs, next_cursor=page.next))


def _create(service: JobService, request: Request, body: bytes) -> Answer:
    must_be_json(request)
    options = parse_body(UPLOAD_BODY, body).options()
    parse_query(NoQuery, request)
    job, form = service.create_upload(tenant_of(request), options, job_id=reserved_of(request))
    root = root_of(request)
    view = UploadJobView(**job_view(job, root), upload=upload_view(form, str(request.base_url)))
    return json_answer(view, status=201, headers={"location": job_path(root, job.key.job_id)}, job=job)


def _show(service: JobService, request: Request, _body: bytes) -> Response:
    parse_query(NoQuery, request)
    job = job_of(service, request)
    headers = {"ETag": etag_of(job), "Cache-Control": "private, no-cache"}
    if not job.is_final:
        headers["Retry-After"] = str(poll_after(job))
    if _is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return JSONResponse(job_view(job, root_of(request)), headers=headers)


def _delete(service: JobService, request: Request, _body: bytes) -> Response:
    parse_query(NoQuery, request)
    service.delete(key_of(request))
    return Response(status_code=204)


def _cancel(service: JobService, request: Request, _body: bytes) -> Answer:
    parse_query(NoQuery, request)
    return promised(service.cancel(key_of(request)), root_of(request))


def _retry(service: JobService, request: Request, _body: bytes) -> Answer:
    parse_query(NoQuery, request)
    return promised(service.retry(key_of(request), job_id=reserved_of(request)), root_of(request))


def etag_of(job: Job) -> str:
    """Changes whenever the view of the job does."""
    counts = job.counts
    parts = (job.version, counts.total, counts.succeeded, counts.failed, counts.skipped, counts.cancelled)
    return f'W/"{"-".join(map(str, parts))}"'


def _is_known(request: Request, etag: str) -> bool:
    known = [one.strip() for one in ",".join(request.headers.getlist("if-none-match")).split(",")]
    return "*" in known or etag.removeprefix("W/") in [one.removeprefix("W/") for one in known]


def poll_after(job: Job) -> int:
    """Seconds after which it is worth to ask again: a tenth of what is left, 1 to 30."""
    left = job_view(job, "")["eta_seconds"] or 0
    return min(30, max(1, math.ceil(left / 10)))
