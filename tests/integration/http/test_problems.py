"""One table from an error to its answer, and what is said of an error that is in none."""

import inspect
import logging

import pytest

from aurastream.domain import errors
from aurastream.domain.errors import (
    AuraStreamError,
    BlobChangedError,
    CallRejectedError,
    FileRejectedError,
    StoppedError,
)
from aurastream.entrypoints.http import refusals
from aurastream.entrypoints.http.problems import INTERNAL, KINDS, kind_of_class, problem_of
from tests.contracts.cases import MARKER
from tests.integration.http.service import Bench, Client

OURS = {AuraStreamError, BlobChangedError, CallRejectedError, FileRejectedError, StoppedError}
"""They never leave a use case; if one does, that is our mistake."""

DESIGNED = {
    "invalid_http": 400,
    "invalid_json": 400,
    "invalid_unicode": 400,
    "invalid_idempotency_key": 400,
    "unauthenticated": 401,
    "cross_origin": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "idempotency_in_progress": 409,
    "job_not_finished": 409,
    "nothing_to_retry": 409,
    "nothing_to_export": 409,
    "text_too_large": 413,
    "too_many_documents": 413,
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "misdirected": 421,
    "invalid_request": 422,
    "empty_text": 422,
    "idempotency_mismatch": 422,
    "invalid_cursor": 422,
    "unavailable": 503,
    "storage_full": 507,
}


def error_classes() -> list[type[AuraStreamError]]:
    found = [*vars(errors).values(), *vars(refusals).values()]
    return sorted(
        {kind for kind in found if inspect.isclass(kind) and issubclass(kind, AuraStreamError)},
        key=lambda kind: kind.__name__,
    )


@pytest.mark.parametrize("error", error_classes(), ids=lambda error: error.__name__)
def test_every_error_has_its_place(error: type[AuraStreamError]) -> None:
    assert (kind_of_class(error) is INTERNAL) == (error in OURS)


def test_every_code_has_the_status_of_the_contract() -> None:
    told = {error.code: kind_of_class(error).status for error in error_classes() if error not in OURS}
    assert told == DESIGNED


@pytest.mark.parametrize("error", KINDS, ids=lambda error: error.__name__)
def test_what_may_be_tried_again_says_when(error: type[AuraStreamError]) -> None:
    assert error.retryable == (KINDS[error].retry_after is not None)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(MARKER),
        CallRejectedError(MARKER),
        KeyError(MARKER),
        FileRejectedError("empty_file", MARKER),
    ],
)
def test_an_error_that_nobody_thought_of_is_told_without_a_word(error: Exception) -> None:
    told = problem_of(error, "r")
    assert (told["status"], told["code"], told["type"]) == (500, "internal", "/problems/internal")
    assert told["retryable"] is False
    assert MARKER not in repr(told)


def test_the_operator_learns_what_and_where(
    bench: Bench, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bench.jobs.broken = ZeroDivisionError(MARKER)
    answer = client.score(f'{{"text": "{MARKER}", "mode": "ASYNC"}}')
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert MARKER not in answer.text
    [record] = [record for record in caplog.records if record.name == "aurastream.http"]
    assert "ZeroDivisionError" in record.getMessage()
    assert "fakes.py:" in record.getMessage()
    assert answer.headers["X-Request-Id"] in record.getMessage()
    assert MARKER not in caplog.text
