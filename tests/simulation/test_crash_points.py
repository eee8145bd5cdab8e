"""A job that dies before or after any of its writes is taken up again and ends as if nothing had been."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import pytest

from aurastream.domain.job import Job, JobOptions, JobStatus
from aurastream.domain.keys import BlobKey, JobKey, export_key
from aurastream.domain.outcome import Outcome
from aurastream.domain.remembering import CacheKey, Remembered
from tests.fakes import FakeBlobStore, FakeJobRepository, FakeLedger, FakeResultCache
from tests.unit.services.workshop import ACME, Workshop, table

T = TypeVar("T")

LONG = "This is good. " * 600
TEXTS = (
    [f"good {n % 700}" for n in range(1_000)] + [f"bad {n}" for n in range(1_000)] + [LONG, "", "good 1"] * 20
)


class DiedError(BaseException):
    """The process is gone; nothing of ours catches it."""


class Fate:
    """Counts writes, and dies before or after one of them."""

    def __init__(self, write: int | None = None, *, after: bool = False) -> None:
        self.writes = 0
        self._write, self._after = write, after

    def meet(self, effect: Callable[[], T]) -> T:
        self.writes += 1
        if self.writes == self._write and not self._after:
            raise DiedError
        done = effect()
        if self.writes == self._write:
            raise DiedError
        return done


class MortalJobs(FakeJobRepository):
    """Saves, or dies of it."""

    fate = Fate()

    def save(self, job: Job) -> None:
        save = super().save
        self.fate.meet(lambda: save(job))


class MortalLedger(FakeLedger):
    """Commits, or dies of it."""

    fate = Fate()

    def commit(
        self, key: JobKey, chunk: int, outcomes: Sequence[Outcome], *, now: datetime, deadline_at: datetime
    ) -> bool:
        commit = super().commit
        return self.fate.meet(lambda: commit(key, chunk, outcomes, now=now, deadline_at=deadline_at))


class MortalBlobs(FakeBlobStore):
    """Writes, or dies of it."""

    fate = Fate()

    def write(self, key: BlobKey, parts: Iterable[bytes]) -> bool:
        write = super().write
        return self.fate.meet(lambda: write(key, parts))


class MortalCache(FakeResultCache):
    """Remembers, or dies of it."""

    fate = Fate()

    def put(self, results: Mapping[CacheKey, Remembered], *, until: datetime) -> None:
        put = super().put
        self.fate.meet(lambda: put(results, until=until))

    def get(self, keys: Collection[CacheKey], *, now: datetime) -> Mapping[CacheKey, Remembered]:
        return super().get(keys, now=now)


def mortal_shop(fate: Fate) -> Workshop:
    shop = Workshop(blobs=MortalBlobs(), cache=MortalCache())
    shop.jobs, shop.ledger = MortalJobs(shop.store), MortalLedger(shop.store)
    for part in (shop.jobs, shop.ledger, shop.blobs, shop.cache):
        part.fate = fate  # type: ignore[union-attr] # each of them has one
    return shop


def submitted(shop: Workshop) -> JobKey:
    return shop.submit(ACME, JobOptions(), [table(TEXTS)]).key


def clean_run() -> tuple[bytes, Job, int, int]:
    """The export, the job, the writes that its work makes, and the units it costs."""
    shop = mortal_shop(Fate())
    key = submitted(shop)
    work = Fate()
    for part in (shop.jobs, shop.ledger, shop.blobs, shop.cache):
        part.fate = work  # type: ignore[union-attr] # as above
    job = shop.run(key)
    return shop.blobs.blobs[export_key(key)], job, work.writes, shop.engine.units


EXPORT, JOB, WRITES, UNITS = clean_run()


def test_the_job_has_three_chunks_long_texts_duplicates_and_writes_to_die_of() -> None:
    assert JOB.chunks == 3
    assert JOB.status is JobStatus.SUCCEEDED
    assert WRITES > 80


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_whoever_takes_over_ends_the_job_as_if_nothing_had_been(write: int, after: bool) -> None:
    shop = mortal_shop(Fate())
    key = submitted(shop)
    fate = Fate(write, after=after)
    for part in (shop.jobs, shop.ledger, shop.blobs, shop.cache):
        part.fate = fate  # type: ignore[union-attr] # as above
    with pytest.raises(DiedError):
        shop.run(key)
    job = shop.run(key)
    assert (job.status, job.counts) == (JOB.status, JOB.counts)
    assert shop.blobs.blobs[export_key(key)] == EXPORT
    batch = 25 * 3 + 3 * 60  # the batch that was in flight, long texts in it
    assert UNITS <= shop.engine.units <= UNITS + batch
    assert UNITS - batch <= job.spend.units <= shop.engine.units
