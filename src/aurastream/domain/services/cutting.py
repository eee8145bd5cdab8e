"""Which rows of its input a job works on, in which chunks: the same each time."""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

from aurastream.domain.files.chunks import CHUNK_ROWS, ChunkRow, chunked
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.reader import Reading, open_rows
from aurastream.domain.files.rows import Row
from aurastream.domain.job import Job
from aurastream.domain.keys import base_key
from aurastream.domain.outcome import Outcome
from aurastream.domain.outcome_lines import decode_outcomes
from aurastream.ports.blob_store import BlobStore


def input_of(job: Job, blobs: BlobStore) -> Iterator[bytes]:
    """
    The bytes that the job began with.

    Raises:
        BlobNotFoundError, BlobChangedError: they are no longer there.
    """
    return blobs.read(job.input_key, etag=job.source.etag if job.source else None)


def open_again(job: Job, blobs: BlobStore, limits: FileLimits) -> Reading:
    """
    The input of a job that has a plan, with the header that it was planned with.

    Raises, at once or while rows are read:
        BlobNotFoundError, BlobChangedError, FileRejectedError: it is no longer what it was.
    """
    assert job.plan is not None
    return open_rows(input_of(job, blobs), job.options, limits, header=job.plan.input.header)


def every_row(row: Row) -> bool:  # noqa: ARG001 # the shape of a sieve
    """Wants all of them."""
    return True


def rows_to_mend(inherited: Iterable[Outcome]) -> Callable[[Row], bool]:
    """Wants the rows that another try may mend, asked once each in ascending order."""
    numbers = (outcome.row for outcome in inherited if outcome.retryable)
    following = next(numbers, None)

    def wanted(row: Row) -> bool:
        nonlocal following
        if row.number != following:
            return False
        following = next(numbers, None)
        return True

    return wanted


def cut_again(
    job: Job, lost: Collection[int], blobs: BlobStore, limits: FileLimits, *, max_rows: int = CHUNK_ROWS
) -> Iterator[tuple[int, list[ChunkRow]]]:
    """
    The chunks of these numbers, whose blobs were lost: in one pass over the job's input.

    Raises, at once or while chunks are read:
        BlobNotFoundError, BlobChangedError, FileRejectedError: the input is lost, too.
    """
    wanted = rows_to_mend(decode_outcomes(blobs.read(base_key(job.key)))) if job.retry_of else every_row
    reading = open_again(job, blobs, limits)
    chunks = chunked((row for row in reading.rows if wanted(row)), max_rows=max_rows)
    for number, rows in enumerate(islice(chunks, max(lost) + 1)):
        if number in lost:
            yield number, rows
