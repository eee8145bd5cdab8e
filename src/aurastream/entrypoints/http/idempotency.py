"""Requests that carry an Idempotency-Key: sent twice, done once."""

import re
from collections.abc import Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from aurastream.domain.errors import AuraStreamError
from aurastream.domain.idempotency import KEPT, LEASE, Answer, RequestKey, Turn, fingerprint_of
from aurastream.domain.keys import JobId, NewJobId
from aurastream.entrypoints.http.operations import Handler, tenant_of
from aurastream.entrypoints.http.problems import problem_response
from aurastream.entrypoints.http.refusals import InvalidIdempotencyKeyError
from aurastream.ports.clock import Clock
from aurastream.ports.idempotency_store import IdempotencyStore

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[\x20-\x7e]{1,255}")
_KEPT_HEADERS = ("content-type", "location", "retry-after", "allow")

Answering = Callable[[Request, bytes], Answer]
"""Does what a request asks for, and says which job it made."""


def keyed(answer: Answering, requests: IdempotencyStore, clock: Clock, new_id: NewJobId) -> Handler:
    """A handler that does a keyed request once and gives its answer again."""

    def handle(request: Request, body: bytes) -> Response:
        key = _key(request)
        if key is None:
            return _response(answer(request, body))
        now = clock.now()
        fingerprint = _fingerprint(request, body)
        turn = requests.begin(key, fingerprint, job_id=new_id(), now=now, until=now + LEASE)
        if isinstance(turn, Answer):
            return _response(turn, replayed=True)
        request.state.job_id = turn.job_id
        given = _answered(answer, request, body, requests, turn)
        # What was done is told, even if it could not be noted down.
        with suppress(AuraStreamError):
            requests.finish(turn, given, until=clock.now() + KEPT)
        return _response(given)

    return handle


def reserved_of(request: Request) -> JobId | None:
    """What a keyed request calls its job, in each of its tries; None for one without a key."""
    reserved: JobId | None = getattr(request.state, "job_id", None)
    return reserved


def _answered(
    answer: Answering, request: Request, body: bytes, requests: IdempotencyStore, turn: Turn
) -> Answer:
    """The answer to keep; what another try may mend is not kept, and its key is free at once."""
    try:
        return answer(request, body)
    except Exception as error:
        if isinstance(error, AuraStreamError):
            refusal = problem_response(error, request.state.request_id)
            if refusal.status_code < 500 and refusal.status_code != 429:
                return _kept(refusal)
        with suppress(AuraStreamError):
            requests.release(turn)
        raise


def _key(request: Request) -> RequestKey | None:
    given = request.headers.getlist(HEADER)
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise InvalidIdempotencyKeyError(f"{HEADER} is 1 to 255 printable ASCII characters, sent once")
    return RequestKey(
        tenant=tenant_of(request), method=request.method, path=request.scope["path"], key=given[0]
    )


def _fingerprint(request: Request, body: bytes) -> str:
    media = "\n".join(request.headers.get(name, "") for name in ("content-type", "content-encoding"))
    query: bytes = request.scope["query_string"]
    return fingerprint_of(tenant_of(request), media, query.decode("latin-1"), body)


def _kept(response: Response) -> Answer:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return Answer(status=response.status_code, body=bytes(response.body), headers=headers)


def _response(answer: Answer, *, replayed: bool = False) -> Response:
    headers = {**answer.headers, REPLAYED: "true"} if replayed else dict(answer.headers)
    return Response(answer.body, status_code=answer.status, headers=headers)
