"""Upload events that rest, listed and done."""

import json
from collections.abc import Iterator

import pytest

from aurastream.adapters.aws.sqs_failed_events import SqsFailedEvents
from tests import simulated_aws as aws

EVENT = {"Records": [{"s3": {"object": {"key": "uploads/acme/x/source", "eTag": "e"}}}]}


@pytest.fixture
def queue_url() -> Iterator[str]:
    with aws.simulated_aws():
        yield aws.sqs().create_queue(QueueName="failed-events")["QueueUrl"]


def send(url: str, body: str) -> None:
    aws.sqs().send_message(QueueUrl=url, MessageBody=body)


def test_an_event_that_failed_is_listed_until_it_is_done(queue_url: str) -> None:
    send(queue_url, json.dumps({"requestContext": {}, "requestPayload": EVENT}))
    events = SqsFailedEvents(aws.sqs(), queue_url)
    assert events.count() == 1
    [event] = events.resting(10)
    assert event.payload == EVENT
    events.done(event)
    assert events.count() == 0
    assert events.resting(10) == []


def test_an_event_that_was_only_looked_at_is_found_by_the_next_who_lists(queue_url: str) -> None:
    send(queue_url, json.dumps({"requestPayload": EVENT}))
    events = SqsFailedEvents(aws.sqs(), queue_url)
    [event] = events.resting(10)
    assert events.resting(10) == []
    events.release(event)
    assert [again.payload for again in events.resting(10)] == [EVENT]


@pytest.mark.parametrize("body", ["not JSON", "[]", "{}", json.dumps({"requestPayload": "text"})])
def test_a_record_without_an_event_is_passed_over(queue_url: str, body: str) -> None:
    send(queue_url, body)
    assert SqsFailedEvents(aws.sqs(), queue_url).resting(10) == []


def test_many_are_listed_and_no_more_than_asked_for(queue_url: str) -> None:
    for _ in range(25):
        send(queue_url, json.dumps({"requestPayload": EVENT}))
    assert len(SqsFailedEvents(aws.sqs(), queue_url).resting(12)) == 12
