"""The HTTP app behind API Gateway."""

import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from mangum import Mangum
from starlette.types import ASGIApp, Receive, Scope, Send

from aurastream.entrypoints.aws.functions import Function
from aurastream.entrypoints.aws.identity import GatewayIdentity
from aurastream.entrypoints.http.app import create_app
from aurastream.entrypoints.http.operations import Endpoint
from aurastream.entrypoints.http.running import at_once

TEXT = ["text/", "application/json", "application/problem+json", "application/x-ndjson"]
"""What goes out as it is; everything else is sent in base64."""
_OF_THE_HOST = frozenset({"host", "x-forwarded-port", "x-forwarded-proto"})
_PARAMETER = re.compile(r"\\\{[a-z_]+\\\}")


def gateway_handler(function: Function, endpoints: Iterable[Endpoint]) -> Callable[[Any, Any], Any]:
    """
    A handler for proxied requests: the same app as on one machine, the same bytes out.

    It runs in the current event loop, which the module has to set: from Python 3.12 on nobody else does.
    """
    endpoints = list(endpoints)
    app = create_app(
        endpoints,
        run=at_once,
        authenticate=GatewayIdentity(function.container.settings().tenants),
        new_request_id=lambda: f"req_{secrets.token_hex(8)}",
    )
    mangum = Mangum(Mounted(app), lifespan="off", text_mime_types=TEXT)
    paths = sorted({endpoint.operation.path for endpoint in endpoints})
    telemetry = function.telemetry

    def handler(event: Any, context: Any) -> Any:
        began = time.monotonic()
        try:
            response = mangum(readable(event), context)
            path = path_named(str(event.get("path", "")), paths)
            telemetry.request_answered(path, response["statusCode"], time.monotonic() - began)
            return response
        finally:
            telemetry.flush()

    return handler


def readable(event: Any) -> Any:
    """
    The event without what Mangum trips over, which a caller may have sent: ports that are no numbers, hosts
    with two colons, halves of characters. Nothing of ours needs to know by which host it was reached.
    """
    tidied = {**event, "path": _whole(event.get("path") or "/")}
    for name in ("headers", "multiValueHeaders"):
        given = (event.get(name) or {}).items()
        tidied[name] = {_whole(key): _whole(value) for key, value in given if key.lower() not in _OF_THE_HOST}
    for name in ("queryStringParameters", "multiValueQueryStringParameters"):
        tidied[name] = {_whole(key): _whole(value) for key, value in (event.get(name) or {}).items()}
    return tidied


def _whole(value: Any) -> Any:
    """A text, or each of a list, with `?` for half a character."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    return [_whole(item) for item in value]


class Mounted:
    """Tells the app below which path API Gateway has mounted it, so that its links lead back there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; a stage or a custom domain's base path becomes the root path."""
        event = scope.get("aws.event") or {}
        root = root_of_event(event)
        if root:
            scope = {**scope, "root_path": root, "path": root + scope["path"]}
        await self._app(scope, receive, send)


def root_of_event(event: Any) -> str:
    """What stands before the path that the app knows, such as `/prod`."""
    whole = (event.get("requestContext") or {}).get("path") or ""
    path = event.get("path") or ""
    return whole.removesuffix(path) if path and whole.endswith(path) else ""


def path_named(path: str, known: Iterable[str]) -> str:
    """The path as the document of the API writes it, or `other`: a metric has few names."""
    for named in known:
        if re.fullmatch(_PARAMETER.sub("[^/]+", re.escape(named)), path):
            return named
    return "other"
