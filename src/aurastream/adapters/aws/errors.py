"""
What goes wrong between us and AWS, told in our own words; an adapter adds what a code means to one call.

What is not known here passes through: a missing table or a refused permission is a deployment to be mended,
and no caller can do anything about it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Protocol

from botocore.exceptions import (
    ChecksumError,
    ClientError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    ParamValidationError,
)
from botocore.exceptions import (
    ConnectionError as NetworkError,
)
from botocore.parsers import ResponseParserError

from aurastream.domain.errors import (
    AuraStreamError,
    CallRejectedError,
    EngineUnavailableError,
    UnavailableError,
)

THROTTLES = frozenset(
    {
        "BandwidthLimitExceeded",
        "ExecutionLimitExceeded",
        "KmsThrottled",
        "KmsThrottlingException",
        "LimitExceededException",
        "ModelNotReadyException",
        "OverLimit",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Refused for load. Written by hand: the models of most operations do not declare how they throttle."""

OUTAGES = frozenset(
    {
        "InternalError",
        "InternalException",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "ModelErrorException",
        "ModelTimeoutException",
        "PriorRequestNotComplete",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
"""The service itself failed."""

COLLISIONS = frozenset(
    {
        "ConditionalRequestConflict",
        "OperationAborted",
        "ReplicatedWriteConflictException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Another writer was at the same thing at the same moment; nothing was decided."""

REJECTIONS = frozenset(
    {
        "BatchSizeLimitExceededException",
        "InvalidRequestException",
        "SerializationException",
        "TextSizeLimitExceededException",
        "UnsupportedLanguageException",
        "ValidationException",
    }
)
"""What an engine says of a call that it will never take as it was sent."""

_LOST = (
    NetworkError,
    HTTPClientError,
    IncompleteReadError,
    ChecksumError,
    FlexibleChecksumError,
    ResponseParserError,
)
_SERVER_ERROR, _TOO_MANY_REQUESTS = 500, 429
_NOTHING: Mapping[str, AuraStreamError] = MappingProxyType({})


class _Unavailable(Protocol):
    def __call__(self, message: str, *, throttled: bool) -> UnavailableError: ...


def code_of(error: ClientError) -> str:
    """The vendor's name for what went wrong."""
    return error.response.get("Error", {}).get("Code", "")


def _status_of(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def is_throttle(error: ClientError) -> bool:
    """Whether the call was refused for load."""
    return code_of(error) in THROTTLES or _status_of(error) == _TOO_MANY_REQUESTS


def is_busy(code: str) -> bool:
    """Whether a part of a transaction failed for load or for another writer, so that it may pass later."""
    return code in THROTTLES or code in COLLISIONS


def _passes(error: ClientError) -> bool:
    code = code_of(error)
    return code in OUTAGES or code in COLLISIONS or is_throttle(error) or _status_of(error) >= _SERVER_ERROR


def _unavailable(message: str, *, throttled: bool) -> UnavailableError:  # noqa: ARG001 - stores do not tell
    return UnavailableError(message)


def _engine_unavailable(message: str, *, throttled: bool) -> UnavailableError:
    return EngineUnavailableError(message, throttled=throttled)


@contextmanager
def translated(
    known: Mapping[str, AuraStreamError] = _NOTHING, *, unavailable: _Unavailable = _unavailable
) -> Iterator[None]:
    """
    Turn what an AWS call raises into our own errors, without its message: that may hold what was sent.

    `known` says what a code means to this call; it goes before what the code means in general.
    """
    try:
        yield
    except ClientError as error:
        if (meaning := known.get(code_of(error))) is not None:
            raise meaning from None
        if not _passes(error):
            raise
        message = f"{error.operation_name} was answered with {code_of(error)}"
        raise unavailable(message, throttled=is_throttle(error)) from None
    except ParamValidationError:
        raise ValueError("a call was given what the service's model does not allow") from None
    except _LOST as error:
        raise unavailable(f"no answer arrived: {type(error).__name__}", throttled=False) from None


@contextmanager
def engine_errors() -> Iterator[None]:
    """The same for a call that carries customers' texts: what passes through loses its message too."""
    rejected = {code: CallRejectedError(f"the call was refused: {code}") for code in REJECTIONS}
    try:
        with translated(rejected, unavailable=_engine_unavailable):
            yield
    except ClientError as error:
        response = error.response.copy()
        response["Error"] = {"Code": code_of(error), "Message": "(not repeated)"}
        raise type(error)(response, error.operation_name) from None
