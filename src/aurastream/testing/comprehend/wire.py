"""HTTP/1.1 as far as an AWS client speaks it: whole requests in, whole answers out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BufferedIOBase

AWS_JSON = "application/x-amz-json-1.1"
JSON = "application/json"
_MAX_LINE = 65_536
_MAX_HEADERS = 100
# 25 documents of 5,000 bytes, each byte written as a \u escape, are well under 1 MiB.
MAX_BODY_BYTES = 8 * 1024 * 1024


class MalformedRequestError(Exception):
    """What arrived is no HTTP request that can be answered on this connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def keeps_alive(self) -> bool:
        """Does the client expect to send the next request on the same connection?"""
        return self.headers.get("connection", "").lower() != "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, not yet on the wire."""

    status: int
    body: bytes
    request_id: str
    content_type: str = AWS_JSON

    def as_bytes(self, *, keeps_alive: bool) -> bytes:
        """Head and body in one piece: two writes would wait for the client's delayed ACK."""
        head = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
            f"x-amzn-RequestId: {self.request_id}\r\n"
            f"Content-Type: {self.content_type}\r\n"
            f"Content-Length: {len(self.body)}\r\n"
            f"Connection: {'keep-alive' if keeps_alive else 'close'}\r\n\r\n"
        )
        return head.encode("ascii") + self.body


def read_request(stream: BufferedIOBase) -> Request | None:
    """
    The next request of a connection; None when the client has gone.

    Raises:
        MalformedRequestError: this is no such request; the connection is of no further use.
    """
    if not (line := stream.readline(_MAX_LINE)).strip():
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise MalformedRequestError("the request line is not HTTP/1.x")
    headers = _read_headers(stream)
    if words[2] == "HTTP/1.0":
        headers.setdefault("connection", "close")
    if "transfer-encoding" in headers:
        raise MalformedRequestError("a body must come with its Content-Length")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise MalformedRequestError("Content-Length is no number")
    body = _read_body(stream, int(length))
    return None if body is None else Request(method=words[0], path=words[1], headers=headers, body=body)


def _read_headers(stream: BufferedIOBase) -> dict[str, str]:
    headers: dict[str, str] = {}
    while (line := stream.readline(_MAX_LINE)) not in (b"\r\n", b"\n", b""):
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or len(headers) == _MAX_HEADERS:
            raise MalformedRequestError("the headers are malformed or too many")
        headers[name.strip().lower()] = value.strip()
    return headers


def _read_body(stream: BufferedIOBase, length: int) -> bytes | None:
    if length <= MAX_BODY_BYTES:
        body = stream.read(length)
        return body if len(body) == length else None
    # Read to its end all the same: closing on unread bytes would reset the connection and lose the answer.
    while length > 0 and (block := stream.read(min(length, _MAX_LINE))):
        length -= len(block)
    raise MalformedRequestError(f"the body is over {MAX_BODY_BYTES} bytes")
