"""The server of one machine, where it meets the network."""

import asyncio
import gc
import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from aurastream.entrypoints.serve import _bind, _prepared, running
from aurastream.settings import Settings, SettingsError


class Greeter(asyncio.Protocol):
    """Looks at the connection that it is given."""

    def __init__(self, seen: "asyncio.Future[int]") -> None:
        self._seen = seen

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        accepted = transport.get_extra_info("socket")
        self._seen.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        transport.close()


def test_small_answers_are_not_held_back_for_more_to_send() -> None:
    """Each would be 40 ms late: headers and body are two packets, and the second waits for a receipt."""

    async def met() -> int:
        loop = asyncio.get_running_loop()
        seen: asyncio.Future[int] = loop.create_future()
        server = await loop.create_server(lambda: Greeter(seen), sock=listening)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        found = await seen
        writer.close()
        server.close()
        return found

    with _bind("127.0.0.1", 0) as listening:
        assert asyncio.run(met()) != 0


def test_whoever_learns_the_address_may_call_before_the_loop_runs() -> None:
    with _bind("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname(), timeout=5):
        pass


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_a_service_that_cannot_be_wired_lets_go_of_its_address(tmp_path: Path) -> None:
    settings, port = (
        Settings(data_dir=tmp_path, engine="onnx", onnx_dir=tmp_path / "nothing-there"),
        free_port(),
    )
    with pytest.raises(SettingsError), running(settings, host="127.0.0.1", port=port):
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_so_does_one_that_ends_before_its_loop_began_and_it_closes_its_database(tmp_path: Path) -> None:
    settings, port = Settings(data_dir=tmp_path, engine="lexicon"), free_port()
    with suppress(BrokenPipeError), _prepared(settings, "127.0.0.1", port):
        while not (tmp_path / "aurastream.db-wal").exists():
            time.sleep(0.01)
        raise BrokenPipeError  # nobody hears that it listens
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    assert list(tmp_path.glob("*.db*")) == [tmp_path / "aurastream.db"]


def test_an_address_that_cannot_be_had_leaves_no_socket_open() -> None:
    """An unclosed socket is a warning, which fails a test."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        _bind("127.0.0.1", taken.getsockname()[1])
    gc.collect()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), engine="lexicon")
    with running(settings, host="127.0.0.1", port=0) as url:
        found = urlsplit(url)
        yield str(found.hostname), int(found.port or 0)


def test_the_bare_address_leads_to_the_document(address: tuple[str, int]) -> None:
    caller = HTTPConnection(*address, timeout=20)
    caller.request("GET", "/")
    answer = caller.getresponse()
    answer.read()
    assert answer.status == 303
    caller.request("GET", answer.headers["Location"])
    page = caller.getresponse()
    assert (page.status, page.headers.get_content_type()) == (200, "text/html")
    assert b"/v1/sentiment" in page.read()
    caller.close()


NO_HTTP = {
    "nonsense": b"GARBAGE\r\n\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "no host": b"GET /v1/health HTTP/1.1\r\n\r\n",
    "a length that is no number": b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    "a path in raw bytes": b"GET /v1/jobs/\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path without an end": b"GET /" + b"a" * 70_000,
    "a header without an end": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000,
    "a chunk of no length": (
        b"POST /v1/sentiment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    ),
}


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_http_is_refused_by_a_problem_document(address: tuple[str, int], sent: bytes) -> None:
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(sent)
        with HTTPResponse(connection) as answer:
            answer.begin()
            told = json.loads(answer.read())
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert (told["status"], told["code"]) == (400, "invalid_http")
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Connection"] == "close"


def test_what_is_no_http_after_an_answer_ends_the_connection_and_nothing_else(
    address: tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    head = b"POST /v1/nowhere HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(head)
        with HTTPResponse(connection) as answer:
            answer.begin()
            assert (answer.status, bool(answer.read())) == (404, True)
        connection.sendall(b"no chunk\r\n")
        assert connection.recv(1) == b""
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
