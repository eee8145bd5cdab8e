"""The whole service on one bench: the app over fakes, and the levers that the app does not have."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from urllib.parse import unquote

import httpx
from starlette.applications import Starlette
from starlette.requests import Request

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.errors import NotFoundError
from aurastream.domain.job import Job, new_job
from aurastream.domain.job_input import InputDescription, Plan, Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import BlobKey, JobId, JobKey, Tenant, job_id_at
from aurastream.domain.outcome import Outcome
from aurastream.domain.routing import RoutingPolicy
from aurastream.domain.services.analyze import AnalyzeDocuments
from aurastream.domain.services.cancel import CancelJob
from aurastream.domain.services.create_upload import CreateUpload
from aurastream.domain.services.delete import DeleteJob
from aurastream.domain.services.promise import PromiseAnswer
from aurastream.domain.services.read_results import ReadResults
from aurastream.domain.services.retry import RetryJob
from aurastream.domain.services.start import StartJob
from aurastream.domain.services.submit import SubmitFile
from aurastream.entrypoints.http.about import about_endpoints
from aurastream.entrypoints.http.app import create_app
from aurastream.entrypoints.http.job_service import JobService
from aurastream.entrypoints.http.jobs import job_endpoints
from aurastream.entrypoints.http.operations import Authenticate, Endpoint, Run
from aurastream.entrypoints.http.running import at_once, shedding
from aurastream.entrypoints.http.sentiment import SentimentService, sentiment_endpoints
from aurastream.entrypoints.http.uploads import UploadService, upload_endpoint
from tests.fakes import (
    FakeBlobStore,
    FakeClock,
    FakeEngine,
    FakeIdempotencyStore,
    FakeJobRepository,
    FakeLedger,
    FakeNotifier,
    FakeRetryQueue,
    FakeStore,
    FakeWorkflowStarter,
)

ACME, RIVAL = Tenant("acme"), Tenant("rival")
TENANT_HEADER = "X-Test-Tenant"


def by_header(request: Request) -> Tenant:
    """The tenant that a test says it is."""
    return Tenant(request.headers.get(TENANT_HEADER, ACME))


ROWS = 10
INPUT = InputDescription(
    format="csv",
    encoding="utf-8",
    delimiter=";",
    columns=("when", "review"),
    text_column="review",
    header=True,
    quote='"',
)


Headers = Mapping[str, str] | Mapping[str, bytes] | Sequence[tuple[str, str]]


class Client:
    """Sends requests to an app, each in a loop of its own, as one tenant."""

    def __init__(self, app: Starlette, tenant: Tenant = ACME, root_path: str = "") -> None:
        self.app, self._tenant, self._root_path = app, tenant, root_path

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | str = b"",
        *,
        json: Any = None,
        media: str | None = None,
        headers: Headers = (),
    ) -> httpx.Response:
        """One request; `json` is sent as such, `body` as the `media` it is said to be."""
        given = headers.items() if isinstance(headers, Mapping) else headers
        sent: list[tuple[str, str | bytes]] = [(TENANT_HEADER, self._tenant), *given]
        if media is not None:
            sent.append(("Content-Type", media))
        return asyncio.run(self._send(method, path, body, json, sent))

    def score(self, body: bytes | str, media: str = "application/json", **kwargs: Any) -> httpx.Response:
        """POST /v1/sentiment."""
        return self("POST", "/v1/sentiment", body, media=media, **kwargs)

    def raw(self, method: str, target: str, body: bytes = b"") -> httpx.Response:
        """A request whose path is sent as it is, and an answer as it comes; clients tidy both up."""
        return asyncio.run(self._raw(method, target, body))

    async def _raw(self, method: str, target: str, body: bytes) -> httpx.Response:
        path, _, query = target.partition("?")
        sent: list[Any] = []
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path, errors="replace"),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": self._root_path,
            "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
        }

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start, *rest = sent
        content = b"".join(message.get("body", b"") for message in rest)
        return httpx.Response(start["status"], headers=start["headers"], content=content)

    async def _send(
        self, method: str, path: str, body: bytes | str, json: Any, headers: Any
    ) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, root_path=self._root_path)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            if json is not None:
                return await client.request(method, path, json=json, headers=headers)
            return await client.request(method, path, content=body, headers=headers)


class Grants:
    """Upload forms that are good once."""

    def __init__(self) -> None:
        self.open: dict[tuple[str, str], tuple[int, datetime]] = {}
        self._used: dict[str, tuple[tuple[str, str], tuple[int, datetime]]] = {}

    def grant(self, token: str, key: BlobKey, max_bytes: int, until: datetime) -> None:
        self.open[token, key] = (max_bytes, until)

    def redeem(self, token: str, key: str, now: datetime) -> int:
        max_bytes, until = self.open.get((token, key), (0, now))
        if until <= now:
            raise NotFoundError("no such form")
        self._used[token] = ((token, key), self.open.pop((token, key)))
        return max_bytes

    def restore(self, token: str) -> None:
        name, grant = self._used.pop(token)
        self.open[name] = grant


@dataclass(slots=True, kw_only=True)
class Bench:
    """Fakes, the use cases over them, and a client of the app over those."""

    authenticate: Authenticate = by_header
    run: Run = at_once
    secured: bool = True
    clock: FakeClock = field(default_factory=FakeClock)
    engine: FakeEngine = field(default_factory=FakeEngine)
    store: FakeStore = field(default_factory=FakeStore)
    blobs: FakeBlobStore = field(default_factory=FakeBlobStore)
    workflows: FakeWorkflowStarter = field(default_factory=FakeWorkflowStarter)
    queue: FakeRetryQueue = field(default_factory=FakeRetryQueue)
    requests: FakeIdempotencyStore = field(default_factory=FakeIdempotencyStore)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    grants: Grants = field(default_factory=Grants)
    jobs: FakeJobRepository = field(init=False)
    ledger: FakeLedger = field(init=False)
    _chance: Random = field(init=False)
    _numbers: Any = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = FakeJobRepository(self.store)
        self.ledger = FakeLedger(self.store)
        self._chance = Random(7)
        self._numbers = count(1)

    def new_id(self) -> JobId:
        """Ids that sort by the bench's time."""
        return job_id_at(
            self.clock.now() + timedelta(milliseconds=next(self._numbers)), self._chance.getrandbits(80)
        )

    def submit(self) -> SubmitFile:
        start = StartJob(jobs=self.jobs, workflows=self.workflows, clock=self.clock)
        return SubmitFile(jobs=self.jobs, blobs=self.blobs, start=start, clock=self.clock, new_id=self.new_id)

    def endpoints(self) -> list[Endpoint]:
        """All there are, over the fakes."""
        found = [
            *sentiment_endpoints(self._sentiment_service()),
            *job_endpoints(self._job_service()),
            upload_endpoint(self._upload_service(), shedding(4)),
        ]
        operations = [endpoint.operation for endpoint in found]
        return [*found, *about_endpoints(operations, version="9.9.9", secured=self.secured)]

    def app(self) -> Starlette:
        numbers = count(1)
        return create_app(
            self.endpoints(),
            run=self.run,
            authenticate=self.authenticate,
            new_request_id=lambda: f"request-{next(numbers)}",
        )

    def client(self, tenant: Tenant = ACME, *, root_path: str = "") -> Client:
        """A client of one app; fakes that are replaced later are not seen by it."""
        return Client(self.app(), tenant, root_path)

    def job(self, tenant: Tenant = ACME, **options: Any) -> Job:
        """A job that waits for its upload."""
        job = new_job(JobKey(tenant, self.new_id()), replace(JobOptions(), **options), now=self.clock.now())
        self.jobs.save(job)
        return job

    def queued(self, tenant: Tenant = ACME, **options: Any) -> Job:
        """A job whose work may begin."""
        job = self.job(tenant, **options)
        source = Source(key=job.input_key, etag="e", size=1)
        return self._step(job.queue(source, now=self.clock.now()))

    def running(self, tenant: Tenant = ACME, *, rows: int = ROWS, chunks: int = 2, **options: Any) -> Job:
        """A job that is worked on and has its plan."""
        job = self._step(self.queued(tenant, **options).run(now=self.clock.now()))
        plan = Plan(rows=rows, chunks=chunks, estimated_units=3 * rows, input=INPUT)
        return self._step(job.planned(plan, now=self.clock.now()))

    def commit(self, job: Job, chunk: int, outcomes: Sequence[Outcome]) -> None:
        """What a worker found out."""
        now = self.clock.now()
        assert self.ledger.commit(job.key, chunk, outcomes, now=now, deadline_at=now + timedelta(hours=6))

    def ended(self, tenant: Tenant = ACME, *, outcomes: Sequence[Outcome] = (), **options: Any) -> Job:
        """A job whose every row has its outcome; without outcomes all succeeded."""
        rows = outcomes or [self.outcome(row) for row in range(1, ROWS + 1)]
        job = self.running(tenant, rows=len(rows), chunks=1, **options)
        self.commit(job, 0, rows)
        return self._step(self.jobs.get(job.key).settle(now=self.clock.now()))

    def outcome(self, row: int) -> Outcome:
        """A row that was scored."""
        [outcome] = FakeEngine().analyze(
            [Document(id=str(row), text="good")], Call(tenant=ACME, priority=Priority.BULK)
        )
        return outcome.at_row(row)

    def _step(self, job: Job) -> Job:
        self.jobs.save(job)
        return self.jobs.get(job.key)

    def _sentiment_service(self) -> SentimentService:
        analyze = AnalyzeDocuments(
            engine=self.engine,
            policy=RoutingPolicy(),
            submit=self.submit(),
            promise=PromiseAnswer(
                jobs=self.jobs, blobs=self.blobs, queue=self.queue, clock=self.clock, new_id=self.new_id
            ),
            clock=self.clock,
        )
        return SentimentService(
            analyze=analyze, submit=self.submit(), requests=self.requests, clock=self.clock
        )

    def _upload_service(self) -> UploadService:
        return UploadService(
            jobs=self.jobs,
            blobs=self.blobs,
            start=StartJob(jobs=self.jobs, workflows=self.workflows, clock=self.clock),
            redeem=self.grants.redeem,
            restore=self.grants.restore,
            clock=self.clock,
        )

    def _job_service(self) -> JobService:
        return JobService(
            jobs=self.jobs,
            blobs=self.blobs,
            create_upload=CreateUpload(
                jobs=self.jobs,
                blobs=self.blobs,
                clock=self.clock,
                new_id=self.new_id,
                max_bytes=1 << 30,
            ),
            read_results=ReadResults(jobs=self.jobs, ledger=self.ledger, clock=self.clock),
            cancel=CancelJob(jobs=self.jobs, clock=self.clock, notifier=self.notifier),
            retry=RetryJob(
                jobs=self.jobs,
                ledger=self.ledger,
                blobs=self.blobs,
                workflows=self.workflows,
                clock=self.clock,
                new_id=self.new_id,
            ),
            delete=DeleteJob(
                jobs=self.jobs,
                ledger=self.ledger,
                blobs=self.blobs,
                requests=self.requests,
                clock=self.clock,
            ),
            requests=self.requests,
            clock=self.clock,
        )
