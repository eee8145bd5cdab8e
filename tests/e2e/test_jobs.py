"""Files that are scored later, through the state machine."""

import csv
import gzip
import io
import json
import time
from typing import Any
from urllib.parse import quote

import pytest

from tests.canary import MARKER
from tests.e2e.calling import Caller
from tests.e2e.conftest import Comprehend, Stack

pytestmark = pytest.mark.slow

"""Stands in texts, and must stand nowhere else."""


def csv_of(texts: list[str]) -> bytes:
    """A file with these texts."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["id", "text", "shop"])
    writer.writerows([str(number), text, f"shop {number % 3}"] for number, text in enumerate(texts, 1))
    return out.getvalue().encode()


def remarks(count: int, about: str) -> list[str]:
    """So many texts, all different."""
    kinds = ("I love it", "I hate it", "It arrived on Tuesday", "Good but far too slow")
    return [f"{kinds[number % 4]}, {about} number {number} {MARKER}." for number in range(count)]


def rows_of(export: bytes) -> list[dict[str, str]]:
    """An export, read back."""
    return list(csv.DictReader(io.StringIO(export.decode("utf-8-sig"))))


def history(stack: Stack, job_id: str) -> list[Any]:
    """What the workflow of a job went through."""
    arn = stack.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:") + f":{job_id}"
    pages = stack.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def test_a_long_text_becomes_a_job(alice: Caller, stack: Stack, comprehend: Comprehend) -> None:
    text = "The delivery was late, and yet the people were kind. " * 1_150
    assert len(text.encode()) > 60_000

    answer = alice.score({"text": text, "mode": "AUTO"})

    assert answer.status_code == 202, answer.text
    promised = answer.json()
    assert answer.headers["Location"].endswith(promised["job_id"])
    assert answer.headers["Retry-After"]
    job = alice.wait(promised["job_id"])
    assert job["status"] == "SUCCEEDED"
    [outcome] = alice.outcomes(promised["job_id"])
    assert outcome["segments"] >= 12
    assert job["cost"]["units"] == comprehend.units(stack.keys_of("ProcessChunk"))


def test_a_csv_in_the_body_comes_back_with_our_columns(
    alice: Caller, stack: Stack, comprehend: Comprehend
) -> None:
    texts = [*remarks(1_200, "the blue chair"), "", "Poor ⟦poison⟧ row."]
    content = gzip.compress(csv_of(texts))
    answer = alice.send(
        "POST",
        "/v1/sentiment?mode=ASYNC&text_column=text&id_column=id",
        content=content,
        headers={"Content-Type": "text/csv", "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 202, answer.text
    job_id = answer.json()["job_id"]

    job = alice.wait(job_id)

    assert job["status"] == "SUCCEEDED_WITH_ERRORS"
    assert job["counts"]["total"] == 1_202
    assert (job["counts"]["failed"], job["counts"]["skipped"]) == (1, 1)
    outcomes = alice.outcomes(job_id)
    assert [outcome["row"] for outcome in outcomes] == list(range(1, 1_203))
    rows = rows_of(alice.export(job_id))
    assert [row["text"] for row in rows] == texts
    assert [row["aura_status"] for row in rows] == [outcome["status"] for outcome in outcomes]
    summary = alice.get(f"/v1/jobs/{job_id}/summary?group_by=shop")
    assert summary
    assert job["cost"]["units"] == comprehend.units(stack.keys_of("ProcessChunk"))
    told = json.dumps(history(stack, job_id), default=str)
    assert MARKER not in told
    assert len(history(stack, job_id)) <= 50


def test_20_000_rows_by_upload_are_all_there_and_billed_as_told(
    alice: Caller, stack: Stack, comprehend: Comprehend
) -> None:
    texts = remarks(20_000, "the green lamp")

    began = time.monotonic()
    job_id = alice.upload(csv_of(texts), text_column="text", id_column="id", filename="remarks.csv")
    job = alice.wait(job_id, patience=240)
    print(f"20,000 rows in {time.monotonic() - began:.0f} s")

    assert job["status"] == "SUCCEEDED", job
    assert job["counts"]["succeeded"] == 20_000
    outcomes = alice.outcomes(job_id)
    assert [outcome["row"] for outcome in outcomes] == list(range(1, 20_001))
    assert len(rows_of(alice.export(job_id))) == 20_000
    keys = stack.keys_of("ProcessChunk")
    assert job["cost"]["units"] == comprehend.units(keys)
    assert comprehend.bill()["texts_billed_again"] == 0
    calls = [call for call in comprehend.calls() if call["access_key"] in keys]
    throttled = sum(call["error"] == "ThrottlingException" for call in calls)
    print(f"{len(calls)} calls, {throttled} throttled, {job['cost']['units']} units")
    assert throttled <= 0.02 * len(calls)
    events = history(stack, job_id)
    assert len(events) <= 50
    assert max(len(json.dumps(event, default=str)) for event in events) <= 4_096


def test_an_engine_that_is_down_ends_the_job_and_a_retry_mends_it(
    alice: Caller, comprehend: Comprehend
) -> None:
    texts = remarks(30, "the red door")
    comprehend.change(down="error")

    job_id = alice.submit(csv_of(texts), "text/csv", "mode=ASYNC&text_column=text")
    job = alice.wait(job_id)

    assert job["status"] == "FAILED"
    assert job["error"]["code"] == "engine_unavailable"
    assert job["counts"]["failed"] == 30
    too_early = alice.wait(_retried(alice, job_id))
    assert too_early["status"] == "FAILED"
    comprehend.change(down=None)
    child = alice.wait(_retried(alice, too_early["job_id"]))
    assert child["status"] == "SUCCEEDED"
    assert child["retry_of"] == too_early["job_id"]
    rows = rows_of(alice.export(child["job_id"]))
    assert [row["text"] for row in rows] == texts
    assert {row["aura_status"] for row in rows} == {"SUCCEEDED"}
    assert alice.get(f"/v1/jobs/{job_id}")["status"] == "FAILED"


def test_a_retry_whose_file_went_away_says_so_and_leaves_nothing_to_retry(
    alice: Caller, comprehend: Comprehend, stack: Stack
) -> None:
    comprehend.change(down="error")
    job_id = alice.submit(csv_of(remarks(3, "the lost door")), "text/csv", "mode=ASYNC&text_column=text")
    assert alice.wait(job_id)["status"] == "FAILED"
    comprehend.change(down=None)
    bucket = stack.outputs["UploadsBucket"]
    for key in objects_of(stack, job_id):
        if key.startswith("uploads/"):
            stack.client("s3").delete_object(Bucket=bucket, Key=key)

    child = alice.wait(_retried(alice, job_id))

    assert (child["status"], child["error"]["code"]) == ("FAILED", "source_gone")
    answer = alice.send("POST", f"/v1/jobs/{child['job_id']}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_retry")


def _retried(caller: Caller, job_id: str) -> str:
    answer = caller.send("POST", f"/v1/jobs/{job_id}/retry")
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def test_a_file_that_cannot_be_read_ends_its_job_with_the_reason(alice: Caller) -> None:
    job_id = alice.submit(csv_of(["hello"]), "text/csv", "mode=ASYNC&text_column=nothing")

    job = alice.wait(job_id)

    assert job["status"] == "FAILED"
    assert job["error"]["code"] == "column_not_found"
    assert "text" in job["error"]["columns"]


def test_a_cancelled_job_keeps_what_is_done(alice: Caller, comprehend: Comprehend) -> None:
    comprehend.change(latency_ms=400)
    job_id = alice.submit(csv_of(remarks(8_000, "the slow train")), "text/csv", "mode=ASYNC&text_column=text")
    _until_running(alice, job_id)

    answer = alice.send("POST", f"/v1/jobs/{job_id}/cancel")

    assert answer.status_code == 202, answer.text
    job = alice.wait(job_id)
    assert job["status"] == "CANCELLED"
    assert job["counts"]["cancelled"] > 0
    assert job["counts"]["pending"] == 0
    outcomes = alice.outcomes(job_id)
    assert len(outcomes) == 8_000
    assert sum(outcome["status"] == "SUCCEEDED" for outcome in outcomes) == job["counts"]["succeeded"]


def test_a_job_that_waits_for_its_file_is_listed_and_cancelled_at_once(alice: Caller) -> None:
    request = {"filename": "later.csv", "metadata": {"why": "a list"}}
    key = {"Idempotency-Key": "create-once"}
    created = alice.send("POST", "/v1/jobs", body=request, headers=key)
    again = alice.send("POST", "/v1/jobs", body=request, headers=key)
    assert (created.status_code, again.status_code) == (201, 201), created.text
    job_id = created.json()["job_id"]
    assert again.json()["job_id"] == job_id
    for query in ("", "?status=AWAITING_UPLOAD"):
        assert job_id in [job["job_id"] for job in alice.get(f"/v1/jobs{query}")["jobs"]]

    answer = alice.send("POST", f"/v1/jobs/{job_id}/cancel")

    assert answer.status_code == 202, answer.text
    assert alice.get(f"/v1/jobs/{job_id}")["status"] == "CANCELLED"


def test_a_file_that_is_sent_twice_under_one_key_is_one_job(alice: Caller) -> None:
    content = csv_of(remarks(4, "the same file"))
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "file-once"}
    path = "/v1/sentiment?mode=ASYNC&text_column=text"

    first, second = (alice.send("POST", path, content=content, headers=headers) for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 202), first.text
    assert first.json()["job_id"] == second.json()["job_id"]
    assert alice.wait(first.json()["job_id"])["counts"]["total"] == 4


def _until_running(caller: Caller, job_id: str) -> None:
    for _ in range(200):
        job = caller.get(f"/v1/jobs/{job_id}")
        if job["status"] == "RUNNING" and job["counts"]["total"]:
            return
        time.sleep(0.1)
    raise AssertionError("the job never ran")


def test_a_deleted_job_leaves_nothing(alice: Caller, stack: Stack) -> None:
    job_id = alice.submit(csv_of(remarks(40, "the old house")), "text/csv", "mode=ASYNC&text_column=text")
    alice.wait(job_id)
    assert objects_of(stack, job_id)

    answer = alice.send("DELETE", f"/v1/jobs/{job_id}")

    assert answer.status_code == 204, answer.text
    assert alice.send("GET", f"/v1/jobs/{job_id}").status_code == 404
    assert objects_of(stack, job_id) == []
    left = [item for item in _items(stack, job_id) if item["sk"]["S"] != "JOB"]
    assert left == []


def objects_of(stack: Stack, job_id: str) -> list[str]:
    """What a job has in the buckets."""
    s3, found = stack.client("s3"), []
    for bucket in (stack.outputs["UploadsBucket"], stack.outputs["ResultsBucket"]):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            found += [blob["Key"] for blob in page.get("Contents", []) if job_id in blob["Key"]]
    return found


def _items(stack: Stack, job_id: str) -> list[Any]:
    answer = stack.client("dynamodb").query(
        TableName=stack.outputs["Table"],
        KeyConditionExpression="pk = :job",
        ExpressionAttributeValues={":job": {"S": f"JOB#acme#{job_id}"}},
    )
    return list(answer["Items"])


@pytest.mark.parametrize("times", [2])
def test_an_upload_that_is_told_twice_is_worked_on_once(
    alice: Caller, stack: Stack, comprehend: Comprehend, times: int
) -> None:
    job_id = alice.submit(csv_of(remarks(10, "the twin")), "text/csv", "mode=ASYNC&text_column=text")
    job = alice.wait(job_id)
    keys = stack.keys_of("ProcessChunk")
    units = comprehend.units(keys)

    for _ in range(times):
        tell(stack, f"uploads/acme/{job_id}/source")

    time.sleep(1)
    assert alice.get(f"/v1/jobs/{job_id}") == job
    assert comprehend.units(keys) == units
    running = stack.client("stepfunctions").list_executions(stateMachineArn=stack.outputs["StateMachineArn"])[
        "executions"
    ]
    assert sum(execution["name"] == job_id for execution in running) == 1


def tell(stack: Stack, key: str) -> Any:
    """Invoke start_job as S3 would; keys in its events are form-encoded."""
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Post",
        "s3": {
            "bucket": {"name": stack.outputs["UploadsBucket"]},
            "object": {"key": quote(key, safe="/").replace("%20", "+"), "size": 10, "eTag": "0" * 32},
        },
    }
    return stack.client("lambda").invoke(
        FunctionName=stack.outputs["StartJobFunction"], Payload=json.dumps({"Records": [record]})
    )


@pytest.mark.parametrize(
    "key",
    [
        "uploads/acme/job_01ARZ3NDEKTSV4RRFFQ69G5FAV/source",
        "uploads/acme/not a job/source",
        "uploads/Ünïcode+plus/job_01ARZ3NDEKTSV4RRFFQ69G5FAV/source",
        "uploads/../../source",
        "somewhere/else",
    ],
)
def test_an_upload_that_belongs_to_no_job_is_passed_over(stack: Stack, key: str) -> None:
    answer = tell(stack, key)

    assert "FunctionError" not in answer, answer["Payload"].read()
