"""
Jobs as callers see them: plain dictionaries, built by plain functions.

The document of the API is made from these same types, so that the two cannot differ.
"""

import math
from datetime import datetime
from typing import Literal, NotRequired

from typing_extensions import TypedDict

from aurastream.domain.blobs import UploadForm
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.pricing import list_price
from aurastream.entrypoints.http.closed import closed


@closed
class CountsView(TypedDict):
    """The ledger of a job: `total` is the sum of the others."""

    total: int
    succeeded: int
    failed: int
    skipped: int
    cancelled: int
    pending: int


@closed
class CostView(TypedDict):
    """Units and US dollars at list price; estimated by Comprehend's, whatever engine scores."""

    estimated_units: int
    estimated_usd: float
    units: int
    usd: float
    saved_units: int


@closed
class JobErrorView(TypedDict):
    """Why a job FAILED, and what to do; with the columns of the file where that helps."""

    code: JobErrorCode
    detail: str
    columns: NotRequired[list[str]]


@closed
class InputView(TypedDict):
    """What was found out about the file."""

    format: str
    encoding: str
    compression: str | None
    delimiter: str | None
    columns: list[str]
    text_column: str | None
    id_column: str | None
    language_column: str | None
    header: bool | None
    quote: str | None


@closed
class LinksView(TypedDict):
    """Where to go on from a job."""

    self: str
    results: str
    summary: str
    export: str
    cancel: str


@closed
class PromiseView(TypedDict):
    """A job that will have the answer."""

    job_id: str
    status: JobStatus
    links: LinksView


@closed
class JobView(TypedDict):
    """A job, from its promise to its end."""

    job_id: str
    status: JobStatus
    created_at: str
    updated_at: str
    expires_at: str
    counts: CountsView
    progress: float
    rate: float | None
    eta_seconds: float | None
    cost: CostView
    error: JobErrorView | None
    metadata: dict[str, str]
    retry_of: str | None
    cancel_requested: bool
    input: InputView | None
    links: LinksView


@closed
class UploadView(TypedDict):
    """The form that uploads the file: multipart, first its fields, then `file`."""

    method: Literal["POST"]
    url: str
    fields: dict[str, str]
    expires_at: str
    max_bytes: int


@closed
class UploadJobView(JobView):
    """A job that waits for its file, and how to send it."""

    upload: UploadView


@closed
class JobsPageView(TypedDict):
    """Jobs, the newest first."""

    jobs: list[JobView]
    next_cursor: str | None


def job_path(root: str, job_id: str) -> str:
    """Where a job is, below whatever the service is mounted under."""
    return f"{root}/v1/jobs/{job_id}"


def links_view(job: Job, root: str) -> LinksView:
    """Where to go on from a job."""
    path = job_path(root, job.key.job_id)
    return LinksView(
        self=path,
        results=f"{path}/results",
        summary=f"{path}/summary",
        export=f"{path}/export",
        cancel=f"{path}/cancel",
    )


def promise_view(job: Job, root: str) -> PromiseView:
    """A job that will have the answer."""
    return PromiseView(job_id=job.key.job_id, status=job.status, links=links_view(job, root))


def job_view(job: Job, root: str) -> JobView:
    """
    A job as of its last step, and nothing but that: the same version and counts give the same view.

    So rate and ETA speak of the moment of the last commit, too.
    """
    speed = _speed(job)
    return JobView(
        job_id=job.key.job_id,
        status=job.status,
        created_at=moment(job.created_at),
        updated_at=moment(job.updated_at),
        expires_at=moment(job.expires_at),
        counts=_counts(job),
        progress=_progress(job),
        rate=None if speed is None else round(speed, 3),
        eta_seconds=_eta(job, speed),
        cost=_cost(job),
        error=_error(job),
        metadata=dict(job.options.metadata),
        retry_of=job.retry_of,
        cancel_requested=job.cancel_requested,
        input=_input(job),
        links=links_view(job, root),
    )


def upload_view(form: UploadForm, base_url: str) -> UploadView:
    """The form that uploads a job's file; a form of this very server says only its path."""
    url = base_url.rstrip("/") + form.url if form.url.startswith("/") else form.url
    return UploadView(
        method="POST",
        url=url,
        fields=dict(form.fields),
        expires_at=moment(form.expires_at),
        max_bytes=form.max_bytes,
    )


def moment(at: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _counts(job: Job) -> CountsView:
    counts = job.counts
    return CountsView(
        total=counts.total,
        succeeded=counts.succeeded,
        failed=counts.failed,
        skipped=counts.skipped,
        cancelled=counts.cancelled,
        pending=counts.pending,
    )


def _progress(job: Job) -> float:
    if job.is_final:
        return 1.0
    return round(job.counts.settled / job.counts.total, 4) if job.counts.total else 0.0


def _speed(job: Job) -> float | None:
    """Rows a second since work began, as of the last commit."""
    if job.started_at is None or not job.counts.settled:
        return None
    seconds = (job.updated_at - job.started_at).total_seconds()
    return job.counts.settled / seconds if seconds > 0 else None


def _eta(job: Job, speed: float | None) -> float | None:
    if job.is_final:
        return 0
    return None if speed is None else math.ceil(job.counts.pending / speed)


def _cost(job: Job) -> CostView:
    estimated = job.plan.estimated_units if job.plan else 0
    return CostView(
        estimated_units=estimated,
        estimated_usd=float(list_price(estimated)),
        units=job.spend.units,
        usd=float(job.spend.usd),
        saved_units=job.spend.saved_units,
    )


def _error(job: Job) -> JobErrorView | None:
    if job.error is None:
        return None
    view = JobErrorView(code=job.error.code, detail=job.error.detail)
    if job.error.columns:
        view["columns"] = list(job.error.columns)
    return view


def _input(job: Job) -> InputView | None:
    if job.plan is None:
        return None
    found = job.plan.input
    return InputView(
        format=found.format,
        encoding=found.encoding,
        compression=found.compression,
        delimiter=found.delimiter,
        columns=list(found.columns),
        text_column=found.text_column,
        id_column=found.id_column,
        language_column=found.language_column,
        header=found.header,
        quote=found.quote,
    )
