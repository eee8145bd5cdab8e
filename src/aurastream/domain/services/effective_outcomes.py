"""What became of the rows of a whole file, when only some of them were tried again."""

from collections.abc import Iterator

from aurastream.domain.errors import UnavailableError
from aurastream.domain.job import Job
from aurastream.domain.keys import base_key
from aurastream.domain.outcome import Outcome
from aurastream.domain.outcome_lines import decode_outcomes
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.ledger import Ledger


def own_outcomes(job: Job, ledger: Ledger) -> Iterator[Outcome]:
    """
    The outcomes that this job committed, in row order.

    Raises:
        UnavailableError: a chunk is not committed yet.
    """
    for chunk in range(job.chunks):
        outcomes = ledger.outcomes(job.key, chunk)
        if outcomes is None:
            raise UnavailableError(f"chunk {chunk} is not committed yet")
        yield from outcomes


def effective_outcomes(job: Job, ledger: Ledger, blobs: BlobStore) -> Iterator[Outcome]:
    """One outcome for every row of the file: the job's own, laid over those it inherited."""
    own = own_outcomes(job, ledger)
    if job.retry_of is None:
        yield from own
        return
    newer = next(own, None)
    for older in decode_outcomes(blobs.read(base_key(job.key))):
        if newer is not None and newer.row == older.row:
            yield newer
            newer = next(own, None)
        else:
            yield older
