"""Work in an account: events that come at least once, and executions that try each task again."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from aurastream.domain.errors import JobNotFoundError
from aurastream.domain.job import Job
from aurastream.domain.job_input import Source
from aurastream.domain.keys import UPLOADS, BlobKey, JobKey, job_of_upload, plan_key
from tests.simulation.scheduler import Actor, DeadError
from tests.simulation.service import Service, in_turn
from tests.simulation.world import Home, World

LANES = 2
"""How many chunks of one job are worked on at once."""
TIMED_OUT = "States.Timeout"
CRASHED = "Runtime.ExitError"
MAY_PASS = frozenset({TIMED_OUT, CRASHED, "UnavailableError", "StorageFullError"})
PREPARE_AGAIN = MAY_PASS | {"StaleJobError"}
CHUNK_AGAIN = MAY_PASS | {"ChunkUnfinishedError", "EngineUnavailableError", "DeadlineError"}


class Account(Home):
    """The state machine as its definition says, with fewer tries: what they leave undone comes sooner."""

    def __init__(self, world: World) -> None:
        self._world, self._sim = world, world.sim
        self._events: Counter[JobKey] = Counter()
        self._executions: dict[JobKey, Actor] = {}
        self._given_up: set[JobKey] = set()

    @property
    def uploads_start_jobs(self) -> bool:
        return True

    def arrived(self, blob: BlobKey) -> None:
        if not blob.startswith(UPLOADS):
            return
        info = self._world.blobs.stat(blob)
        source = Source(key=blob, etag=info.etag, size=info.size)
        for _ in range(2 if self._sim.likely(self._sim.weather.doubles) else 1):
            self._events[job_of_upload(blob)] += 1
            self._sim.spawn("event", lambda: self._deliver(source))

    def started(self, key: JobKey) -> None:
        if key not in self._executions:
            name = f"execution {key.job_id[-2:]}"
            self._executions[key] = self._sim.spawn(name, lambda: self._execute(key))

    def cares_for(self, job: Job) -> bool:
        return self._events[job.key] > 0 or job.key in self._executions

    def gave_up(self, key: JobKey) -> bool:
        return key in self._given_up

    def at_rest(self) -> bool:
        return not +self._events and all(execution.done for execution in self._executions.values())

    def asked_to_end(self, process: object) -> bool:
        return False

    def map_chunks(self, work: Callable[[int], bool], chunks: Iterable[int]) -> Iterable[bool]:
        return in_turn(work, chunks)

    def _deliver(self, source: Source) -> None:
        """Until it was heard; what fails too often is put back by the operator."""
        key = job_of_upload(source.key)
        while True:
            self._sim.sleep(self._sim.chance.choice((0.0, 0.5, 3.0, 40.0)))
            task = self._world.attempt("start", lambda host: host.start(key, source), lives=60)
            self._sim.wait(task)
            if task.error is None or isinstance(task.error, JobNotFoundError):
                break
        self._events[key] -= 1

    def _execute(self, key: JobKey) -> None:
        prepared = self._tried("prepare", lambda host: _chunks(host.prepare(key)), PREPARE_AGAIN)
        if prepared is not None and prepared.result:
            numbers = iter(json.loads(self._world.blobs.blobs[plan_key(key)]))
            lanes = [self._sim.spawn(f"lane {n}", lambda: self._work(key, numbers)) for n in range(LANES)]
            for lane in lanes:
                self._sim.wait(lane)
        if self._tried("finish", lambda host: host.finish(key), None) is None:
            self._given_up.add(key)

    def _work(self, key: JobKey, numbers: Iterator[int]) -> None:
        for chunk in numbers:
            process = partial(Service.process_chunk, key=key, chunk=chunk)
            if self._tried(f"chunk {chunk}", partial(process, final=False), CHUNK_AGAIN) is None:
                self._tried(f"chunk {chunk} final", partial(process, final=True), None)

    def _tried(
        self,
        name: str,
        work: Callable[[Service], object],
        again: frozenset[str] | None,
        *,
        retries: int = 2,
    ) -> Actor | None:
        """The try that went well, if one did; `again` are the errors after which there is another."""
        for attempt in range(retries + 1):
            if attempt:
                self._sim.sleep(self._sim.chance.uniform(0, 5 * 3**attempt))
            task = self._world.attempt(name, work)
            if self._sim.likely(self._sim.weather.doubles):
                late = self._sim.chance.choice((0.0, 0.0, 0.2, 5.0, 50.0))
                self._world.attempt(name + "'", work, after=late).slow = True
            # Now and then the answer of a task that goes on does not come.
            self._sim.wait(task, 5 if self._sim.likely(self._sim.weather.sloth / 2) else 910)
            if task.done and task.error is None:
                return task
            if again is not None and _name(task) not in again:
                return None
        return None


def _chunks(job: Job) -> int:
    return 0 if job.is_final else job.chunks


def _name(task: Actor) -> str:
    if not task.done:
        return TIMED_OUT
    return CRASHED if isinstance(task.error, DeadError) else type(task.error).__name__
