"""Runs that die or hang at a chosen call, one call after the other, over stores that outlive them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from aurastream.domain.job import Job
from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobId, JobKey, export_key, job_id_at, summary_key
from aurastream.domain.outcome import Outcome, OutcomeStatus
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.idempotency_store import IdempotencyStore
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger
from aurastream.ports.result_cache import ResultCache
from aurastream.ports.retry_queue import RetryQueue
from aurastream.ports.workflow_starter import WorkflowStarter
from tests.fakes import (
    NOON,
    FakeBlobStore,
    FakeClock,
    FakeEngine,
    FakeIdempotencyStore,
    FakeJobRepository,
    FakeLedger,
    FakeNotifier,
    FakeResultCache,
    FakeRetryQueue,
    FakeStore,
    FakeWorkflowStarter,
    list_price,
)
from tests.simulation.payloads import LIMITS, LONG, LONG_AND_BAD, POISON, table
from tests.simulation.ports import (
    GatedBlobStore,
    GatedEngine,
    GatedIdempotencyStore,
    GatedJobRepository,
    GatedLedger,
    GatedNotifier,
    GatedResultCache,
    GatedRetryQueue,
    GatedWorkflowStarter,
)
from tests.simulation.scheduler import DeadError, Error, Gate
from tests.simulation.service import ACME, Ports, Service

T = TypeVar("T")

FILE = table(
    (
        *("good one", LONG, "bad one", "good one", "", None, "good two", LONG),
        *("bad two", "good one", POISON, LONG_AND_BAD, "good three", "bad one", "good four"),
    )
)
"""Fifteen rows: long texts, texts that come again in their chunk and in others, and rows without a score."""
CHUNK_ROWS = 5
JOB = JobKey(ACME, job_id_at(NOON, 1))
OPTIONS = JobOptions(text_column="text", id_column="id")


class Open:
    """A gate that everything passes."""

    def call(
        self,
        what: str,  # the shape of a gate
        of: object,
        effect: Callable[[], T],
        *,
        writes: bool = False,
        errors: Sequence[Error] = (),
    ) -> T:
        """Nothing happens on the way."""
        return effect()


class Fate:
    """Counts writes, dies before or after one of them, and does nothing from then on."""

    def __init__(self, write: int | None = None, *, after: bool = False) -> None:
        self.writes: list[str] = []
        self._write, self._after, self._dead = write, after, False

    def call(
        self,
        what: str,
        of: object,  # the shape of a gate
        effect: Callable[[], T],
        *,
        writes: bool = False,
        errors: Sequence[Error] = (),
    ) -> T:
        """A dead process reaches no port, whatever its `finally` blocks try."""
        if self._dead:
            raise DeadError
        if not writes:
            return effect()
        self.writes.append(what)
        hit = len(self.writes) == self._write
        if hit and not self._after:
            self._dead = True
            raise DeadError
        try:
            return effect()
        finally:
            if hit:
                self._dead = True
                raise DeadError


class Hang:
    """Counts calls; before one of them others do what they like for as long as they like."""

    def __init__(self, call: int, meanwhile: Callable[[], object]) -> None:
        self.calls = 0
        self._call, self._meanwhile = call, meanwhile

    def call(
        self,
        what: str,  # the shape of a gate
        of: object,
        effect: Callable[[], T],
        *,
        writes: bool = False,
        errors: Sequence[Error] = (),
    ) -> T:
        """Nothing but time passes for the one who hangs."""
        self.calls += 1
        if self.calls == self._call:
            self._meanwhile()
        return effect()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What outlives a process."""

    jobs: JobRepository
    ledger: Ledger
    blobs: BlobStore
    cache: ResultCache
    queue: RetryQueue
    workflows: WorkflowStarter
    requests: IdempotencyStore
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    engine: FakeEngine = field(default_factory=lambda: FakeEngine(limits=LIMITS, price=list_price))
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.engine.poison.add(POISON)

    def service(self, gate: Gate | None = None) -> Service:
        """A process that has just begun, all of whose calls pass the gate."""
        gate = gate or Open()
        numbers = count(2)

        def new_id() -> JobId:
            return job_id_at(self.clock.now(), next(numbers))

        ports = Ports(
            jobs=GatedJobRepository(self.jobs, gate),
            ledger=GatedLedger(self.ledger, gate),
            blobs=GatedBlobStore(self.blobs, gate),
            cache=GatedResultCache(self.cache, gate),
            queue=GatedRetryQueue(self.queue, gate),
            workflows=GatedWorkflowStarter(self.workflows, gate),
            requests=GatedIdempotencyStore(self.requests, gate),
            notifier=GatedNotifier(self.notifier, gate),
            engine=GatedEngine(self.engine, gate),
        )
        return Service(ports=ports, clock=self.clock, new_id=new_id, chunk_rows=CHUNK_ROWS)


def fakes() -> Stores:
    """Stores in memory."""
    store = FakeStore()
    return Stores(
        jobs=FakeJobRepository(store),
        ledger=FakeLedger(store),
        blobs=FakeBlobStore(),
        cache=FakeResultCache(),
        queue=FakeRetryQueue(),
        workflows=FakeWorkflowStarter(),
        requests=FakeIdempotencyStore(),
    )


def submitted(service: Service) -> Job:
    """What each try of one keyed request does."""
    return service.submit(ACME, OPTIONS, [FILE.body], job_id=JOB.job_id)


def outcomes_of(stores: Stores, job: Job) -> list[Outcome]:
    """All that was committed."""
    return [
        outcome for chunk in range(job.chunks) for outcome in stores.ledger.outcomes(job.key, chunk) or ()
    ]


def adds_up(stores: Stores, job: Job) -> bool:
    """Whether counts and spend are those of the outcomes, and no more was counted than billed."""
    outcomes = outcomes_of(stores, job)
    ended = [outcome.status for outcome in outcomes]
    counts = Counts(
        total=job.plan.rows if job.plan else 0,
        succeeded=ended.count(OutcomeStatus.SUCCEEDED),
        failed=ended.count(OutcomeStatus.FAILED),
        skipped=ended.count(OutcomeStatus.SKIPPED),
        cancelled=ended.count(OutcomeStatus.CANCELLED),
    )
    spend = Spend(
        units=sum(outcome.units for outcome in outcomes),
        saved_units=sum(outcome.saved_units for outcome in outcomes),
    )
    once = len({outcome.row for outcome in outcomes}) == len(outcomes)
    return once and (counts, spend) == (job.counts, job.spend) and spend.units <= stores.engine.units


def published(stores: Stores, key: JobKey) -> tuple[bytes, bytes]:
    """Export and summary."""
    export, summary = (b"".join(stores.blobs.read(blob)) for blob in (export_key(key), summary_key(key)))
    return export, summary
