"""The end of a job, its news and its export."""

import pytest

from aurastream.domain.errors import UnavailableError
from aurastream.domain.job import TELL_AGAIN_AFTER, Job, JobStatus
from aurastream.domain.keys import export_key
from tests.fakes import FakeJobRepository, FakeNotifier
from tests.unit.services.workshop import Workshop


def test_an_end_that_nobody_could_be_told_of_is_told_later(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.notifier.broken = UnavailableError("down")
    assert shop.cancel(key).status is JobStatus.CANCELLED
    other = shop.submitted(["good"])
    with pytest.raises(UnavailableError):
        shop.run(other)
    shop.notifier.broken = None
    assert shop.settle() == 0
    shop.clock.advance(TELL_AGAIN_AFTER)
    assert shop.settle() == 2
    assert {(job.key, job.status) for job in shop.notifier.told} == {
        (key, JobStatus.CANCELLED),
        (other, JobStatus.SUCCEEDED),
    }
    shop.clock.advance(TELL_AGAIN_AFTER)
    assert shop.settle() == 0


def test_news_that_could_not_be_noted_is_told_again(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.notifier = BreaksTheStore(shop.jobs)
    assert shop.run(key).status is JobStatus.SUCCEEDED
    shop.jobs.broken = None
    shop.clock.advance(TELL_AGAIN_AFTER)
    assert shop.settle() == 1
    assert [job.key for job in shop.notifier.told] == [key, key]


class BreaksTheStore(FakeNotifier):
    """Hears the news; the store goes down before anybody can note that it did."""

    def __init__(self, jobs: FakeJobRepository) -> None:
        super().__init__()
        self._jobs = jobs

    def job_ended(self, job: Job) -> None:
        super().job_ended(job)
        self._jobs.broken = UnavailableError("down") if len(self.told) == 1 else None


def test_the_export_that_a_crash_left_behind_is_kept(shop: Workshop) -> None:
    key = shop.submitted(["good", "bad"])
    shop.prepare(key)
    shop.process(key, 0, final=False)
    shop.jobs.broken = None
    shop.finish(key)
    export = shop.blobs.blobs[export_key(key)]
    shop.finish(key)
    assert shop.blobs.blobs[export_key(key)] == export
    assert len(shop.notifier.told) == 2
