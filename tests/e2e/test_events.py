"""What the stack tells, and what it does when its own parts fail."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

import pytest

from tests.canary import MARKER
from tests.e2e.calling import Caller
from tests.e2e.conftest import Comprehend, Stack
from tests.e2e.deployment import ACCOUNT, REGION
from tests.e2e.test_jobs import csv_of, objects_of, remarks, tell
from tests.e2e.test_promises import counted, redrive, until, waiting

PAST = "2020-01-01T00:00:00.000000Z"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def news(stack: Stack) -> Iterator[str]:
    """A queue of an operator's own, to which a rule of theirs passes what the bus says."""
    sqs, events = stack.client("sqs"), stack.client("events")
    url = sqs.create_queue(QueueName="news")["QueueUrl"]
    bus = stack.outputs["EventBus"]
    pattern = json.dumps({"source": ["aurastream"], "detail-type": ["Job ended"]})
    events.put_rule(Name="news", EventBusName=bus, EventPattern=pattern)
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:news"
    events.put_targets(Rule="news", EventBusName=bus, Targets=[{"Id": "news", "Arn": arn}])
    yield url
    events.remove_targets(Rule="news", EventBusName=bus, Ids=["news"])
    events.delete_rule(Name="news", EventBusName=bus)


def heard(stack: Stack, news: str, job_id: str) -> list[Any]:
    """The events of a job that came so far."""
    answer = stack.client("sqs").receive_message(QueueUrl=news, MaxNumberOfMessages=10, VisibilityTimeout=0)
    events = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
    return [event for event in events if event["detail"]["job_id"] == job_id]


def test_the_end_of_a_job_is_told_in_ids_and_counts(alice: Caller, stack: Stack, news: str) -> None:
    job_id = alice.submit(csv_of(remarks(5, "the loud clock")), "text/csv", "mode=ASYNC&text_column=text")
    alice.wait(job_id)

    event = until(lambda: heard(stack, news, job_id))[0]

    assert set(event["detail"]) == {"job_id", "status", "counts"}
    assert event["detail"]["status"] == "SUCCEEDED"
    assert event["detail"]["counts"]["succeeded"] == 5
    assert MARKER not in json.dumps(event)


@pytest.fixture
def start_job_may_nothing(stack: Stack) -> Iterator[None]:
    """A stack whose start_job cannot do its work, as after a bad deployment."""
    iam, role = stack.client("iam"), stack.physical("StartJobRole")
    document = iam.get_role_policy(RoleName=role, PolicyName="StartJob")["PolicyDocument"]
    only = [each for each in document["Statement"] if each["Sid"] in ("Log", "Trace", "RestFailedEvents")]
    iam.put_role_policy(
        RoleName=role, PolicyName="StartJob", PolicyDocument=json.dumps({**document, "Statement": only})
    )
    yield
    iam.put_role_policy(RoleName=role, PolicyName="StartJob", PolicyDocument=json.dumps(document))


def test_an_upload_that_could_not_be_started_rests_and_can_be_started_later(
    alice: Caller, stack: Stack, start_job_may_nothing: None
) -> None:
    job_id = alice.submit(csv_of(remarks(3, "the lost key")), "text/csv", "mode=ASYNC&text_column=text")

    until(lambda: waiting(stack, "FailedEventsUrl") == 1)

    assert alice.get(f"/v1/jobs/{job_id}")["status"] == "AWAITING_UPLOAD"
    sqs = stack.client("sqs")
    [message] = sqs.receive_message(QueueUrl=stack.outputs["FailedEventsUrl"])["Messages"]
    assert MARKER not in message["Body"]
    failed = json.loads(message["Body"])
    key = failed["requestPayload"]["Records"][0]["s3"]["object"]["key"]
    assert unquote_plus(key) == f"uploads/acme/{job_id}/source"
    sqs.change_message_visibility(
        QueueUrl=stack.outputs["FailedEventsUrl"],
        ReceiptHandle=message["ReceiptHandle"],
        VisibilityTimeout=0,
    )
    listed = json.loads(redrive(stack, "--dry-run"))["tickets"]
    assert [(each["what"], each["job_id"]) for each in listed] == [("upload", job_id)]
    assert counted(stack, "uploads that rest") == "1"
    redrive(stack)
    assert waiting(stack, "FailedEventsUrl") == 0
    assert alice.wait(job_id)["status"] == "SUCCEEDED"


def test_a_job_that_nobody_works_on_is_ended_by_the_schedule(alice: Caller, stack: Stack) -> None:
    created = alice.send("POST", "/v1/jobs", body={"filename": "never.csv"})
    assert created.status_code == 201, created.text
    job_id = created.json()["job_id"]
    _let_time_pass(stack, job_id)

    answer = stack.client("lambda").invoke(FunctionName=stack.physical("SettleOverdueFunction"))

    assert json.loads(answer["Payload"].read())["settled"] >= 1
    assert alice.get(f"/v1/jobs/{job_id}")["status"] == "EXPIRED"


def test_a_job_whose_workflow_was_stopped_is_ended_with_what_was_reached(
    alice: Caller, stack: Stack, comprehend: Comprehend
) -> None:
    comprehend.change(latency_ms=300)
    job_id = alice.submit(
        csv_of(remarks(3_000, "the stopped watch")), "text/csv", "mode=ASYNC&text_column=text"
    )
    until(lambda: alice.get(f"/v1/jobs/{job_id}")["counts"]["total"])
    execution = stack.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:") + f":{job_id}"
    stack.client("stepfunctions").stop_execution(executionArn=execution)
    time.sleep(6)  # who works on a chunk finishes it
    before = alice.get(f"/v1/jobs/{job_id}")
    if before["status"] != "RUNNING":
        pytest.fail("the stand-in went on with a stopped workflow")
    _let_time_pass(stack, job_id)

    stack.client("lambda").invoke(FunctionName=stack.physical("SettleOverdueFunction"))

    job = alice.get(f"/v1/jobs/{job_id}")
    assert (job["status"], job["error"]["code"]) == ("FAILED", "stalled")
    assert job["counts"]["succeeded"] == before["counts"]["succeeded"]
    assert job["counts"]["pending"] == 0
    assert len(alice.export(job_id).splitlines()) == 3_001


def test_what_is_past_its_time_is_erased_by_the_schedule(alice: Caller, stack: Stack) -> None:
    job_id = alice.submit(csv_of(remarks(5, "the past")), "text/csv", "mode=ASYNC&text_column=text")
    alice.wait(job_id)
    assert objects_of(stack, job_id)
    _let_retention_pass(stack, job_id)

    stack.client("lambda").invoke(FunctionName=stack.physical("SettleOverdueFunction"))

    assert alice.send("GET", f"/v1/jobs/{job_id}").status_code == 404
    assert objects_of(stack, job_id) == []


def test_a_file_that_went_away_ends_its_job_and_says_so(alice: Caller, stack: Stack) -> None:
    created = alice.send("POST", "/v1/jobs", body={"filename": "gone.csv"})
    job_id = created.json()["job_id"]

    tell(stack, f"uploads/acme/{job_id}/source")

    job = alice.wait(job_id)
    assert (job["status"], job["error"]["code"]) == ("FAILED", "source_gone")


def _let_time_pass(stack: Stack, job_id: str) -> None:
    """The job's deadline lies in the past now."""
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["Table"],
        Key={"pk": {"S": f"JOB#acme#{job_id}"}, "sk": {"S": "JOB"}},
        UpdateExpression="SET deadline_at = :past",
        ExpressionAttributeValues={":past": {"S": PAST}},
    )


def _let_retention_pass(stack: Stack, job_id: str) -> None:
    """The job should have been erased by now."""
    dynamodb = stack.client("dynamodb")
    item = {
        "TableName": stack.outputs["Table"],
        "Key": {"pk": {"S": f"JOB#acme#{job_id}"}, "sk": {"S": "JOB"}},
    }
    header = json.loads(dynamodb.get_item(**item)["Item"]["header"]["S"])
    dynamodb.update_item(
        **item,
        UpdateExpression="SET deadline_at = :past, header = :header",
        ExpressionAttributeValues={
            ":past": {"S": PAST},
            ":header": {"S": json.dumps({**header, "expires_at": PAST})},
        },
    )


def test_no_log_holds_what_a_customer_wrote(alice: Caller, stack: Stack) -> None:
    alice.score({"text": f"Nobody else may read this, {MARKER}."})
    time.sleep(0.5)
    logs = stack.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    assert len(groups) >= 8

    for group in groups:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            for event in page["events"]:
                assert MARKER not in event["message"], group
