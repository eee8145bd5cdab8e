"""What every RetryQueue promises, and who promises it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest

from aurastream.adapters.aws.sqs_retry_queue import SqsRetryQueue
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.sqlite_retry_queue import SqliteRetryQueue
from aurastream.domain.keys import JobKey
from aurastream.domain.tickets import MAX_ATTEMPTS, Ticket
from aurastream.ports.retry_queue import RetryQueue
from tests import simulated_aws as aws
from tests.contracts.cases import ACME, NOON, OTHER, key
from tests.contracts.racing import race
from tests.fakes import FakeClock, FakeRetryQueue

HIDDEN = timedelta(minutes=5)


class RetryQueueBench(NamedTuple):
    """A queue, and a way to let the world reach a moment where the queue has a clock of its own."""

    queue: RetryQueue
    reach: Callable[[datetime], None]


def by_our_clock(_moment: datetime) -> None:
    """The queue goes by the moments it is told."""


def put(bench: RetryQueueBench, job: JobKey) -> None:
    """Put a job at noon."""
    bench.queue.put(job, now=NOON)


def take(bench: RetryQueueBench, now: datetime = NOON, limit: int = 10) -> Sequence[Ticket]:
    """Take tickets and hold them for the usual time."""
    bench.reach(now)
    return bench.queue.take(now=now, until=now + HIDDEN, limit=limit)


def tire(bench: RetryQueueBench) -> datetime:
    """Take everything as often as it goes, in vain; the moment after which it rests."""
    now = NOON
    while take(bench, now, limit=100):
        now += HIDDEN
        assert now < NOON + 2 * MAX_ATTEMPTS * HIDDEN, "it never rests"
    return now


class RetryQueueContract:
    """Every queue of jobs to try again, everywhere."""

    @pytest.fixture
    def bench(self) -> RetryQueueBench:
        raise NotImplementedError

    def test_an_empty_queue_gives_nothing(self, bench: RetryQueueBench) -> None:
        assert list(take(bench)) == []
        assert list(bench.queue.resting(10)) == []

    def test_what_was_put_is_taken(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        [ticket] = take(bench)
        assert (ticket.job, ticket.attempts) == (key(1), 1)
        assert abs(ticket.queued_at - NOON) < timedelta(seconds=1)

    def test_a_taken_ticket_is_hidden_until_its_time(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        [first] = take(bench)
        assert list(take(bench, NOON + HIDDEN - timedelta(seconds=1))) == []
        [second] = take(bench, NOON + HIDDEN)
        assert (second.job, second.attempts, second.queued_at) == (key(1), 2, first.queued_at)
        assert second.receipt != first.receipt

    def test_a_ticket_that_is_done_with_does_not_come_back(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        [ticket] = take(bench)
        bench.queue.ack(ticket)
        bench.queue.ack(ticket)
        assert list(take(bench, NOON + HIDDEN)) == []
        assert list(bench.queue.resting(10)) == []

    def test_a_late_ack_leaves_a_ticket_that_was_taken_again(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        [late] = take(bench)
        [second] = take(bench, NOON + HIDDEN)
        bench.queue.ack(late)
        [third] = take(bench, NOON + 2 * HIDDEN)
        assert third.attempts == 3
        bench.queue.ack(second)
        bench.queue.ack(third)
        assert list(take(bench, NOON + 3 * HIDDEN)) == []

    def test_an_ack_takes_nothing_else_along(self, bench: RetryQueueBench) -> None:
        for job in (key(1), key(2), key(1, OTHER)):
            put(bench, job)
        by_job = {ticket.job: ticket for ticket in take(bench)}
        bench.queue.ack(by_job[key(1)])
        assert {ticket.job for ticket in take(bench, NOON + HIDDEN)} == {key(2), key(1, OTHER)}

    def test_no_more_are_taken_than_asked_for(self, bench: RetryQueueBench) -> None:
        for number in range(5):
            put(bench, key(number))
        first = take(bench, limit=2)
        assert 1 <= len(first) <= 2
        rest: list[Ticket] = []
        while more := take(bench):
            rest.extend(more)
            assert len(rest) < 5, "what was taken is not hidden"
        assert sorted(ticket.job for ticket in [*first, *rest]) == [key(number) for number in range(5)]

    def test_a_job_that_is_put_twice_is_taken_at_least_once(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        put(bench, key(1))
        assert {ticket.job for ticket in take(bench)} == {key(1)}

    def test_a_job_that_is_put_while_it_is_worked_on_comes_again(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        [ticket] = take(bench)
        put(bench, key(1))
        bench.queue.ack(ticket)
        assert [ticket.job for ticket in take(bench)] == [key(1)]

    def test_after_so_many_attempts_it_rests(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        attempts: list[int] = []
        now = NOON
        while tickets := take(bench, now):
            attempts.extend(ticket.attempts for ticket in tickets)
            assert list(bench.queue.resting(10)) == []
            now += HIDDEN
            assert len(attempts) <= MAX_ATTEMPTS, "it never rests"
        assert attempts == list(range(1, MAX_ATTEMPTS + 1))
        [resting] = bench.queue.resting(10)
        assert resting.job == key(1)
        assert list(take(bench, now + 10 * HIDDEN)) == []

    def test_resting_tickets_are_listed_up_to_the_limit(self, bench: RetryQueueBench) -> None:
        for number in range(3):
            put(bench, key(number, ACME))
        tire(bench)
        assert len(bench.queue.resting(2)) == 2
        assert {ticket.job for ticket in bench.queue.resting(10)} == {key(number) for number in range(3)}

    def test_listing_changes_nothing(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        tire(bench)
        assert [ticket.job for ticket in bench.queue.resting(10)] == [key(1)]
        assert [ticket.job for ticket in bench.queue.resting(10)] == [key(1)]

    def test_a_redriven_ticket_starts_over(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        now = tire(bench)
        [redriven] = bench.queue.redrive(10, now=now)
        assert (redriven.job, abs(redriven.queued_at - NOON) < timedelta(seconds=1)) == (key(1), True)
        assert list(bench.queue.resting(10)) == []
        [again] = take(bench, now)
        assert (again.job, again.attempts) == (key(1), 1)
        bench.queue.ack(again)
        assert list(take(bench, now + HIDDEN)) == []

    def test_redriving_twice_is_once(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        now = tire(bench)
        assert [len(bench.queue.redrive(10, now=now)) for _ in range(2)] == [1, 0]
        [again] = take(bench, now)
        assert list(bench.queue.redrive(10, now=now)) == []
        assert list(take(bench, now)) == []
        bench.queue.ack(again)
        assert list(bench.queue.redrive(10, now=now)) == []
        assert list(take(bench, now + HIDDEN)) == []

    def test_no_more_are_redriven_than_asked_for_and_the_others_rest_on(self, bench: RetryQueueBench) -> None:
        jobs = [key(number) for number in range(25)]
        for job in jobs:
            put(bench, job)
        now = tire(bench)
        first = [ticket.job for ticket in bench.queue.redrive(12, now=now)]
        assert len(first) == 12
        assert {ticket.job for ticket in bench.queue.resting(100)} == set(jobs) - set(first)
        second = [ticket.job for ticket in bench.queue.redrive(100, now=now)]
        assert sorted(first + second) == jobs
        assert list(bench.queue.resting(100)) == []
        taken: list[JobKey] = []
        while more := take(bench, now, limit=100):
            taken += [ticket.job for ticket in more]
        assert sorted(taken) == jobs

    def test_a_ticket_that_nobody_gave_up_on_is_not_redriven(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        [_] = take(bench)
        assert list(bench.queue.redrive(10, now=NOON)) == []
        assert list(take(bench)) == []

    def test_of_many_that_redrive_each_ticket_is_put_back_by_one(self, bench: RetryQueueBench) -> None:
        for number in range(20):
            put(bench, key(number))
        now = tire(bench)
        results = race(lambda _: bench.queue.redrive(3, now=now))
        redriven = [
            ticket.job for result in results if not isinstance(result, Exception) for ticket in result
        ]
        redriven += [ticket.job for ticket in bench.queue.redrive(100, now=now)]
        assert sorted(redriven) == [key(number) for number in range(20)]

    def test_of_many_that_take_one_ticket_one_gets_it(self, bench: RetryQueueBench) -> None:
        put(bench, key(1))
        results = race(lambda _: take(bench))
        assert sorted(len(result) for result in results if not isinstance(result, Exception)) == (
            [0] * 19 + [1]
        )

    def test_many_takers_share_many_tickets(self, bench: RetryQueueBench) -> None:
        for number in range(20):
            put(bench, key(number))
        results = race(lambda _: take(bench, limit=2))
        taken = [ticket.job for result in results if not isinstance(result, Exception) for ticket in result]
        while more := take(bench):
            taken.extend(ticket.job for ticket in more)
        assert sorted(taken) == [key(number) for number in range(20)]


class TestFakeRetryQueue(RetryQueueContract):
    @pytest.fixture
    def bench(self) -> RetryQueueBench:
        return RetryQueueBench(FakeRetryQueue(), by_our_clock)


class TestSqliteRetryQueue(RetryQueueContract):
    @pytest.fixture
    def bench(self, db: Database) -> RetryQueueBench:
        return RetryQueueBench(SqliteRetryQueue(db), by_our_clock)


class TestSqsRetryQueue(RetryQueueContract):
    @pytest.fixture
    def bench(self, request: pytest.FixtureRequest) -> Iterator[RetryQueueBench]:
        if request.node.name == "test_a_late_ack_leaves_a_ticket_that_was_taken_again":
            reason = "moto deletes a message by any handle it ever had, SQS by its latest"
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
        clock = FakeClock(NOON)
        with aws.simulated_aws(), aws.queues_by(clock):
            queue_url, dead_letter_url = aws.make_queues()
            queue = SqsRetryQueue(aws.sqs(), queue_url=queue_url, dead_letter_url=dead_letter_url, look=0)
            yield RetryQueueBench(queue, lambda moment: clock.advance(max(moment - clock.now(), timedelta())))
