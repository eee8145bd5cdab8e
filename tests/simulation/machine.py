"""Work on one machine: a runner with a durable list of what was started, begun anew when it died."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from math import inf

from aurastream.domain.errors import AuraStreamError, JobNotFoundError, UnavailableError
from aurastream.domain.job import Job
from aurastream.domain.keys import BlobKey, JobKey
from tests.simulation.ports import READS
from tests.simulation.scheduler import Actor
from tests.simulation.service import in_turn
from tests.simulation.world import Home, World

THREADS = 2


@dataclass(slots=True)
class Started:
    """A row of what was started."""

    tries: int = 0
    not_before: float = 0.0
    ended: bool = False


@dataclass(eq=False, slots=True)
class Process:
    """A runner's process: what it works on is known to it alone."""

    running: set[JobKey] = field(default_factory=set)
    ending: bool = False
    """Whether it was asked to end."""


class Machine(Home):
    """The runner of the local home with its threads, and the process manager that restarts it."""

    def __init__(self, world: World) -> None:
        self._world, self._sim = world, world.sim
        self._rows: dict[JobKey, Started] = {}
        self._threads: list[Actor] = []
        self._wakings = 0
        self._side_by_side = self._sim.likely(0.5)
        self._sim.spawn("supervisor", self._supervise)

    @property
    def uploads_start_jobs(self) -> bool:
        return False

    def arrived(self, blob: BlobKey) -> None:
        """Nobody listens; who took the upload starts the job."""

    def started(self, key: JobKey) -> None:
        self._rows.setdefault(key, Started())
        self._wakings += 1
        for thread in self._threads:
            self._sim.rouse(thread)

    def cares_for(self, job: Job) -> bool:
        return job.key in self._rows and not self._rows[job.key].ended

    def gave_up(self, key: JobKey) -> bool:
        return False

    def at_rest(self) -> bool:
        return all(row.ended for row in self._rows.values())

    def asked_to_end(self, process: object) -> bool:
        return isinstance(process, Process) and process.ending

    def map_chunks(self, work: Callable[[int], bool], chunks: Iterable[int]) -> Iterable[bool]:
        return self._two_at_once(work, chunks) if self._side_by_side else in_turn(work, chunks)

    def _supervise(self) -> None:
        while True:
            process = Process()
            work = partial(self._work, process)
            self._threads = [
                self._sim.spawn(f"runner {n}", work, mortal=True, group=process) for n in range(THREADS)
            ]
            if self._sim.likely(self._sim.weather.stops):
                self._sim.spawn("operator", partial(self._ask_to_end, process))
            for thread in self._threads:
                self._sim.wait(thread)
            self._sim.sleep(self._sim.chance.uniform(0.5, 5))

    def _ask_to_end(self, process: Process) -> None:
        """Whatever it does then, it comes to an end soon."""
        self._sim.sleep(self._sim.chance.choice((0.5, 5.0, 50.0, 500.0)))
        process.ending = True
        self._sim.note("asks to end", "")
        for thread in self._threads:
            self._sim.rouse(thread)

    def _work(self, process: Process) -> None:
        while not process.ending:
            seen = self._wakings
            try:
                key = self._sim.call("started.claim", "", lambda: self._due(process), errors=READS)
            except UnavailableError:
                self._sim.sleep(0.5)
                continue
            if process.ending:
                return
            if key is None and seen == self._wakings:
                self._sim.rest(self._until_one_is_due(process))
            if key is None or key in process.running:
                continue
            process.running.add(key)
            try:
                self._run(process, key)
            finally:
                process.running.discard(key)

    def _due(self, process: Process) -> JobKey | None:
        for key, row in self._rows.items():
            if not row.ended and row.not_before <= self._sim.now and key not in process.running:
                return key
        return None

    def _until_one_is_due(self, process: Process) -> float:
        due = [
            row.not_before - self._sim.now
            for key, row in self._rows.items()
            if not row.ended and key not in process.running
        ]
        return max(0.5, min(due)) if due else inf

    def _run(self, process: Process, key: JobKey) -> None:
        row = self._rows[key]
        try:
            self._world.host().run(key)
        except JobNotFoundError:
            pass
        except AuraStreamError:
            if not process.ending:
                self._note(key, row, ended=False)
            return
        if not process.ending:
            self._note(key, row, ended=True)

    def _note(self, key: JobKey, row: Started, *, ended: bool) -> None:
        def effect() -> None:
            row.ended = ended
            row.tries += 1
            row.not_before = self._sim.now + min(60, 2**row.tries)

        try:
            self._sim.call(f"started.note {ended}", key, effect, writes=True, errors=READS)
        except UnavailableError:
            self._sim.sleep(0.5)

    def _two_at_once(self, work: Callable[[int], bool], chunks: Iterable[int]) -> Iterator[bool]:
        """As a pool of two threads does it: an error ends it and starts nothing more."""
        left = iter(chunks)
        errors: list[AuraStreamError] = []
        done: list[bool] = []

        def lane() -> None:
            for chunk in left:
                if errors:
                    return
                try:
                    done.append(work(chunk))
                except AuraStreamError as error:
                    errors.append(error)

        group = self._sim.running.group
        lanes = [self._sim.spawn(f"thread {n}", lane, mortal=True, group=group) for n in range(2)]
        for one in lanes:
            self._sim.wait(one)
        if errors:
            raise errors[0]
        yield from done
