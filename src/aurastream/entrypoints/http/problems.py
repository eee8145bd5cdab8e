"""One table from an error to the answer it gets: RFC 9457 problem documents."""

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NotRequired

from starlette.responses import JSONResponse, Response
from typing_extensions import TypedDict

from aurastream.domain.errors import (
    AuraStreamError,
    DeadlineError,
    EmptyTextError,
    InvalidCursorError,
    InvalidRequestError,
    JobNotFinishedError,
    NotFoundError,
    NothingToExportError,
    NothingToRetryError,
    RequestMismatchError,
    RequestRunningError,
    StaleJobError,
    StorageFullError,
    TextTooLargeError,
    TooManyDocumentsError,
    UnavailableError,
)
from aurastream.entrypoints.http.closed import closed
from aurastream.entrypoints.http.refusals import (
    BodyTooLargeError,
    CrossOriginError,
    InvalidFieldsError,
    InvalidHttpError,
    InvalidIdempotencyKeyError,
    InvalidJsonError,
    InvalidUnicodeError,
    MethodNotAllowedError,
    MisdirectedError,
    UnauthenticatedError,
    UnsupportedMediaTypeError,
)

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 20

log = logging.getLogger("aurastream.http")


@dataclass(frozen=True, slots=True)
class Kind:
    """
    How an error is answered.

    `detail` stands in for the error's own message where that may speak of our insides, or tell an unknown
    thing from a foreign one.
    """

    status: int
    title: str
    detail: str | None = None
    retry_after: int | None = None


_LATER = Kind(503, "Not available right now", "the service is busy or down; try again in a moment", 1)

KINDS: Mapping[type[AuraStreamError], Kind] = {
    InvalidHttpError: Kind(400, "Not HTTP"),
    InvalidJsonError: Kind(400, "Not JSON"),
    InvalidUnicodeError: Kind(400, "Not Unicode"),
    InvalidIdempotencyKeyError: Kind(400, "Not an idempotency key"),
    UnauthenticatedError: Kind(401, "Who are you?"),
    CrossOriginError: Kind(403, "Sent by a foreign web page"),
    NotFoundError: Kind(404, "Not found", "there is nothing here, or it is not yours"),
    MethodNotAllowedError: Kind(405, "Wrong method"),
    RequestRunningError: Kind(409, "Still being answered", retry_after=1),
    JobNotFinishedError: Kind(409, "Job not finished"),
    NothingToRetryError: Kind(409, "Nothing to retry"),
    NothingToExportError: Kind(409, "Nothing to export"),
    TextTooLargeError: Kind(413, "Text too large"),
    TooManyDocumentsError: Kind(413, "Too many documents"),
    BodyTooLargeError: Kind(413, "Body too large"),
    UnsupportedMediaTypeError: Kind(415, "Unsupported media type"),
    MisdirectedError: Kind(421, "Meant for another host"),
    InvalidRequestError: Kind(422, "Invalid request"),
    EmptyTextError: Kind(422, "Empty text"),
    RequestMismatchError: Kind(422, "Key of another request"),
    InvalidCursorError: Kind(422, "Invalid cursor"),
    UnavailableError: _LATER,
    DeadlineError: _LATER,
    StaleJobError: _LATER,
    StorageFullError: Kind(507, "Storage full", "there is no room left; nothing was accepted", 60),
}

INTERNAL = Kind(500, "Internal error", "this is our mistake; `request_id` helps us to find it")


@closed
class FieldErrorView(TypedDict):
    """One broken rule: a JSON Pointer into the body or `?name` of a query parameter, and the rule's name."""

    pointer: str
    code: str


@closed
class ProblemView(TypedDict):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    request_id: str
    errors: NotRequired[list[FieldErrorView]]


def kind_of(error: Exception) -> Kind:
    """The row of the table for an error; whatever nobody thought of is our mistake."""
    return kind_of_class(type(error))


def kind_of_class(error: type[Exception]) -> Kind:
    """The row of the table for all errors of a class."""
    known = (KINDS[kind] for kind in error.__mro__ if kind in KINDS)
    return next(known, INTERNAL)


def problem_of(error: Exception, request_id: str) -> ProblemView:
    """What is told of an error; never a text of the caller."""
    kind = kind_of(error)
    known = isinstance(error, AuraStreamError) and kind is not INTERNAL
    code = error.code if isinstance(error, AuraStreamError) and known else "internal"
    view = ProblemView(
        type=f"/problems/{code}",
        title=kind.title,
        status=kind.status,
        detail=kind.detail or str(error),
        code=code,
        retryable=isinstance(error, AuraStreamError) and known and error.retryable,
        request_id=request_id,
    )
    if isinstance(error, InvalidFieldsError):
        view["errors"] = [
            FieldErrorView(pointer=one.pointer, code=one.code) for one in error.errors[:MAX_ERRORS]
        ]
    return view


def problem_response(error: Exception, request_id: str) -> Response:
    """The whole answer to an error."""
    kind = kind_of(error)
    if kind is INTERNAL:
        _report(error, request_id)
    headers = {} if kind.retry_after is None else {"Retry-After": str(kind.retry_after)}
    if isinstance(error, MethodNotAllowedError):
        headers["Allow"] = error.allow
    if isinstance(error, UnauthenticatedError):
        headers["WWW-Authenticate"] = 'ApiKey realm="aurastream"'
    return JSONResponse(
        problem_of(error, request_id), status_code=kind.status, headers=headers, media_type=MEDIA_TYPE
    )


def _report(error: Exception, request_id: str) -> None:
    """Tell the operator what and where; the message of an unknown error may hold a customer's text."""
    where = traceback.extract_tb(error.__traceback__)[-1:]
    place = f"{where[0].filename}:{where[0].lineno}" if where else "an unknown place"
    log.error("unexpected %s at %s in request %s", type(error).__name__, place, request_id)
