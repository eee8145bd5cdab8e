"""What a deletion leaves, and when."""

from datetime import timedelta

import pytest

from aurastream.domain.errors import JobNotFinishedError, JobNotFoundError, UnavailableError
from tests.unit.services.workshop import Workshop


def test_deleting_leaves_nothing_but_a_tombstone(shop: Workshop) -> None:
    job = shop.done(["good"], filename="reviews.csv", metadata={"who": "me"})
    shop.delete(job.key)
    assert shop.blobs.blobs == {}
    assert shop.store.chunks == {}
    with pytest.raises(JobNotFoundError):
        shop.results(job.key, after=None, limit=10)
    tombstone = shop.jobs.get(job.key)
    assert tombstone.deleted
    assert tombstone.options.filename is None
    assert tombstone.options.metadata == {}
    with pytest.raises(JobNotFoundError):
        shop.delete(job.key)


def test_an_open_job_is_not_deleted(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    with pytest.raises(JobNotFinishedError):
        shop.delete(key)


def test_a_deletion_that_broke_off_is_completed(shop: Workshop) -> None:
    job = shop.done(["good"])
    shop.blobs.broken = UnavailableError("down")
    with pytest.raises(UnavailableError):
        shop.delete(job.key)
    with pytest.raises(JobNotFoundError):
        shop.results(job.key, after=None, limit=10)
    shop.blobs.broken = None
    shop.clock.advance(timedelta(minutes=21))
    assert shop.settle() == 1
    assert shop.blobs.blobs == {}
    assert shop.settle() == 0


def test_what_is_past_its_time_is_gone_and_then_erased(shop: Workshop) -> None:
    job = shop.done(["good"])
    shop.clock.advance(timedelta(days=30))
    with pytest.raises(JobNotFoundError):
        shop.results(job.key, after=None, limit=10)
    assert shop.settle() == 1
    assert shop.blobs.blobs == {}
