"""
Scenarios against a stack that was deployed to an account with Auth=IAM.

`LIVE_STACK=aurastream-dev make live-test`, with the credentials of somebody who may invoke its API;
`LIVE_URL` where that has a domain of its own. Comprehend's bill for a run is some ten cents.
"""

import gzip
import os
import time
from typing import Any

import httpx
import pytest
from boto3.session import Session
from botocore.credentials import Credentials

from tests.e2e.calling import Caller
from tests.e2e.test_jobs import csv_of, remarks, rows_of
from tests.e2e.test_live_answers import MIXED

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def outputs() -> dict[str, str]:
    client: Any = Session().client("cloudformation")
    stack = client.describe_stacks(StackName=os.environ.get("LIVE_STACK", "aurastream-dev"))["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return {**outputs, "Url": os.environ.get("LIVE_URL", outputs["Url"])}


@pytest.fixture(scope="module")
def nobody(outputs: dict[str, str]) -> Caller:
    return Caller(base=outputs["Url"], trust=True, region=str(Session().region_name))


@pytest.fixture(scope="module")
def caller(outputs: dict[str, str]) -> Caller:
    session = Session()
    found = session.get_credentials()
    assert found, "no credentials"
    frozen = found.get_frozen_credentials()
    user = Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)
    return Caller(base=outputs["Url"], trust=True, region=str(session.region_name), user=user)


def test_a_message_is_answered(caller: Caller) -> None:
    outcome = caller.answer({"text": "I love how quick this was, thank you!", "mode": "SYNC"})

    assert outcome["sentiment"] == "POSITIVE"


def test_a_file_by_its_form_comes_back_row_by_row(caller: Caller) -> None:
    texts = remarks(200, "the live test")

    job_id = caller.upload(csv_of(texts), text_column="text", id_column="id", filename="live.csv")

    assert caller.wait(job_id, patience=600)["status"] == "SUCCEEDED"
    assert [row["text"] for row in rows_of(caller.export(job_id))] == texts
    assert caller.send("DELETE", f"/v1/jobs/{job_id}").status_code == 204


def test_documents_of_many_languages_come_back_in_their_order(caller: Caller) -> None:
    documents = [
        {"id": f"d{number}", "text": f"{MIXED[number % 5][1]} ({number})", "language": MIXED[number % 5][0]}
        for number in range(25)
    ]

    results = caller.answer({"documents": documents, "mode": "SYNC"})["results"]

    assert [each["id"] for each in results] == [each["id"] for each in documents]
    assert {each["status"] for each in results} == {"SUCCEEDED"}


def test_a_long_text_is_read_to_its_end(caller: Caller) -> None:
    promised = caller.score({"text": "The delivery was late, and yet the people were kind. " * 200})

    assert promised.status_code == 202, promised.text
    job_id = promised.json()["job_id"]
    assert caller.wait(job_id, patience=600)["status"] == "SUCCEEDED"
    [outcome] = caller.outcomes(job_id)
    assert (outcome["segments"] >= 3, outcome["coverage"]) == (True, 1)


def test_a_gzipped_file_of_another_encoding_arrives_as_it_was_sent(caller: Caller) -> None:
    content = gzip.compress("text\r\nSchöne Schuhe, für immer\r\n".encode("utf-16"))
    packed = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}

    answer = caller.send("POST", "/v1/sentiment?mode=ASYNC", content=content, headers=packed)

    assert answer.status_code == 202, answer.text
    job_id = answer.json()["job_id"]
    assert caller.wait(job_id, patience=600)["input"]["encoding"].startswith("utf-16")
    assert [row["text"] for row in rows_of(caller.export(job_id))] == ["Schöne Schuhe, für immer"]


def test_a_form_is_good_for_its_key_and_for_a_file_that_is_one(caller: Caller) -> None:
    created = caller.send("POST", "/v1/jobs", body={"filename": "form.csv"})
    form = created.json()["upload"]
    elsewhere = {**form["fields"], "key": form["fields"]["key"].replace("source", "other")}

    with httpx.Client(timeout=60) as client:
        taken = client.post(form["url"], data=elsewhere, files={"file": ("f", b"text\ngood\n")})
        empty = client.post(form["url"], data=form["fields"], files={"file": ("f", b"")})

    assert (taken.status_code, empty.status_code) == (403, 400)
    cancelled = caller.send("POST", f"/v1/jobs/{created.json()['job_id']}/cancel")
    assert cancelled.json()["status"] == "CANCELLED"


def test_a_keyed_request_is_answered_twice_and_worked_on_once(caller: Caller) -> None:
    key = {"Idempotency-Key": f"live-{time.time_ns()}"}

    first, second = (caller.score({"text": "Only once, please."}, **key) for _ in range(2))

    assert second.json() == first.json()
    assert second.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1", "/", "/nowhere/at/all"])
def test_the_gateway_refuses_in_our_words(nobody: Caller, path: str) -> None:
    answer = nobody.send("GET", path)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"


def test_every_path_reaches_the_application(caller: Caller) -> None:
    nowhere, wrong = caller.send("GET", "/v1/nowhere"), caller.send("GET", "/v1/sentiment")

    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
