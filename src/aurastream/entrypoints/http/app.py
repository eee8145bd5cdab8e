"""The app: routes, and the front door that every request passes."""

from collections.abc import Callable, Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aurastream.domain.errors import NotFoundError
from aurastream.entrypoints.http.bodies import read_body
from aurastream.entrypoints.http.operations import Authenticate, Endpoint, Run
from aurastream.entrypoints.http.problems import problem_response
from aurastream.entrypoints.http.refusals import (
    MethodNotAllowedError,
    UnauthenticatedError,
)

REQUEST_ID = "X-Request-Id"
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


def create_app(
    endpoints: Iterable[Endpoint],
    *,
    run: Run,
    authenticate: Authenticate,
    new_request_id: Callable[[], str],
) -> Starlette:
    """One app of the endpoints it is given; nothing in it knows in which home it runs."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.operation.path, {})[endpoint.operation.method] = endpoint
    open_paths = frozenset(
        path for path, methods in by_path.items() if all(one.operation.open for one in methods.values())
    )
    app = Starlette(
        routes=[_route(path, methods, run) for path, methods in by_path.items()],
        middleware=[
            Middleware(
                FrontDoor, authenticate=authenticate, new_request_id=new_request_id, open_paths=open_paths
            )
        ],
        exception_handlers={HTTPException: _unrouted},
    )
    app.router.redirect_slashes = False
    return app


def _route(path: str, methods: dict[str, Endpoint], run: Run) -> Route:
    async def respond(request: Request) -> Response:
        endpoint = methods["GET" if request.method == "HEAD" else request.method]
        reads = request.method == "POST" and not endpoint.operation.streams
        body = await read_body(request) if reads else b""
        return await (endpoint.run or run)(endpoint.handle, request, body)

    return Route(path, respond, methods=list(methods))


async def _unrouted(request: Request, error: Exception) -> Response:
    """What the router itself refuses."""
    assert isinstance(error, HTTPException)
    told: Exception = NotFoundError("no such path")
    if error.status_code == 405:
        allow = ", ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
        told = MethodNotAllowedError(allow)
    return problem_response(told, request.state.request_id)


class FrontDoor:
    """Gives every request its id, asks who it is, and turns what goes wrong into an answer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        authenticate: Authenticate,
        new_request_id: Callable[[], str],
        open_paths: frozenset[str],
    ) -> None:
        self._app = app
        self._authenticate = authenticate
        self._new_request_id = new_request_id
        self._open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id
        reply = _Reply(send, request_id, bodiless=scope["method"] == "HEAD")
        try:
            self._admit(Request(scope))
            await self._app(scope, receive, reply.send)
        except ClientDisconnect:
            return  # nobody is left to tell
        except Exception as error:
            response = problem_response(error, request_id)
            if reply.begun:
                # Half an answer is out: break off, so that the caller sees that it is half.
                raise ConnectionAbortedError("an answer broke off") from None
            await response(scope, receive, reply.send)

    def _admit(self, request: Request) -> None:
        """On open paths a key is not asked for; who is refused for another reason is refused there, too."""
        try:
            request.state.tenant = self._authenticate(request)
        except UnauthenticatedError:
            if request.scope["path"].removeprefix(request.scope.get("root_path", "")) not in self._open_paths:
                raise


class _Reply:
    """What goes out, with the headers that every answer has."""

    def __init__(self, send: Send, request_id: str, *, bodiless: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._bodiless = bodiless
        self.begun = False

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.begun = True
            message["headers"] = [*message["headers"], *self._added(message["headers"])]
        elif self._bodiless:
            message = {**message, "body": b""}
        await self._send(message)

    def _added(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        added = [(REQUEST_ID.lower().encode(), self._request_id.encode()), *_ALWAYS]
        if not any(name == b"cache-control" for name, _ in headers):
            added.append((b"cache-control", b"no-store"))
        return added
