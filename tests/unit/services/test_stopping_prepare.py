"""Prepare, when nobody wants its plan any more: it looks now and then, and stops."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count

import pytest

from aurastream.domain.errors import EngineUnavailableError, StoppedError, UnavailableError
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.keys import BlobKey, JobKey, base_key, chunk_key, copy_key
from aurastream.domain.services.prepare import LOOK_EVERY, PrepareJob
from tests.fakes import FakeBlobStore, FakeJobRepository
from tests.unit.services.workshop import Workshop

TEXTS = ["good"] * 50


class Slow(FakeBlobStore):
    """Takes so many seconds for each blob that it writes; something may happen in between."""

    def __init__(self, shop: Workshop, seconds: float) -> None:
        super().__init__()
        self.blobs = shop.blobs.blobs
        self._clock, self._seconds = shop.clock, seconds
        self.meanwhile: dict[BlobKey, Callable[[], object]] = {}

    def write(self, key: BlobKey, parts: Iterable[bytes]) -> bool:
        self._clock.advance(self._seconds)
        self.meanwhile.get(key, lambda: None)()
        return super().write(key, parts)


class Looked(FakeJobRepository):
    """Counts how often a job is looked at."""

    looks = 0

    def get(self, key: JobKey) -> Job:
        self.looks += 1
        return super().get(key)


def slow(shop: Workshop, seconds: float) -> tuple[JobKey, Slow]:
    """A job whose chunks of one row take so long each."""
    key = shop.submitted(TEXTS)
    shop.blobs = blobs = Slow(shop, seconds)
    return key, blobs


def prepare(shop: Workshop) -> PrepareJob:
    return replace(shop.prepare, chunk_rows=1)


def chunks_written(shop: Workshop) -> int:
    return sum("/chunks/" in key for key in shop.blobs.blobs)


def test_a_job_that_is_cancelled_while_its_file_is_cut_is_cut_no_further(shop: Workshop) -> None:
    key, blobs = slow(shop, LOOK_EVERY / 2)
    blobs.meanwhile[chunk_key(key, 9)] = lambda: shop.cancel(key)
    job = replace(shop.run, prepare=prepare(shop))(key)
    assert (job.status, job.plan, job.counts.total) == (JobStatus.CANCELLED, None, 0)
    assert 10 <= chunks_written(shop) <= 12
    assert shop.engine.calls == []


def test_a_job_that_has_ended_meanwhile_is_cut_no_further(shop: Workshop) -> None:
    key, blobs = slow(shop, LOOK_EVERY)
    blobs.meanwhile[chunk_key(key, 3)] = lambda: shop.finish(key)
    assert prepare(shop)(key).status is JobStatus.FAILED
    assert chunks_written(shop) <= 5


def test_a_job_that_another_planned_meanwhile_is_cut_no_further(shop: Workshop) -> None:
    key, blobs = slow(shop, LOOK_EVERY)
    another = replace(prepare(shop), blobs=FakeBlobStore())
    another.blobs.write(shop.jobs.get(key).input_key, [blobs.blobs[shop.jobs.get(key).input_key]])
    blobs.meanwhile[chunk_key(key, 3)] = lambda: another(key)
    assert prepare(shop)(key).chunks == len(TEXTS)
    assert chunks_written(shop) <= 5


@pytest.mark.parametrize("what", [copy_key, base_key], ids=["the file", "the outcomes"])
def test_a_retry_that_is_cancelled_while_it_takes_over_from_its_parent_takes_no_more(
    shop: Workshop, what: Callable[[JobKey], BlobKey]
) -> None:
    shop.engine.broken = EngineUnavailableError()
    parent = shop.done(TEXTS)
    child = shop.retry(parent.key)
    blobs = shop.blobs = Slow(shop, 0.0)
    seconds: Iterator[float] = count(1.0)
    shop.clock.monotonic = lambda: next(seconds)  # type: ignore[method-assign] # every look is a second later
    blobs.meanwhile[what(child.key)] = lambda: shop.cancel(child.key)
    job = shop.run(child.key)
    assert (job.status, job.plan) == (JobStatus.CANCELLED, None)
    assert what(child.key) not in blobs.blobs


def test_a_job_is_looked_at_once_a_second_and_not_once_a_chunk(shop: Workshop) -> None:
    shop.jobs = jobs = Looked(shop.store)
    key, _ = slow(shop, LOOK_EVERY / 10)
    jobs.looks = 0
    assert prepare(shop)(key).chunks == len(TEXTS)
    begun_and_planned = 2
    assert jobs.looks <= len(TEXTS) / 10 + begun_and_planned


def test_a_look_that_fails_does_not_end_the_work(shop: Workshop) -> None:
    key, blobs = slow(shop, 2 * LOOK_EVERY)
    blobs.meanwhile = {
        chunk_key(key, 3): lambda: setattr(shop.jobs, "broken", UnavailableError("down")),
        chunk_key(key, 9): lambda: setattr(shop.jobs, "broken", None),
    }
    assert prepare(shop)(key).chunks == len(TEXTS)


def test_a_process_that_is_to_end_stops_cutting_and_the_next_one_does_it(shop: Workshop) -> None:
    key = shop.submitted(TEXTS)
    with pytest.raises(StoppedError):
        replace(prepare(shop), halted=lambda: chunks_written(shop) == 3)(key)
    assert (shop.jobs.get(key).plan, chunks_written(shop)) == (None, 3)
    assert prepare(shop)(key).chunks == len(TEXTS)
