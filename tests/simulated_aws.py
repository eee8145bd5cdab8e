"""An AWS account as far as moto stands in for it, in this process and empty for each test."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from threading import RLock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, TypeVar
from unittest.mock import patch

from boto3.session import Session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError
from moto import mock_aws
from moto.core.models import botocore_stubber

from aurastream.adapters.aws import clients
from aurastream.adapters.aws.dynamodb_table import schema
from aurastream.domain.tickets import MAX_ATTEMPTS
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from mypy_boto3_comprehend import ComprehendClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

C = TypeVar("C", bound="BaseClient")

REGION: Final = "eu-west-1"
SECRET = "zq-what-a-customer-wrote-qz"
TABLE, UPLOADS, RESULTS = "aurastream", "aurastream-uploads", "aurastream-results"


def _events_of(client: "BaseClient") -> Any:
    """The hooks of a client; the stubs do not know that their answers count."""
    return client.meta.events


class Wire:
    """
    Between our clients and moto: one call at a time, since the services' calls are atomic and moto's are not.

    It lets no call out, counts the calls, and loses the answers it is told to lose.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self.calls: Counter[str] = Counter()
        self.losing: Counter[str] = Counter()

    def __call__(self, event_name: str, **sent: Any) -> AWSResponse:
        operation = event_name.rpartition(".")[2]
        with self._lock:
            self.calls[operation] += 1
            answer = botocore_stubber(event_name, **sent)
            assert answer is not None, "no test talks to anybody outside"
            if self.losing[operation]:
                self.losing[operation] -= 1
                raise ConnectionClosedError(endpoint_url=sent["request"].url)
        return answer

    def attach(self, client: C) -> C:
        """The client, which talks to the account through here from now on."""
        events = _events_of(client)
        events.unregister("before-send", botocore_stubber)
        events.register("before-send", self)
        return client

    def reset(self) -> None:
        """As if nothing had ever been sent."""
        self.calls.clear()
        self.losing.clear()


WIRE = Wire()


@contextmanager
def simulated_aws() -> Iterator[Wire]:
    """An empty account, reached by the clients below; what is sent again is sent without a pause."""
    with mock_aws(), patch("botocore.endpoint.time.sleep"):
        WIRE.reset()
        yield WIRE


@cache
def session() -> Session:
    """One for all tests: to read the services' models takes longer than most of them."""
    return Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)


@cache
def comprehend_at(url: str) -> "ComprehendClient":
    """A client of the stand-in for Comprehend, which moto does not stand in for."""
    with patch.dict("os.environ", AWS_ENDPOINT_URL_COMPREHEND=url):
        return clients.comprehend_client(session(), clients.BULK_ENGINE)


@cache
def bedrock() -> "BedrockRuntimeClient":
    """A client whose calls a test answers itself, with `answering`; what it leaves is sent nowhere."""
    return WIRE.attach(clients.bedrock_client(session(), clients.BULK_ENGINE))


@cache
def dynamodb() -> "DynamoDBClient":
    return WIRE.attach(clients.dynamodb_client(session(), clients.BULK_STORE))


@cache
def s3() -> "S3Client":
    return WIRE.attach(clients.s3_client(session(), clients.BULK_STORE))


@cache
def sqs() -> "SQSClient":
    return WIRE.attach(clients.sqs_client(session(), clients.BULK_STORE))


@cache
def step_functions() -> "SFNClient":
    return WIRE.attach(clients.step_functions_client(session(), clients.BULK_STORE))


@cache
def event_bridge() -> "EventBridgeClient":
    return WIRE.attach(clients.event_bridge_client(session(), clients.BULK_STORE))


def make_table() -> str:
    """The one table, as the template makes it."""
    dynamodb().create_table(TableName=TABLE, **schema())
    dynamodb().update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    return TABLE


def make_buckets() -> None:
    """The two buckets."""
    for bucket in (UPLOADS, RESULTS):
        s3().create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})


def make_queues() -> tuple[str, str]:
    """The retry queue and its dead-letter queue."""
    dead = sqs().create_queue(QueueName="retry-dead")["QueueUrl"]
    arn = sqs().get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_ATTEMPTS})
    queue = sqs().create_queue(QueueName="retry", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    return queue, dead


@contextmanager
def queues_by(clock: FakeClock) -> Iterator[None]:
    """Let moto's queues go by a clock of ours, a millisecond further with every look at it."""
    ticks = count(1)

    def milliseconds() -> float:
        return clock.now().timestamp() * 1000 + next(ticks)

    with (
        patch("moto.sqs.models.unix_time_millis", milliseconds),
        patch("moto.sqs.models.unix_time", lambda: milliseconds() / 1000),
    ):
        yield


def make_state_machine() -> str:
    """A state machine that does nothing; its executions run until they are stopped."""
    definition = {"StartAt": "Work", "States": {"Work": {"Type": "Pass", "End": True}}}
    answer = step_functions().create_state_machine(
        name="work", definition=json.dumps(definition), roleArn="arn:aws:iam::123456789012:role/work"
    )
    return answer["stateMachineArn"]


def make_listener() -> str:
    """A queue that hears every event of ours on the default bus."""
    url = sqs().create_queue(QueueName="news")["QueueUrl"]
    arn = sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    event_bridge().put_rule(Name="news", EventPattern=json.dumps({"source": ["aurastream"]}))
    event_bridge().put_targets(Rule="news", Targets=[{"Id": "news", "Arn": arn}])
    return url


def heard(url: str) -> list[dict[str, Any]]:
    """The events that a listener has heard so far, as they came."""
    events = []
    while messages := sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        events += [json.loads(message["Body"]) for message in messages]
    return events


Answer = tuple[int, dict[str, Any]]
"""A status, and what a client makes of the body."""


@contextmanager
def answering(
    client: "BaseClient", operation: str, answer: Callable[[dict[str, Any]], Answer | None]
) -> Iterator[None]:
    """Answer an operation's calls without sending them, given the body; those answered None are sent."""

    def hook(params: dict[str, Any], **_call: Any) -> tuple[SimpleNamespace, dict[str, Any]] | None:
        body = params["body"]
        asked = json.loads(body) if isinstance(body, bytes) and body.startswith(b"{") else {}
        if (given := answer(asked)) is None:
            return None
        status, parsed = given
        return SimpleNamespace(status_code=status), {
            "ResponseMetadata": {"HTTPStatusCode": status},
            **parsed,
        }

    event = f"before-call.{client.meta.service_model.service_id.hyphenize()}.{operation}"
    events = _events_of(client)
    events.register(event, hook)
    try:
        yield
    finally:
        events.unregister(event, hook)


@contextmanager
def refusing(
    client: "BaseClient", operation: str, code: str, *, status: int = 400, times: int = 1_000_000, **more: Any
) -> Iterator[None]:
    """Answer the next calls of an operation with an error; its message is a secret."""
    left = count(times, -1)
    error = {"Code": code, "Message": f"about {SECRET}"}
    refusal = (status, {"Error": error, **more})
    with answering(client, operation, lambda _asked: refusal if next(left) > 0 else None):
        yield


def inputs_of(machine: str) -> list[str]:
    """What the executions of a state machine were given, in the order in which they began."""
    pages = step_functions().get_paginator("list_executions").paginate(stateMachineArn=machine)
    arns = [execution["executionArn"] for page in pages for execution in page["executions"]]
    return [step_functions().describe_execution(executionArn=arn)["input"] for arn in reversed(arns)]


def stop(machine: str, name: str) -> None:
    """Bring an execution to its end."""
    step_functions().stop_execution(executionArn=f"{machine.replace(':stateMachine:', ':execution:')}:{name}")


@contextmanager
def colliding(*, every: int) -> Iterator[None]:
    """Cancel every so many-th transaction for another that is under way, which never happens in moto."""
    numbers = count(1)

    def collide(asked: dict[str, Any]) -> Answer | None:
        items = len(asked["TransactItems"])
        return None if next(numbers) % every else cancelled(*["None"] * (items - 1), "TransactionConflict")

    with answering(dynamodb(), "TransactWriteItems", collide):
        yield


def cancelled(*reasons: str, **of_last: Any) -> Answer:
    """A transaction that was cancelled for these reasons, one for each of its items."""
    told: list[dict[str, Any]] = [{"Code": reason} for reason in reasons]
    told[-1] |= of_last
    error = {"Code": "TransactionCanceledException", "Message": f"about {SECRET}"}
    return 400, {"Error": error, "CancellationReasons": told}
