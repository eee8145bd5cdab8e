"""All use cases over the fakes, and the levers a test pulls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from aurastream.domain.document import Document
from aurastream.domain.engine import EngineLimits
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.engines.cached import CachedEngine
from aurastream.domain.engines.detected import DetectedEngine
from aurastream.domain.engines.paced import PacedEngine
from aurastream.domain.engines.pacing import Pace, Pacer
from aurastream.domain.engines.retried import RetriedEngine
from aurastream.domain.engines.screened import ScreenedEngine
from aurastream.domain.engines.segmented import SegmentedEngine
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.job import Job
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobKey, Tenant, export_key, job_id_at
from aurastream.domain.language import ENGLISH
from aurastream.domain.outcome import Outcome
from aurastream.domain.retrying import Backoff, RetryBudget
from aurastream.domain.routing import RoutingPolicy
from aurastream.domain.services.analyze import AnalyzeDocuments
from aurastream.domain.services.cancel import CancelJob
from aurastream.domain.services.create_upload import CreateUpload
from aurastream.domain.services.delete import DeleteJob
from aurastream.domain.services.finish import FinishJob
from aurastream.domain.services.prepare import PrepareJob
from aurastream.domain.services.process_chunk import ProcessChunk
from aurastream.domain.services.promise import PromiseAnswer
from aurastream.domain.services.read_results import ReadResults
from aurastream.domain.services.retry import RetryJob
from aurastream.domain.services.run_job import RunJob
from aurastream.domain.services.settle_overdue import SettleOverdue
from aurastream.domain.services.start import StartJob
from aurastream.domain.services.submit import SubmitFile
from aurastream.domain.services.work_retries import WorkRetries
from aurastream.ports.sentiment_engine import SentimentEngine
from tests.fakes import (
    FakeBlobStore,
    FakeClock,
    FakeEngine,
    FakeIdempotencyStore,
    FakeJobRepository,
    FakeLanguageDetector,
    FakeLedger,
    FakeNotifier,
    FakeResultCache,
    FakeRetryQueue,
    FakeStore,
    FakeWorkflowStarter,
    list_price,
)

ACME = Tenant("acme")
COMPREHEND = EngineLimits(
    max_documents=25, max_bytes=5_000, languages=frozenset({ENGLISH}), one_language=True
)


def table(texts: Sequence[str]) -> bytes:
    """A CSV of these texts, one a row."""
    return ("n,text\n" + "".join(f'{n},"{text}"\n' for n, text in enumerate(texts))).encode()


def documents(*texts: str) -> list[Document]:
    return [Document(id=str(n), text=text) for n, text in enumerate(texts, 1)]


@dataclass(slots=True)
class Workshop:
    """One tenant's service; every part can be broken."""

    clock: FakeClock = field(default_factory=FakeClock)
    store: FakeStore = field(default_factory=FakeStore)
    blobs: FakeBlobStore = field(default_factory=FakeBlobStore)
    cache: FakeResultCache = field(default_factory=FakeResultCache)
    queue: FakeRetryQueue = field(default_factory=FakeRetryQueue)
    workflows: FakeWorkflowStarter = field(default_factory=FakeWorkflowStarter)
    requests: FakeIdempotencyStore = field(default_factory=FakeIdempotencyStore)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    engine: FakeEngine = field(default_factory=lambda: FakeEngine(limits=COMPREHEND, price=list_price))
    bills: bool = True
    jobs: FakeJobRepository = field(init=False)
    ledger: FakeLedger = field(init=False)
    ids: int = 0

    def __post_init__(self) -> None:
        self.jobs = FakeJobRepository(self.store)
        self.ledger = FakeLedger(self.store)

    def new_key(self) -> JobKey:
        self.ids += 1
        return JobKey(ACME, job_id_at(self.clock.now(), self.ids))

    def stack(self, *, attempt_seconds: float = 0.0) -> SentimentEngine:
        """The engine as production wraps it; an attempt that somebody waits for has so many seconds."""
        pacer = Pacer(Pace(quota=1_000), self.clock)
        paced = PacedEngine(self.engine, single=pacer, batch=pacer, attempt_seconds=attempt_seconds)
        retried = RetriedEngine(
            paced, clock=self.clock, chance=Random(1), budget=RetryBudget(), backoff=Backoff(), attempts=2
        )
        cached = CachedEngine(SegmentedEngine(BatchedEngine(retried)), cache=self.cache, clock=self.clock)
        return ScreenedEngine(DetectedEngine(cached, detector=FakeLanguageDetector(), default=ENGLISH))

    @property
    def limits(self) -> FileLimits:
        return FileLimits(max_bytes=10_000_000, max_rows=100_000)

    @property
    def start(self) -> StartJob:
        return StartJob(jobs=self.jobs, workflows=self.workflows, clock=self.clock)

    @property
    def submit(self) -> SubmitFile:
        return SubmitFile(
            jobs=self.jobs,
            blobs=self.blobs,
            start=self.start,
            clock=self.clock,
            new_id=lambda: self.new_key().job_id,
        )

    @property
    def create_upload(self) -> CreateUpload:
        return CreateUpload(
            jobs=self.jobs,
            blobs=self.blobs,
            clock=self.clock,
            new_id=lambda: self.new_key().job_id,
            max_bytes=1_000,
        )

    @property
    def analyze(self) -> AnalyzeDocuments:
        promise = PromiseAnswer(
            jobs=self.jobs,
            blobs=self.blobs,
            queue=self.queue,
            clock=self.clock,
            new_id=lambda: self.new_key().job_id,
        )
        return AnalyzeDocuments(
            engine=self.stack(attempt_seconds=0.6),
            policy=RoutingPolicy(),
            submit=self.submit,
            promise=promise,
            clock=self.clock,
        )

    @property
    def prepare(self) -> PrepareJob:
        return PrepareJob(
            jobs=self.jobs,
            blobs=self.blobs,
            ledger=self.ledger,
            clock=self.clock,
            limits=self.limits,
            bills=self.bills,
        )

    @property
    def process(self) -> ProcessChunk:
        return ProcessChunk(
            engine=self.stack(), blobs=self.blobs, jobs=self.jobs, ledger=self.ledger, clock=self.clock
        )

    @property
    def finish(self) -> FinishJob:
        return FinishJob(
            jobs=self.jobs,
            blobs=self.blobs,
            ledger=self.ledger,
            clock=self.clock,
            limits=self.limits,
            notifier=self.notifier,
        )

    @property
    def run(self) -> RunJob:
        return RunJob(
            prepare=self.prepare,
            process=self.process,
            finish=self.finish,
            clock=self.clock,
            chance=Random(1),
            tries=3,
        )

    @property
    def results(self) -> ReadResults:
        return ReadResults(jobs=self.jobs, ledger=self.ledger, clock=self.clock)

    @property
    def cancel(self) -> CancelJob:
        return CancelJob(jobs=self.jobs, clock=self.clock, notifier=self.notifier)

    @property
    def retry(self) -> RetryJob:
        return RetryJob(
            jobs=self.jobs,
            ledger=self.ledger,
            blobs=self.blobs,
            workflows=self.workflows,
            clock=self.clock,
            new_id=lambda: self.new_key().job_id,
        )

    @property
    def delete(self) -> DeleteJob:
        return DeleteJob(
            jobs=self.jobs, ledger=self.ledger, blobs=self.blobs, requests=self.requests, clock=self.clock
        )

    @property
    def settle(self) -> SettleOverdue:
        return SettleOverdue(jobs=self.jobs, finish=self.finish, delete=self.delete, clock=self.clock)

    @property
    def work_retries(self) -> WorkRetries:
        return WorkRetries(queue=self.queue, run=self.run, clock=self.clock)

    def submitted(self, texts: Sequence[str], **options: object) -> JobKey:
        """A job for a table of these texts."""
        job = self.submit(ACME, replace(JobOptions(), **options), [table(texts)])  # type: ignore[arg-type] # options by name
        return job.key

    def done(self, texts: Sequence[str], **options: object) -> Job:
        """The same, run to its end."""
        return self.run(self.submitted(texts, **options))

    def outcomes(self, key: JobKey) -> list[Outcome]:
        """All outcomes, page by page."""
        found: list[Outcome] = []
        cursor = None
        while True:
            page = self.results(key, after=cursor, limit=700)
            found += page.items
            cursor = page.next
            if cursor is None:
                return found

    def export(self, key: JobKey) -> list[str]:
        return self.blobs.blobs[export_key(key)].decode().splitlines()

    def cancels_at(self, call: int, key: JobKey) -> None:
        """Cancel the job while the engine answers this call (1 is the first)."""
        self.at_call(call, lambda: self.cancel(key))

    def at_call(self, call: int, act: Callable[[], object]) -> None:
        def hook(_made: object) -> None:
            if len(self.engine.calls) == call:
                act()

        self.engine.hook = hook


def later(clock: FakeClock, **passed: float) -> datetime:
    """Let time pass; the moment it is then."""
    clock.advance(timedelta(**passed))
    return clock.now()


def dollars(text: str) -> Decimal:
    return Decimal(text)
