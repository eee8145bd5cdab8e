"""POST /v1/sentiment: the single endpoint of both paths."""

from dataclasses import dataclass, replace
from functools import partial

from starlette.requests import Request

from aurastream.domain.document import is_blank
from aurastream.domain.errors import (
    EmptyTextError,
    StorageFullError,
    TextTooLargeError,
    TooManyDocumentsError,
)
from aurastream.domain.idempotency import Answer
from aurastream.domain.routing import Mode
from aurastream.domain.services.analyze import AnalyzeDocuments, Promised
from aurastream.domain.services.submit import SubmitFile
from aurastream.entrypoints.http.answers import json_answer, promised
from aurastream.entrypoints.http.bodies import JSON, Media, media_of
from aurastream.entrypoints.http.idempotency import keyed, reserved_of
from aurastream.entrypoints.http.job_views import PromiseView
from aurastream.entrypoints.http.operations import (
    FROM_A_NEW_JOB,
    Endpoint,
    Operation,
    Reply,
    root_of,
    tenant_of,
)
from aurastream.entrypoints.http.outcome_views import OutcomesView, OutcomeView, outcome_view
from aurastream.entrypoints.http.queries import FileQuery, parse_query
from aurastream.entrypoints.http.refusals import (
    BodyTooLargeError,
    FieldError,
    InvalidFieldsError,
    InvalidJsonError,
    InvalidUnicodeError,
    UnsupportedMediaTypeError,
)
from aurastream.entrypoints.http.requests import (
    BYTE_ORDER_MARK,
    SENTIMENT_BODY,
    ManyTextsBody,
    OneTextBody,
    parse_body,
)
from aurastream.ports.clock import Clock
from aurastream.ports.idempotency_store import IdempotencyStore

FILES = ("text/csv", "text/plain", "application/x-ndjson")

PROMISED = Reply(
    status=202,
    description="Promised: a job will have the answer.",
    content={JSON: PromiseView},
    headers=("Location", "Retry-After"),
    leads_to=FROM_A_NEW_JOB,
)

SCORE = Operation(
    method="POST",
    path="/v1/sentiment",
    name="analyzeSentiment",
    summary="How customers feel: now, or later",
    description=(
        "One text or a few documents are answered at once (mode SYNC or AUTO); more become a job (AUTO or "
        "ASYNC). A body of CSV, of plain text by line or of NDJSON, or a JSON array with `?mode=ASYNC`, is a "
        "file and always becomes a job: the query says how to read it, and `Content-Encoding: gzip` is "
        "allowed; neither goes with documents. When the engine is throttled or down, what would be answered "
        "at once is promised."
    ),
    query=FileQuery,
    bodies={
        JSON: SENTIMENT_BODY,
        # Without a type: whatever bytes come are a file, and Prepare alone judges it.
        "text/csv": {"contentMediaType": "text/csv", "description": "A header and rows."},
        "text/plain": {"contentMediaType": "text/plain", "description": "A document a line."},
        "application/x-ndjson": {
            "contentMediaType": "application/x-ndjson",
            "description": "A JSON object a line.",
        },
    },
    replies=(
        Reply(
            status=200,
            description="Answered: an outcome for one text, `results` for documents.",
            content={JSON: OutcomeView | OutcomesView},
        ),
        PROMISED,
    ),
    raises=(
        InvalidJsonError,
        InvalidUnicodeError,
        InvalidFieldsError,
        EmptyTextError,
        TextTooLargeError,
        TooManyDocumentsError,
        BodyTooLargeError,
        UnsupportedMediaTypeError,
        StorageFullError,
    ),
    keyed=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentService:
    """What the endpoint needs."""

    analyze: AnalyzeDocuments
    submit: SubmitFile
    requests: IdempotencyStore
    clock: Clock


def sentiment_endpoints(service: SentimentService) -> tuple[Endpoint, ...]:
    """The one endpoint."""
    handle = keyed(partial(_score, service), service.requests, service.clock, service.submit.new_id)
    return (Endpoint(operation=SCORE, handle=handle),)


def _score(service: SentimentService, request: Request, body: bytes) -> Answer:
    media = media_of(request)
    if media.name in FILES:
        return _submit(service, request, body, media)
    if media.name != JSON:
        raise UnsupportedMediaTypeError(f"send {JSON}, or a file as {', '.join(FILES)}")
    if request.query_params.getlist("mode") == [Mode.ASYNC] and (media.gzipped or _is_array(body)):
        return _submit(service, request, body, media)
    if media.gzipped:
        raise UnsupportedMediaTypeError("only a file may be gzipped: with JSON, an array and ?mode=ASYNC")
    return _analyze(service, request, body)


def _is_array(body: bytes) -> bool:
    return body[:1_000].removeprefix(BYTE_ORDER_MARK).lstrip(b" \t\r\n").startswith(b"[")


def _submit(service: SentimentService, request: Request, body: bytes, media: Media) -> Answer:
    options = replace(parse_query(FileQuery, request).options(), media_type=media.name)
    job = service.submit(tenant_of(request), options, [body], job_id=reserved_of(request))
    return promised(job, root_of(request))


def _analyze(service: SentimentService, request: Request, body: bytes) -> Answer:
    asked = _parsed(body)
    if given := parse_query(FileQuery, request).model_fields_set:
        raise InvalidFieldsError([FieldError(f"?{name}", "only_for_files") for name in sorted(given)])
    _must_show_something(asked)
    answered = service.analyze(
        tenant_of(request), asked.as_documents(), asked.mode, job_id=reserved_of(request)
    )
    if isinstance(answered, Promised):
        return promised(answered.job, root_of(request))
    views = [outcome_view(outcome) for outcome in answered.outcomes]
    return json_answer(views[0] if isinstance(asked, OneTextBody) else OutcomesView(results=views))


def _parsed(body: bytes) -> OneTextBody | ManyTextsBody:
    try:
        return parse_body(SENTIMENT_BODY, body)
    except InvalidFieldsError as error:
        refused = error
    if _is_array(body):
        raise InvalidFieldsError([FieldError("?mode", "async_for_an_array")])
    raise refused


def _must_show_something(asked: OneTextBody | ManyTextsBody) -> None:
    """A blank among many is skipped; a blank alone is a mistake."""
    if isinstance(asked, OneTextBody) and is_blank(asked.text):
        raise EmptyTextError("there is nothing to score in the text")
