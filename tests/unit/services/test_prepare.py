"""What may be wrong with a file, or with its price, before anything is scored."""

from dataclasses import replace
from decimal import Decimal

from aurastream.domain.errors import EngineUnavailableError
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.keys import JobKey, upload_key
from tests.fakes import FakeJobRepository, FakeStore
from tests.unit.services.workshop import Workshop, table

MANY = [f"good {n}" for n in range(2_500)]


def test_a_file_without_the_column_fails_the_job_and_lists_the_columns(shop: Workshop) -> None:
    job = shop.done(["good"], text_column="comment")
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert (job.error.code, job.error.columns) == (JobErrorCode.COLUMN_NOT_FOUND, ("n", "text"))
    assert shop.engine.calls == []
    assert [told.told() for told in shop.notifier.told] == [job]


def test_over_budget_means_not_a_single_paid_call(shop: Workshop) -> None:
    job = shop.done(MANY, max_cost_usd=Decimal("0.7499"))
    assert job.error is not None
    assert job.error.code is JobErrorCode.BUDGET_EXCEEDED
    assert job.counts.total == 0
    assert shop.engine.calls == []


def test_within_budget_to_the_cent_is_within_budget(shop: Workshop) -> None:
    assert shop.done(MANY, max_cost_usd=Decimal("0.75")).status is JobStatus.SUCCEEDED


def test_an_engine_that_costs_nothing_is_never_over_budget(shop: Workshop) -> None:
    shop.bills = False
    assert shop.done(MANY, max_cost_usd=Decimal(0)).status is JobStatus.SUCCEEDED


def test_a_source_that_went_away_fails_the_job(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    del shop.blobs.blobs[upload_key(key)]
    job = shop.run(key)
    assert job.error is not None
    assert job.error.code is JobErrorCode.SOURCE_GONE


def test_a_source_that_was_replaced_fails_the_job(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    shop.blobs.replace(upload_key(key), table(["another"]))
    job = shop.run(key)
    assert job.error is not None
    assert job.error.code is JobErrorCode.SOURCE_CHANGED


def test_who_comes_too_late_for_the_source_of_a_planned_job_leaves_the_plan_alone(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    parent = shop.done(["good", "bad"])
    child = shop.retry(parent.key)
    late = shop.jobs.get(child.key).run(now=shop.clock.now())
    shop.prepare(child.key)
    shop.delete(parent.key)
    prepare = replace(shop.prepare, jobs=Belated(shop.store, late))
    assert prepare(child.key) == shop.jobs.get(child.key)
    shop.engine.broken = None
    assert shop.run(child.key).status is JobStatus.SUCCEEDED


class Belated(FakeJobRepository):
    """Shows its reader a version of a job that is not the newest any more, once."""

    def __init__(self, store: FakeStore, job: Job) -> None:
        super().__init__(store)
        self._old: Job | None = job

    def get(self, key: JobKey) -> Job:
        old, self._old = self._old, None
        return old or super().get(key)
