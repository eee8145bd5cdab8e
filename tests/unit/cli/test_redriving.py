"""`aurastream redrive`: until nothing rests, up to a limit, and what it says when it breaks off."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any, Literal

import pytest
from click.testing import CliRunner, Result
from dependency_injector import providers

from aurastream.adapters.aws.dynamodb_job_repository import DynamoDbJobRepository
from aurastream.adapters.aws.messages import message_of
from aurastream.adapters.aws.sqs_failed_events import SqsFailedEvents
from aurastream.adapters.aws.sqs_retry_queue import SqsRetryQueue
from aurastream.containers import Container
from aurastream.domain.errors import UnavailableError
from aurastream.domain.job import JobStatus
from aurastream.domain.keys import upload_key
from aurastream.entrypoints.cli.app import cli
from aurastream.settings import Settings
from tests import simulated_aws as aws
from tests.contracts.cases import fresh, key
from tests.fakes import FakeClock

COUNTS: list[Literal["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
]


class Account:
    """An account whose queues hold what was tried in vain."""

    def __init__(self) -> None:
        aws.make_table()
        aws.make_buckets()
        self.queue_url, self.dead_letter_url = aws.make_queues()
        self.failed_events_url = aws.sqs().create_queue(QueueName="failed-events")["QueueUrl"]
        self.machine = aws.make_state_machine()
        self.jobs = DynamoDbJobRepository(aws.dynamodb(), aws.TABLE, clock=FakeClock(), chance=Random(1))

    @property
    def environ(self) -> dict[str, str]:
        """As an operator sets it, from the outputs of the stack."""
        return {
            "AURASTREAM_HOME": "aws",
            "AURASTREAM_TABLE": aws.TABLE,
            "AURASTREAM_UPLOADS_BUCKET": aws.UPLOADS,
            "AURASTREAM_RETRY_QUEUE_URL": self.queue_url,
            "AURASTREAM_RETRY_DEAD_LETTER_URL": self.dead_letter_url,
            "AURASTREAM_FAILED_EVENTS_URL": self.failed_events_url,
            "AURASTREAM_STATE_MACHINE_ARN": self.machine,
        }

    def rest_promises(self, number: int) -> None:
        for n in range(number):
            aws.sqs().send_message(QueueUrl=self.dead_letter_url, MessageBody=message_of(key(n)))

    def rest_uploads(self, number: int) -> None:
        """Jobs that wait for their upload, and the events of it."""
        for n in range(number):
            self.jobs.save(fresh(n))
            self.rest_event(event(upload_key(key(n))))

    def rest_event(self, payload: Any) -> None:
        body = json.dumps({"requestPayload": payload})
        aws.sqs().send_message(QueueUrl=self.failed_events_url, MessageBody=body)

    def waiting(self, url: str) -> int:
        """Messages in a queue, seen or hidden."""
        told = aws.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=COUNTS)["Attributes"]
        return sum(int(told[name]) for name in COUNTS)

    def statuses(self, number: int) -> Counter[JobStatus]:
        return Counter(self.jobs.get(key(n)).status for n in range(number))


def event(blob: str) -> dict[str, Any]:
    return {"Records": [{"s3": {"object": {"key": blob, "eTag": "e", "size": 9}}}]}


def redrive(*options: str) -> Result:
    return CliRunner().invoke(cli, ["redrive", *options])


def told(*options: str) -> dict[str, Any]:
    """What the command says to a program."""
    ran = redrive("--json", *options)
    assert ran.exit_code == 0, ran.output
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for adapter in (SqsRetryQueue, SqsFailedEvents):  # moto has one server, and is asked without a wait
        monkeypatch.setattr(adapter.__init__, "__kwdefaults__", {"look": 0})
    with aws.simulated_aws():
        account = Account()
        for name, value in account.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("aurastream.containers.Container", with_clients_of_the_account)
        yield account


def with_clients_of_the_account(settings: Settings) -> Container:
    container = Container(settings=settings)
    for client, stand_in in {
        "dynamodb": aws.dynamodb(),
        "sqs": aws.sqs(),
        "step_functions": aws.step_functions(),
    }.items():
        getattr(container.aws, client).override(providers.Object(stand_in))
    return container


def test_promises_are_put_back_until_none_rests(account: Account) -> None:
    account.rest_promises(123)
    answer = told()
    assert (len(answer["tickets"]), answer["redriven"], answer["more"]) == (123, True, False)
    assert {ticket["job_id"] for ticket in answer["tickets"]} == {key(n).job_id for n in range(123)}
    assert (account.waiting(account.dead_letter_url), account.waiting(account.queue_url)) == (0, 123)
    assert told()["tickets"] == []


def test_uploads_are_started_until_none_rests(account: Account) -> None:
    account.rest_uploads(23)
    answer = told()
    assert (len(answer["tickets"]), answer["more"]) == (23, False)
    assert account.statuses(23) == {JobStatus.QUEUED: 23}
    assert len(aws.inputs_of(account.machine)) == 23
    assert account.waiting(account.failed_events_url) == 0


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_limit_holds_for_each_kind_and_it_says_that_more_rest(account: Account, dry_run: bool) -> None:
    account.rest_promises(23)
    account.rest_uploads(23)
    options = ["--limit", "12", *(["--dry-run"] if dry_run else [])]
    answer = told(*options)
    kinds = Counter(ticket["what"] for ticket in answer["tickets"])
    assert (kinds, answer["more"]) == ({"promise": 12, "upload": 12}, True)
    left = 23 if dry_run else 11
    assert account.waiting(account.dead_letter_url) == left
    assert account.waiting(account.failed_events_url) == left
    assert account.statuses(23)[JobStatus.AWAITING_UPLOAD] == left


def test_a_limit_that_is_just_enough_leaves_nothing(account: Account) -> None:
    account.rest_promises(12)
    assert told("--limit", "12", "--dry-run")["more"] is False
    assert told("--limit", "12")["more"] is False


def test_a_person_is_told_how_many_and_that_more_rest(account: Account) -> None:
    account.rest_promises(5)
    assert redrive("--limit", "2", "--dry-run").stderr == "2 would be set off again; more rest\n"
    assert redrive("--limit", "2").stderr == "2 were set off again; more rest\n"
    assert redrive().stderr == "3 were set off again\n"
    assert redrive("--limit", "0").exit_code != 0


def test_listing_hides_nothing_from_who_comes_next(account: Account) -> None:
    account.rest_promises(12)
    account.rest_uploads(12)
    assert [len(told("--dry-run")["tickets"]) for _ in range(2)] == [24, 24]


def test_what_is_none_of_ours_is_left_where_it_rests(account: Account) -> None:
    account.rest_event(event("somebody/elses"))
    account.rest_uploads(2)
    aws.sqs().send_message(QueueUrl=account.dead_letter_url, MessageBody="none of ours")
    assert len(told()["tickets"]) == 2
    assert account.waiting(account.failed_events_url) == 1
    assert account.waiting(account.dead_letter_url) == 1


def test_the_upload_of_a_job_that_was_deleted_since_is_done_with(account: Account) -> None:
    account.rest_event(event(upload_key(key())))
    assert len(told()["tickets"]) == 1
    assert account.waiting(account.failed_events_url) == 0


def test_who_meets_an_error_is_told_what_was_set_off_before_it_and_loses_nothing(account: Account) -> None:
    account.rest_promises(3)
    account.rest_uploads(5)
    refusal = (400, {"Error": {"Code": "ThrottlingException", "Message": "slow down"}})
    numbers = count(1)
    with aws.answering(
        aws.step_functions(), "StartExecution", lambda _asked: refusal if next(numbers) > 2 else None
    ):
        ran = redrive("--json")
    assert isinstance(ran.exception, UnavailableError)
    answer = json.loads(ran.stdout)
    assert Counter(ticket["what"] for ticket in answer["tickets"]) == {"promise": 3, "upload": 2}
    assert answer["more"] is True
    assert account.waiting(account.failed_events_url) == 3
