"""What every JobRepository promises, and who promises it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from aurastream.adapters.aws.dynamodb_job_repository import DynamoDbJobRepository
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.sqlite_job_repository import SqliteJobRepository
from aurastream.domain.errors import InvalidCursorError, JobNotFoundError, StaleJobError
from aurastream.domain.job import JobStatus
from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.keys import JobKey, Tenant
from aurastream.domain.paging import Cursor
from aurastream.ports.job_repository import JobRepository
from tests import simulated_aws as aws
from tests.contracts.cases import ACME, LATER, MUCH_LATER, NOON, OTHER, fresh, key, life, stored
from tests.contracts.racing import race
from tests.fakes import FakeClock, FakeJobRepository


def listed(jobs: JobRepository, tenant: Tenant, status: JobStatus | None, limit: int) -> list[list[JobKey]]:
    """The whole list, a page at a time."""
    pages, after = [], None
    while True:
        page = jobs.page(tenant, status=status, after=after, limit=limit)
        pages.append([job.key for job in page.items])
        if page.next is None:
            return pages
        assert page.next != after, "the list goes round in circles"
        after = page.next


class JobRepositoryContract:
    """Every repository of jobs, everywhere."""

    @pytest.fixture
    def jobs(self) -> JobRepository:
        raise NotImplementedError

    def test_an_unknown_job_is_not_found(self, jobs: JobRepository) -> None:
        with pytest.raises(JobNotFoundError):
            jobs.get(key())

    def test_every_version_comes_back_as_it_was_saved(self, jobs: JobRepository) -> None:
        for version in life():
            jobs.save(version)
            assert jobs.get(version.key) == version

    def test_an_error_a_parent_and_a_promise_come_back(self, jobs: JobRepository) -> None:
        waiting = replace(fresh(), promised=True, retry_of=key(7).job_id)
        queued = waiting.queue(None, now=LATER)
        why = JobError(code=JobErrorCode.COLUMN_NOT_FOUND, detail="columns: a, 'ü'", columns=("a", "ü\n", ""))
        failed = stored(jobs, [waiting, queued, queued.fail(why, now=LATER)])
        assert jobs.get(failed.key) == failed

    def test_a_request_to_cancel_comes_back(self, jobs: JobRepository) -> None:
        versions = life()
        asked = stored(jobs, [*versions, versions[-1].request_cancel(now=LATER)])
        assert jobs.get(asked.key) == asked
        assert asked.cancel_requested

    def test_another_tenants_job_is_not_found(self, jobs: JobRepository) -> None:
        saved = stored(jobs, [fresh(1, ACME)])
        with pytest.raises(JobNotFoundError):
            jobs.get(JobKey(OTHER, saved.key.job_id))

    def test_two_tenants_may_have_a_job_of_one_id(self, jobs: JobRepository) -> None:
        mine, theirs = fresh(1, ACME), life(1, OTHER)
        stored(jobs, [mine])
        stored(jobs, theirs)
        assert jobs.get(mine.key) == mine
        assert jobs.get(theirs[-1].key) == theirs[-1]

    def test_the_first_version_must_be_new(self, jobs: JobRepository) -> None:
        versions = life()
        stored(jobs, versions[:2])
        with pytest.raises(StaleJobError):
            jobs.save(versions[0])
        assert jobs.get(versions[0].key) == versions[1]

    def test_a_version_cannot_be_skipped(self, jobs: JobRepository) -> None:
        versions = life()
        stored(jobs, versions[:1])
        with pytest.raises(StaleJobError):
            jobs.save(versions[2])
        assert jobs.get(versions[0].key) == versions[0]

    def test_a_later_version_of_an_unknown_job_is_stale(self, jobs: JobRepository) -> None:
        with pytest.raises(StaleJobError):
            jobs.save(life()[1])
        with pytest.raises(JobNotFoundError):
            jobs.get(key())

    def test_the_second_of_two_writers_is_stale(self, jobs: JobRepository) -> None:
        versions = life()
        last = stored(jobs, versions)
        jobs.save(last.request_cancel(now=LATER))
        with pytest.raises(StaleJobError):
            jobs.save(replace(last, version=last.version + 1, deadline_at=MUCH_LATER))
        assert jobs.get(last.key) == last.request_cancel(now=LATER)

    def test_the_same_version_twice_is_stale(self, jobs: JobRepository) -> None:
        versions = life()
        stored(jobs, versions)
        with pytest.raises(StaleJobError):
            jobs.save(versions[-1])

    def test_counts_and_spend_are_not_its_to_write_but_the_total_is(self, jobs: JobRepository) -> None:
        last = stored(jobs, life(rows=10))
        invented = Counts(total=12, succeeded=5, failed=1, skipped=2, cancelled=3)
        jobs.save(
            replace(last, version=last.version + 1, counts=invented, spend=Spend(units=9, saved_units=8))
        )
        read = jobs.get(last.key)
        assert read.counts == Counts(total=12)
        assert read.spend == Spend()

    def test_the_first_version_brings_no_counts_either(self, jobs: JobRepository) -> None:
        invented = replace(fresh(), counts=Counts(total=3, failed=3), spend=Spend(units=9))
        jobs.save(invented)
        assert jobs.get(invented.key).counts == Counts(total=3)
        assert jobs.get(invented.key).spend == Spend()

    def test_a_tombstone_can_be_read_but_is_not_listed(self, jobs: JobRepository) -> None:
        ended = fresh(1).request_cancel(now=LATER)
        deleted = stored(jobs, [fresh(1), ended, ended.delete(now=LATER)])
        stored(jobs, [fresh(2)])
        assert jobs.get(deleted.key) == deleted
        assert listed(jobs, ACME, None, 10) == [[key(2)]]
        assert listed(jobs, ACME, JobStatus.CANCELLED, 10) == [[]]

    def test_a_list_is_newest_first_whatever_the_order_of_saving(self, jobs: JobRepository) -> None:
        for number in (2, 5, 1, 4, 3):
            stored(jobs, [fresh(number)])
        assert listed(jobs, ACME, None, 10) == [[key(5), key(4), key(3), key(2), key(1)]]

    def test_a_list_holds_whole_jobs(self, jobs: JobRepository) -> None:
        saved = stored(jobs, life())
        assert list(jobs.page(ACME, status=None, after=None, limit=1).items) == [saved]

    def test_pages_join_without_gap_or_repetition(self, jobs: JobRepository) -> None:
        for number in range(1, 6):
            stored(jobs, [fresh(number)])
        assert listed(jobs, ACME, None, 2) == [[key(5), key(4)], [key(3), key(2)], [key(1)]]

    def test_a_page_that_ends_with_the_last_job_is_the_last(self, jobs: JobRepository) -> None:
        for number in range(1, 5):
            stored(jobs, [fresh(number)])
        pages = listed(jobs, ACME, None, 2)
        assert [one for page in pages for one in page] == [key(4), key(3), key(2), key(1)]
        assert pages[-1]

    def test_a_job_saved_between_two_pages_does_not_shift_the_second(self, jobs: JobRepository) -> None:
        for number in range(1, 4):
            stored(jobs, [fresh(number)])
        first = jobs.page(ACME, status=None, after=None, limit=2)
        stored(jobs, [fresh(9)])
        second = jobs.page(ACME, status=None, after=first.next, limit=2)
        assert [job.key for job in second.items] == [key(1)]

    def test_a_list_by_status_holds_that_status_alone(self, jobs: JobRepository) -> None:
        stored(jobs, life(1))
        stored(jobs, [fresh(2)])
        stored(jobs, life(3))
        assert listed(jobs, ACME, JobStatus.RUNNING, 1) == [[key(3)], [key(1)]]
        assert listed(jobs, ACME, JobStatus.AWAITING_UPLOAD, 9) == [[key(2)]]
        assert listed(jobs, ACME, JobStatus.FAILED, 9) == [[]]

    def test_a_list_by_status_follows_the_job(self, jobs: JobRepository) -> None:
        versions = life()
        for version in versions[:3]:
            jobs.save(version)
            for status in JobStatus:
                expected = [version.key] if status is version.status else []
                assert listed(jobs, ACME, status, 9) == [expected]

    def test_a_list_holds_one_tenants_jobs_alone(self, jobs: JobRepository) -> None:
        stored(jobs, [fresh(1, ACME)])
        stored(jobs, [fresh(2, OTHER)])
        stored(jobs, [fresh(3, Tenant("acme-2"))])
        assert listed(jobs, ACME, None, 9) == [[key(1)]]
        assert listed(jobs, Tenant("nobody"), None, 9) == [[]]

    @pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA", "A" * 500, "=", "\x00", "\ud800"])
    def test_a_cursor_that_was_never_handed_out_is_refused(self, jobs: JobRepository, cursor: str) -> None:
        stored(jobs, [fresh(1)])
        with pytest.raises(InvalidCursorError):
            jobs.page(ACME, status=None, after=Cursor(cursor), limit=2)

    @pytest.mark.parametrize(
        ("tenant", "status"), [(OTHER, None), (ACME, JobStatus.AWAITING_UPLOAD), (ACME, JobStatus.FAILED)]
    )
    def test_a_cursor_of_another_list_is_refused(
        self, jobs: JobRepository, tenant: Tenant, status: JobStatus | None
    ) -> None:
        for number in range(1, 4):
            stored(jobs, [fresh(number)])
        cursor = jobs.page(ACME, status=None, after=None, limit=2).next
        assert cursor is not None
        with pytest.raises(InvalidCursorError):
            jobs.page(tenant, status=status, after=cursor, limit=2)

    def test_overdue_jobs_come_most_overdue_first_whoever_owns_them(self, jobs: JobRepository) -> None:
        for number, tenant, seconds in ((1, ACME, 30), (2, OTHER, 10), (3, ACME, 20), (4, ACME, 61)):
            stored(jobs, [replace(fresh(number, tenant), deadline_at=NOON + timedelta(seconds=seconds))])
        stored(jobs, [replace(fresh(5), deadline_at=None)])
        assert list(jobs.overdue(LATER, 9)) == [key(2, OTHER), key(3), key(1)]
        assert list(jobs.overdue(LATER, 2)) == [key(2, OTHER), key(3)]
        assert list(jobs.overdue(NOON, 9)) == []

    def test_a_job_is_overdue_at_its_deadline_and_not_a_moment_before(self, jobs: JobRepository) -> None:
        stored(jobs, [replace(fresh(), deadline_at=LATER)])
        assert list(jobs.overdue(LATER - timedelta(microseconds=1), 9)) == []
        assert list(jobs.overdue(LATER, 9)) == [key()]

    def test_a_deadline_moves_with_the_job(self, jobs: JobRepository) -> None:
        due = replace(fresh(), deadline_at=NOON)
        stored(jobs, [due, replace(due.queue(None, now=LATER), deadline_at=MUCH_LATER)])
        assert list(jobs.overdue(LATER, 9)) == []
        assert list(jobs.overdue(MUCH_LATER, 9)) == [key()]

    def test_a_tombstone_is_overdue_until_it_is_erased(self, jobs: JobRepository) -> None:
        ended = fresh().request_cancel(now=LATER)
        deleted = ended.delete(now=LATER)
        stored(jobs, [fresh(), ended, deleted])
        assert list(jobs.overdue(MUCH_LATER, 9)) == [key()]
        jobs.save(deleted.erased(now=LATER))
        assert list(jobs.overdue(MUCH_LATER, 9)) == []

    def test_of_many_that_save_one_version_one_wins(self, jobs: JobRepository) -> None:
        last = stored(jobs, life())
        rivals = [
            replace(last, version=last.version + 1, updated_at=LATER + timedelta(seconds=number))
            for number in range(20)
        ]
        results = race(lambda number: jobs.save(rivals[number]))
        [winner] = [number for number, result in enumerate(results) if result is None]
        assert all(isinstance(result, StaleJobError) for result in results if result is not None)
        assert jobs.get(last.key) == rivals[winner]

    def test_of_many_that_save_the_first_version_one_wins(self, jobs: JobRepository) -> None:
        results = race(lambda number: jobs.save(replace(fresh(), deadline_at=NOON + timedelta(number))))
        [winner] = [number for number, result in enumerate(results) if result is None]
        assert jobs.get(key()).deadline_at == NOON + timedelta(winner)


class TestFakeJobRepository(JobRepositoryContract):
    @pytest.fixture
    def jobs(self) -> JobRepository:
        return FakeJobRepository()


class TestSqliteJobRepository(JobRepositoryContract):
    @pytest.fixture
    def jobs(self, db: Database) -> JobRepository:
        return SqliteJobRepository(db)


class TestDynamoDbJobRepository(JobRepositoryContract):
    @pytest.fixture
    def jobs(self) -> Iterator[JobRepository]:
        with aws.simulated_aws():
            yield DynamoDbJobRepository(aws.dynamodb(), aws.make_table(), clock=FakeClock(), chance=Random(1))
