"""Requests as API Gateway passes them on."""

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.keys import parse_tenant
from aurastream.entrypoints.aws.gateway import gateway_handler, path_named, root_of_event
from aurastream.entrypoints.aws.identity import principal_of, tenant_of_principal
from aurastream.entrypoints.http.sentiment import SentimentService, sentiment_endpoints
from tests.canary import MARKER
from tests.unit.lambdas.functions import CONTEXT, function_of
from tests.unit.services.workshop import Workshop

USER = "arn:aws:iam::123456789012:user/anna"
SESSION = "arn:aws:sts::123456789012:assumed-role/Support/session-1"
ROLE = "arn:aws:iam::123456789012:role/Support"


def event(body: bytes, *, identity: dict[str, Any], path: str = "/v1/sentiment", method: str = "POST") -> Any:
    return {
        "resource": "/v1/sentiment",
        "path": path,
        "httpMethod": method,
        "headers": {"Content-Type": "application/json", "Host": "abc.execute-api.eu-west-1.amazonaws.com"},
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"path": f"/prod{path}", "stage": "prod", "requestId": "r", "identity": identity},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


@pytest.fixture
def shop() -> Iterator[Workshop]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield Workshop()
    asyncio.set_event_loop(None)
    loop.close()


def handler(shop: Workshop) -> Any:
    service = SentimentService(
        analyze=shop.analyze, submit=shop.submit, requests=shop.requests, clock=shop.clock
    )
    return gateway_handler(function_of(shop), sentiment_endpoints(service))


def test_a_text_is_answered(shop: Workshop) -> None:
    answer = handler(shop)(event(b'{"text": "good \xc3\xa9"}', identity={"userArn": USER}), CONTEXT)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert json.loads(answer["body"])["sentiment"] == "POSITIVE"


def test_links_carry_the_stage(shop: Workshop) -> None:
    body = json.dumps({"text": "good", "mode": "ASYNC"}).encode()
    answer = handler(shop)(event(body, identity={"apiKeyId": "k1"}), CONTEXT)
    told = json.loads(answer["body"])
    assert answer["statusCode"] == 202
    assert told["links"]["self"] == f"/prod/v1/jobs/{told['job_id']}"


def test_whoever_is_nobody_does_not_come_in(shop: Workshop) -> None:
    answer = handler(shop)(event(b'{"text": "good"}', identity={"userArn": None, "apiKeyId": None}), CONTEXT)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (401, "unauthenticated")


def test_what_is_told_of_a_request_holds_no_text(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    for body in (f'{{"text": "good {MARKER}"}}', f'{{"{MARKER}": 1}}', MARKER):
        handler(shop)(event(body.encode(), identity={"userArn": USER}), CONTEXT)
    told = capsys.readouterr().out
    assert '"Requests"' in told
    assert MARKER not in told


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        ({"userArn": USER}, USER),
        ({"userArn": SESSION}, ROLE),
        ({"userArn": SESSION.replace("session-1", "other")}, ROLE),
        ({"userArn": None, "apiKeyId": "k1"}, "k1"),
        ({"userArn": "", "apiKeyId": ""}, None),
        ({}, None),
    ],
)
def test_a_principal_outlives_its_session(identity: dict[str, Any], principal: str | None) -> None:
    assert principal_of(identity) == principal


def test_a_principal_has_the_tenant_it_was_given() -> None:
    assert tenant_of_principal(ROLE, {ROLE: parse_tenant("support")}) == "support"


@given(st.text(min_size=1), st.text(min_size=1))
def test_others_have_a_tenant_of_their_own(one: str, other: str) -> None:
    first, second = tenant_of_principal(one, {}), tenant_of_principal(other, {})
    assert parse_tenant(first) == first
    assert (first == second) == (one == other)


@pytest.mark.parametrize(
    ("whole", "path", "root"),
    [
        ("/prod/v1/x", "/v1/x", "/prod"),
        ("/v1/x", "/v1/x", ""),
        ("/a/b/v1/x", "/v1/x", "/a/b"),
        ("", "/v1/x", ""),
    ],
)
def test_the_root_is_what_stands_before_the_path(whole: str, path: str, root: str) -> None:
    assert root_of_event({"path": path, "requestContext": {"path": whole}}) == root


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/jobs", "/v1/jobs"),
        ("/v1/jobs/job_1/results", "/v1/jobs/{job_id}/results"),
        ("/v1/jobs/job_1/", "other"),
        ("/admin", "other"),
    ],
)
def test_a_metric_has_few_names(path: str, name: str) -> None:
    assert path_named(path, ["/v1/jobs", "/v1/jobs/{job_id}/results"]) == name
