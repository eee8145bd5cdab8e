"""The summary of a job."""

import json
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from typing_extensions import TypedDict

from aurastream.domain.errors import BlobNotFoundError, NotFoundError
from aurastream.domain.job import Job
from aurastream.domain.keys import summary_key
from aurastream.entrypoints.http.bodies import JSON
from aurastream.entrypoints.http.job_service import JobService, job_of
from aurastream.entrypoints.http.operations import Endpoint, Operation, Reply
from aurastream.entrypoints.http.queries import SummaryQuery, parse_query
from aurastream.entrypoints.http.refusals import FieldError, InvalidFieldsError
from aurastream.entrypoints.http.summary_views import GroupView, SummaryView, TotalsView

SUMMARY = Operation(
    method="GET",
    path="/v1/jobs/{job_id}/summary",
    name="getSummary",
    summary="All rows taken together, or by the values of a column",
    description=(
        "While the job runs there are totals only. `columns` lists what an ended job can be grouped by: at "
        "most 20 columns, each with at most 200 distinct values."
    ),
    query=SummaryQuery,
    replies=(Reply(status=200, description="The summary.", content={JSON: SummaryView}),),
    raises=(InvalidFieldsError, NotFoundError),
)


class _Stored(TypedDict):
    """What the pass that ends a job leaves behind."""

    totals: TotalsView
    groups: dict[str, list[GroupView]]


def summary_endpoint(service: JobService) -> Endpoint:
    """Tells the summary."""
    return Endpoint(operation=SUMMARY, handle=partial(_summary, service))


def _summary(service: JobService, request: Request, _body: bytes) -> Response:
    column = parse_query(SummaryQuery, request).group_by
    job = job_of(service, request)
    stored = _stored(service, job) if job.is_final else None
    groups = stored["groups"] if stored else {}
    if column is not None and job.is_final and column not in groups:
        raise InvalidFieldsError([FieldError("?group_by", "not_a_group")])
    view = SummaryView(
        job_id=job.key.job_id,
        status=job.status,
        totals=stored["totals"] if stored else _totals(job),
        columns=list(groups),
        groups={column: groups[column]} if column in groups else {},
    )
    return JSONResponse(view)


def _stored(service: JobService, job: Job) -> _Stored | None:
    """None where a job ended before there were rows, or its source went away."""
    try:
        whole: _Stored = json.loads(b"".join(service.blobs.read(summary_key(job.key))))
    except BlobNotFoundError:
        return None
    return whole


def _totals(job: Job) -> TotalsView:
    counts = job.counts
    return TotalsView(
        count=counts.settled,
        succeeded=counts.succeeded,
        failed=counts.failed,
        skipped=counts.skipped,
        cancelled=counts.cancelled,
        sentiments=None,
        polarity=None,
        units=job.spend.units,
        saved_units=job.spend.saved_units,
    )
