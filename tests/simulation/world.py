"""A whole installation: what is durable, the hosts, and the chores that are done again and again."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import count
from math import inf

from aurastream.domain.engine import Call
from aurastream.domain.errors import EngineUnavailableError
from aurastream.domain.job import Job
from aurastream.domain.keys import BlobKey, JobId, JobKey, Tenant, job_id_at
from aurastream.domain.outcome import FailureCode, Outcome, failed
from tests.fakes import (
    NOON,
    FakeBlobStore,
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
from tests.simulation.payloads import LIMITS, POISON
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
    RequestWatch,
)
from tests.simulation.promises import HOUR, Promises
from tests.simulation.scheduler import Actor, Scheduler
from tests.simulation.service import HostClock, Ports, Service

HOSTS = 3


class Home(ABC):
    """How work gets done: an account, or one machine."""

    @property
    @abstractmethod
    def uploads_start_jobs(self) -> bool:
        """Whether the arrival of a file starts its job."""

    @abstractmethod
    def arrived(self, blob: BlobKey) -> None:
        """A blob was written."""

    @abstractmethod
    def started(self, key: JobKey) -> None:
        """The work on a job is to begin; for the same job a second time it has begun already."""

    @abstractmethod
    def cares_for(self, job: Job) -> bool:
        """Whether somebody is bound to go on with an open job."""

    @abstractmethod
    def gave_up(self, key: JobKey) -> bool:
        """Whether everything was tried, and failed, to end a job; it is left to its deadline."""

    @abstractmethod
    def at_rest(self) -> bool:
        """Whether nothing that was started is left to do."""

    @abstractmethod
    def asked_to_end(self, process: object) -> bool:
        """Whether a process is to begin nothing more."""

    @abstractmethod
    def map_chunks(self, work: Callable[[int], bool], chunks: Iterable[int]) -> Iterable[bool]:
        """How whoever runs a whole job works on its chunks."""


class World:
    """The stores, three hosts that share them, and what must be true."""

    def __init__(self, sim: Scheduler, home: "Callable[[World], Home]") -> None:
        self.sim = sim
        self.store = FakeStore()
        self.blobs = FakeBlobStore()
        self.queue = FakeRetryQueue()
        self.engine = FakeEngine(limits=LIMITS, price=list_price)
        self.engine.poison.add(POISON)
        self.notifier = FakeNotifier()
        self.promises = Promises(
            sim,
            self.store,
            self.blobs,
            is_cared_for=self._is_cared_for,
            is_given_up=lambda key: self.home.gave_up(key),
        )
        self.known: list[JobKey] = []
        """Jobs that clients know of."""
        self.clients: list[Actor] = []
        self.fair = False
        self._ids = count(1)
        self._down_until = 0.0
        self.home = home(self)
        ports = self._ports()
        self.hosts = [
            Service(
                ports=ports,
                clock=HostClock(sim, skew),
                new_id=self._new_id,
                uploads_start_jobs=self.home.uploads_start_jobs,
                map_chunks=self.home.map_chunks,
                halted=lambda: self.home.asked_to_end(sim.running.group),
                look_every=sim.chance.choice((0.0, inf)),
                seed=sim.seed,
            )
            for skew in (sim.chance.choice((0.0, 0.0, 2.0, -2.0, 45.0, -45.0, 120.0)) for _ in range(HOSTS))
        ]
        self._queue_worker = sim.spawn("queue", self._work_the_queue)
        sim.spawn("settle", self._settle_now_and_then)

    def host(self) -> Service:
        """Any of the hosts."""
        return self.sim.chance.choice(self.hosts)

    def attempt(
        self,
        name: str,
        work: Callable[[Service], object],
        *,
        after: float = 0.0,
        lives: float = 900.0,
    ) -> Actor:
        """Set off some work on a host, after so many seconds; it may die there."""
        host = self.host()

        def worked() -> object:
            if after:
                self.sim.sleep(after)
            return work(host)

        return self.sim.spawn(name, worked, mortal=True, lives=lives)

    def heal(self) -> None:
        """From here on nothing goes wrong any more."""
        self.fair = True
        self.engine.broken, self._down_until = None, 0.0
        self.promises.healed_at = self.sim.now
        self.sim.spawn("operator", self._redrive)

    def at_rest(self) -> bool:
        """Whether all that was begun has come to its end."""
        return (
            all(client.done for client in self.clients)
            and self.home.at_rest()
            and not self.queue.queued
            and not self.open_jobs()
            and not any(actor.mortal and actor.group is actor for actor in self.sim.actors)
        )

    def open_jobs(self) -> int:
        """How many jobs have not ended, or nobody told of, or are deleted and have not vanished."""
        return sum(self._is_looked_at_soon(job) for job in self.store.jobs.values())

    def _is_looked_at_soon(self, job: Job) -> bool:
        return job.deadline_at is not None and not (job.is_final and job.deadline_at == job.expires_at)

    def may_be_mended(self, job: Job) -> bool:
        """Whether a retry of the job has something to do."""
        if not job.is_final or job.deleted:
            return False
        chunks = [outcomes for (key, _), outcomes in self.store.chunks.items() if key == job.key]
        return any(outcome.retryable for outcomes in chunks for outcome in outcomes)

    def open_work(self) -> str:
        """Why it is not at rest, for people."""
        jobs = [f"{job.key.job_id[-4:]} {job.status}" for job in self.store.jobs.values() if not job.is_final]
        clients = [client.name for client in self.clients if not client.done]
        deleted = [job.key.job_id[-4:] for job in self.store.jobs.values() if job.deleted and job.deadline_at]
        return (
            f"open {jobs}, clients {clients}, queued {len(self.queue.queued)}, to erase {deleted}, "
            f"home at rest: {self.home.at_rest()}"
        )

    def brown_out(self, seconds: float) -> None:
        """The engine is down for a while."""
        self.engine.broken = EngineUnavailableError()
        self._down_until = max(self._down_until, self.sim.now + seconds)

        def over() -> None:
            self.sim.sleep(seconds)
            if self.sim.now >= self._down_until:
                self.engine.broken = None

        self.sim.spawn("brownout", over)

    def _ports(self) -> Ports:
        sim, promises = self.sim, self.promises
        watch = RequestWatch(begun=promises.begun, finished=promises.finished, forgotten=promises.forgotten)
        return Ports(
            jobs=GatedJobRepository(FakeJobRepository(self.store), sim, promises.saved),
            ledger=GatedLedger(FakeLedger(self.store), sim),
            blobs=GatedBlobStore(self.blobs, sim, self.arrived),
            cache=GatedResultCache(FakeResultCache(), sim),
            queue=GatedRetryQueue(self.queue, sim, self._queued),
            workflows=GatedWorkflowStarter(FakeWorkflowStarter(), sim, self._started),
            requests=GatedIdempotencyStore(FakeIdempotencyStore(), sim, watch),
            notifier=GatedNotifier(self.notifier, sim),
            engine=GatedEngine(self.engine, sim, self._answered),
        )

    def _new_id(self) -> JobId:
        return job_id_at(NOON, next(self._ids))

    def arrived(self, blob: BlobKey) -> None:
        """A blob was written, by a host or by the form of an upload."""
        _, tenant, job_id, *_ = blob.split("/")
        self.promises.stored(blob, JobKey(Tenant(tenant), JobId(job_id)))
        self.home.arrived(blob)

    def _started(self, key: JobKey) -> None:
        self.promises.begins(key)
        self.home.started(key)

    def _queued(self, key: JobKey) -> None:
        self.promises.begins(key)
        if self.sim.likely(self.sim.weather.doubles / 2):
            self.queue.put(key, now=NOON)
        self.sim.rouse(self._queue_worker)

    def _answered(self, call: Call, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        given = [
            failed(outcome.id, FailureCode.ENGINE_UNAVAILABLE, retryable=True)
            if self.sim.likely(self.sim.weather.stumbles)
            else outcome
            for outcome in outcomes
        ]
        self.promises.billed(call, given)
        return given

    def _is_cared_for(self, job: Job) -> bool:
        if job.promised:
            return any(entry.ticket.job == job.key for entry in self.queue.queued)
        return self.home.cares_for(job)

    def _work_the_queue(self) -> None:
        while True:
            self.sim.rest(self._until_the_queue_has_one())
            self.sim.chance.shuffle(self.queue.queued)
            self.sim.wait(self.attempt("retries", lambda host: host.work_retries()), 900)

    def _until_the_queue_has_one(self) -> float:
        if not self.fair:
            return self.sim.chance.uniform(5, 60)
        seen = [entry.hidden_until for entry in self.queue.queued if not entry.resting]
        return max(1.0, self._until(min(seen))) + 150 if seen else inf

    def _settle_now_and_then(self) -> None:
        while True:
            self.sim.sleep(self._until_one_is_overdue())
            self.sim.wait(self.attempt("overdue", lambda host: host.settle()))

    def _until_one_is_overdue(self) -> float:
        """In fair weather nobody looks before there is something to see."""
        if not self.fair:
            return 600.0
        deadlines = [
            job.deadline_at
            for job in self.store.jobs.values()
            if job.deadline_at and self._is_looked_at_soon(job)
        ]
        return max(600.0, self._until(min(deadlines)) + 150) if deadlines else 600.0

    def _until(self, moment: datetime) -> float:
        return (moment - NOON).total_seconds() - self.sim.now

    def _redrive(self) -> None:
        """The operator puts back what rests, as long as there is such."""
        while True:
            host = self.host()
            if host.ports.queue.redrive(10, now=host.clock.now()):
                self.sim.rouse(self._queue_worker)
            self.sim.sleep(4 * HOUR)
