"""What every Ledger promises, and who promises it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from threading import Event, Thread
from typing import NamedTuple, overload

import pytest

from aurastream.adapters.aws.dynamodb_job_repository import DynamoDbJobRepository
from aurastream.adapters.aws.dynamodb_ledger import DynamoDbLedger
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.sqlite_job_repository import SqliteJobRepository
from aurastream.adapters.local.sqlite_ledger import SqliteLedger
from aurastream.domain.errors import StaleJobError
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.keys import JobKey
from aurastream.domain.outcome import FailureCode, Outcome, failed
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger
from tests import simulated_aws as aws
from tests.contracts.cases import (
    ACME,
    LATER,
    MUCH_LATER,
    NOON,
    OTHER,
    OUTCOMES,
    RESULT,
    fresh,
    key,
    life,
    running,
    stored,
)
from tests.contracts.racing import race
from tests.fakes import FakeClock, FakeJobRepository, FakeLedger, FakeStore


class LedgerBench(NamedTuple):
    """A ledger, and the repository of the jobs whose counts it keeps."""

    jobs: JobRepository
    ledger: Ledger


class BreaksOff(Sequence[Outcome]):
    """Outcomes of a worker that dies while it hands them over."""

    def __len__(self) -> int:
        return 3

    @overload
    def __getitem__(self, index: int) -> Outcome: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Outcome]: ...
    def __getitem__(self, index: int | slice) -> Outcome | Sequence[Outcome]:
        if index == 0:
            return OUTCOMES[0]
        raise RuntimeError("the worker died")


def commit(bench: LedgerBench, job: JobKey, chunk: int, outcomes: Sequence[Outcome]) -> bool:
    """Commit at the usual moment."""
    return bench.ledger.commit(job, chunk, outcomes, now=LATER, deadline_at=MUCH_LATER)


def succeeded(*rows: int, units: int = 0) -> list[Outcome]:
    """Rows that went well."""
    return [Outcome(id=str(row), result=RESULT, units=units, row=row) for row in rows]


def ended(job: Job, status: JobStatus) -> Job:
    """The next version of the job, in an end state."""
    return replace(job, version=job.version + 1, status=status)


class LedgerContract:
    """Every ledger, everywhere."""

    @pytest.fixture
    def bench(self) -> LedgerBench:
        raise NotImplementedError

    def test_a_chunk_is_unknown_until_it_is_committed(self, bench: LedgerBench) -> None:
        job = running(bench.jobs)
        assert bench.ledger.outcomes(job.key, 0) is None
        assert commit(bench, job.key, 0, OUTCOMES)
        assert bench.ledger.outcomes(job.key, 1) is None

    def test_outcomes_come_back_as_they_were_in_row_order(self, bench: LedgerBench) -> None:
        job = running(bench.jobs)
        commit(bench, job.key, 3, OUTCOMES)
        assert list(bench.ledger.outcomes(job.key, 3) or []) == list(OUTCOMES)

    def test_a_chunk_without_rows_is_committed_too(self, bench: LedgerBench) -> None:
        job = running(bench.jobs)
        assert commit(bench, job.key, 0, [])
        found = bench.ledger.outcomes(job.key, 0)
        assert found is not None
        assert len(found) == 0
        assert not commit(bench, job.key, 0, succeeded(1))

    def test_a_full_chunk_of_the_longest_ids_fits(self, bench: LedgerBench) -> None:
        job = running(bench.jobs, rows=1_000)
        long = [
            replace(outcome, id=f"{outcome.row:04d}" + "é" * 126) for outcome in succeeded(*range(1, 1_001))
        ]
        assert commit(bench, job.key, 0, long)
        assert list(bench.ledger.outcomes(job.key, 0) or []) == long

    def test_counts_and_spend_change_with_the_chunk(self, bench: LedgerBench) -> None:
        job = running(bench.jobs, rows=20)
        commit(bench, job.key, 0, OUTCOMES)
        read = bench.jobs.get(job.key)
        assert read.counts == Counts(total=20, succeeded=2, failed=2, skipped=2, cancelled=1)
        assert read.spend == Spend(units=10, saved_units=4)

    def test_counts_and_spend_add_up_over_chunks(self, bench: LedgerBench) -> None:
        job = running(bench.jobs, rows=20)
        commit(bench, job.key, 1, OUTCOMES)
        commit(bench, job.key, 0, [*succeeded(8, units=3), failed("9", FailureCode.ENGINE_REJECTED)])
        read = bench.jobs.get(job.key)
        assert read.counts == Counts(total=20, succeeded=3, failed=3, skipped=2, cancelled=1)
        assert read.spend == Spend(units=13, saved_units=4)

    def test_a_commit_moves_the_deadline_and_the_date_and_no_more(self, bench: LedgerBench) -> None:
        job = running(bench.jobs, rows=10)
        now, deadline = LATER + timedelta(seconds=5), LATER + timedelta(hours=7)
        bench.ledger.commit(job.key, 0, succeeded(1), now=now, deadline_at=deadline)
        counts = Counts(total=10, succeeded=1)
        assert bench.jobs.get(job.key) == replace(job, counts=counts, updated_at=now, deadline_at=deadline)
        assert list(bench.jobs.overdue(deadline - timedelta(seconds=1), 9)) == []
        assert list(bench.jobs.overdue(deadline, 9)) == [job.key]

    def test_the_date_of_a_job_never_goes_back(self, bench: LedgerBench) -> None:
        job = running(bench.jobs)
        bench.ledger.commit(job.key, 0, succeeded(1), now=NOON, deadline_at=MUCH_LATER)
        assert bench.jobs.get(job.key).updated_at == job.updated_at > NOON

    def test_a_committed_chunk_cannot_be_committed_again(self, bench: LedgerBench) -> None:
        job = running(bench.jobs)
        assert commit(bench, job.key, 0, OUTCOMES)
        before = bench.jobs.get(job.key)
        assert not bench.ledger.commit(
            job.key, 0, succeeded(1, 2, units=9), now=LATER + timedelta(hours=1), deadline_at=NOON
        )
        assert bench.jobs.get(job.key) == before
        assert list(bench.ledger.outcomes(job.key, 0) or []) == list(OUTCOMES)

    @pytest.mark.parametrize("versions", [1, 2])
    def test_nothing_is_committed_before_the_job_runs(self, bench: LedgerBench, versions: int) -> None:
        job = stored(bench.jobs, life()[:versions])
        assert not commit(bench, job.key, 0, succeeded(1))
        assert bench.jobs.get(job.key) == job
        assert bench.ledger.outcomes(job.key, 0) is None

    @pytest.mark.parametrize("status", [status for status in JobStatus if status.is_final])
    def test_nothing_is_committed_after_the_job_ended(self, bench: LedgerBench, status: JobStatus) -> None:
        job = running(bench.jobs)
        commit(bench, job.key, 0, succeeded(1))
        bench.jobs.save(ended(bench.jobs.get(job.key), status))
        before = bench.jobs.get(job.key)
        assert not commit(bench, job.key, 1, succeeded(2))
        assert bench.jobs.get(job.key) == before
        assert bench.ledger.outcomes(job.key, 1) is None

    def test_nothing_is_committed_to_an_unknown_job(self, bench: LedgerBench) -> None:
        assert not commit(bench, key(), 0, succeeded(1))
        assert bench.ledger.outcomes(key(), 0) is None

    def test_an_unknown_job_that_is_saved_later_starts_clean(self, bench: LedgerBench) -> None:
        commit(bench, key(), 0, succeeded(1))
        job = running(bench.jobs)
        assert bench.jobs.get(job.key) == job
        assert commit(bench, job.key, 0, succeeded(1))

    def test_a_job_that_is_to_be_cancelled_still_takes_what_was_done(self, bench: LedgerBench) -> None:
        job = running(bench.jobs)
        bench.jobs.save(job.request_cancel(now=LATER))
        assert commit(bench, job.key, 0, succeeded(1))

    def test_jobs_do_not_mix(self, bench: LedgerBench) -> None:
        mine, theirs, next_one = (
            running(bench.jobs, 1, ACME),
            running(bench.jobs, 1, OTHER),
            running(bench.jobs, 2, ACME),
        )
        commit(bench, mine.key, 0, succeeded(1))
        for other in (theirs, next_one):
            assert bench.ledger.outcomes(other.key, 0) is None
            assert bench.jobs.get(other.key) == other

    def test_saving_a_job_leaves_what_was_counted_meanwhile(self, bench: LedgerBench) -> None:
        job = running(bench.jobs, rows=20)
        commit(bench, job.key, 0, OUTCOMES)
        bench.jobs.save(job.request_cancel(now=LATER))
        read = bench.jobs.get(job.key)
        assert read.counts == Counts(total=20, succeeded=2, failed=2, skipped=2, cancelled=1)
        assert read.spend == Spend(units=10, saved_units=4)
        assert read.cancel_requested

    def test_a_commit_makes_no_new_version(self, bench: LedgerBench) -> None:
        job = running(bench.jobs)
        commit(bench, job.key, 0, succeeded(1))
        assert bench.jobs.get(job.key).version == job.version
        with pytest.raises(StaleJobError):
            bench.jobs.save(job)

    def test_erasing_forgets_outcomes_and_keeps_counts(self, bench: LedgerBench) -> None:
        mine, other, foreign = running(bench.jobs, 1), running(bench.jobs, 2), running(bench.jobs, 1, OTHER)
        for job in (mine, other, foreign):
            commit(bench, job.key, 0, OUTCOMES)
            commit(bench, job.key, 12, succeeded(8))
        before = bench.jobs.get(mine.key)
        bench.ledger.erase(mine.key)
        bench.ledger.erase(mine.key)
        assert bench.ledger.outcomes(mine.key, 0) is None
        assert bench.ledger.outcomes(mine.key, 12) is None
        assert bench.jobs.get(mine.key) == before
        for job in (other, foreign):
            assert list(bench.ledger.outcomes(job.key, 12) or []) == succeeded(8)

    def test_erasing_what_was_never_there_is_fine(self, bench: LedgerBench) -> None:
        bench.ledger.erase(key())

    def test_many_chunks_are_erased_together(self, bench: LedgerBench) -> None:
        job = running(bench.jobs, rows=60)
        for chunk in range(60):
            commit(bench, job.key, chunk, succeeded(chunk + 1))
        bench.ledger.erase(job.key)
        assert [bench.ledger.outcomes(job.key, chunk) for chunk in range(60)] == [None] * 60

    def test_a_worker_that_dies_in_its_commit_changes_nothing(self, bench: LedgerBench) -> None:
        job = running(bench.jobs)
        with pytest.raises(RuntimeError):
            commit(bench, job.key, 0, BreaksOff())
        assert bench.jobs.get(job.key) == job
        assert bench.ledger.outcomes(job.key, 0) is None
        assert commit(bench, job.key, 0, succeeded(1))

    @pytest.mark.parametrize("late", [succeeded(1, 2, 3, units=50), BreaksOff()], ids=["commits", "raises"])
    def test_a_worker_that_wakes_after_another_committed_changes_nothing(
        self, bench: LedgerBench, late: Sequence[Outcome]
    ) -> None:
        job = running(bench.jobs)
        scored, wake = Event(), Event()
        woken: list[bool | str] = []

        def slow_worker() -> None:
            scored.set()
            wake.wait(10)
            try:
                woken.append(bench.ledger.commit(job.key, 0, late, now=MUCH_LATER, deadline_at=NOON))
            except RuntimeError:
                woken.append("raised")

        slow = Thread(target=slow_worker)
        slow.start()
        scored.wait(10)
        assert commit(bench, job.key, 0, OUTCOMES)
        before = bench.jobs.get(job.key)
        wake.set()
        slow.join(10)
        assert woken in ([False], ["raised"])
        assert bench.jobs.get(job.key) == before
        assert list(bench.ledger.outcomes(job.key, 0) or []) == list(OUTCOMES)

    def test_of_many_workers_on_one_chunk_one_wins(self, bench: LedgerBench) -> None:
        job = running(bench.jobs, rows=20)
        results = race(
            lambda number: commit(bench, job.key, 0, succeeded(*range(1, number + 2), units=number + 1))
        )
        assert sorted(map(str, results)) == ["False"] * 19 + ["True"]
        winner = results.index(True)
        assert bench.jobs.get(job.key).counts == Counts(total=20, succeeded=winner + 1)
        assert bench.jobs.get(job.key).spend == Spend(units=(winner + 1) ** 2)
        assert len(bench.ledger.outcomes(job.key, 0) or []) == winner + 1

    def test_workers_on_different_chunks_all_count(self, bench: LedgerBench) -> None:
        job = running(bench.jobs, rows=20)
        results = race(lambda number: commit(bench, job.key, number, succeeded(number + 1, units=2)))
        assert results == [True] * 20
        assert bench.jobs.get(job.key).counts == Counts(total=20, succeeded=20)
        assert bench.jobs.get(job.key).spend == Spend(units=40)

    def test_every_read_in_the_middle_of_the_work_adds_up(self, bench: LedgerBench) -> None:
        job = running(bench.jobs, rows=100)

        def work_or_look(number: int) -> bool:
            if number % 2:
                return commit(bench, job.key, number, OUTCOMES)
            read = bench.jobs.get(job.key)
            counts = read.counts
            return counts.succeeded == counts.failed == counts.skipped == 2 * counts.cancelled and (
                read.spend == Spend(units=10 * counts.cancelled, saved_units=4 * counts.cancelled)
            )

        assert race(work_or_look) == [True] * 20

    def test_a_job_that_ends_while_workers_commit_loses_or_takes_each_whole(self, bench: LedgerBench) -> None:
        job = running(bench.jobs, rows=20)

        def work_or_end(number: int) -> bool:
            if number:
                return commit(bench, job.key, number, succeeded(number))
            bench.jobs.save(ended(job, JobStatus.FAILED))
            return False

        committed = [number for number, result in enumerate(race(work_or_end)) if result]
        assert bench.jobs.get(job.key).counts == Counts(total=20, succeeded=len(committed))
        assert [n for n in range(20) if bench.ledger.outcomes(job.key, n) is not None] == committed

    def test_a_deleted_job_takes_nothing(self, bench: LedgerBench) -> None:
        cancelled = fresh().request_cancel(now=LATER)
        deleted = stored(bench.jobs, [fresh(), cancelled, cancelled.delete(now=LATER)])
        assert not commit(bench, deleted.key, 0, succeeded(1))


class TestFakeLedger(LedgerContract):
    @pytest.fixture
    def bench(self) -> LedgerBench:
        store = FakeStore()
        return LedgerBench(FakeJobRepository(store), FakeLedger(store))


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    def bench(self, db: Database) -> LedgerBench:
        return LedgerBench(SqliteJobRepository(db), SqliteLedger(db))


class TestDynamoDbLedger(LedgerContract):
    """Where every other transaction is cancelled for one that is under way."""

    @pytest.fixture
    def bench(self) -> Iterator[LedgerBench]:
        with aws.simulated_aws(), aws.colliding(every=2):
            client, table, clock = aws.dynamodb(), aws.make_table(), FakeClock()
            yield LedgerBench(
                DynamoDbJobRepository(client, table, clock=clock, chance=Random(1)),
                DynamoDbLedger(client, table, clock=clock, chance=Random(2)),
            )
