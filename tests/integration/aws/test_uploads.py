"""What S3 tells of uploads: foreign, gone, empty, too large, replaced, told twice, and under any name."""

import pytest

from aurastream.domain.job import JobStatus
from aurastream.domain.keys import JobKey, upload_key
from tests import simulated_aws as aws
from tests.integration.aws.home import AwsHome, event_of

FILE = b"text\r\nI love it\r\n"
UNKNOWN = "job_01ARZ3NDEKTSV4RRFFQ69G5FAV"


def put(key: str, content: bytes) -> None:
    aws.s3().put_object(Bucket=aws.UPLOADS, Key=key, Body=content)


def why_it_failed(home: AwsHome, key: JobKey) -> str:
    job = home.job(key)
    assert job.status is JobStatus.FAILED
    assert job.error
    return job.error.code


def test_an_empty_object_ends_its_job(home: AwsHome) -> None:
    key = home.form()
    put(upload_key(key), b"")

    home.arrive(key)
    home.work()

    assert why_it_failed(home, key) == "empty_file"


def test_an_object_that_is_gone_ends_its_job(home: AwsHome) -> None:
    key = home.form()
    put(upload_key(key), FILE)
    event = event_of(upload_key(key))
    aws.s3().delete_object(Bucket=aws.UPLOADS, Key=upload_key(key))

    home.deliver(event)
    home.work()

    assert why_it_failed(home, key) == "source_gone"


def test_an_object_that_was_replaced_ends_its_job(home: AwsHome) -> None:
    key = home.form()
    put(upload_key(key), FILE)
    event = event_of(upload_key(key))
    put(upload_key(key), FILE * 2)

    home.deliver(event)
    home.work()

    assert why_it_failed(home, key) == "source_changed"


def most(size: int) -> dict[str, str]:
    return {"AURASTREAM_MAX_FILE_BYTES": str(size)}


@pytest.mark.parametrize(
    ("home", "code"),
    [(most(len(FILE)), None), (most(len(FILE) - 1), "file_too_large")],
    indirect=["home"],
    ids=["as many as may be", "one too many"],
)
def test_an_object_of_too_many_bytes_ends_its_job(home: AwsHome, code: str | None) -> None:
    key = home.submit(FILE)

    home.arrive(key)
    home.work()

    if code:
        assert why_it_failed(home, key) == code
    else:
        assert home.job(key).status is JobStatus.SUCCEEDED


def test_an_object_that_is_told_of_again_and_again_is_worked_on_once(home: AwsHome) -> None:
    key = home.submit(FILE)
    event = event_of(upload_key(key))

    for _ in range(3):
        home.deliver(event)
    home.work()
    home.deliver({"Records": event["Records"] * 3})
    home.work()

    job = home.job(key)
    assert (job.status, job.counts.total, job.spend.units) == (JobStatus.SUCCEEDED, 1, 3)


@pytest.mark.parametrize(
    "name",
    [
        f"uploads/acme/{UNKNOWN}/source",
        f"uploads/a+b/{UNKNOWN}/source",
        f"uploads/a b/{UNKNOWN}/source",
        f"uploads/a%2Bb/{UNKNOWN}/source",
        f"uploads/Ünïcode 🎉/{UNKNOWN}/source",
        f"uploads/acme/{UNKNOWN}/source+1",
        f"uploads/acme/{UNKNOWN} /source",
        "uploads/acme/source",
        "uploads//source",
    ],
)
def test_an_object_that_belongs_to_no_job_is_passed_over(home: AwsHome, name: str) -> None:
    key = home.submit(FILE)
    put(name, FILE)

    home.deliver({"Records": [*event_of(name)["Records"], *event_of(upload_key(key))["Records"]]})
    home.work()

    assert home.rests == []
    assert home.job(key).status is JobStatus.SUCCEEDED


def test_nothing_that_a_job_leaves_sets_off_work(home: AwsHome) -> None:
    key = home.submit(FILE)
    home.arrive(key)
    home.work()
    started = len(aws.inputs_of(home.machine))
    pages = aws.s3().get_paginator("list_objects_v2").paginate(Bucket=aws.UPLOADS)
    left = [blob["Key"] for page in pages for blob in page["Contents"]]
    assert len(left) == 3  # the file, its one chunk and the plan

    for name in left:
        home.deliver(event_of(name))

    assert home.rests == []
    assert len(aws.inputs_of(home.machine)) == started
