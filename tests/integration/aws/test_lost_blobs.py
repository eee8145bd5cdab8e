"""Somebody empties the bucket of a job that runs: it ends, says why, and keeps what it has."""

import pytest

from aurastream.domain.keys import JobKey, chunk_key, upload_key
from tests import simulated_aws as aws
from tests.integration.aws.home import AwsHome

ROWS = 2_300
"""Three chunks."""


@pytest.fixture
def begun(home: AwsHome) -> JobKey:
    """A job whose first chunk is scored."""
    key = home.submit(b"text\n" + ROWS * b"I love what you did\n")
    home.arrive(key)
    named = {"v": 1, "tenant": key.tenant, "job_id": key.job_id}
    home.task("prepare", named)
    home.task("chunk", {**named, "chunk": 0, "final": False})
    return key


def throw_away(*keys: str) -> None:
    """Delete these blobs; without any, all that there are."""
    found = aws.s3().list_objects_v2(Bucket=aws.UPLOADS)["Contents"]
    for key in keys or [each["Key"] for each in found]:
        aws.s3().delete_object(Bucket=aws.UPLOADS, Key=key)


def rows_of(home: AwsHome, key: JobKey) -> list[int]:
    """The rows of every page of the job's results."""
    rows: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "1000", **({"cursor": cursor} if cursor else {})}
        page = home.send("GET", f"/v1/jobs/{key.job_id}/results", query=query).json()
        rows += [outcome["row"] for outcome in page["results"]]
        cursor = page["next_cursor"]
    return rows


def test_a_job_whose_input_and_chunks_are_gone_fails_and_keeps_what_was_scored(
    home: AwsHome, begun: JobKey
) -> None:
    throw_away()
    home.work()

    at = f"/v1/jobs/{begun.job_id}"
    job = home.send("GET", at).json()
    assert (job["status"], job["error"]["code"]) == ("FAILED", "source_gone")
    assert job["counts"] == {
        "total": ROWS,
        "succeeded": 1_000,
        "failed": ROWS - 1_000,
        "skipped": 0,
        "cancelled": 0,
        "pending": 0,
    }
    assert rows_of(home, begun) == list(range(1, ROWS + 1))
    assert home.send("GET", f"{at}/export").json()["code"] == "nothing_to_export"
    assert home.send("POST", f"{at}/retry").json()["code"] == "nothing_to_retry"
    assert home.send("DELETE", at).status == 204


def test_a_job_whose_chunks_alone_are_gone_has_its_export_and_may_be_retried(
    home: AwsHome, begun: JobKey
) -> None:
    throw_away(*(chunk_key(begun, chunk) for chunk in range(3)))
    home.work()

    at = f"/v1/jobs/{begun.job_id}"
    job = home.send("GET", at).json()
    assert (job["status"], job["counts"]["failed"]) == ("SUCCEEDED_WITH_ERRORS", ROWS - 1_000)
    assert rows_of(home, begun) == list(range(1, ROWS + 1))
    assert home.send("GET", f"{at}/export").status == 303
    assert home.send("POST", f"{at}/retry").status == 202


def test_a_job_whose_input_alone_is_gone_is_scored_to_its_end_without_an_export(
    home: AwsHome, begun: JobKey
) -> None:
    throw_away(upload_key(begun))
    home.work()

    at = f"/v1/jobs/{begun.job_id}"
    assert home.send("GET", at).json()["status"] == "SUCCEEDED"
    assert home.send("GET", f"{at}/export").json()["code"] == "nothing_to_export"
