"""The outcomes of a job, a page at a time, while it runs and after."""

from dataclasses import dataclass

from aurastream.domain.errors import InvalidCursorError
from aurastream.domain.job import Job
from aurastream.domain.keys import JobKey
from aurastream.domain.outcome import Outcome
from aurastream.domain.paging import Cursor, Page, open_cursor, seal_cursor
from aurastream.domain.services.finding import find_job
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResults:
    """
    In row order, but rows that were lost with their input come last; a page stops before the first chunk
    that is not committed yet.

    Without a next cursor the job has ended and all was read; an empty page with one means: not yet.
    """

    jobs: JobRepository
    ledger: Ledger
    clock: Clock

    def __call__(self, key: JobKey, *, after: Cursor | None, limit: int) -> Page[Outcome]:
        """
        Raises:
            JobNotFoundError
            InvalidCursorError: not handed out for this job.
        """
        job = find_job(self.jobs, key, self.clock.now())
        chunk, offset = _position(job, after)
        found: list[Outcome] = []
        while chunk < job.chunks and len(found) < limit:
            outcomes = self.ledger.outcomes(key, chunk)
            if outcomes is None:
                break
            part = outcomes[offset : offset + limit - len(found)]
            found += part
            offset += len(part)
            if offset >= len(outcomes):
                chunk, offset = chunk + 1, 0
        read_all = job.is_final and chunk >= job.chunks
        return Page(items=found, next=None if read_all else seal_cursor(_scope(job), f"{chunk}:{offset}"))


def _scope(job: Job) -> str:
    return f"results/{job.key.tenant}/{job.key.job_id}"


def _position(job: Job, after: Cursor | None) -> tuple[int, int]:
    if after is None:
        return 0, 0
    chunk, _, offset = open_cursor(_scope(job), after).partition(":")
    if not (chunk.isdecimal() and offset.isdecimal() and len(chunk) + len(offset) < 20):
        raise InvalidCursorError("the cursor was not handed out for this list; start again without one")
    return int(chunk), int(offset)
