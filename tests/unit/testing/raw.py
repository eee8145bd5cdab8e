"""Requests to a stand-in that no AWS client would send."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from aurastream.testing.comprehend import ComprehendStandIn

SIGNED = "AWS4-HMAC-SHA256 Credential=AK/20260101/eu-west-1/{}/aws4_request, SignedHeaders=host, Signature=0"
HEADERS = {
    "X-Amz-Target": "Comprehend_20171127.DetectSentiment",
    "Content-Type": "application/x-amz-json-1.1",
    "Authorization": SIGNED.format("comprehend"),
}


class RawAnswer:
    """Status, headers and decoded body of one answer."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body
        self.json: Any = json.loads(body)

    @property
    def error(self) -> str:
        return str(self.json["__type"])


def connect(standin: ComprehendStandIn, *, patience: float = 10) -> HTTPConnection:
    address = urlsplit(standin.url)
    return HTTPConnection(address.hostname or "", address.port, timeout=patience)


def ask(connection: HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> RawAnswer:
    """Send one request; `body` goes as JSON unless it is bytes; the connection stays open."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection.request(method, path, data, {name.replace("_", "-"): text for name, text in headers.items()})
    response = connection.getresponse()
    named = {name.lower(): value for name, value in response.getheaders()}
    return RawAnswer(response.status, named, response.read())


def post(standin: ComprehendStandIn, body: Any, path: str = "/", **changed: str) -> RawAnswer:
    """POST on a connection of its own: proper but for what is changed (an empty header is left out)."""
    headers = {**HEADERS, **{name.replace("_", "-"): value for name, value in changed.items()}}
    connection = connect(standin)
    try:
        return ask(connection, "POST", path, body, **{name: text for name, text in headers.items() if text})
    finally:
        connection.close()


def get(standin: ComprehendStandIn, path: str, method: str = "GET") -> RawAnswer:
    """Ask one of the stand-in's own routes."""
    connection = connect(standin)
    try:
        return ask(connection, method, path)
    finally:
        connection.close()
