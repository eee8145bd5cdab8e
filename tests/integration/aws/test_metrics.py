"""What the functions count, as CloudWatch reads it from their logs."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from aurastream.domain.keys import JobId, JobKey
from aurastream.testing.comprehend import ComprehendStandIn
from tests import simulated_aws as aws
from tests.integration.aws.home import TENANT, AwsHome
from tests.unit.lambdas.functions import CONTEXT

STACK = "aurastream-test"
Counts = Counter[tuple[str, ...]]


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", STACK)


@pytest.fixture
def counted(capsys: pytest.CaptureFixture[str]) -> Callable[[], Counts]:
    """What was counted since the last look, by name and by what it is told apart by."""

    def look() -> Counts:
        found: Counts = Counter()
        for line in capsys.readouterr().out.splitlines():
            told = json.loads(line)
            for group in told.get("_aws", {}).get("CloudWatchMetrics", ()):
                assert group["Namespace"] == "AuraStream"
                [dimensions] = group["Dimensions"]
                # By which alarms and dashboard tell one stack from another.
                assert "service" in dimensions
                assert told["service"] == STACK
                apart = tuple(str(told[name]) for name in sorted(dimensions) if name != "service")
                for metric in group["Metrics"]:
                    found[(metric["Name"], *apart)] += sum(told[metric["Name"]])
        return found

    return look


@pytest.fixture
def calm(comprehend: ComprehendStandIn) -> Iterator[ComprehendStandIn]:
    yield comprehend
    comprehend.change(down=None)


def test_a_live_answer_is_counted(home: AwsHome, counted: Callable[[], Counts]) -> None:
    body = b'{"documents": [{"text": "I love what you did"}, {"text": "good"}, {"text": "bad"}]}'
    home.send("POST", "/v1/sentiment", body)

    first = counted()
    home.send("POST", "/v1/sentiment", body)
    second = counted()

    assert first["Requests", "2xx", "/v1/sentiment"] == 1
    assert (first["Documents",], first["EngineCalls",], first["Units",]) == (3, 1, 9)
    assert first["SpentUsd",] == pytest.approx(0.0009)
    assert (second["CacheHits",], second["SavedUnits",], second["EngineCalls",]) == (3, 9, 0)


def test_a_promise_and_its_age_are_counted(
    home: AwsHome, calm: ComprehendStandIn, counted: Callable[[], Counts]
) -> None:
    calm.change(down="throttled")
    promised = home.send("POST", "/v1/sentiment", b'{"text": "This one has to wait"}')
    told = counted()
    calm.change(down=None)
    sent = home.clock.now() - timedelta(seconds=90)
    record = {
        "messageId": "1",
        "receiptHandle": "1",
        "eventSource": "aws:sqs",
        "body": json.dumps({"v": 1, "tenant": TENANT, "job_id": promised.json()["job_id"]}),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(int(sent.timestamp() * 1000)),
        },
    }

    assert home.retry({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}

    assert told["Requests", "promised", "/v1/sentiment"] == 1
    assert told["EngineThrottles",] == told["EngineErrors",] == told["EngineCalls",] >= 1
    kept = counted()
    assert kept["RetryAge",] == pytest.approx(90, abs=1)
    assert (kept["JobsEnded",], kept["JobsFailed",]) == (1, 0)


def test_a_file_that_cannot_be_read_is_its_senders_and_no_alarm(
    home: AwsHome, counted: Callable[[], Counts]
) -> None:
    key = home.submit(b"\n")
    home.arrive(key)
    home.work()

    found = counted()
    assert (found["JobsEnded",], found["JobsFailed",], found["FilesRejected",]) == (1, 0, 1)
    assert found["Requests", "promised", "/v1/sentiment"] == 1


def test_an_engine_that_is_down_fails_jobs(
    home: AwsHome, calm: ComprehendStandIn, counted: Callable[[], Counts]
) -> None:
    calm.change(down="error")
    key = home.submit(b"text\nI love it, and nobody heard of it\n")
    home.arrive(key)
    home.work()

    assert home.job(key).counts.failed == 1
    found = counted()
    assert (found["JobsEnded",], found["JobsFailed",], found["FilesRejected",]) == (1, 1, 0)
    assert found["EngineErrors",] > 1
    assert found["EngineThrottles",] == found["Units",] == found["SpentUsd",] == 0


def test_a_job_that_nobody_works_on_fails_too(home: AwsHome, counted: Callable[[], Counts]) -> None:
    key = home.submit(b"text\ngood\n")
    home.arrive(key)
    home.clock.advance(timedelta(hours=25))

    home.settle({}, CONTEXT)

    assert counted()["JobsFailed",] == 1


def test_a_job_that_cannot_be_settled_is_counted_by_each_round(
    home: AwsHome, counted: Callable[[], Counts]
) -> None:
    key = home.submit(b"text\ngood\n")
    home.arrive(key)
    home.clock.advance(timedelta(hours=25))

    with aws.refusing(aws.event_bridge(), "PutEvents", "InternalFailure", status=500):
        home.settle({}, CONTEXT)
    assert counted()["JobsResisting",] == 1
    home.clock.advance(timedelta(hours=1))
    home.settle({}, CONTEXT)
    assert counted()["JobsResisting",] == 0


def test_a_cancelled_job_has_ended_and_not_failed(home: AwsHome, counted: Callable[[], Counts]) -> None:
    key = home.form()

    home.send("POST", f"/v1/jobs/{key.job_id}/cancel")

    found = counted()
    assert (found["JobsEnded",], found["JobsFailed",], found["FilesRejected",]) == (1, 0, 0)
    assert found["Requests", "promised", "/v1/jobs/{job_id}/cancel"] == 1


def test_strangers_are_counted(home: AwsHome, counted: Callable[[], Counts]) -> None:
    stranger = JobKey(TENANT, JobId("job_01ARZ3NDEKTSV4RRFFQ69G5FAV"))
    aws.s3().put_object(Bucket=aws.UPLOADS, Key=f"uploads/{TENANT}/{stranger.job_id}/source", Body=b"x")
    home.arrive(stranger)
    home.send("GET", "/nowhere")

    found = counted()
    assert found["IgnoredEvents",] == 1
    assert found["Requests", "4xx", "other"] == 1
