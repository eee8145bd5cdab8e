"""Answers that could not be given at once."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aurastream.testing.comprehend import text_key, units_of
from tests.e2e.calling import Caller
from tests.e2e.conftest import Comprehend, Stack

pytestmark = pytest.mark.slow

HIDDEN_IN_THE_TEMPLATE = "360"


@pytest.fixture(autouse=True)
def empty_queues(stack: Stack) -> None:
    """What an earlier scenario left hidden or resting is not what the next one is about."""
    for queue in ("RetryQueueUrl", "RetryDeadLetterUrl"):
        stack.client("sqs").purge_queue(QueueUrl=stack.outputs[queue])


@contextmanager
def shown_again_after(stack: Stack, seconds: int) -> Iterator[None]:
    """A retry queue that shows a message again after seconds instead of minutes."""
    sqs, url = stack.client("sqs"), stack.outputs["RetryQueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": HIDDEN_IN_THE_TEMPLATE})


@pytest.fixture
def impatient(stack: Stack) -> Iterator[None]:
    """A queue that comes back soon, and yet not five times while the engine is down."""
    with shown_again_after(stack, 5):
        yield


@pytest.fixture
def hasty(stack: Stack) -> Iterator[None]:
    """A queue that gives up soon."""
    with shown_again_after(stack, 1):
        yield


def until(holds: Callable[[], Any], seconds: float = 90) -> Any:
    """What `holds` gives as soon as it is something."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.3)
    return found


def waiting(stack: Stack, queue: str) -> int:
    """Messages in a queue, seen or hidden."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = stack.client("sqs").get_queue_attributes(QueueUrl=stack.outputs[queue], AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


def redrive(stack: Stack, *options: str) -> str:
    """What an operator's `aurastream redrive` prints."""
    done = _operated(stack, "redrive", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def counted(stack: Stack, what: str) -> str:
    """What an operator's `aurastream doctor` finds."""
    findings = json.loads(_operated(stack, "doctor").stdout)["findings"]
    [found] = [finding["found"] for finding in findings if finding["what"] == what]
    return str(found)


def _operated(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command with the operator's own credentials and the outputs of the stack."""
    given = {
        "AURASTREAM_HOME": "aws",
        "AURASTREAM_TABLE": stack.outputs["Table"],
        "AURASTREAM_UPLOADS_BUCKET": stack.outputs["UploadsBucket"],
        "AURASTREAM_RESULTS_BUCKET": stack.outputs["ResultsBucket"],
        "AURASTREAM_STATE_MACHINE_ARN": stack.outputs["StateMachineArn"],
        "AURASTREAM_RETRY_QUEUE_URL": stack.outputs["RetryQueueUrl"],
        "AURASTREAM_RETRY_DEAD_LETTER_URL": stack.outputs["RetryDeadLetterUrl"],
        "AURASTREAM_FAILED_EVENTS_URL": stack.outputs["FailedEventsUrl"],
    }
    command = [*stack.account.network.enter, str(Path(sys.executable).with_name("aurastream"))]
    return subprocess.run(
        [*command, "--json", *arguments],
        env={**stack.account.environment(), **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_throttled_engine_turns_an_answer_into_a_promise_that_is_kept(
    alice: Caller, comprehend: Comprehend, impatient: None
) -> None:
    comprehend.change(down="throttled")
    texts = {
        "first": ("en", "I waited for two hours and nobody came to help me."),
        "second": ("de", "Das Personal war ausgesprochen freundlich und hilfsbereit."),
        "third": ("en", "In the end they were kind, and I will come back."),
    }
    documents = [{"id": id_, "text": text, "language": code} for id_, (code, text) in texts.items()]

    answer = alice.score({"documents": documents, "mode": "SYNC"})

    assert answer.status_code == 202, answer.text
    job_id = answer.json()["job_id"]
    assert answer.headers["Retry-After"]
    assert alice.get(f"/v1/jobs/{job_id}")["status"] in ("QUEUED", "RUNNING")
    time.sleep(3)
    comprehend.change(down=None)
    job = alice.wait(job_id)
    assert job["status"] == "SUCCEEDED"
    assert [(each["id"], each["status"]) for each in alice.outcomes(job_id)] == [
        (id_, "SUCCEEDED") for id_ in texts
    ]
    billed = comprehend.bill()["times_billed"]
    assert [billed[text_key(text, code)] for code, text in texts.values()] == [1, 1, 1]
    assert job["cost"]["units"] == sum(units_of(text) for _, text in texts.values())


@pytest.fixture
def nobody_takes(stack: Stack) -> Iterator[Callable[[bool], None]]:
    """A queue that nobody works on, until one is told to."""
    functions = stack.client("lambda")
    [mapping] = functions.list_event_source_mappings(FunctionName=stack.physical("RetryDocumentFunction"))[
        "EventSourceMappings"
    ]

    def taken(yes: bool) -> None:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=yes)

    taken(False)
    yield taken
    taken(True)


def test_a_promise_that_was_tried_in_vain_rests_until_it_is_redriven(
    alice: Caller, stack: Stack, comprehend: Comprehend, nobody_takes: Callable[[bool], None]
) -> None:
    comprehend.change(down="throttled")
    promised = alice.score({"text": "This one will have to wait for a good while."})
    assert promised.status_code == 202, promised.text
    job_id = promised.json()["job_id"]
    _bring_to_rest(stack)

    listed = json.loads(redrive(stack, "--dry-run"))
    assert [ticket["job_id"] for ticket in listed["tickets"]] == [job_id]
    assert waiting(stack, "RetryDeadLetterUrl") == 1
    assert counted(stack, "promises that rest") == "1"
    comprehend.change(down=None)
    redrive(stack)
    assert counted(stack, "promises that rest") == "0"
    nobody_takes(True)

    assert alice.wait(job_id)["status"] == "SUCCEEDED"
    assert until(lambda: waiting(stack, "RetryDeadLetterUrl") == 0)


def _bring_to_rest(stack: Stack) -> None:
    """Receive the one message in vain until the queue itself brings it to rest."""
    sqs, url = stack.client("sqs"), stack.outputs["RetryQueueUrl"]
    for _ in range(20):
        if waiting(stack, "RetryDeadLetterUrl"):
            return
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, WaitTimeSeconds=0)
    raise AssertionError("received twenty times, and it does not rest")


def test_a_message_that_is_none_of_ours_comes_to_rest(stack: Stack, hasty: None) -> None:
    sqs = stack.client("sqs")
    body = "what is this? ⟦kanarienvogel⟧"

    sqs.send_message(QueueUrl=stack.outputs["RetryQueueUrl"], MessageBody=body)

    until(lambda: waiting(stack, "RetryDeadLetterUrl") == 1)
    [message] = sqs.receive_message(QueueUrl=stack.outputs["RetryDeadLetterUrl"])["Messages"]
    assert message["Body"] == body
    sqs.delete_message(QueueUrl=stack.outputs["RetryDeadLetterUrl"], ReceiptHandle=message["ReceiptHandle"])
