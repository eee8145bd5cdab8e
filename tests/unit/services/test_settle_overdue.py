"""Overdue jobs: each of them ends, and one that resists is told of and keeps nobody else waiting."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.errors import UnavailableError
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.job_input import Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobKey, upload_key
from aurastream.domain.services.settle_overdue import SettleOverdue
from tests.canary import MARKER
from tests.fakes import FakeJobRepository
from tests.unit.services.workshop import ACME, Workshop

MANY = [f"good {n}" for n in range(2_500)]


class Resisting(FakeJobRepository):
    """Keeps jobs, but some of them it does not let anybody change."""

    def __init__(self, resists: dict[JobKey, BaseException]) -> None:
        super().__init__()
        self.resists = resists
        self.looks: list[int] = []
        self.tried: list[JobKey] = []

    def get(self, key: JobKey) -> Job:
        if not self.tried or self.tried[-1] != key:
            self.tried.append(key)
        if key in self.resists:
            raise self.resists[key]
        return super().get(key)

    def overdue(self, now: datetime, limit: int) -> Sequence[JobKey]:
        self.looks.append(limit)
        return super().overdue(now, limit)


class Round:
    """Overdue uploads, the first created the most overdue; some resist."""

    def __init__(self, jobs: int, *, at_a_time: int = 100) -> None:
        self.shop = Workshop()
        self.jobs = Resisting({})
        self.shop.jobs = self.jobs
        self.shop.ledger.store = self.jobs.store
        self.keys: list[JobKey] = []
        for _ in range(jobs):
            self.keys.append(self.shop.create_upload(ACME, JobOptions())[0].key)
            self.shop.clock.advance(timedelta(seconds=1))
        self.shop.clock.advance(timedelta(hours=25))
        self.told: list[tuple[JobKey, str]] = []
        self.settle: SettleOverdue = replace(
            self.shop.settle,
            at_a_time=at_a_time,
            on_resisted=lambda key, kind: self.told.append((key, kind)),
        )

    def resist(self, keys: Sequence[JobKey], error: BaseException) -> None:
        self.jobs.resists.update(dict.fromkeys(keys, error))

    def settled(self) -> list[JobKey]:
        return [key for key in self.keys if self.jobs.store.jobs[key].status is JobStatus.EXPIRED]


@pytest.mark.parametrize("error", [UnavailableError(MARKER), ValueError(MARKER), KeyError(MARKER)])
def test_an_error_of_one_job_whatever_it_is_keeps_the_next_one_from_nothing(error: Exception) -> None:
    work = Round(2)
    work.resist(work.keys[:1], error)
    assert work.settle() == 1
    assert work.settled() == work.keys[1:]


def test_whoever_listens_hears_the_job_and_the_kind_of_its_error_but_no_words() -> None:
    work = Round(3)
    work.resist(work.keys[:1], ValueError(MARKER))
    work.resist(work.keys[1:2], UnavailableError(MARKER))
    work.settle()
    assert work.told == [(work.keys[0], "ValueError"), (work.keys[1], "unavailable")]


def test_nobody_has_to_listen() -> None:
    work = Round(2)
    work.resist(work.keys[:1], ValueError(MARKER))
    assert work.shop.settle() == 1


def test_who_is_made_to_die_dies() -> None:
    work = Round(2)
    work.resist(work.keys[:1], KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        work.settle()
    assert work.told == []


def test_a_hundred_that_resist_do_not_keep_the_next_one_waiting() -> None:
    work = Round(101)
    work.resist(work.keys[:100], UnavailableError("down"))
    assert work.settle() == 1
    assert work.settled() == work.keys[100:]
    assert [key for key, _ in work.told] == work.keys[:100]
    assert work.settle() == 0


def test_where_all_resist_each_is_tried_once_and_the_call_ends() -> None:
    work = Round(9, at_a_time=3)
    work.resist(work.keys, UnavailableError("down"))
    assert work.settle() == 0
    assert [key for key, _ in work.told] == work.keys


def test_what_an_index_that_lags_still_names_is_not_settled_twice() -> None:
    work = Round(3, at_a_time=2)
    work.resist(work.keys[:1], UnavailableError("down"))
    work.jobs.overdue = lambda now, limit: work.keys[:limit]  # type: ignore[method-assign] # as it was
    assert work.settle() == 2
    assert work.settled() == work.keys[1:]


def test_one_look_is_enough_where_it_shows_all() -> None:
    work = Round(3)
    work.resist(work.keys[:1], UnavailableError("down"))
    work.settle()
    assert work.jobs.looks == [100]


@given(resists=st.lists(st.booleans(), max_size=12), at_a_time=st.integers(1, 5))
def test_the_most_overdue_that_do_not_resist_are_settled_as_many_as_may_be(
    resists: list[bool], at_a_time: int
) -> None:
    work = Round(len(resists), at_a_time=at_a_time)
    work.resist([key for key, does in zip(work.keys, resists, strict=True) if does], ValueError("no"))
    willing = [key for key, does in zip(work.keys, resists, strict=True) if not does]
    assert work.settle() == min(at_a_time, len(willing))
    assert work.settled() == willing[:at_a_time]
    assert len(work.told) == len(set(work.told))


def test_a_job_whose_time_runs_out_while_it_runs_is_ended_before_it_is_erased(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.prepare(key)
    shop.clock.advance(timedelta(days=31))
    assert shop.settle() == 1
    assert shop.jobs.get(key).status is JobStatus.FAILED
    assert shop.settle() == 1
    assert shop.blobs.blobs == {}


def test_an_upload_that_never_comes_expires(shop: Workshop) -> None:
    job, form = shop.create_upload(ACME, JobOptions())
    assert form.max_bytes == 1_000
    assert shop.settle() == 0
    shop.clock.advance(timedelta(hours=24))
    assert shop.settle() == 1
    assert shop.jobs.get(job.key).status is JobStatus.EXPIRED
    late = shop.start(job.key, Source(key=upload_key(job.key), etag="x", size=1))
    assert late.status is JobStatus.EXPIRED
    assert shop.workflows.started == []


def test_a_job_that_nobody_begins_is_settled(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.clock.advance(timedelta(hours=25))
    shop.settle()
    job = shop.jobs.get(key)
    assert job.error is not None
    assert (job.status, job.error.code) == (JobStatus.FAILED, JobErrorCode.STALLED)


def test_a_job_that_nobody_goes_on_with_is_settled_and_keeps_what_was_scored(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    shop.prepare(key)
    shop.process(key, 1, final=False)
    shop.clock.advance(timedelta(hours=7))
    assert shop.settle() == 1
    job = shop.jobs.get(key)
    assert job.error is not None
    assert (job.status, job.error.code) == (JobStatus.FAILED, JobErrorCode.STALLED)
    assert (job.counts.succeeded, job.counts.failed, job.counts.pending) == (1_000, 1_500, 0)
    assert not shop.process(key, 0, final=True)
    child = shop.run(shop.retry(key).key)
    assert (child.status, child.counts.total) == (JobStatus.SUCCEEDED, 1_500)


def test_a_job_that_goes_on_after_it_was_found_overdue_is_left_alone(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    shop.prepare(key)
    shop.clock.advance(timedelta(hours=7))
    found = shop.jobs.overdue(shop.clock.now(), 10)
    shop.process(key, 0, final=False)
    shop.jobs.overdue = lambda now, limit: found  # type: ignore[method-assign] # seen a moment ago
    shop.settle()
    assert shop.jobs.get(key).status is JobStatus.RUNNING


def test_one_job_that_resists_keeps_no_other_waiting(shop: Workshop) -> None:
    stuck = shop.submitted(["good"])
    shop.prepare(stuck)
    other, _ = shop.create_upload(ACME, JobOptions())
    shop.blobs.broken = UnavailableError("down")
    shop.clock.advance(timedelta(hours=25))
    assert shop.settle() == 1
    assert shop.jobs.get(other.key).status is JobStatus.EXPIRED
