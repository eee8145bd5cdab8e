"""Every port with a gate before it: one call is one effect, and a place to switch, to fail and to die."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aurastream.domain.blobs import BlobInfo, UploadForm
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.errors import (
    AuraStreamError,
    EngineUnavailableError,
    StorageFullError,
    UnavailableError,
)
from aurastream.domain.idempotency import Answer, RequestKey, Turn
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.keys import BlobKey, JobId, JobKey, Tenant
from aurastream.domain.outcome import Outcome
from aurastream.domain.paging import Cursor, Page
from aurastream.domain.remembering import CacheKey, Remembered
from aurastream.domain.tickets import Ticket
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.idempotency_store import IdempotencyStore
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger
from aurastream.ports.notifier import Notifier
from aurastream.ports.result_cache import ResultCache
from aurastream.ports.retry_queue import RetryQueue
from aurastream.ports.sentiment_engine import SentimentEngine
from aurastream.ports.workflow_starter import WorkflowStarter
from tests.simulation.scheduler import Error, Gate


def down() -> Exception:
    """A store that does not answer."""
    return UnavailableError("the store does not answer")


def full() -> Exception:
    """A store without room."""
    return StorageFullError("there is no room")


def throttled() -> Exception:
    """An engine that refuses for load."""
    return EngineUnavailableError(throttled=True)


def lost() -> Exception:
    """An engine whose answer does not come."""
    return EngineUnavailableError("timeout")


class ForgottenError(AuraStreamError):
    """A cache that does not answer; its callers never see it."""


READS: Sequence[Error] = (down,)
WRITES: Sequence[Error] = (down, down, full)
SCORES: Sequence[Error] = (throttled, lost)
FORGETS: Sequence[Error] = (ForgottenError,)


def nothing(*_args: object) -> None:
    """Watches nothing."""


class GatedJobRepository(JobRepository):
    """Jobs behind the gate."""

    def __init__(self, inner: JobRepository, gate: Gate, saved: Callable[[Job], None] = nothing) -> None:
        self._inner, self._gate, self._saved = inner, gate, saved

    def get(self, key: JobKey) -> Job:
        return self._gate.call("jobs.get", key, lambda: self._inner.get(key), errors=READS)

    def save(self, job: Job) -> None:
        def effect() -> None:
            self._inner.save(job)
            self._saved(job)

        self._gate.call(f"jobs.save {job.status}", job.key, effect, writes=True, errors=WRITES)

    def page(
        self, tenant: Tenant, *, status: JobStatus | None, after: Cursor | None, limit: int
    ) -> Page[Job]:
        return self._gate.call(
            "jobs.page",
            tenant,
            lambda: self._inner.page(tenant, status=status, after=after, limit=limit),
            errors=READS,
        )

    def overdue(self, now: datetime, limit: int) -> Sequence[JobKey]:
        return self._gate.call("jobs.overdue", "", lambda: self._inner.overdue(now, limit), errors=READS)


class GatedLedger(Ledger):
    """Outcomes behind the gate."""

    def __init__(self, inner: Ledger, gate: Gate) -> None:
        self._inner, self._gate = inner, gate

    def commit(
        self, key: JobKey, chunk: int, outcomes: Sequence[Outcome], *, now: datetime, deadline_at: datetime
    ) -> bool:
        return self._gate.call(
            f"ledger.commit {chunk}",
            key,
            lambda: self._inner.commit(key, chunk, outcomes, now=now, deadline_at=deadline_at),
            writes=True,
            errors=WRITES,
        )

    def outcomes(self, key: JobKey, chunk: int) -> Sequence[Outcome] | None:
        return self._gate.call(
            f"ledger.outcomes {chunk}", key, lambda: self._inner.outcomes(key, chunk), errors=READS
        )

    def erase(self, key: JobKey) -> None:
        self._gate.call("ledger.erase", key, lambda: self._inner.erase(key), writes=True, errors=READS)


class GatedBlobStore(BlobStore):
    """Blobs behind the gate; `arrived` hears of each that was new."""

    def __init__(self, inner: BlobStore, gate: Gate, arrived: Callable[[BlobKey], None] = nothing) -> None:
        self._inner, self._gate, self._arrived = inner, gate, arrived

    def write(self, key: BlobKey, parts: Iterable[bytes]) -> bool:
        def effect() -> bool:
            new = self._inner.write(key, parts)
            if new:
                self._arrived(key)
            return new

        return self._gate.call("blobs.write", key, effect, writes=True, errors=WRITES)

    def read(self, key: BlobKey, start: int = 0, *, etag: str | None = None) -> Iterator[bytes]:
        return self._gate.call(
            "blobs.read", key, lambda: self._inner.read(key, start, etag=etag), errors=READS
        )

    def stat(self, key: BlobKey) -> BlobInfo:
        return self._gate.call("blobs.stat", key, lambda: self._inner.stat(key), errors=READS)

    def erase(self, prefix: BlobKey) -> None:
        self._gate.call("blobs.erase", prefix, lambda: self._inner.erase(prefix), writes=True, errors=READS)

    def grant_upload(self, key: BlobKey, *, max_bytes: int, until: datetime) -> UploadForm:
        return self._gate.call(
            "blobs.grant_upload",
            key,
            lambda: self._inner.grant_upload(key, max_bytes=max_bytes, until=until),
            errors=READS,
        )

    def grant_download(self, key: BlobKey, *, filename: str, until: datetime) -> str | None:
        return self._gate.call(
            "blobs.grant_download",
            key,
            lambda: self._inner.grant_download(key, filename=filename, until=until),
            errors=READS,
        )


class GatedResultCache(ResultCache):
    """Results behind the gate; one that does not answer remembers nothing."""

    def __init__(self, inner: ResultCache, gate: Gate) -> None:
        self._inner, self._gate = inner, gate

    def get(self, keys: Collection[CacheKey], *, now: datetime) -> Mapping[CacheKey, Remembered]:
        try:
            return self._gate.call(
                "cache.get", len(keys), lambda: self._inner.get(keys, now=now), errors=FORGETS
            )
        except ForgottenError:
            return {}

    def put(self, results: Mapping[CacheKey, Remembered], *, until: datetime) -> None:
        try:
            self._gate.call(
                "cache.put",
                len(results),
                lambda: self._inner.put(results, until=until),
                writes=True,
                errors=FORGETS,
            )
        except ForgottenError:
            return


class GatedWorkflowStarter(WorkflowStarter):
    """The start of the work behind the gate; `started` hears of each time."""

    def __init__(
        self, inner: WorkflowStarter, gate: Gate, started: Callable[[JobKey], None] = nothing
    ) -> None:
        self._inner, self._gate, self._started = inner, gate, started

    def start(self, key: JobKey) -> None:
        def effect() -> None:
            self._inner.start(key)
            self._started(key)

        self._gate.call("workflows.start", key, effect, writes=True, errors=READS)


class GatedRetryQueue(RetryQueue):
    """The queue behind the gate; `queued` hears of each job that is put in."""

    def __init__(self, inner: RetryQueue, gate: Gate, queued: Callable[[JobKey], None] = nothing) -> None:
        self._inner, self._gate, self._queued = inner, gate, queued

    def put(self, key: JobKey, *, now: datetime) -> None:
        def effect() -> None:
            self._inner.put(key, now=now)
            self._queued(key)

        self._gate.call("queue.put", key, effect, writes=True, errors=WRITES)

    def take(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Ticket]:
        return self._gate.call(
            "queue.take",
            "",
            lambda: self._inner.take(now=now, until=until, limit=limit),
            writes=True,
            errors=READS,
        )

    def ack(self, ticket: Ticket) -> None:
        self._gate.call("queue.ack", ticket.job, lambda: self._inner.ack(ticket), writes=True, errors=READS)

    def resting(self, limit: int) -> Sequence[Ticket]:
        return self._gate.call("queue.resting", "", lambda: self._inner.resting(limit), errors=READS)

    def redrive(self, limit: int, *, now: datetime) -> Sequence[Ticket]:
        return self._gate.call(
            "queue.redrive", "", lambda: self._inner.redrive(limit, now=now), writes=True, errors=READS
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWatch:
    """Who hears what became of keyed requests."""

    begun: Callable[[RequestKey, "Turn | Answer"], None] = nothing
    finished: Callable[[Turn, Answer, bool], None] = nothing
    forgotten: Callable[[JobKey], None] = nothing


class GatedIdempotencyStore(IdempotencyStore):
    """Keyed requests behind the gate."""

    def __init__(self, inner: IdempotencyStore, gate: Gate, watch: RequestWatch = RequestWatch()) -> None:
        self._inner, self._gate, self._watch = inner, gate, watch

    def begin(
        self, key: RequestKey, fingerprint: str, *, job_id: JobId, now: datetime, until: datetime
    ) -> Turn | Answer:
        def effect() -> Turn | Answer:
            given = self._inner.begin(key, fingerprint, job_id=job_id, now=now, until=until)
            self._watch.begun(key, given)
            return given

        return self._gate.call("requests.begin", key.key, effect, writes=True, errors=WRITES)

    def finish(self, turn: Turn, answer: Answer, *, until: datetime) -> bool:
        def effect() -> bool:
            kept = self._inner.finish(turn, answer, until=until)
            self._watch.finished(turn, answer, kept)
            return kept

        return self._gate.call("requests.finish", turn.key.key, effect, writes=True, errors=WRITES)

    def release(self, turn: Turn) -> None:
        self._gate.call(
            "requests.release", turn.key.key, lambda: self._inner.release(turn), writes=True, errors=READS
        )

    def forget(self, job: JobKey) -> None:
        def effect() -> None:
            self._inner.forget(job)
            self._watch.forgotten(job)

        self._gate.call("requests.forget", job, effect, writes=True, errors=READS)


class GatedNotifier(Notifier):
    """News behind the gate."""

    def __init__(self, inner: Notifier, gate: Gate) -> None:
        self._inner, self._gate = inner, gate

    def job_ended(self, job: Job) -> None:
        self._gate.call(
            f"notifier {job.status}", job.key, lambda: self._inner.job_ended(job), writes=True, errors=READS
        )


class GatedEngine(SentimentEngine):
    """The paid engine behind the gate; `answered` hears of the calls that were billed, and may spoil one."""

    def __init__(
        self,
        inner: SentimentEngine,
        gate: Gate,
        answered: Callable[[Call, Sequence[Outcome]], Sequence[Outcome]] = lambda _call, outcomes: outcomes,
    ) -> None:
        self._inner, self._gate, self._answered = inner, gate, answered

    @property
    def identity(self) -> EngineId:
        return self._inner.identity

    @property
    def limits(self) -> EngineLimits:
        return self._inner.limits

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        return self._gate.call(
            "engine",
            f"{call.payer[-6:]} x{len(documents)}",
            lambda: self._answered(call, self._inner.analyze(documents, call)),
            writes=True,
            errors=SCORES,
        )
