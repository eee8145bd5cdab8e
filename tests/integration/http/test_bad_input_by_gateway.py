"""The whole list of bad input again, as API Gateway passes it on: the same refusals, by the same tests."""

import asyncio
import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.entrypoints.aws.functions import Function
from aurastream.entrypoints.aws.gateway import gateway_handler
from aurastream.entrypoints.aws.telemetry import Telemetry
from aurastream.settings import Settings
from tests.integration.http import test_bad_input as on_one_machine
from tests.integration.http.service import ACME, Bench, Client

PRINCIPAL = "arn:aws:iam::123456789012:user/anna"


class Container:
    """Enough of one to know who is who."""

    def settings(self) -> Settings:
        return Settings(home="aws", tenants={PRINCIPAL: ACME})


def handler(bench: Bench) -> Any:
    function = Function(container=Container(), telemetry=Telemetry("test"))  # type: ignore[arg-type] # enough
    return gateway_handler(function, bench.endpoints())


def event_of(
    method: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str], body: bytes
) -> Any:
    """A request as API Gateway passes it on with BinaryMediaTypes `*/*`."""
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": {name: list(values) for name, values in query.items()} or None,
        "requestContext": {"path": path, "identity": {"userArn": PRINCIPAL}},
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


class Gateway(Client):
    """A client whose requests go through events."""

    def __init__(self, bench: Bench, loop: asyncio.AbstractEventLoop) -> None:
        self._handler, self._loop = handler(bench), loop

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | str = b"",
        *,
        json: Any = None,
        media: str | None = None,
        headers: Any = (),
    ) -> httpx.Response:
        assert json is None
        given = {"Host": "abc.example", **dict(headers)}
        if media is not None:
            given["Content-Type"] = media
        path, _, query = path.partition("?")
        sent = body.encode() if isinstance(body, str) else body
        return self._answer(event_of(method, path, parse_qs(query, keep_blank_values=True), given, sent))

    def raw(self, method: str, target: str, body: bytes = b"") -> httpx.Response:
        path, _, _ = target.partition("?")
        headers = {"Host": "abc.example", "Content-Type": "application/json"}
        return self._answer(event_of(method, path, {}, headers, body))

    def _answer(self, event: Any) -> httpx.Response:
        asyncio.set_event_loop(self._loop)  # a client of the other home may have taken it away
        answer = self._handler(event, None)
        body = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
        return httpx.Response(answer["statusCode"], headers=answer["headers"], content=body)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def client(bench: Bench, loop: asyncio.AbstractEventLoop) -> Client:
    return Gateway(bench, loop)


WITHOUT_A_CLIENT = {
    # A body comes whole with an event.
    "test_a_body_that_is_announced_as_far_too_large_is_not_waited_for",
    "test_a_body_of_no_announced_size_is_counted",
}
SAME = {
    name: test
    for name, test in vars(on_one_machine).items()
    if name.startswith("test_") and name not in WITHOUT_A_CLIENT
}
globals().update(SAME)
not_found = on_one_machine.not_found


def test_the_whole_list_is_here() -> None:
    assert len(SAME) >= 25


ANYTHING = st.text(st.characters(exclude_categories=()))
"""Halves of characters too."""


@given(
    path=ANYTHING,
    query=st.dictionaries(ANYTHING, st.lists(ANYTHING, min_size=1, max_size=3), max_size=3),
    headers=st.dictionaries(
        st.sampled_from(["Host", "Content-Type", "Idempotency-Key", "X-Forwarded-Port", "X-Forwarded-Proto"])
        | ANYTHING,
        ANYTHING,
        max_size=5,
    ),
    method=st.sampled_from(["GET", "POST", "BREW"]) | st.text(),
    body=st.binary(),
)
def test_no_event_is_too_strange_to_be_answered(
    path: str, query: dict[str, list[str]], headers: dict[str, str], method: str, body: bytes
) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        answer = handler(Bench())(event_of(method, "/" + path, query, headers, body), None)
        assert answer["statusCode"] < 500
    finally:
        asyncio.set_event_loop(None)
        loop.close()
