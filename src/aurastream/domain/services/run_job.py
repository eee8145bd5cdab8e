"""The flow of a job on one machine."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random

from aurastream.domain.errors import BlobNotFoundError, ChunkUnfinishedError
from aurastream.domain.job import Job
from aurastream.domain.keys import JobKey
from aurastream.domain.retrying import Backoff
from aurastream.domain.services.finish import FinishJob
from aurastream.domain.services.prepare import PrepareJob
from aurastream.domain.services.process_chunk import ProcessChunk
from aurastream.ports.clock import Clock

Map = Callable[[Callable[[int], bool], Iterable[int]], Iterable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob:
    """
    Prepare, process every chunk, finish; running a job again changes nothing.

    `map_chunks` is `map`, or one that works side by side.
    """

    prepare: PrepareJob
    process: ProcessChunk
    finish: FinishJob
    clock: Clock
    chance: Random
    map_chunks: Map = map
    tries: int = 5
    backoff: Backoff = field(default=Backoff(base=1.0, cap=30.0))

    def __call__(self, key: JobKey, *, gives_up: bool = True) -> Job:
        """
        Do the work a job stands for. Who does not give up leaves rows that fail for want of an engine undone.

        Raises:
            ChunkUnfinishedError: not `gives_up`, and rows wait for another try; the job is still RUNNING.
            StoppedError: this process is to end; the job is still RUNNING.
            JobNotFoundError, UnavailableError, StorageFullError
        """
        job = self.prepare(key)
        if not job.is_final:
            for _ in self.map_chunks(partial(self._work, key, gives_up=gives_up), range(job.chunks)):
                pass
        return self.finish(key)

    def _work(self, key: JobKey, chunk: int, *, gives_up: bool) -> bool:
        with suppress(BlobNotFoundError):  # somebody deleted the chunk: Finish settles its rows
            return self._tried(key, chunk, gives_up=gives_up)
        return False

    def _tried(self, key: JobKey, chunk: int, *, gives_up: bool) -> bool:
        for attempt in range(1, self.tries + 1):
            try:
                return self.process(key, chunk, final=False)
            except ChunkUnfinishedError:
                if attempt == self.tries and not gives_up:
                    raise
            if attempt < self.tries:
                self.clock.sleep(self.backoff.pause(attempt, self.chance))
        return self.process(key, chunk, final=True)
