"""What a caller can do: the description that both the routes and the document are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from aurastream.domain.errors import AuraStreamError
from aurastream.domain.keys import Tenant

P = ParamSpec("P")
T = TypeVar("T")

Handler = Callable[[Request, bytes], Response]
"""Answers a request whose body was read; synchronous, as all that it calls."""

Authenticate = Callable[[Request], Tenant]
"""Tells who is asking, or raises."""


class Run(Protocol):
    """Runs synchronous work for an asynchronous caller."""

    async def __call__(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Whatever the work returns or raises."""
        ...


FROM_A_NEW_JOB = ("getJob", "getResults", "getSummary", "cancelJob", "retryJob", "deleteJob")
FROM_A_JOB = ("getResults", "getSummary", "getExport", "cancelJob", "retryJob", "deleteJob")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    One way an operation ends well.

    `content` maps a media type to a type, or to a JSON schema; `leads_to` names operations that take the
    `job_id` of the reply.
    """

    status: int
    description: str
    content: Mapping[str, object]
    headers: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """
    One method of one path, as the document tells it.

    `bodies` maps a media type to a type, or to a JSON schema. `open` needs no key; `streams` reads its own
    body; `keyed` takes an Idempotency-Key.
    """

    method: str
    path: str
    name: str
    summary: str
    description: str = ""
    query: type[BaseModel] | None = None
    bodies: Mapping[str, object] | None = None
    replies: tuple[Reply, ...]
    raises: tuple[type[AuraStreamError], ...] = ()
    open: bool = False
    keyed: bool = False
    streams: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An operation and who does it; `run` is its own where the app's would not do."""

    operation: Operation
    handle: Handler
    run: Run | None = None


def tenant_of(request: Request) -> Tenant:
    """Who is asking, as the front door found out."""
    tenant: Tenant = request.state.tenant
    return tenant


def root_of(request: Request) -> str:
    """The path that the service is mounted under; empty at the top."""
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/")
