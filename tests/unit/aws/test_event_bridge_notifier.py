"""What EventBridgeNotifier does beyond any notifier's promise."""

from collections.abc import Iterator

import pytest

from aurastream.adapters.aws.event_bridge_notifier import EventBridgeNotifier
from aurastream.domain.errors import UnavailableError
from tests import simulated_aws as aws
from tests.contracts.cases import fresh


@pytest.fixture
def listener() -> Iterator[str]:
    with aws.simulated_aws():
        yield aws.make_listener()


def test_an_event_is_marked_as_ours(listener: str) -> None:
    EventBridgeNotifier(aws.event_bridge()).job_ended(fresh())
    [event] = aws.heard(listener)
    assert (event["source"], event["detail-type"]) == ("aurastream", "Job ended")
    assert set(event["detail"]) == {"job_id", "status", "counts"}


def test_an_event_goes_to_the_bus_it_was_told(listener: str) -> None:
    bus = aws.event_bridge().create_event_bus(Name="ours")["EventBusArn"]
    EventBridgeNotifier(aws.event_bridge(), bus).job_ended(fresh())
    assert aws.heard(listener) == []


def test_a_bus_that_does_not_take_an_event_says_so(listener: str) -> None:
    entry = {"ErrorCode": "InternalFailure", "ErrorMessage": aws.SECRET}
    refused = (200, {"FailedEntryCount": 1, "Entries": [entry]})
    answering = aws.answering(aws.event_bridge(), "PutEvents", lambda _asked: refused)
    with answering, pytest.raises(UnavailableError, match="InternalFailure") as error:
        EventBridgeNotifier(aws.event_bridge()).job_ended(fresh())
    assert aws.SECRET not in str(error.value)
    assert aws.heard(listener) == []
