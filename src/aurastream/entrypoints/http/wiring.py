"""The endpoints of each home, made of what the container has."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from aurastream import __version__
from aurastream.containers import Container
from aurastream.domain.errors import NotFoundError
from aurastream.entrypoints.http.about import about_endpoints
from aurastream.entrypoints.http.job_service import JobService
from aurastream.entrypoints.http.jobs import job_endpoints
from aurastream.entrypoints.http.operations import Endpoint, Run
from aurastream.entrypoints.http.sentiment import SCORE, SentimentService, sentiment_endpoints


def sentiment_route(container: Container) -> tuple[Endpoint, ...]:
    """POST /v1/sentiment alone."""
    return sentiment_endpoints(
        SentimentService(
            analyze=container.analyze(),
            submit=container.submit(),
            requests=container.requests(),
            clock=container.clock(),
        )
    )


def other_routes(container: Container, *, extra: Sequence[Endpoint] = (), secured: bool) -> list[Endpoint]:
    """
    Everything but POST /v1/sentiment, and the document of it all.

    `extra` are endpoints of this home alone; `secured` says whether callers need a key.
    """
    service = JobService(
        jobs=container.jobs(),
        blobs=container.blobs(),
        create_upload=container.create_upload(),
        read_results=container.read_results(),
        cancel=container.cancel(),
        retry=container.retry(),
        delete=container.delete(),
        requests=container.requests(),
        clock=container.clock(),
    )
    endpoints = [*job_endpoints(service), *extra]
    operations = [SCORE, *(endpoint.operation for endpoint in endpoints)]
    return [*endpoints, *about_endpoints(operations, version=__version__, secured=secured)]


def route_served_elsewhere() -> Endpoint:
    """POST /v1/sentiment where another function answers it: known, so that other methods get their 405."""
    return Endpoint(operation=SCORE, handle=_served_elsewhere)


def _served_elsewhere(request: Request, body: bytes) -> Response:  # noqa: ARG001 # the shape of a handler
    raise NotFoundError("no such path")


def upload_route(container: Container, run: Run) -> Endpoint:
    """The form of the local server."""
    # Imported here, since a Lambda function has no form and carries no parser for one.
    from aurastream.entrypoints.http.uploads import UploadService, upload_endpoint

    blobs = container.blobs()
    return upload_endpoint(
        UploadService(
            jobs=container.jobs(),
            blobs=blobs,
            start=container.start(),
            redeem=blobs.redeem_upload,
            restore=blobs.restore_upload,
            clock=container.clock(),
        ),
        run,
    )
