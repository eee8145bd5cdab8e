"""A call that AWS refuses for load or fails at: the job ends all the same, and the caller is told."""

from collections import Counter
from datetime import timedelta
from itertools import count, cycle
from typing import Any

import pytest

from aurastream.domain.idempotency import LEASE
from aurastream.domain.job import JobStatus
from aurastream.domain.keys import JobId, JobKey
from tests import simulated_aws as aws
from tests.integration.aws.home import TENANT, AwsHome, Told
from tests.unit.lambdas.functions import CONTEXT

CLIENTS: dict[str, Any] = {
    "dynamodb": aws.dynamodb,
    "s3": aws.s3,
    "sqs": aws.sqs,
    "states": aws.step_functions,
    "events": aws.event_bridge,
}
TROUBLE = {
    "throttled": {"code": "ThrottlingException", "status": 400},
    "failing": {"code": "InternalError", "status": 500},
}
OF_A_JOB = (
    ("dynamodb", "GetItem"),
    ("dynamodb", "UpdateItem"),
    ("dynamodb", "Query"),
    ("dynamodb", "TransactWriteItems"),
    ("dynamodb", "BatchGetItem"),
    ("dynamodb", "BatchWriteItem"),
    ("s3", "GetObject"),
    ("s3", "PutObject"),
    ("states", "StartExecution"),
    ("events", "PutEvents"),
)
"""What is called from an upload's event to the end of its job."""
OF_THE_REST = (
    ("dynamodb", "PutItem"),
    ("s3", "DeleteObjects"),
    ("s3", "ListObjectsV2"),
    ("sqs", "SendMessage"),
)
"""What requests call besides."""


def refusing(service: str, operation: str, trouble: str, *, first: int = 0, times: int = 1_000_000) -> Any:
    """Refuse an operation's calls from one on, so many of them."""
    about: dict[str, Any] = TROUBLE[trouble]
    error = {"Code": about["code"], "Message": f"about {aws.SECRET}"}
    numbers = count()

    def answer(_asked: Any) -> aws.Answer | None:
        return (about["status"], {"Error": error}) if first <= next(numbers) < first + times else None

    return aws.answering(CLIENTS[service](), operation, answer)


def ended(home: AwsHome, key: JobKey) -> JobStatus:
    job = home.job(key)
    assert job.is_final, job.status
    assert job.counts.pending == 0
    return job.status


def file(number: int) -> bytes:
    """Texts that nobody has paid for yet."""
    return f"text\r\nI love it {number}\r\nI hate it {number}\r\n".encode()


def calls_of_a_job(home: AwsHome) -> Counter[str]:
    """What is called from an upload's event to the end of its job, and how often."""
    key = home.submit(file(0))
    aws.WIRE.calls.clear()
    home.arrive(key)
    home.work()
    assert ended(home, key) is JobStatus.SUCCEEDED
    ours = {operation for _, operation in OF_A_JOB}
    assert set(aws.WIRE.calls) - {"HeadObject", "ListExecutions", "DescribeExecution"} == ours
    return Counter({operation: aws.WIRE.calls[operation] for operation in ours})


@pytest.mark.parametrize(("service", "operation"), OF_A_JOB)
def test_two_calls_that_fail_in_a_row_change_nothing_of_a_job_wherever_they_are(
    home: AwsHome, service: str, operation: str
) -> None:
    calls, troubles = calls_of_a_job(home)[operation], cycle(TROUBLE)
    for first in range(calls):
        key = home.submit(file(1 + first))
        with refusing(service, operation, next(troubles), first=first, times=2):
            home.arrive(key)
            home.walk({"v": 1, "tenant": key.tenant, "job_id": key.job_id})

        assert home.rests == []
        assert ended(home, key) is JobStatus.SUCCEEDED, first


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize(("service", "operation"), OF_A_JOB)
def test_a_call_that_always_fails_leaves_a_job_that_ends_when_it_works_again(
    home: AwsHome, service: str, operation: str, trouble: str
) -> None:
    key = home.submit(file(0))

    with refusing(service, operation, trouble):
        home.arrive(key)
        home.work()
    home.redrive()
    home.work()
    home.clock.advance(timedelta(hours=25))
    home.settle({}, CONTEXT)

    # Nobody goes on with a workflow that has failed: what it had not reached is not processed.
    assert ended(home, key) in (JobStatus.SUCCEEDED, JobStatus.FAILED)


def requests_of(key: JobKey) -> dict[str, tuple[Any, ...]]:
    """Method, path and body of a request of each route."""
    at = f"/v1/jobs/{key.job_id}"
    return {
        "a text": ("POST", "/v1/sentiment", b'{"text": "I love what you did"}'),
        "documents": ("POST", "/v1/sentiment", b'{"documents": [{"text": "good"}, {"text": "bad"}]}'),
        "a text for later": ("POST", "/v1/sentiment", b'{"text": "I love it", "mode": "ASYNC"}'),
        "a form": ("POST", "/v1/jobs", b"{}"),
        "jobs": ("GET", "/v1/jobs"),
        "a job": ("GET", at),
        "results": ("GET", f"{at}/results"),
        "a summary": ("GET", f"{at}/summary"),
        "an export": ("GET", f"{at}/export"),
        "a cancellation": ("POST", f"{at}/cancel"),
        "another try": ("POST", f"{at}/retry"),
        "a deletion": ("DELETE", at),
    }


REQUESTS = tuple(requests_of(JobKey(TENANT, JobId("job_01ARZ3NDEKTSV4RRFFQ69G5FAV"))))


def told_to_come_back(told: Told) -> bool:
    """Whether the request was refused: then for now only, and in the contract's words."""
    if told.status < 400 or told.json()["code"] == "nothing_to_retry":
        return False
    problem = told.json()
    assert (told.status, problem["code"], problem["retryable"]) == (503, "unavailable", True)
    assert told.headers["retry-after"]
    assert aws.SECRET not in told.body
    return True


def finished(home: AwsHome) -> JobKey:
    """A job that has ended."""
    key = home.submit(file(0))
    home.arrive(key)
    home.walk({"v": 1, "tenant": key.tenant, "job_id": key.job_id})
    return key


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_answered_or_told_to_come_back_whatever_fails(home: AwsHome, name: str) -> None:
    refused, key, troubles = set(), finished(home), cycle(TROUBLE)
    for number, (service, operation) in enumerate((*OF_A_JOB, *OF_THE_REST)):
        request = requests_of(finished(home) if name == "a deletion" else key)[name]
        keyed = {"Idempotency-Key": f"{name} {number}"} if request[0] == "POST" else {}
        with refusing(service, operation, next(troubles)):
            if told_to_come_back(home.send(*request, headers=keyed)):
                refused.add(operation)
        # What could not be noted down holds the key for as long as a request may take.
        home.clock.advance(LEASE)
        again = home.send(*request, headers=keyed)
        assert again.status < 400 or (again.status, name) in ((409, "another try"), (404, "a deletion"))

    assert refused >= MUST_WORK.get(name, {"GetItem"})
    assert "PutEvents" not in refused


MUST_WORK = {
    "a text": {"UpdateItem"},
    "documents": {"UpdateItem"},
    "a text for later": {"UpdateItem", "PutObject"},
    "a form": {"UpdateItem"},
    "jobs": {"Query", "BatchGetItem"},
    "results": {"GetItem", "Query"},
    "a deletion": {"GetItem", "UpdateItem", "DeleteObjects", "ListObjectsV2"},
}
"""What a request cannot do without; a request that is answered in spite of it never asked."""
