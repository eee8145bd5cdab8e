"""What SqsRetryQueue does beyond any queue's promise."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from aurastream.adapters.aws.sqs_retry_queue import GRIP, SqsRetryQueue
from aurastream.domain.errors import UnavailableError
from aurastream.domain.keys import JobKey
from aurastream.domain.tickets import MAX_ATTEMPTS
from tests import simulated_aws as aws
from tests.contracts.cases import NOON, key
from tests.fakes import FakeClock

HIDDEN = timedelta(minutes=5)


class Bench:
    """A queue, its dead-letter queue, and the clock that both go by."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOON)
        self.queue_url, self.dead_letter_url = "", ""

    def make(self) -> None:
        self.queue_url, self.dead_letter_url = aws.make_queues()
        self.queue = self.another()

    def another(self) -> SqsRetryQueue:
        """The queue as another process sees it."""
        return SqsRetryQueue(
            aws.sqs(),
            queue_url=self.queue_url,
            dead_letter_url=self.dead_letter_url,
            look=0,
        )

    def take(self, limit: int = 10) -> list[JobKey]:
        now = self.clock.now()
        return [ticket.job for ticket in self.queue.take(now=now, until=now + HIDDEN, limit=limit)]

    def rest(self, *jobs: JobKey) -> None:
        """Put jobs where they come to rest."""
        for job in jobs:
            self.queue.put(job, now=NOON)
        while self.take():
            self.clock.advance(HIDDEN)

    def bodies(self, url: str) -> list[str]:
        """Every body that is to be had, none of which is hidden by the look."""
        bodies = []
        while messages := aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            bodies += [message["Body"] for message in messages]
        self.clock.advance(timedelta(minutes=1))
        return bodies


@pytest.fixture
def wire() -> Iterator[aws.Wire]:
    with aws.simulated_aws() as wire:
        yield wire


@pytest.fixture
def bench(wire: aws.Wire) -> Iterator[Bench]:
    bench = Bench()
    with aws.queues_by(bench.clock):
        bench.make()
        yield bench


def test_a_message_holds_the_name_of_its_job_alone(bench: Bench) -> None:
    bench.queue.put(key(), now=NOON)
    [body] = bench.bodies(bench.queue_url)
    assert json.loads(body) == {"v": 1, "tenant": key().tenant, "job_id": key().job_id}


@pytest.mark.parametrize("body", ["hello", "{}", '{"v":2,"tenant":"acme","job_id":"x"}', "[[["])
def test_what_is_none_of_ours_is_passed_over_and_comes_to_rest(bench: Bench, body: str) -> None:
    aws.sqs().send_message(QueueUrl=bench.queue_url, MessageBody=body)
    bench.queue.put(key(), now=NOON)
    assert bench.take() == [key()]
    for _ in range(MAX_ATTEMPTS):
        bench.clock.advance(HIDDEN)
        bench.take()
    assert [ticket.job for ticket in bench.queue.resting(10)] == [key()]
    assert body in bench.bodies(bench.dead_letter_url)


def test_more_tickets_than_one_call_gives_are_taken(bench: Bench) -> None:
    for number in range(25):
        bench.queue.put(key(number), now=NOON)
    assert sorted(bench.take(25)) == [key(number) for number in range(25)]


@pytest.mark.parametrize(
    ("hidden", "seconds"),
    [
        (timedelta(seconds=0.2), 1),
        (timedelta(seconds=59.5), 60),
        (timedelta(days=2), 43_200),
        (timedelta(seconds=-5), 0),
    ],
)
def test_a_ticket_is_hidden_in_whole_seconds_and_for_half_a_day_at_most(
    bench: Bench, hidden: timedelta, seconds: int
) -> None:
    asked: list[Any] = []

    def note(body: dict[str, Any]) -> None:
        asked.append(body["VisibilityTimeout"])

    with aws.answering(aws.sqs(), "ReceiveMessage", note):
        bench.queue.take(now=NOON, until=NOON + hidden, limit=1)
    assert asked == [seconds]


def test_what_rests_is_seen_by_others_right_after_a_look(bench: Bench) -> None:
    jobs = [key(number) for number in range(12)]
    bench.rest(*jobs)
    for queue in (bench.queue, bench.another(), bench.queue):
        assert sorted(ticket.job for ticket in queue.resting(20)) == jobs


def test_many_are_put_back_by_a_few_calls_for_each_ten(bench: Bench, wire: aws.Wire) -> None:
    jobs = [key(number) for number in range(30)]
    bench.rest(*jobs)
    wire.calls.clear()
    assert len(bench.queue.redrive(30, now=bench.clock.now())) == 30
    assert wire.calls == {"ReceiveMessage": 3, "SendMessageBatch": 3, "DeleteMessageBatch": 3}
    assert sorted(bench.take(100)) == jobs


def test_what_is_none_of_ours_is_left_where_it_rests(bench: Bench) -> None:
    bench.rest(key(1), key(2))
    aws.sqs().send_message(QueueUrl=bench.dead_letter_url, MessageBody="none of ours")
    assert len(bench.queue.redrive(10, now=bench.clock.now())) == 2
    assert list(bench.queue.redrive(10, now=bench.clock.now())) == []
    bench.clock.advance(timedelta(seconds=GRIP))
    assert bench.bodies(bench.dead_letter_url) == ["none of ours"]


def test_a_crash_while_putting_back_leaves_the_job_in_both_queues(bench: Bench) -> None:
    bench.rest(key())
    failing = aws.refusing(aws.sqs(), "DeleteMessageBatch", "InternalError", status=500)
    with failing, pytest.raises(UnavailableError):
        bench.queue.redrive(10, now=bench.clock.now())
    assert bench.take() == [key()]
    bench.clock.advance(timedelta(seconds=GRIP))
    assert [ticket.job for ticket in bench.queue.resting(10)] == [key()]


def test_a_job_that_cannot_be_put_back_goes_on_resting(bench: Bench) -> None:
    bench.rest(key())
    failing = aws.refusing(aws.sqs(), "SendMessageBatch", "RequestThrottled")
    with failing, pytest.raises(UnavailableError):
        bench.queue.redrive(10, now=bench.clock.now())
    bench.clock.advance(timedelta(seconds=GRIP))
    assert [ticket.job for ticket in bench.queue.resting(10)] == [key()]


@pytest.mark.parametrize("operation", ["send_message_batch", "delete_message_batch"])
def test_a_batch_that_is_not_taken_whole_is_an_error_and_loses_nothing(
    bench: Bench, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.rest(key(1), key(2))
    client = aws.sqs()
    monkeypatch.setattr(client, operation, lambda **_: {"Failed": [{"Id": "x", "Code": "InternalError"}]})
    queue = SqsRetryQueue(client, queue_url=bench.queue_url, dead_letter_url=bench.dead_letter_url, look=0)
    with pytest.raises(UnavailableError):
        queue.redrive(10, now=bench.clock.now())
    bench.clock.advance(timedelta(seconds=GRIP))
    assert sorted(ticket.job for ticket in bench.queue.resting(10)) == [key(1), key(2)]
