"""More callers than the server can serve, on a real socket."""

import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Semaphore, Thread

import httpx
import pytest
import uvicorn

from aurastream.containers import Container
from aurastream.entrypoints.serve import local_app
from aurastream.settings import Settings
from tests.fakes import FakeEngine

AT_ONCE = 3
CROWD = 4 * 2 * AT_ONCE
"""Four times as many as work and wait."""


class Slow:
    """An engine that answers when it is let."""

    def __init__(self) -> None:
        self.engine, self.begun, self.going_on = FakeEngine(), Semaphore(0), Event()
        self.engine.hook = self._hook

    def _hook(self, _made: object) -> None:
        self.begun.release()
        self.going_on.wait(30)


@pytest.fixture
def slow() -> Slow:
    """It answers nobody before the test says so."""
    return Slow()


@pytest.fixture
def url(tmp_path: Path, slow: Slow) -> Iterator[str]:
    """The app of one machine under uvicorn, with that engine."""
    settings = Settings(data_dir=tmp_path, max_live_calls=AT_ONCE)
    container = Container(settings=settings)
    container.live_engine.override(slow.engine)
    with served(uvicorn.Config(local_app(container, settings), log_config=None, lifespan="off")) as url:
        yield url
    container.local.database().close()


@contextmanager
def served(config: uvicorn.Config) -> Iterator[str]:
    """An app on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


def test_who_is_taken_in_is_served_and_the_others_are_told_at_once_when_to_come_back(
    url: str, slow: Slow
) -> None:
    with httpx.Client(base_url=url, timeout=30) as http, ThreadPoolExecutor(CROWD) as pool:
        sent = [pool.submit(http.post, "/v1/sentiment", json={"text": f"good {n}"}) for n in range(CROWD)]
        refused = next(done for done in _answered(sent) if len(done) >= CROWD - 2 * AT_ONCE)
        for _ in range(AT_ONCE):
            assert slow.begun.acquire(timeout=20)
        assert not slow.begun.acquire(timeout=0.05), "more at once than there are hands"
        assert http.get("/v1/health").status_code == 200
        slow.going_on.set()
    for answer in (one.result() for one in refused):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
    assert [one.result().status_code for one in sent if one not in refused] == [200] * 2 * AT_ONCE
    with httpx.Client(base_url=url) as http:
        assert http.post("/v1/sentiment", json={"text": "good again"}).status_code == 200


def _answered(sent: Sequence[Future[httpx.Response]]) -> Iterator[set[Future[httpx.Response]]]:
    """Those that are answered so far, again and again for half a minute."""
    for _ in range(600):
        yield wait(sent, timeout=0.05).done
