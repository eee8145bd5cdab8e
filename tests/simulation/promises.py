"""What must be true after every step, and what every client must see."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aurastream.domain.engine import Call
from aurastream.domain.idempotency import KEPT, Answer, RequestKey, Turn
from aurastream.domain.job import OPEN, Job, JobStatus
from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.keys import (
    BlobKey,
    JobId,
    JobKey,
    base_key,
    chunk_key,
    export_key,
    plan_key,
    prefixes_of,
    summary_key,
)
from aurastream.domain.outcome import Outcome, OutcomeStatus
from aurastream.domain.outcome_lines import decode_outcomes
from aurastream.domain.routing import Mode
from tests.fakes import NOON, FakeBlobStore, FakeStore
from tests.simulation.payloads import Payload, expected_sentiment, may_become
from tests.simulation.scheduler import Actor, Scheduler

S = JobStatus
NEXT: Mapping[JobStatus, frozenset[JobStatus]] = {
    S.AWAITING_UPLOAD: frozenset({S.QUEUED, S.EXPIRED, S.CANCELLED}),
    S.QUEUED: frozenset({S.RUNNING, S.CANCELLED, S.FAILED}),
    S.RUNNING: frozenset({S.SUCCEEDED, S.SUCCEEDED_WITH_ERRORS, S.FAILED, S.CANCELLED}),
}


@dataclass(eq=False, slots=True)
class Ask:
    """One thing that a client wants, however often it has to ask for it."""

    name: str
    keyed: bool = False
    job: JobKey | None = None
    payload: Payload | None = None
    mode: Mode | None = None
    made: "list[JobKey]" = field(default_factory=list)
    """The jobs that were made for it."""
    may_make: int = 1
    """One, and another each time that its answer was forgotten for good."""


class Promises:
    """Looks at the stores after each step that wrote, and hears what clients are told."""

    def __init__(
        self,
        sim: Scheduler,
        store: FakeStore,
        blobs: FakeBlobStore,
        *,
        is_cared_for: Callable[[Job], bool],
        is_given_up: Callable[[JobKey], bool],
    ) -> None:
        self._sim, self._store, self._blobs = sim, store, blobs
        self._is_cared_for, self._is_given_up = is_cared_for, is_given_up
        self.uploads: dict[tuple[JobKey, str], Payload] = {}
        """What came by a form for a job, by the tag it has in the store."""
        self.accepted: dict[JobKey, int] = {}
        """Jobs that a client was told of, and in which step."""
        self.healed_at: float | None = None
        self._jobs: dict[JobKey, Job] = {}
        self._chunks: dict[tuple[JobKey, int], Sequence[Outcome]] = {}
        self._wanted: dict[JobKey, tuple[int, ...]] = {}
        self._billed = 0
        self._stop_acknowledged: dict[JobId, int] = {}
        self._late_calls: Counter[tuple[Actor, JobId]] = Counter()
        self._gone: dict[JobKey, int] = {}
        self._read: dict[tuple[JobKey, int], tuple[str, object]] = {}
        self._asks: dict[JobKey, Ask] = {}
        self._kept: dict[RequestKey, tuple[Answer, float]] = {}

    # After every step

    def hold(self) -> None:
        """Compare the stores with what they were."""
        if len(self._chunks) > len(self._store.chunks):
            self._outcomes_may_be_gone()
        for place, outcomes in self._store.chunks.items():
            if self._chunks.get(place) is not outcomes:
                self._committed(place, outcomes)
        for key, job in self._store.jobs.items():
            if self._jobs.get(key) is not job:
                self._stepped(self._jobs.get(key), job)
                self._jobs[key] = job
        for key in self.accepted:
            job = self._jobs[key]
            if not job.is_final and not self._is_cared_for(job):
                self._broken(f"nobody will work on {_name(key)}, which was accepted and is {job.status}")

    def _committed(self, place: tuple[JobKey, int], outcomes: Sequence[Outcome]) -> None:
        key, chunk = place
        if place in self._chunks:
            self._broken(f"chunk {chunk} of {_name(key)} was committed and changed")
        self._chunks[place] = outcomes
        payload = self._payload(self._store.jobs[key])
        for outcome in outcomes:
            assert outcome.row is not None
            if not may_become(payload.texts[outcome.row - 1], outcome, dry_run=payload.dry_run):
                self._broken(f"row {outcome.row} of {_name(key)} cannot be {outcome}")
            if outcome.status is OutcomeStatus.CANCELLED and not self._store.jobs[key].cancel_requested:
                self._broken(f"row {outcome.row} of {_name(key)} was cancelled, and nobody asked for it")

    def _outcomes_may_be_gone(self) -> None:
        for place in [place for place in self._chunks if place not in self._store.chunks]:
            if not self._store.jobs[place[0]].deleted:
                self._broken(f"chunk {place[1]} of {_name(place[0])} is gone")
            del self._chunks[place]

    def _stepped(self, before: Job | None, job: Job) -> None:
        key = job.key
        self._adds_up(job)
        if before is not None:
            if before.status is not job.status and job.status not in NEXT.get(before.status, ()):
                self._broken(f"{_name(key)} went from {before.status} to {job.status}")
            if before.plan and job.counts.total != before.counts.total:
                self._broken(f"{_name(key)} has another total than before")
            if before.deleted and not job.deleted:
                self._broken(f"{_name(key)} came back after its deletion")
        if job.plan and not (before and before.plan):
            self._planned(job)
        if job.is_final and not (before and before.is_final):
            self._ended(before, job)
        if job.deleted and job.deadline_at is None:
            self._is_erased(key)

    def _adds_up(self, job: Job) -> None:
        if job.deleted:
            return
        outcomes = [outcome for chunk in self._chunks_of(job.key) for outcome in chunk]
        ended = Counter(outcome.status for outcome in outcomes)
        ledger = Counts(
            total=job.plan.rows if job.plan else 0,
            succeeded=ended[OutcomeStatus.SUCCEEDED],
            failed=ended[OutcomeStatus.FAILED],
            skipped=ended[OutcomeStatus.SKIPPED],
            cancelled=ended[OutcomeStatus.CANCELLED],
        )
        if ledger != job.counts:
            self._broken(f"{_name(job.key)} counts {job.counts} and its outcomes {ledger}")
        if len({outcome.row for outcome in outcomes}) < len(outcomes):
            self._broken(f"a row of {_name(job.key)} has two outcomes")
        spent = Spend(
            units=sum(outcome.units for outcome in outcomes),
            saved_units=sum(outcome.saved_units for outcome in outcomes),
        )
        if spent != job.spend:
            self._broken(f"{_name(job.key)} says it spent {job.spend}, its outcomes {spent}")
        counted = sum(known.spend.units for known in self._store.jobs.values())
        if counted > self._billed:
            self._broken(f"jobs count {counted} units, and {self._billed} were billed")

    def _planned(self, job: Job) -> None:
        """What a plan speaks of is there, and it is the whole of what is to be done."""
        assert job.plan is not None
        chunks = [chunk_key(job.key, chunk) for chunk in range(job.plan.chunks)]
        missing = [key for key in (plan_key(job.key), *chunks) if key not in self._blobs.blobs]
        if missing:
            self._broken(f"{_name(job.key)} has a plan, but not {missing}")
        payload = self._payload(job)
        rows = tuple(range(1, len(payload.texts) + 1))
        if job.retry_of:
            inherited = decode_outcomes([self._blobs.blobs[base_key(job.key)]])
            rows = tuple(outcome.row or 0 for outcome in inherited if outcome.retryable)
        self._wanted[job.key] = rows
        if payload.rejected or job.plan.rows != len(rows):
            self._broken(f"{_name(job.key)} has a plan of {job.plan.rows} rows for {len(rows)}")

    def _ended(self, before: Job | None, job: Job) -> None:
        if job.counts.pending:
            self._broken(f"{_name(job.key)} ended with rows pending")
        if job.plan:
            rows = sorted(outcome.row or 0 for chunk in self._chunks_of(job.key) for outcome in chunk)
            if tuple(rows) != self._wanted[job.key]:
                self._broken(f"{_name(job.key)} ended with outcomes for {rows}")
            published = {export_key(job.key), summary_key(job.key)} <= self._blobs.blobs.keys()
            if not published and not self._is_replaced(job):
                self._broken(f"{_name(job.key)} ended without its export")
        elif job.status is S.FAILED:
            self._is_a_reason(job)
        if before is not None and before.status is S.QUEUED and job.status is S.FAILED:
            self._nobody_began(before)
        stalled = job.error is not None and job.error.code is JobErrorCode.STALLED
        if stalled and job.plan and job.counts.failed + job.counts.cancelled == 0:
            self._broken(f"{_name(job.key)} stalled, and every row has its result")

    def _is_a_reason(self, job: Job) -> None:
        """Why a job may fail before there is a plan."""
        assert job.error is not None
        code = job.error.code
        if job.cancel_requested and code is JobErrorCode.STALLED:
            self._broken(f"{_name(job.key)} was cancelled in time and has failed")
        known = (JobErrorCode.STALLED, JobErrorCode.SOURCE_GONE, JobErrorCode.SOURCE_CHANGED)
        if code not in (*known, self._payload(job).rejected):
            self._broken(f"{_name(job.key)} has failed of {code}")

    def _is_replaced(self, job: Job) -> bool:
        """Whether the file that was scored is not there any more to be exported."""
        return job.source is not None and self._blobs.stat(job.input_key).etag != job.source.etag

    def _nobody_began(self, before: Job) -> None:
        """In fair weather an accepted job is begun long before its deadline."""
        if before.deadline_at is None or self.healed_at is None or before.key not in self.accepted:
            return
        deadline = (before.deadline_at - NOON).total_seconds()
        if self.healed_at + HOUR < deadline < self._sim.now + SKEW and not self._is_given_up(before.key):
            self._broken(f"nobody began {_name(before.key)}, which was accepted")

    def _is_erased(self, key: JobKey) -> None:
        left = [blob for blob in self._blobs.blobs if blob.startswith(prefixes_of(key))]
        if left or any(True for _ in self._chunks_of(key)):
            self._broken(f"{_name(key)} is erased, but there is {left}")

    # While something is done

    def saved(self, job: Job) -> None:
        """A job was stored; the first version was made for whoever asked."""
        ask = self._sim.running.tag
        if job.version == 1 and isinstance(ask, Ask):
            ask.made.append(job.key)
            self._asks[job.key] = ask
            if ask.keyed and len(ask.made) > ask.may_make:
                self._broken(f"{ask.name} has made {len(ask.made)} jobs")

    def stored(self, blob: BlobKey, job: JobKey) -> None:
        """A blob was written."""
        known = self._store.jobs.get(job)
        if known is not None and known.deleted and known.deadline_at is None:
            self._broken(f"{blob} was written after {_name(job)} was erased")

    def begins(self, key: JobKey) -> None:
        """The work on a job is set off."""
        job = self._store.jobs.get(key)
        if job is None or job.status is S.AWAITING_UPLOAD:
            self._broken(f"{_name(key)} was started before it was saved")
        elif not job.deleted and job.promised and job.input_key not in self._blobs.blobs:
            self._broken(f"{_name(key)} was promised before its input was written")

    def billed(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """The engine was asked."""
        self._billed += sum(outcome.units for outcome in outcomes)
        job_id = JobId(call.payer.partition("/")[0])
        if job_id not in self._stop_acknowledged:
            return
        actor = self._sim.running
        self._late_calls[actor, job_id] += 1
        if actor.born > self._stop_acknowledged[job_id] or self._late_calls[actor, job_id] > 1:
            self._broken(f"{job_id[-4:]} was cancelled, and {actor.name} begins another call")

    def begun(self, key: RequestKey, given: Turn | Answer) -> None:
        """A keyed request was begun, or answered again."""
        ask = self._sim.running.tag
        assert isinstance(ask, Ask)
        kept = self._kept.get(key)
        if isinstance(given, Turn):
            if kept is not None:
                del self._kept[key]
                ask.may_make += 1
                if self._sim.now < kept[1] - SKEW:
                    self._broken(f"{ask.name} was answered, and its answer is forgotten")
        elif kept is None or kept[0] != given:
            self._broken(f"{ask.name} is answered with what was never kept")

    def finished(self, turn: Turn, answer: Answer, kept: bool) -> None:
        """An answer was kept, or came too late."""
        if not kept:
            return
        before = self._kept.get(turn.key)
        if before is not None and self._sim.now < before[1] - SKEW:
            self._broken("a keyed request was answered twice")
        self._kept[turn.key] = (answer, self._sim.now + KEPT.total_seconds())

    def forgotten(self, job: JobKey) -> None:
        """The answers that name a job were dropped."""
        if job in self._asks:
            self._asks[job].may_make += 1
        for key in [key for key, (answer, _) in self._kept.items() if answer.job_id == job.job_id]:
            del self._kept[key]

    # What clients are told

    def accepts(self, ask: Ask, key: JobKey) -> None:
        """A client was told of a job that will have its outcomes."""
        job = self._store.jobs.get(key)
        if job is None:
            self._broken(f"{ask.name} was answered with a job that is not there")
            return
        if ask.payload is not None and not job.is_final and job.input_key not in self._blobs.blobs:
            self._broken(f"{ask.name} was answered with a job whose input is lost")
        if ask.job is not None and job.retry_of and not self._jobs[ask.job].is_final:
            self._broken(f"{_name(ask.job)} is tried again before it has ended")
        self.accepted.setdefault(key, self._sim.steps)

    def answers(self, ask: Ask, outcomes: Sequence[Mapping[str, Any]]) -> None:
        """A client was given outcomes at once."""
        assert ask.payload is not None
        sentiments = [expected_sentiment(text or "") for text in ask.payload.texts]
        if ask.mode is Mode.ASYNC or len(outcomes) != len(sentiments):
            self._broken(f"{ask.name} was answered, and half of it or against its will")
        for outcome, sentiment in zip(outcomes, sentiments, strict=False):
            if outcome["status"] == "SUCCEEDED" and outcome["sentiment"] != sentiment:
                self._broken(f"{ask.name} was told of a sentiment that nobody found")
            if outcome.get("error", {}).get("retryable"):
                self._broken(f"{ask.name} was answered with what another try might mend")

    def cancels(self, key: JobKey) -> None:
        """A client was told that its job stops."""
        self._stop_acknowledged.setdefault(key.job_id, self._sim.steps)

    def deletes(self, key: JobKey) -> None:
        """A client was told that its job is gone."""
        self._gone.setdefault(key, self._sim.steps)

    def shows(self, key: JobKey, since: int) -> None:
        """A client that asked in this step was shown something of a job."""
        if key in self._gone and self._gone[key] < since:
            self._broken(f"{_name(key)} was deleted and is shown")

    def reads(self, key: JobKey, row: int, outcome: tuple[str, object]) -> None:
        """A client was shown the outcome of a row."""
        if self._read.setdefault((key, row), outcome) != outcome:
            self._broken(f"row {row} of {_name(key)} was {self._read[key, row]} and is {outcome}")

    # At the end

    def ended(self, told: Collection[JobKey]) -> None:
        """All is at rest: every end was told, and every export tells what the ledger tells."""
        for key, job in self._store.jobs.items():
            if key not in told and not job.deleted:
                self._broken(f"nobody was told that {_name(key)} has ended")
            if job.plan and not job.deleted and export_key(key) in self._blobs.blobs:
                self._exported(key, job)

    def _exported(self, key: JobKey, job: Job) -> None:
        lines = self._blobs.blobs[export_key(key)].decode().splitlines()
        if job.input_key.endswith("source") and len(lines) < len(self._payload(job).texts):
            self._broken(f"the export of {_name(key)} has {len(lines)} lines")
        for chunk in self._chunks_of(key):
            for outcome in chunk:
                assert outcome.row is not None
                if outcome.status not in lines[outcome.row - self._first_line(lines)]:
                    self._broken(f"the export of {_name(key)} tells row {outcome.row} otherwise")

    def _first_line(self, lines: Sequence[str]) -> int:
        return 1 if lines[0].startswith("{") else 0

    def _payload(self, job: Job) -> Payload:
        """What was sent for the job, or for the first of those that it tries again."""
        while job.retry_of:
            job = self._jobs[JobKey(job.key.tenant, job.retry_of)]
        payload = self._asks[job.key].payload
        assert payload is not None
        return self.uploads.get((job.key, job.source.etag), payload) if job.source else payload

    def _chunks_of(self, key: JobKey) -> Iterator[Sequence[Outcome]]:
        for (owner, _), outcomes in self._chunks.items():
            if owner == key:
                yield outcomes

    def _broken(self, promise: str) -> None:
        self._sim.violate(promise)


HOUR = 3_600.0
SKEW = 300.0
"""Seconds by which the clocks of two hosts differ at most; what hangs on less is nobody's promise."""


def _name(key: JobKey) -> str:
    return f"job {key.job_id[-4:]}"


assert frozenset(NEXT) == OPEN
