"""What a request can get wrong before a use case sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from aurastream.domain.errors import AuraStreamError, InvalidRequestError, UnavailableError


@dataclass(frozen=True, slots=True)
class FieldError:
    """
    One broken rule: where, and which.

    `pointer` is a JSON Pointer into the body, or `?name` for a query parameter. It never holds a name that
    the caller made up.
    """

    pointer: str
    code: str


class InvalidHttpError(InvalidRequestError):
    """The request cannot be parsed as HTTP."""

    code = "invalid_http"


class InvalidJsonError(InvalidRequestError):
    """The body is not JSON."""

    code = "invalid_json"


class InvalidUnicodeError(InvalidRequestError):
    """The body is not UTF-8, or holds half of a surrogate pair."""

    code = "invalid_unicode"


class InvalidIdempotencyKeyError(InvalidRequestError):
    """The Idempotency-Key is not 1 to 255 printable ASCII characters."""

    code = "invalid_idempotency_key"


class InvalidFieldsError(InvalidRequestError):
    """Fields or parameters break a rule; `errors` says which."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("the request breaks a rule; `errors` says where and which")
        self.errors = tuple(errors)


class UnauthenticatedError(AuraStreamError):
    """Nobody we know."""

    code = "unauthenticated"


class MisdirectedError(AuraStreamError):
    """The request was meant for another host: a name that a web page made point here."""

    code = "misdirected"


class CrossOriginError(AuraStreamError):
    """A web page of somebody else sent the request."""

    code = "cross_origin"


class MethodNotAllowedError(AuraStreamError):
    """The path is right, the method is not; `allow` lists those that are."""

    code = "method_not_allowed"

    def __init__(self, allow: str) -> None:
        super().__init__(f"this path answers to {allow}")
        self.allow = allow


class BodyTooLargeError(AuraStreamError):
    """More bytes than one request may carry."""

    code = "body_too_large"


class UnsupportedMediaTypeError(AuraStreamError):
    """A body of a kind that this path does not read."""

    code = "unsupported_media_type"


class OverloadedError(UnavailableError):
    """Everybody is busy and the waiting room is full."""
