"""The stand-in below the AWS client: protocol, connections, its own routes."""

import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from aurastream.testing.comprehend import ComprehendStandIn
from aurastream.testing.comprehend.wire import MAX_BODY_BYTES
from tests.unit.testing.calling import Open
from tests.unit.testing.raw import HEADERS, SIGNED, ask, connect, get, post

OK = {"Text": "I love it", "LanguageCode": "en"}


@pytest.fixture
def standin(standin_of: Open) -> ComprehendStandIn:
    return standin_of()


@pytest.fixture
def line(standin: ComprehendStandIn) -> Iterator[socket.socket]:
    """A bare connection."""
    address = urlsplit(standin.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as line:
        yield line


def test_a_proper_call_is_answered_as_aws_json(standin: ComprehendStandIn) -> None:
    answer = post(standin, OK)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-amz-json-1.1")
    assert answer.json["Sentiment"] == "POSITIVE"


@pytest.mark.parametrize(
    "changed",
    [
        {"Content_Type": "application/x-amz-json-1.0"},
        {"Content_Type": "application/json"},
        {"Content_Type": "application/cbor", "Smithy_Protocol": "rpc-v2-cbor"},
        {"Content_Type": ""},
        {"X_Amz_Target": "Comprehend_20171127.DetectEntities"},
        {"X_Amz_Target": "Translate_20170701.DetectSentiment"},
        {"X_Amz_Target": "DetectSentiment"},
        {"X_Amz_Target": ""},
        {"path": "/service/Comprehend_20171127/operation/DetectSentiment"},
        {"path": "/?Action=DetectSentiment"},
    ],
)
def test_another_protocol_or_operation_is_refused_loudly(
    standin: ComprehendStandIn, changed: dict[str, str]
) -> None:
    answer = post(standin, OK, **changed)
    assert (answer.status, answer.error) == (400, "UnknownOperationException")
    assert [call.error for call in standin.ledger.calls] == ["UnknownOperationException"]


def test_only_a_post_is_a_call(standin: ComprehendStandIn) -> None:
    connection = connect(standin)
    assert ask(connection, "PUT", "/", OK, **HEADERS).error == "UnknownOperationException"
    assert ask(connection, "GET", "/").error == "UnknownOperationException"
    connection.close()


def test_a_charset_beside_the_content_type_does_not_matter(standin: ComprehendStandIn) -> None:
    assert post(standin, OK, Content_Type="application/x-amz-json-1.1; charset=utf-8").status == 200


@pytest.mark.parametrize(
    ("authorization", "status", "error"),
    [
        ("", 403, "MissingAuthenticationTokenException"),
        (SIGNED.format("comprehendmedical"), 400, "InvalidSignatureException"),
        (SIGNED.format("translate"), 400, "InvalidSignatureException"),
        (
            SIGNED.format("comprehend").replace("aws4_request", "aws5_request"),
            400,
            "InvalidSignatureException",
        ),
        (SIGNED.format("comprehend").replace("AK/", "/"), 400, "InvalidSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=comprehend/aws4_request", 400, "InvalidSignatureException"),
        ("Basic dXNlcjpwYXNz", 400, "InvalidSignatureException"),
    ],
)
def test_a_call_must_be_signed_for_comprehend(
    standin: ComprehendStandIn, authorization: str, status: int, error: str
) -> None:
    answer = post(standin, OK, Authorization=authorization)
    assert (answer.status, answer.error) == (status, error)
    assert standin.ledger.bill.units == 0


BATCH = {"X_Amz_Target": "Comprehend_20171127.BatchDetectSentiment"}


@pytest.mark.parametrize(
    ("body", "changed", "error"),
    [
        (b"", {}, "InvalidRequestException"),
        (b"{", {}, "InvalidRequestException"),
        (b"[]", {}, "InvalidRequestException"),
        (b"null", {}, "InvalidRequestException"),
        (b"[" * 200_000, {}, "InvalidRequestException"),
        (b'{"Text": "caf\xe9", "LanguageCode": "fr"}', {}, "InvalidRequestException"),
        (b'{"Text": "\\ud83c alone", "LanguageCode": "en"}', {}, "InvalidRequestException"),
        ({"Text": 5, "LanguageCode": "en"}, {}, "InvalidRequestException"),
        ({"Text": ["a"], "LanguageCode": "en"}, {}, "InvalidRequestException"),
        ({"Text": "a", "LanguageCode": ["en"]}, {}, "InvalidRequestException"),
        ({"TextList": "abc", "LanguageCode": "en"}, BATCH, "InvalidRequestException"),
        ({"TextList": {"0": "a"}, "LanguageCode": "en"}, BATCH, "InvalidRequestException"),
        ({"TextList": ["a", None], "LanguageCode": "en"}, BATCH, "InvalidRequestException"),
        ({"TextList": ["a", 1], "LanguageCode": "en"}, BATCH, "InvalidRequestException"),
        ({"LanguageCode": "en"}, {}, "ValidationException"),
        ({"Text": None, "LanguageCode": "en"}, {}, "ValidationException"),
        ({"Text": "a"}, {}, "ValidationException"),
        ({"Text": "", "LanguageCode": "en"}, {}, "ValidationException"),
        ({"TextList": [], "LanguageCode": "en"}, BATCH, "ValidationException"),
        ({"TextList": ["a", ""], "LanguageCode": "en"}, BATCH, "ValidationException"),
    ],
)
def test_a_malformed_call_is_refused_whole(
    standin: ComprehendStandIn, body: Any, changed: dict[str, str], error: str
) -> None:
    answer = post(standin, body, **changed)
    assert (answer.status, answer.error) == (400, error)
    assert standin.ledger.bill.units == 0


def test_bytes_are_counted_on_the_text_and_not_on_the_body(standin: ComprehendStandIn) -> None:
    escaped = b'{"LanguageCode": "fr", "Text": "%s"}' % (b"\\u00e9" * 2_500)
    plain = '{{"LanguageCode": "fr", "Text": "{}"}}'.format("é" * 2_500).encode()
    assert (post(standin, escaped).status, post(standin, plain).status) == (200, 200)
    assert post(standin, escaped.replace(b'"}', b'\\u00e9"}')).error == "TextSizeLimitExceededException"


def test_one_connection_serves_many_calls_and_its_own_routes(standin: ComprehendStandIn) -> None:
    connection = connect(standin)
    connection.connect()
    own_port = connection.sock.getsockname()[1]
    for _ in range(50):
        assert ask(connection, "POST", "/", OK, **HEADERS).status == 200
        assert ask(connection, "POST", "/", {}, **HEADERS).status == 400
        assert ask(connection, "GET", "/_ledger").json["documents"] > 0
    assert connection.sock.getsockname()[1] == own_port
    connection.close()
    assert standin.ledger.bill.documents == 50


def test_nothing_waits_for_a_delayed_ack(line: socket.socket, standin: ComprehendStandIn) -> None:
    line.sendall(b"GET /_calls HTTP/1.1\r\n\r\n")
    first = line.recv(65_536)
    assert first.endswith(b'\r\n\r\n{"calls": []}')  # head and body came in one piece


@pytest.mark.parametrize(
    "request_head", [b"GET /_calls HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET /_calls HTTP/1.0\r\n\r\n"]
)
def test_a_client_that_asks_for_it_is_let_go(line: socket.socket, request_head: bytes) -> None:
    line.sendall(request_head)
    received = b"".join(iter(lambda: line.recv(65_536), b""))
    assert b"Connection: close" in received


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\r\n\r\n",
        b"GET / SPDY/3\r\n\r\n",
        b"POST / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + b"".join(b"a%d: b\r\n" % number for number in range(101)) + b"\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1) + b"x" * (MAX_BODY_BYTES + 1),
    ],
)
def test_what_is_no_request_is_answered_with_an_id_and_ends_the_connection(
    line: socket.socket, garbage: bytes
) -> None:
    line.sendall(garbage)
    head = line.recv(65_536)
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\nx-amzn-RequestId: ")
    assert b"InvalidRequestException" in head


@pytest.mark.parametrize("part", [b"", b"\r\n", b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf"])
def test_a_client_that_goes_in_the_middle_is_no_call(
    line: socket.socket, standin: ComprehendStandIn, part: bytes
) -> None:
    line.sendall(part)
    line.shutdown(socket.SHUT_WR)
    assert line.recv(1) == b""
    assert standin.ledger.calls == ()


def test_a_reset_is_a_real_reset(standin: ComprehendStandIn, line: socket.socket) -> None:
    standin.change(reset_rate=1.0)
    head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    body = '{"Text": "a", "LanguageCode": "en"}'
    line.sendall(f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    with pytest.raises(ConnectionResetError):
        line.recv(1)


def test_leaving_ends_open_connections_and_stalled_answers() -> None:
    with ComprehendStandIn() as standin:
        standin.change(stall_rate=1.0, stall_seconds=3_600)
        idle, waiting = connect(standin), connect(standin)
        idle.connect()
        waiting.request("POST", "/", b'{"Text": "a", "LanguageCode": "en"}', HEADERS)
        patience = time.monotonic() + 10
        while not standin.ledger.calls:
            assert time.monotonic() < patience
    assert idle.sock.recv(1) == b""
    idle.close()
    waiting.close()


def test_a_stand_in_can_be_entered_again_and_remembers() -> None:
    standin = ComprehendStandIn()
    for turn in (1, 2):
        with standin:
            assert post(standin, OK).status == 200
            assert standin.ledger.bill.documents == turn
    with standin:
        standin.change(stall_rate=1.0, stall_seconds=600)
        connection = connect(standin, patience=0.05)
        with pytest.raises(TimeoutError):  # it still waits, though it was left before
            ask(connection, "POST", "/", OK, **HEADERS)
        connection.close()
    with pytest.raises(RuntimeError, match="only while it is entered"):
        _ = standin.url


def test_only_loopback_is_bound(standin: ComprehendStandIn) -> None:
    assert urlsplit(standin.url).hostname == "127.0.0.1"


def control(standin: ComprehendStandIn, body: Any) -> Any:
    return post(standin, body, path="/_control")


def test_the_calls_and_the_ledger_are_read_over_http(standin: ComprehendStandIn) -> None:
    post(standin, OK)
    post(standin, OK)
    post(standin, {"Text": "x" * 5_001, "LanguageCode": "en"})
    calls = get(standin, "/_calls").json["calls"]
    assert [(call["operation"], call["documents"], call["status"], call["units"]) for call in calls] == [
        ("DetectSentiment", 1, 200, 3),
        ("DetectSentiment", 1, 200, 3),
        ("DetectSentiment", 1, 400, 0),
    ]
    ledger = get(standin, "/_ledger").json
    assert (ledger["units"], ledger["documents"], ledger["texts"], ledger["texts_billed_again"]) == (
        6,
        2,
        1,
        1,
    )
    assert ledger["operations"]["DetectSentiment"]["errors"] == {"TextSizeLimitExceededException": 1}
    assert list(ledger["times_billed"].values()) == [2]
    assert get(standin, "/_ledger", method="DELETE").json["units"] == 0
    assert get(standin, "/_calls").json == {"calls": []}


def test_the_behaviour_is_changed_over_http(standin: ComprehendStandIn) -> None:
    changed = control(standin, {"error_rate": 1, "latency_ms": 0, "tps": 5})
    assert (changed.status, changed.json["error_rate"], changed.json["tps"]) == (200, 1, 5)
    assert post(standin, OK).error == "InternalServerException"
    assert control(standin, {"error_rate": 0, "down": "throttled"}).status == 200
    assert post(standin, OK).error == "ThrottlingException"
    assert control(standin, {"down": None}).status == 200
    assert post(standin, OK).status == 200
    assert get(standin, "/_control").json["down"] is None
    assert standin.settings.tps == 5


def test_a_predicate_is_shown_as_one(standin_of: Open) -> None:
    assert get(standin_of(poison=str.isupper), "/_control").json["poison"] == "a predicate"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 200_000,
        [],
        {"seed": 1},
        {"calls_kept": 1},
        {"typo": 1},
        {"tps": 0},
        {"tps": -1},
        {"tps": "5"},
        {"tps": True},
        {"batch_tps": 0},
        {"error_rate": 1.1},
        {"error_rate": -0.1},
        {"error_rate": None},
        {"error_rate": 0.6, "stall_rate": 0.6},
        {"stall_seconds": -1},
        {"latency_ms": "fast"},
        b'{"latency_ms": NaN}',
        b'{"latency_ms": Infinity}',
        {"down": "maybe"},
        {"down": []},
        {"oversize": "none"},
        {"shuffle": "yes"},
        {"poison": 5},
        {"latency_ms": 5, "typo": 1},
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(standin: ComprehendStandIn, body: Any) -> None:
    before = standin.settings
    answer = control(standin, body)
    assert (answer.status, bool(answer.json["message"])) == (400, True)
    assert standin.settings == before


@pytest.mark.parametrize(("method", "path"), [("GET", "/_other"), ("PUT", "/_control"), ("POST", "/_calls")])
def test_another_route_of_its_own_is_not_found(standin: ComprehendStandIn, method: str, path: str) -> None:
    answer = get(standin, path, method=method)
    assert (answer.status, "/_ledger" in answer.json["message"]) == (404, True)


def test_every_answer_carries_a_request_id(standin: ComprehendStandIn) -> None:
    answers = [
        post(standin, OK),
        post(standin, b"{"),
        post(standin, OK, Authorization=""),
        post(standin, OK, X_Amz_Target=""),
        get(standin, "/_calls"),
        get(standin, "/_other"),
        control(standin, {"typo": 1}),
        control(standin, {"down": "error"}),
        post(standin, OK),
        control(standin, {"down": "throttled"}),
        post(standin, OK),
        control(standin, {"down": None, "unavailable_rate": 1}),
        post(standin, OK),
    ]
    ids = {answer.headers["x-amzn-requestid"] for answer in answers}
    assert len(ids) == len(answers)
