"""The outcomes of a job, a page at a time: JSON, NDJSON or CSV."""

import csv
import io
import json
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aurastream.domain.errors import InvalidCursorError, NotFoundError
from aurastream.domain.files.csv_export import ours
from aurastream.domain.outcome import Outcome
from aurastream.domain.paging import Cursor, Page
from aurastream.entrypoints.http.answers import POLL_AFTER
from aurastream.entrypoints.http.bodies import JSON
from aurastream.entrypoints.http.job_service import JobService, key_of
from aurastream.entrypoints.http.job_views import job_path
from aurastream.entrypoints.http.operations import Endpoint, Operation, Reply, root_of
from aurastream.entrypoints.http.outcome_views import ResultsPageView, outcome_view
from aurastream.entrypoints.http.queries import ResultsQuery, parse_query
from aurastream.entrypoints.http.refusals import InvalidFieldsError

NDJSON, CSV = "application/x-ndjson", "text/csv"
COLUMNS = (
    "row",
    "id",
    "status",
    "sentiment",
    "positive",
    "negative",
    "neutral",
    "mixed",
    "language",
    "error",
)

RESULTS = Operation(
    method="GET",
    path="/v1/jobs/{job_id}/results",
    name="getResults",
    summary="What became of each row, in row order",
    description=(
        "Readable while the job runs: a page stops before the first chunk that is not finished. An empty "
        "page with a cursor and Retry-After means: not yet. Without a next cursor the job has ended and all "
        "was read. As NDJSON and CSV the next page is in the Link header."
    ),
    query=ResultsQuery,
    replies=(
        Reply(
            status=200,
            description="A page.",
            content={
                JSON: ResultsPageView,
                NDJSON: {"type": "string", "description": "An outcome a line."},
                CSV: {"type": "string", "description": f"Columns {', '.join(COLUMNS)}."},
            },
            headers=("Link", "Retry-After"),
        ),
    ),
    raises=(InvalidFieldsError, InvalidCursorError, NotFoundError),
)


def results_endpoint(service: JobService) -> Endpoint:
    """Reads outcomes."""
    return Endpoint(operation=RESULTS, handle=partial(_results, service))


def _results(service: JobService, request: Request, _body: bytes) -> Response:
    query = parse_query(ResultsQuery, request)
    after = None if query.cursor is None else Cursor(query.cursor)
    page = service.read_results(key_of(request), after=after, limit=query.limit)
    response = _written(page, query.format)
    if page.next is not None:
        if not page.items:
            response.headers["Retry-After"] = str(POLL_AFTER)
        if query.format != "json":
            response.headers["Link"] = f'<{_next(request, query, page.next)}>; rel="next"'
    return response


def _written(page: Page[Outcome], form: str) -> Response:
    if form == "csv":
        return Response(outcome_table(page.items), media_type=CSV)
    views = [outcome_view(outcome) for outcome in page.items]
    if form == "json":
        return JSONResponse(ResultsPageView(results=views, next_cursor=page.next))
    lines = [json.dumps(view, ensure_ascii=False, separators=(",", ":")) + "\n" for view in views]
    return Response("".join(lines), media_type=NDJSON)


def outcome_table(outcomes: Sequence[Outcome]) -> str:
    """A header and a row for each outcome, harmless for spreadsheets."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    writer.writerows((outcome.row, *ours(outcome)) for outcome in outcomes)
    return table.getvalue()


def _next(request: Request, query: ResultsQuery, cursor: Cursor) -> str:
    path = job_path(root_of(request), key_of(request).job_id)
    rest = urlencode({"format": query.format, "limit": query.limit, "cursor": cursor})
    return f"{path}/results?{rest}"
