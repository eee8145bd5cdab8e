"""The server itself: is it there, and what can it do."""

from collections.abc import Iterable
from functools import cache, partial
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from typing_extensions import TypedDict

from aurastream.entrypoints.http.bodies import JSON
from aurastream.entrypoints.http.closed import closed
from aurastream.entrypoints.http.docs_page import content_security_policy, docs_page
from aurastream.entrypoints.http.openapi import document
from aurastream.entrypoints.http.operations import Endpoint, Operation, Reply
from aurastream.entrypoints.http.running import at_once


@closed
class HealthView(TypedDict):
    """The server answers."""

    status: Literal["ok"]
    version: str


HEALTH = Operation(
    method="GET",
    path="/v1/health",
    name="getHealth",
    summary="Whether the server answers",
    replies=(Reply(status=200, description="It does.", content={JSON: HealthView}),),
    open=True,
)
DOCUMENT = Operation(
    method="GET",
    path="/v1/openapi.json",
    name="getDocument",
    summary="This document",
    replies=(Reply(status=200, description="OpenAPI 3.1.", content={JSON: {"type": "object"}}),),
    open=True,
)
DOCS = Operation(
    method="GET",
    path="/docs",
    name="getDocs",
    summary="This document, for people",
    replies=(Reply(status=200, description="A page.", content={"text/html": {"type": "string"}}),),
    open=True,
)
FRONT = Operation(
    method="GET",
    path="/",
    name="getFront",
    summary="The way to this document, for people",
    replies=(Reply(status=303, description="There it is.", content={}, headers=("Location",)),),
    open=True,
)

_FRESH = {"Cache-Control": "no-cache"}
_PAGE = {**_FRESH, "Content-Security-Policy": content_security_policy()}


def about_endpoints(operations: Iterable[Operation], *, version: str, secured: bool) -> tuple[Endpoint, ...]:
    """
    Health, the document of these operations and of itself, and its page.

    `operations` may be more than one app answers, where several make up the service; `secured` says whether
    callers need a key.
    """
    listed = (*operations, HEALTH, DOCUMENT, DOCS)

    @cache
    def whole() -> dict[str, Any]:  # made when it is first asked for: it takes longer than a function's start
        return document(listed, version=version, secured=secured)

    @cache
    def page() -> str:
        return docs_page(whole())

    return (
        # At once, so that a busy server is not taken for a dead one.
        Endpoint(operation=HEALTH, handle=partial(_health, version), run=at_once),
        Endpoint(operation=DOCUMENT, handle=lambda _request, _body: JSONResponse(whole(), headers=_FRESH)),
        Endpoint(operation=DOCS, handle=lambda _request, _body: HTMLResponse(page(), headers=_PAGE)),
    )


def front_endpoint() -> Endpoint:
    """Shows who opens the bare address of a server to its document."""
    return Endpoint(
        operation=FRONT, handle=lambda _request, _body: RedirectResponse(DOCS.path, status_code=303)
    )


def _health(version: str, _request: Request, _body: bytes) -> Response:
    return JSONResponse(HealthView(status="ok", version=version))
