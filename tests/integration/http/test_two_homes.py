"""The same requests through both homes: on one machine, and as events of API Gateway."""

import asyncio
import base64
import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from aurastream.domain.errors import EngineUnavailableError
from aurastream.domain.keys import Tenant
from aurastream.entrypoints.aws.functions import Function
from aurastream.entrypoints.aws.gateway import gateway_handler
from aurastream.entrypoints.aws.identity import tenant_of_principal
from aurastream.entrypoints.aws.telemetry import Telemetry
from aurastream.settings import Settings
from tests.integration.http.service import Bench

REQUESTS = 300
PRINCIPAL = "arn:aws:iam::123456789012:user/anna"
TENANT = tenant_of_principal(PRINCIPAL, {})
OF_THE_REQUEST = ("x-request-id", "content-length", "date")
REQUEST_ID = re.compile(r'"request_id": ?"[^"]*"')

TEXTS = ["I love it, good!", "bad", "", "é🎉 good", "x" * 5_001, "\u200b", "good\r\nbad"]
BODIES: list[bytes] = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"NaN",
    b'{"text": NaN}',
    b"[" * 100_000,
    b'{"text": ' + b"9" * 5_000 + b"}",
    b'{"text": "\xff"}',
    rb'{"text": "\ud800"}',
    b'{"text": "good", "more": 1}',
    b'{"text": "good", "documents": []}',
    b'{"text": 5}',
    *(
        json.dumps({"text": text, "mode": mode}).encode()
        for text in TEXTS
        for mode in ("SYNC", "AUTO", "ASYNC")
    ),
    *(
        json.dumps(
            {"documents": [{"id": str(n), "text": "good"} for n in range(size)], "mode": "SYNC"}
        ).encode()
        for size in (0, 1, 25, 26)
    ),
]
FILES = [
    b"id,text\n1,good\n2,bad\n",
    b"text\n",
    b"a;b\n1;2\n",
    gzip.compress(b"text\ngood\n"),
    "text\ngœd\n".encode("utf-16"),
]
MEDIA = [
    "application/json",
    "text/csv",
    "text/plain",
    "application/x-ndjson",
    "application/xml",
    "text/csv; charset=x",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One answer, without what differs from request to request."""

    status: int
    headers: dict[str, str]
    body: str


def told(status: int, headers: dict[str, str], body: bytes) -> Told:
    kept = {name.lower(): value for name, value in headers.items() if name.lower() not in OF_THE_REQUEST}
    return Told(status=status, headers=kept, body=REQUEST_ID.sub("", body.decode()))


class OneMachine:
    """The app as it is."""

    def __init__(self, bench: Bench) -> None:
        self._client = bench.client()

    def __call__(self, asked: Asked) -> Told:
        path = asked.path + (f"?{urlencode(asked.query)}" if asked.query else "")
        answer = self._client(asked.method, path, asked.body, headers=asked.headers)
        return told(answer.status_code, dict(answer.headers), answer.content)


class Gateway:
    """The app behind events."""

    def __init__(self, bench: Bench) -> None:
        class Container:
            def settings(self) -> Settings:
                return Settings(home="aws")

        function = Function(container=Container(), telemetry=Telemetry("test"))  # type: ignore[arg-type] # enough of one
        self._handler = gateway_handler(function, bench.endpoints())

    def __call__(self, asked: Asked) -> Told:
        headers = {"Host": "localhost:8000", "X-Forwarded-Proto": "http", **asked.headers}
        event = {
            "resource": "/{proxy+}",
            "path": asked.path,
            "httpMethod": asked.method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": asked.query or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in asked.query.items()} or None,
            "requestContext": {"path": asked.path, "identity": {"userArn": PRINCIPAL}},
            "body": base64.b64encode(asked.body).decode(),
            "isBase64Encoded": True,
        }
        answer = self._handler(event, None)
        body = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
        return told(answer["statusCode"], answer["headers"], body)


def benches() -> Iterator[Bench]:
    def everybody(_request: Request) -> Tenant:
        return TENANT

    for _ in range(2):
        bench = Bench(authenticate=everybody)
        bench.running(TENANT, chunks=2)
        bench.ended(TENANT)
        bench.queued(TENANT)
        bench.ended(Tenant("rival"))
        yield bench


def requests(chance: Random, job_ids: Sequence[str]) -> Iterator[Asked]:
    for number in range(REQUESTS):
        headers = {"Idempotency-Key": f"k{number // 7}"} if chance.random() < 0.4 else {}
        kind = chance.random()
        if kind < 0.5:
            media = chance.choice(MEDIA) if chance.random() < 0.3 else "application/json"
            yield Asked(
                method="POST",
                path="/v1/sentiment",
                headers={**headers, "Content-Type": media},
                body=chance.choice(BODIES),
            )
        elif kind < 0.65:
            file = chance.choice(FILES)
            packed = {"Content-Encoding": "gzip"} if file[:2] == b"\x1f\x8b" else {}
            yield Asked(
                method="POST",
                path="/v1/sentiment",
                query=chance.choice(
                    [{"mode": "ASYNC"}, {"mode": "SYNC"}, {}, {"nonsense": "1"}, {"text_column": "é"}]
                ),
                headers={**headers, **packed, "Content-Type": chance.choice(MEDIA[1:4])},
                body=file,
            )
        elif kind < 0.75:
            path = chance.choice(
                ["/v1/jobs", "/v1/health", "/nowhere", "/v1/sentiment", "/v1/openapi.json", "/docs"]
            )
            query = chance.choice([{}, {"limit": "0"}, {"limit": "1"}, {"status": "FAILED"}, {"cursor": "x"}])
            method = chance.choice(["GET", "PUT", "DELETE", "POST"])
            yield Asked(method=method, path=path, query=query if path == "/v1/jobs" else {}, headers=headers)
        else:
            job_id = chance.choice([*job_ids, "job_00000000000000000000000000", "job_1"])
            part = chance.choice(["", "/results", "/summary", "/export", "/cancel", "/retry"])
            method = (
                "POST" if part in ("/cancel", "/retry") else chance.choice(["GET", "GET", "GET", "DELETE"])
            )
            query = {"limit": chance.choice(["1", "0", "1000", "x"])} if part == "/results" else {}
            yield Asked(method=method, path=f"/v1/jobs/{job_id}{part}", query=query, headers=headers)


def test_both_homes_give_the_same_statuses_headers_and_bodies() -> None:
    one, other = benches()
    machine, gateway = OneMachine(one), None
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        gateway = Gateway(other)
        statuses = set()
        job_ids = [key.job_id for key in one.store.jobs]
        for number, asked in enumerate(requests(Random(20), job_ids)):
            for bench in (one, other):
                bench.engine.broken = EngineUnavailableError() if number % 10 == 9 else None
            answer = machine(asked)
            asyncio.set_event_loop(loop)
            assert gateway(asked) == answer, (number, asked.method, asked.path)
            statuses.add(answer.status)

    finally:
        asyncio.set_event_loop(None)
        loop.close()
    assert statuses >= {200, 202, 204, 400, 404, 405, 409, 413, 415, 422}
    assert one.store.jobs == other.store.jobs
    assert one.blobs.blobs == other.blobs.blobs


@pytest.mark.parametrize("root", ["/prod", "/base/path"])
def test_links_differ_by_the_stage_alone(root: str) -> None:
    one, other = benches()
    body = json.dumps({"text": "good", "mode": "ASYNC"}).encode()
    plain = one.client()("POST", "/v1/sentiment", body, media="application/json")
    staged = other.client(root_path=root)("POST", f"{root}/v1/sentiment", body, media="application/json")
    assert staged.text.replace(root, "") == plain.text
    assert staged.headers["location"] == root + plain.headers["location"]
