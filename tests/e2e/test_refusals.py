"""Who gets in, and who sees what."""

import json

import pytest
from botocore.credentials import Credentials

from tests.e2e.calling import Caller
from tests.e2e.conftest import Stack
from tests.e2e.deployment import QUOTA, Account, deploy
from tests.e2e.test_jobs import csv_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keyed(standing: Account, template: object, stack: Stack) -> Stack:  # one deploys after the other
    name = "aurastream-keys"
    outputs = deploy(standing, template, name, Auth="API_KEY", DetectTps=QUOTA, BatchTps=QUOTA)  # type: ignore[arg-type]
    return Stack(standing, name, outputs)


ROUTES = (
    ("POST", "/v1/sentiment"),
    ("GET", "/v1/jobs"),
    ("GET", "/v1/health"),
    ("GET", "/"),
    ("GET", "/nowhere"),
)


def turned_away(caller: Caller, method: str, path: str) -> bool:
    """Whether somebody is told, in the words of the application, that nobody knows them."""
    answer = caller.send(method, path, body={"text": "hello"} if method == "POST" else None)
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] in ("ApiKey", "AWS4-HMAC-SHA256")
    problem = answer.json()
    assert problem.pop("request_id")
    assert problem == {
        "type": "/problems/unauthenticated",
        "title": "Who are you?",
        "status": 401,
        "detail": "the request carries no valid credentials",
        "code": "unauthenticated",
        "retryable": False,
    }
    return True


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_signature_nobody_gets_in(stack: Stack, method: str, path: str) -> None:
    assert turned_away(stack.caller(), method, path)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_with_the_signature_of_nobody_nobody_gets_in(stack: Stack, method: str, path: str) -> None:
    stranger = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

    assert turned_away(stack.caller(stranger), method, path)


def test_a_signature_of_another_secret_is_none(stack: Stack, alice: Caller) -> None:
    assert alice.user
    forged = Credentials(alice.user.access_key, "another secret")

    assert turned_away(stack.caller(forged), "GET", "/v1/jobs")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_who_is_allowed_nothing_gets_nothing(mallory: Caller, method: str, path: str) -> None:
    """The stand-in's IAM answers before its gateway, so in words of its own."""
    answer = mallory.send(method, path, body={"text": "hello"} if method == "POST" else None)

    assert answer.status_code == 403, answer.text
    assert "not authorized" in answer.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("key", [None, "wrong"])
def test_without_a_valid_key_nobody_gets_in(keyed: Stack, key: str | None, method: str, path: str) -> None:
    assert turned_away(keyed.caller(key=key), method, path)


def test_who_asks_too_often_is_told_when_to_come_back(keyed: Stack) -> None:
    gateway = keyed.client("apigateway")
    key = gateway.get_api_key(apiKey=keyed.outputs["FirstApiKeyId"], includeValue=True)["value"]
    plan = keyed.outputs["UsagePlanId"]
    slow = [
        {"op": "replace", "path": f"/throttle/{name}", "value": "1"} for name in ("rateLimit", "burstLimit")
    ]
    gateway.update_usage_plan(usagePlanId=plan, patchOperations=slow)
    try:
        caller = keyed.caller(key=key)
        answers = [caller.send("GET", "/v1/health") for _ in range(20)]
    finally:
        fast = [{**each, "value": "100"} for each in slow]
        gateway.update_usage_plan(usagePlanId=plan, patchOperations=fast)

    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    for answer in limited:
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.json()["code"], answer.json()["retryable"]) == ("rate_limited", True)


def test_a_key_of_the_usage_plan_gets_in(keyed: Stack) -> None:
    gateway = keyed.client("apigateway")
    key = gateway.get_api_key(apiKey=keyed.outputs["FirstApiKeyId"], includeValue=True)["value"]

    outcome = keyed.caller(key=key).answer({"text": "This came with a key, and it was quite good."})

    assert outcome["status"] == "SUCCEEDED"


def test_a_parameter_that_is_changed_is_served_when_it_is_deployed(
    standing: Account, template: object, keyed: Stack
) -> None:
    gateway = keyed.client("apigateway")
    key = gateway.get_api_key(apiKey=keyed.outputs["FirstApiKeyId"], includeValue=True)["value"]
    long = {"text": "The one who served us was as kind as can be. " * 5, "mode": "SYNC"}
    assert keyed.caller(key=key).score(long).status_code in (200, 202)

    deploy(standing, template, keyed.name, Auth="API_KEY", SyncMaxBytes=200, Release="2")  # type: ignore[arg-type]

    refused = keyed.caller(key=key).score(long)
    assert (refused.status_code, refused.json()["code"]) == (413, "text_too_large")


def test_another_tenants_job_looks_like_none(alice: Caller, bob: Caller) -> None:
    job_id = alice.submit(csv_of(["A remark of a customer of acme."]), "text/csv")
    alice.wait(job_id)
    unknown = "job_01ARZ3NDEKTSV4RRFFQ69G5FAV"

    for method, path in (
        ("GET", ""),
        ("GET", "/results"),
        ("GET", "/summary"),
        ("GET", "/export"),
        ("POST", "/cancel"),
        ("POST", "/retry"),
        ("DELETE", ""),
    ):
        foreign = bob.send(method, f"/v1/jobs/{job_id}{path}")
        nowhere = bob.send(method, f"/v1/jobs/{unknown}{path}")
        assert foreign.status_code == 404, (method, path, foreign.text)
        assert _but_for_the_request(foreign.text) == _but_for_the_request(nowhere.text)
    assert job_id not in [job["job_id"] for job in bob.get("/v1/jobs")["jobs"]]
    assert alice.get(f"/v1/jobs/{job_id}")["status"] == "SUCCEEDED"


def _but_for_the_request(problem: str) -> object:
    told = json.loads(problem)
    assert told.pop("request_id")
    return told


def test_what_is_no_route_is_the_applications_404_and_405(alice: Caller) -> None:
    nowhere, wrong = alice.send("GET", "/v1/nowhere"), alice.send("GET", "/v1/sentiment")

    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in wrong.headers["allow"]
