"""The real service on one host: use cases, engine wrappers and HTTP handlers over gated ports."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from aurastream.domain.engine import never
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.engines.cached import CachedEngine
from aurastream.domain.engines.detected import DetectedEngine
from aurastream.domain.engines.paced import PacedEngine
from aurastream.domain.engines.pacing import Pace, Pacer
from aurastream.domain.engines.retried import RetriedEngine
from aurastream.domain.engines.screened import ScreenedEngine
from aurastream.domain.engines.segmented import SegmentedEngine
from aurastream.domain.errors import AuraStreamError
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.keys import JobId, JobKey, Tenant
from aurastream.domain.language import ENGLISH
from aurastream.domain.retrying import Backoff, RetryBudget
from aurastream.domain.routing import RoutingPolicy
from aurastream.domain.services.analyze import AnalyzeDocuments
from aurastream.domain.services.cancel import CancelJob
from aurastream.domain.services.create_upload import CreateUpload
from aurastream.domain.services.delete import DeleteJob
from aurastream.domain.services.finish import FinishJob
from aurastream.domain.services.prepare import LOOK_EVERY, PrepareJob
from aurastream.domain.services.process_chunk import ProcessChunk
from aurastream.domain.services.promise import PromiseAnswer
from aurastream.domain.services.read_results import ReadResults
from aurastream.domain.services.retry import RetryJob
from aurastream.domain.services.run_job import RunJob
from aurastream.domain.services.settle_overdue import SettleOverdue
from aurastream.domain.services.start import StartJob
from aurastream.domain.services.submit import SubmitFile
from aurastream.domain.services.work_retries import WorkRetries
from aurastream.entrypoints.http.job_service import JobService
from aurastream.entrypoints.http.jobs import job_endpoints
from aurastream.entrypoints.http.operations import Handler
from aurastream.entrypoints.http.problems import problem_response
from aurastream.entrypoints.http.sentiment import SentimentService, sentiment_endpoints
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.idempotency_store import IdempotencyStore
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger
from aurastream.ports.notifier import Notifier
from aurastream.ports.result_cache import ResultCache
from aurastream.ports.retry_queue import RetryQueue
from aurastream.ports.sentiment_engine import SentimentEngine
from aurastream.ports.workflow_starter import WorkflowStarter
from tests.fakes import NOON, FakeLanguageDetector
from tests.simulation.scheduler import Scheduler

T = TypeVar("T")
R = TypeVar("R")

ACME = Tenant("acme")
CHUNK_ROWS = 2
AT_A_TIME = 3


def in_turn(work: Callable[[T], R], items: Iterable[T]) -> Iterable[R]:
    """One item after the other."""
    return map(work, items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What all hosts share."""

    jobs: JobRepository
    ledger: Ledger
    blobs: BlobStore
    cache: ResultCache
    queue: RetryQueue
    workflows: WorkflowStarter
    requests: IdempotencyStore
    notifier: Notifier
    engine: SentimentEngine


class HostClock(Clock):
    """The scheduler's time as one host sees it: its wall clock is off by some seconds."""

    def __init__(self, sim: Scheduler, skew: float) -> None:
        self._sim, self._start = sim, NOON + timedelta(seconds=skew)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._sim.now)

    def monotonic(self) -> float:
        return self._sim.now

    def sleep(self, seconds: float) -> None:
        self._sim.sleep(seconds)


def nobody_foresaw(key: JobKey, kind: str) -> None:
    """An error without a code of ours is a mistake of the service, though it keeps no other job waiting."""
    if not kind.islower():
        raise AssertionError(f"the work on {key.job_id} raised {kind}")


@dataclass(slots=True, kw_only=True)
class Service:
    """
    A host. `uploads_start_jobs` says that the arrival of a file starts its job, as in an account.

    `map_chunks` is how many chunks are worked on at once by who runs a whole job, `halted` whether whoever
    works just now was asked to end.
    """

    ports: Ports
    clock: Clock
    new_id: Callable[[], JobId]
    uploads_start_jobs: bool = False
    map_chunks: Callable[[Callable[[int], bool], Iterable[int]], Iterable[bool]] = in_turn
    halted: Callable[[], bool] = never
    chunk_rows: int = CHUNK_ROWS
    at_a_time: int = AT_A_TIME
    look_every: float = LOOK_EVERY
    seed: int = 1
    start: StartJob = field(init=False)
    submit: SubmitFile = field(init=False)
    prepare: PrepareJob = field(init=False)
    process: ProcessChunk = field(init=False)
    finish: FinishJob = field(init=False)
    run: RunJob = field(init=False)
    cancel: CancelJob = field(init=False)
    retry: RetryJob = field(init=False)
    promise: PromiseAnswer = field(init=False)
    delete: DeleteJob = field(init=False)
    settle: SettleOverdue = field(init=False)
    work_retries: WorkRetries = field(init=False)
    handlers: Mapping[str, Handler] = field(init=False)

    def __post_init__(self) -> None:
        ports, clock = self.ports, self.clock
        limits = FileLimits(max_bytes=1_000_000, max_rows=1_000)
        self.start = StartJob(jobs=ports.jobs, workflows=ports.workflows, clock=clock)
        self.submit = SubmitFile(
            jobs=ports.jobs,
            blobs=ports.blobs,
            start=None if self.uploads_start_jobs else self.start,
            clock=clock,
            new_id=self.new_id,
        )
        self.prepare = PrepareJob(
            jobs=ports.jobs,
            blobs=ports.blobs,
            ledger=ports.ledger,
            clock=clock,
            limits=limits,
            bills=True,
            halted=self.halted,
            chunk_rows=self.chunk_rows,
            look_every=self.look_every,
        )
        self.process = ProcessChunk(
            engine=self._stack(live=False),
            blobs=ports.blobs,
            jobs=ports.jobs,
            ledger=ports.ledger,
            clock=clock,
            halted=self.halted,
        )
        self.finish = FinishJob(
            jobs=ports.jobs,
            blobs=ports.blobs,
            ledger=ports.ledger,
            clock=clock,
            limits=limits,
            notifier=ports.notifier,
            chunk_rows=self.chunk_rows,
        )
        self.run = RunJob(
            prepare=self.prepare,
            process=self.process,
            finish=self.finish,
            clock=clock,
            chance=Random(self.seed),
            map_chunks=self.map_chunks,
            tries=3,
        )
        self.cancel = CancelJob(jobs=ports.jobs, clock=clock, notifier=ports.notifier)
        self.retry = RetryJob(
            jobs=ports.jobs,
            ledger=ports.ledger,
            blobs=ports.blobs,
            workflows=ports.workflows,
            clock=clock,
            new_id=self.new_id,
        )
        self.promise = PromiseAnswer(
            jobs=ports.jobs, blobs=ports.blobs, queue=ports.queue, clock=clock, new_id=self.new_id
        )
        self.delete = DeleteJob(
            jobs=ports.jobs, ledger=ports.ledger, blobs=ports.blobs, requests=ports.requests, clock=clock
        )
        self.settle = SettleOverdue(
            jobs=ports.jobs,
            finish=self.finish,
            delete=self.delete,
            clock=clock,
            on_resisted=nobody_foresaw,
        )
        self.work_retries = WorkRetries(
            queue=ports.queue, run=self.run, clock=clock, on_resisted=nobody_foresaw
        )
        self.handlers = self._handlers()

    def process_chunk(self, *, key: JobKey, chunk: int, final: bool) -> bool:
        """What a worker of an account is invoked for; it is a process of its own."""
        return replace(self.process, engine=self._stack(live=False))(key, chunk, final=final)

    def answer(self, operation: str, request: Request, body: bytes) -> Response:
        """What the app answers; an error is an answer, too."""
        try:
            return self.handlers[operation](request, body)
        except AuraStreamError as error:
            return problem_response(error, "request")

    def _handlers(self) -> dict[str, Handler]:
        ports, clock = self.ports, self.clock
        analyze = AnalyzeDocuments(
            engine=self._stack(live=True),
            policy=RoutingPolicy(max_documents=3, max_bytes=60),
            submit=self.submit,
            promise=self.promise,
            clock=clock,
        )
        service = JobService(
            jobs=ports.jobs,
            blobs=ports.blobs,
            create_upload=CreateUpload(
                jobs=ports.jobs, blobs=ports.blobs, clock=clock, new_id=self.new_id, max_bytes=1_000_000
            ),
            read_results=ReadResults(jobs=ports.jobs, ledger=ports.ledger, clock=clock),
            cancel=self.cancel,
            retry=self.retry,
            delete=self.delete,
            requests=ports.requests,
            clock=clock,
        )
        sentiment = SentimentService(
            analyze=analyze, submit=self.submit, requests=ports.requests, clock=clock
        )
        endpoints = (*sentiment_endpoints(sentiment), *job_endpoints(service))
        return {endpoint.operation.name: endpoint.handle for endpoint in endpoints}

    def _stack(self, *, live: bool) -> SentimentEngine:
        pacer = Pacer(Pace(quota=100), self.clock)
        paced = PacedEngine(
            self.ports.engine, single=pacer, batch=pacer, attempt_seconds=0.3 if live else 0.0
        )
        retried = RetriedEngine(
            paced,
            clock=self.clock,
            chance=Random(self.seed),
            budget=RetryBudget(),
            backoff=Backoff(base=0.02, cap=0.1) if live else Backoff(),
            attempts=2,
        )
        cached = CachedEngine(
            SegmentedEngine(BatchedEngine(retried)),
            cache=self.ports.cache,
            clock=self.clock,
            at_a_time=self.at_a_time,
        )
        return ScreenedEngine(DetectedEngine(cached, detector=FakeLanguageDetector(), default=ENGLISH))


def request(
    method: str,
    path: str,
    *,
    query: str = "",
    media: str = "application/json",
    key: str | None = None,
    job_id: str | None = None,
) -> Request:
    """A request as it comes through the front door."""
    headers = [(b"host", b"localhost"), (b"content-type", media.encode())]
    if key is not None:
        headers.append((b"idempotency-key", key.encode()))
    return Request(
        {
            "type": "http",
            "method": method,
            "path": path,
            "root_path": "",
            "scheme": "http",
            "query_string": query.encode(),
            "headers": headers,
            "path_params": {"job_id": job_id} if job_id else {},
            "state": {"tenant": ACME, "request_id": "request"},
        }
    )


def said(response: Response) -> Any:
    """The JSON of an answer; None without a body."""
    return json.loads(bytes(response.body)) if response.body else None
