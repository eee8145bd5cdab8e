"""The server itself: is it there, and what can it do."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aurastream.entrypoints.http.operations import Endpoint, Operation, Reply
from aurastream.entrypoints.http.views import HealthView

HEALTH = Operation(
    method="GET",
    path="/v1/health",
    name="getHealth",
    summary="Whether the server answers",
    replies=(Reply(status=200, description="It does.", content={"application/json": HealthView}),),
    open=True,
)


def health_endpoint(version: str) -> Endpoint:
    """Says that the server is there; asks nobody else."""

    def handle(_request: Request, _body: bytes) -> Response:
        return JSONResponse(HealthView(status="ok", version=version))

    return Endpoint(operation=HEALTH, handle=handle)
