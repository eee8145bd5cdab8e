"""
Scenarios against a stack that was deployed to an account with Auth=IAM.

`LIVE_STACK=aurastream-dev make live-test`, with the credentials of somebody who may invoke its API.
"""

import os
from typing import Any

import pytest
from boto3.session import Session
from botocore.credentials import Credentials

from tests.e2e.calling import Caller
from tests.e2e.test_jobs import csv_of, remarks, rows_of

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def outputs() -> dict[str, str]:
    client: Any = Session().client("cloudformation")
    stack = client.describe_stacks(StackName=os.environ.get("LIVE_STACK", "aurastream-dev"))["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


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
