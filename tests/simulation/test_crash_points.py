"""A job whose process dies before or after any of its writes is taken up again, as if nothing had been."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from aurastream.adapters.local.data_directory import DATABASE, open_blobs
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.sqlite_idempotency_store import SqliteIdempotencyStore
from aurastream.adapters.local.sqlite_job_repository import SqliteJobRepository
from aurastream.adapters.local.sqlite_ledger import SqliteLedger
from aurastream.adapters.local.sqlite_result_cache import SqliteResultCache
from aurastream.adapters.local.sqlite_retry_queue import SqliteRetryQueue
from aurastream.adapters.local.thread_workflow_starter import ThreadWorkflowStarter
from aurastream.adapters.local.upload_grants import SqliteUploadGrants
from aurastream.domain.job import Job, JobStatus
from tests.simulation.scheduler import DeadError
from tests.simulation.service import AT_A_TIME, Service
from tests.simulation.sweeping import JOB, Fate, Stores, adds_up, fakes, published, submitted

IN_FLIGHT = AT_A_TIME * 2 * 3
"""Units of a batch of texts that have two segments each, the most that a crash can waste."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A run that nothing happened to."""

    job: Job
    published: tuple[bytes, bytes]
    units: int
    writes: tuple[str, ...]


def done(service: Service) -> Job:
    """What each try of the whole does."""
    submitted(service)
    return service.run(JOB)


def clean_run(stores: Stores) -> Clean:
    fate = Fate()
    job = done(stores.service(fate))
    return Clean(job, published(stores, JOB), stores.engine.units, tuple(fate.writes))


CLEAN = clean_run(fakes())
WRITES = range(1, len(CLEAN.writes) + 1)


def on_disk(directory: Path) -> tuple[Stores, Database]:
    """The real stores of one machine."""
    db = Database(directory / DATABASE)
    blobs = open_blobs(directory, grants=SqliteUploadGrants(db), base_url=str)
    stores = Stores(
        jobs=SqliteJobRepository(db),
        ledger=SqliteLedger(db),
        blobs=blobs,
        cache=SqliteResultCache(db),
        queue=SqliteRetryQueue(db),
        workflows=ThreadWorkflowStarter(db),
        requests=SqliteIdempotencyStore(db),
    )
    return stores, db


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with every table and no row."""
    directory = tmp_path_factory.mktemp("empty")
    db = Database(directory / DATABASE)
    with db.transaction():
        pass
    db.close()
    return directory


@pytest.fixture
def real(empty: Path, tmp_path: Path) -> Iterator[Stores]:
    shutil.copytree(empty, tmp_path / "data")
    stores, db = on_disk(tmp_path / "data")
    yield stores
    db.close()


def dies_and_is_taken_up(stores: Stores, write: int, *, after: bool) -> None:
    with pytest.raises(DeadError):
        done(stores.service(Fate(write, after=after)))
    job = done(stores.service())
    assert (job.status, job.counts, job.spend) == (CLEAN.job.status, CLEAN.job.counts, CLEAN.job.spend)
    assert published(stores, JOB) == CLEAN.published
    assert adds_up(stores, job)
    assert CLEAN.units <= stores.engine.units <= CLEAN.units + IN_FLIGHT
    assert JOB in {told.key for told in stores.notifier.told}


def test_the_job_has_three_chunks_and_every_kind_of_row_and_of_write() -> None:
    assert CLEAN.job.status is JobStatus.SUCCEEDED_WITH_ERRORS
    assert CLEAN.job.chunks == 3
    assert min(CLEAN.job.counts.succeeded, CLEAN.job.counts.failed, CLEAN.job.counts.skipped) > 0
    kinds = {write.split()[0] for write in CLEAN.writes}
    assert kinds == {
        *("jobs.save", "blobs.write", "workflows.start", "engine", "cache.put", "ledger.commit", "notifier")
    }


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", WRITES)
def test_whoever_takes_over_ends_the_job_as_if_nothing_had_been(write: int, after: bool) -> None:
    dies_and_is_taken_up(fakes(), write, after=after)


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", WRITES)
def test_the_same_over_what_lies_on_the_disk(real: Stores, write: int, after: bool) -> None:
    dies_and_is_taken_up(real, write, after=after)


@pytest.mark.parametrize("second", WRITES)
def test_who_takes_over_may_die_as_well(second: int) -> None:
    """Each run dies one write further than the one before, until there is nothing left to write."""
    stores = fakes()
    for write in range(1, second + 1):
        with suppress(DeadError):
            done(stores.service(Fate(write, after=write % 2 == 0)))
    job = done(stores.service())
    assert (job.counts, published(stores, JOB)) == (CLEAN.job.counts, CLEAN.published)
    assert adds_up(stores, job)
