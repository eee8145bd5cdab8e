"""
In-memory doubles with memory, one for each port; they sign the same contracts as the adapters.

A lock guards what is kept and is never held while foreign code runs (`parts` of a blob, an engine's hook).
Every fake but the clock is `Breakable`: while `broken` holds an error, each of its calls raises it.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import RLock

from aurastream.domain.blobs import BlobInfo, UploadForm
from aurastream.domain.document import Document, size_of
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.errors import (
    BlobChangedError,
    BlobNotFoundError,
    CallRejectedError,
    DeadlineError,
    JobNotFoundError,
    RequestMismatchError,
    RequestRunningError,
    StaleJobError,
    StoppedError,
)
from aurastream.domain.idempotency import Answer, RequestKey, Turn
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.keys import BlobKey, JobId, JobKey, Tenant
from aurastream.domain.language import ENGLISH, Language, LanguageSource, TextLanguage
from aurastream.domain.outcome import Failure, Outcome, OutcomeStatus
from aurastream.domain.paging import Cursor, Page, open_cursor, seal_cursor
from aurastream.domain.pricing import units_of
from aurastream.domain.remembering import CacheKey, Remembered
from aurastream.domain.sentiment import Scores, SentimentResult
from aurastream.domain.tickets import MAX_ATTEMPTS, Ticket
from aurastream.ports.blob_store import BLOCK, BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.idempotency_store import IdempotencyStore
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.language_detector import LanguageDetector
from aurastream.ports.ledger import Ledger
from aurastream.ports.notifier import Notifier
from aurastream.ports.result_cache import ResultCache
from aurastream.ports.retry_queue import RetryQueue
from aurastream.ports.sentiment_engine import SentimentEngine
from aurastream.ports.workflow_starter import WorkflowStarter

NO_LIMITS = EngineLimits()
FAKE = EngineId(name="fake", version="1")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Breakable:
    """A dependency that can be taken down and brought back."""

    def __init__(self) -> None:
        self.broken: Exception | None = None
        self._lock = RLock()

    def _answering(self) -> None:
        if self.broken is not None:
            raise self.broken


class FakeClock(Clock):
    """Stands still until somebody sleeps or moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._monotonic = 1_000.0
        self._lock = RLock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        with self._lock:
            return self._monotonic

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.advance(max(0.0, seconds))

    def advance(self, by: float | timedelta) -> None:
        """Let so many seconds pass."""
        passed = by if isinstance(by, timedelta) else timedelta(seconds=by)
        with self._lock:
            self._now += passed
            self._monotonic += passed.total_seconds()

    def set(self, now: datetime) -> None:
        """Set the wall clock alone, as an administrator may."""
        with self._lock:
            self._now = now


@dataclass(frozen=True, slots=True)
class EngineCall:
    """One call an engine was asked for."""

    documents: tuple[Document, ...]
    call: Call


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """A scripted failure after the effect: the call is billed, its answer never arrives."""

    error: Exception


def free(_text: str) -> int:
    """The price of an engine that costs nothing."""
    return 0


def list_price(text: str) -> int:
    """The units that Comprehend bills for a text."""
    return units_of(len(text))


class FakeEngine(Breakable, SentimentEngine):
    """
    Hears `good` and `bad` in a text, and nothing else.

    `script` is worked off a call at a time: None answers, an error is raised instead, the error of a
    `LostAnswer` is raised after the work. `failures` names texts that come back failed (a count says how
    often, None is for ever), `poison` texts whose whole call is refused. `hook` runs at the start of each
    call, with no lock held.
    """

    def __init__(
        self,
        *,
        limits: EngineLimits = NO_LIMITS,
        identity: EngineId = FAKE,
        price: Callable[[str], int] = free,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self.limits_now = limits
        self.identity_now = identity
        self.price = price
        self.clock = clock
        self.script: deque[Exception | LostAnswer | None] = deque()
        self.failures: dict[str, tuple[Failure, int | None]] = {}
        self.poison: set[str] = set()
        self.hook: Callable[[EngineCall], None] | None = None
        self.calls: list[EngineCall] = []
        self.units = 0
        """What all calls together billed."""

    @property
    def identity(self) -> EngineId:
        return self.identity_now

    @property
    def limits(self) -> EngineLimits:
        return self.limits_now

    @property
    def texts(self) -> list[str]:
        """Every text that was sent, in order, as often as it was sent."""
        with self._lock:
            return [document.text for made in self.calls for document in made.documents]

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        self._within_limits(documents)
        if not documents:
            return []
        if call.stopped():
            raise StoppedError("asked to stop")
        if call.deadline <= (self.clock.monotonic() if self.clock else float("-inf")):
            raise DeadlineError("no time left")
        made = EngineCall(tuple(documents), call)
        with self._lock:
            self.calls.append(made)
            step = self.script.popleft() if self.script else None
        if self.hook is not None:
            self.hook(made)
        self._answering()
        if isinstance(step, Exception):
            raise step
        if any(document.text in self.poison for document in documents):
            raise CallRejectedError("one of the documents cannot be read")
        outcomes = [self._outcome(document) for document in documents]
        with self._lock:
            self.units += sum(outcome.units for outcome in outcomes)
        if isinstance(step, LostAnswer):
            raise step.error
        return outcomes

    def _within_limits(self, documents: Sequence[Document]) -> None:
        limits = self.limits
        if limits.max_documents is not None and len(documents) > limits.max_documents:
            raise ValueError("too many documents for one call")
        if limits.max_bytes is not None and any(size_of(one.text) > limits.max_bytes for one in documents):
            raise ValueError("a document is too large")
        spoken = {document.language for document in documents}
        if limits.languages is not None and not spoken <= limits.languages:
            raise ValueError("a document is in a language that is not served")
        if limits.one_language and len(spoken) > 1:
            raise ValueError("the documents of one call share one language")

    def _outcome(self, document: Document) -> Outcome:
        with self._lock:
            failure, left = self.failures.get(document.text, (None, None))
            if failure is not None and left is not None:
                self.failures[document.text] = (failure, left - 1)
                failure = failure if left > 0 else None
        if failure is not None:
            return Outcome(id=document.id, failure=failure)
        return Outcome(id=document.id, result=self._result(document), units=self.price(document.text))

    def _result(self, document: Document) -> SentimentResult:
        good, bad = "good" in document.text.lower(), "bad" in document.text.lower()
        scores = Scores(
            positive=0.85 if good and not bad else 0.05,
            negative=0.85 if bad and not good else 0.05,
            neutral=0.85 if not good and not bad else 0.05,
            mixed=0.85 if good and bad else 0.05,
        )
        language = TextLanguage(
            code=document.language or ENGLISH, source=document.source or LanguageSource.DEFAULT
        )
        return SentimentResult(sentiment=scores.top, scores=scores, language=language, engine=self.identity)


@dataclass(frozen=True, slots=True)
class FakeGrant:
    """One upload form that was handed out."""

    key: BlobKey
    form: UploadForm


class FakeBlobStore(Breakable, BlobStore):
    """Keeps blobs in a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.blobs: dict[BlobKey, bytes] = {}
        self.grants: list[FakeGrant] = []
        self.download_url: str | None = None
        """Where downloads are granted, if anywhere; the key is added to it."""

    def write(self, key: BlobKey, parts: Iterable[bytes]) -> bool:
        self._answering()
        with self._lock:
            if key in self.blobs:
                return False  # as a store may, without a look at the parts
        whole = b"".join(parts)
        with self._lock:
            if key in self.blobs:
                return False
            self.blobs[key] = whole
            return True

    def read(self, key: BlobKey, start: int = 0, *, etag: str | None = None) -> Iterator[bytes]:
        whole = self._get(key)
        if etag is not None and etag != _etag(whole):
            raise BlobChangedError("the blob is another one")
        return iter([whole[at : at + BLOCK] for at in range(start, len(whole), BLOCK)])

    def stat(self, key: BlobKey) -> BlobInfo:
        whole = self._get(key)
        return BlobInfo(size=len(whole), etag=_etag(whole))

    def erase(self, prefix: BlobKey) -> None:
        self._answering()
        if not prefix.endswith("/"):
            raise ValueError("a prefix ends in /")
        with self._lock:
            for key in [key for key in self.blobs if key.startswith(prefix)]:
                del self.blobs[key]

    def grant_upload(self, key: BlobKey, *, max_bytes: int, until: datetime) -> UploadForm:
        self._answering()
        form = UploadForm(
            url="http://blobs.test/upload",
            fields={"key": key, "token": f"token-{len(self.grants) + 1}"},
            expires_at=until,
            max_bytes=max_bytes,
        )
        with self._lock:
            self.grants.append(FakeGrant(key, form))
        return form

    def grant_download(self, key: BlobKey, *, filename: str, until: datetime) -> str | None:
        self._answering()
        return None if self.download_url is None else self.download_url + key

    def replace(self, key: BlobKey, whole: bytes) -> None:
        """Put other bytes under the key behind the store's back."""
        with self._lock:
            self.blobs[key] = whole

    def _get(self, key: BlobKey) -> bytes:
        self._answering()
        with self._lock:
            if key not in self.blobs:
                raise BlobNotFoundError("no such blob")
            return self.blobs[key]


def _etag(whole: bytes) -> str:
    return hashlib.sha256(whole).hexdigest()[:32]


class FakeStore:
    """What a job repository and a ledger keep together."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.jobs: dict[JobKey, Job] = {}
        self.chunks: dict[tuple[JobKey, int], tuple[Outcome, ...]] = {}


class FakeJobRepository(Breakable, JobRepository):
    """Keeps jobs in the shared store."""

    def __init__(self, store: FakeStore | None = None) -> None:
        super().__init__()
        self.store = store or FakeStore()

    def get(self, key: JobKey) -> Job:
        self._answering()
        with self.store.lock:
            if key not in self.store.jobs:
                raise JobNotFoundError("no such job")
            return self.store.jobs[key]

    def save(self, job: Job) -> None:
        self._answering()
        with self.store.lock:
            stored = self.store.jobs.get(job.key)
            if job.version != (stored.version if stored else 0) + 1:
                raise StaleJobError("the stored job is another version")
            counts = replace(stored.counts if stored else Counts(), total=job.counts.total)
            spend = stored.spend if stored else Spend()
            self.store.jobs[job.key] = replace(job, counts=counts, spend=spend)

    def page(
        self, tenant: Tenant, *, status: JobStatus | None, after: Cursor | None, limit: int
    ) -> Page[Job]:
        self._answering()
        scope = f"jobs of {tenant} {status}"
        last = None if after is None else open_cursor(scope, after)
        with self.store.lock:
            found = [
                job
                for key, job in sorted(self.store.jobs.items(), reverse=True)
                if key.tenant == tenant
                and not job.deleted
                and status in (None, job.status)
                and (last is None or key.job_id < last)
            ]
        more = len(found) > limit
        items = found[:limit]
        return Page(items=items, next=seal_cursor(scope, items[-1].key.job_id) if more else None)

    def overdue(self, now: datetime, limit: int) -> Sequence[JobKey]:
        self._answering()
        with self.store.lock:
            due = [
                (job.deadline_at, key)
                for key, job in self.store.jobs.items()
                if job.deadline_at is not None and job.deadline_at <= now
            ]
        return [key for _, key in sorted(due)[:limit]]


class FakeLedger(Breakable, Ledger):
    """Keeps outcomes in the shared store and counts them on its jobs."""

    def __init__(self, store: FakeStore) -> None:
        super().__init__()
        self.store = store

    def commit(
        self, key: JobKey, chunk: int, outcomes: Sequence[Outcome], *, now: datetime, deadline_at: datetime
    ) -> bool:
        self._answering()
        ended = Counter(outcome.status for outcome in outcomes)
        with self.store.lock:
            job = self.store.jobs.get(key)
            if job is None or job.status is not JobStatus.RUNNING or (key, chunk) in self.store.chunks:
                return False
            counts = Counts(
                total=job.counts.total,
                succeeded=job.counts.succeeded + ended[OutcomeStatus.SUCCEEDED],
                failed=job.counts.failed + ended[OutcomeStatus.FAILED],
                skipped=job.counts.skipped + ended[OutcomeStatus.SKIPPED],
                cancelled=job.counts.cancelled + ended[OutcomeStatus.CANCELLED],
            )
            spend = Spend(
                units=job.spend.units + sum(outcome.units for outcome in outcomes),
                saved_units=job.spend.saved_units + sum(outcome.saved_units for outcome in outcomes),
            )
            self.store.chunks[key, chunk] = tuple(outcomes)
            self.store.jobs[key] = replace(
                job,
                counts=counts,
                spend=spend,
                updated_at=max(now, job.updated_at),
                deadline_at=deadline_at,
            )
            return True

    def outcomes(self, key: JobKey, chunk: int) -> Sequence[Outcome] | None:
        self._answering()
        with self.store.lock:
            return self.store.chunks.get((key, chunk))

    def erase(self, key: JobKey) -> None:
        self._answering()
        with self.store.lock:
            for found in [found for found in self.store.chunks if found[0] == key]:
                del self.store.chunks[found]


class FakeResultCache(Breakable, ResultCache):
    """Remembers in a dictionary; broken, it remembers nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.results: dict[CacheKey, tuple[Remembered, datetime]] = {}

    def get(self, keys: Collection[CacheKey], *, now: datetime) -> Mapping[CacheKey, Remembered]:
        if self.broken:
            return {}
        with self._lock:
            known = {key: self.results[key] for key in keys if key in self.results}
        return {key: remembered for key, (remembered, until) in known.items() if until > now}

    def put(self, results: Mapping[CacheKey, Remembered], *, until: datetime) -> None:
        if self.broken:
            return
        with self._lock:
            self.results.update({key: (remembered, until) for key, remembered in results.items()})


class FakeWorkflowStarter(Breakable, WorkflowStarter):
    """Remembers what was started and does none of it."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[JobKey] = []

    def start(self, key: JobKey) -> None:
        self._answering()
        with self._lock:
            if key not in self.started:
                self.started.append(key)


@dataclass(slots=True)
class _Queued:
    """A job in the fake queue."""

    ticket: Ticket
    hidden_until: datetime
    resting: bool = False


class FakeRetryQueue(Breakable, RetryQueue):
    """Holds tickets in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.queued: list[_Queued] = []
        self._receipts = 0

    def put(self, key: JobKey, *, now: datetime) -> None:
        self._answering()
        with self._lock:
            ticket = Ticket(job=key, receipt=self._receipt(), attempts=0, queued_at=now)
            self.queued.append(_Queued(ticket, hidden_until=now))

    def take(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Ticket]:
        self._answering()
        taken: list[Ticket] = []
        with self._lock:
            for entry in self.queued:
                if entry.resting or entry.hidden_until > now or len(taken) == limit:
                    continue
                if entry.ticket.attempts >= MAX_ATTEMPTS:
                    entry.resting = True
                    continue
                entry.ticket = replace(
                    entry.ticket, receipt=self._receipt(), attempts=entry.ticket.attempts + 1
                )
                entry.hidden_until = until
                taken.append(entry.ticket)
        return taken

    def ack(self, ticket: Ticket) -> None:
        self._answering()
        with self._lock:
            self.queued = [entry for entry in self.queued if entry.ticket.receipt != ticket.receipt]

    def resting(self, limit: int) -> Sequence[Ticket]:
        self._answering()
        with self._lock:
            return [entry.ticket for entry in self.queued if entry.resting][:limit]

    def redrive(self, limit: int, *, now: datetime) -> Sequence[Ticket]:
        self._answering()
        with self._lock:
            found = [entry for entry in self.queued if entry.resting][:limit]
            tickets = [entry.ticket for entry in found]
            for entry in found:
                entry.ticket = replace(entry.ticket, attempts=0, queued_at=now)
                entry.hidden_until, entry.resting = now, False
        return tickets

    def _receipt(self) -> str:
        self._receipts += 1
        return f"receipt-{self._receipts}"


@dataclass(slots=True)
class _Request:
    """A keyed request in the fake store: running until its answer is there."""

    fence: int
    fingerprint: str
    until: datetime
    job_id: JobId
    answer: Answer | None = None


def _jobs_of(request: _Request) -> tuple[JobId | None, ...]:
    return (request.job_id,) if request.answer is None else (request.answer.job_id,)


class FakeIdempotencyStore(Breakable, IdempotencyStore):
    """Keeps keyed requests in a dictionary; fences only ever grow."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: dict[RequestKey, _Request] = {}
        self._fences = 0

    def begin(
        self, key: RequestKey, fingerprint: str, *, job_id: JobId, now: datetime, until: datetime
    ) -> Turn | Answer:
        self._answering()
        with self._lock:
            request = self.requests.get(key)
            if request is not None and request.until > now:
                if request.fingerprint != fingerprint:
                    raise RequestMismatchError("the key was used for another request")
                if request.answer is None:
                    raise RequestRunningError("the request is being worked on")
                return request.answer
            if request is not None and request.answer is None and request.fingerprint == fingerprint:
                job_id = request.job_id
            self._fences += 1
            self.requests[key] = _Request(
                fence=self._fences, fingerprint=fingerprint, until=until, job_id=job_id
            )
            return Turn(key=key, fence=self._fences, job_id=job_id)

    def finish(self, turn: Turn, answer: Answer, *, until: datetime) -> bool:
        self._answering()
        with self._lock:
            request = self._running(turn)
            if request is None:
                return False
            request.answer, request.until = answer, until
            return True

    def release(self, turn: Turn) -> None:
        self._answering()
        with self._lock:
            request = self._running(turn)
            if request is not None:
                self._fences += 1
                request.fence, request.until = self._fences, LONG_AGO

    def forget(self, job: JobKey) -> None:
        self._answering()
        with self._lock:
            self.requests = {
                key: request
                for key, request in self.requests.items()
                if not (key.tenant == job.tenant and job.job_id in _jobs_of(request))
            }

    def _running(self, turn: Turn) -> _Request | None:
        request = self.requests.get(turn.key)
        return request if request and request.fence == turn.fence and request.answer is None else None


class FakeLanguageDetector(Breakable, LanguageDetector):
    """Knows the texts it was told about, and is not sure of any other."""

    def __init__(self, known: Mapping[str, Language] | None = None) -> None:
        super().__init__()
        self.known = dict(known or {})
        self.asked: list[str] = []

    def detect(self, texts: Sequence[str]) -> Sequence[Language | None]:
        self._answering()
        with self._lock:
            self.asked.extend(texts)
        return [self.known.get(text) for text in texts]


class FakeNotifier(Breakable, Notifier):
    """Remembers the news."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Job] = []

    def job_ended(self, job: Job) -> None:
        self._answering()
        with self._lock:
            self.told.append(job)
