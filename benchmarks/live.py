"""One chat message at a time over HTTP: how long an answer takes, beside the bare engine."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

import httpx

from aurastream.containers import Container
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.settings import Settings

CALLS = 500
TEXT = "I have been waiting for my refund since Monday and nobody answers."


def main() -> None:
    """Print the median and the 99th percentile of each, in milliseconds."""
    print("| what | median ms | p99 ms |")
    print("|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        _show("POST /v1/sentiment on loopback", _over_http(Path(folder)))
        _show("the engine in process", _in_process(Path(folder)))


def _over_http(folder: Path) -> list[float]:
    command = [sys.executable, "-m", "aurastream.entrypoints.cli", "serve", "--port", "0", "--data-dir"]
    with subprocess.Popen([*command, str(folder)], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip().rpartition(" ")[2]
            with httpx.Client(base_url=url) as client:
                for _ in range(20):
                    client.post("/v1/sentiment", json={"text": TEXT}).raise_for_status()
                return [
                    _timed(lambda: client.post("/v1/sentiment", json={"text": TEXT})) for _ in range(CALLS)
                ]
        finally:
            server.terminate()


def _in_process(folder: Path) -> list[float]:
    engine = Container(settings=Settings(data_dir=folder)).live_engine()
    call = Call(tenant=LOCAL_TENANT, priority=Priority.LIVE)
    documents = [Document(id="1", text=TEXT)]
    engine.analyze(documents, call)
    return [_timed(lambda: engine.analyze(documents, call)) for _ in range(CALLS)]


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _show(what: str, times: list[float]) -> None:
    print(f"| {what} | {median(times):.2f} | {quantiles(times, n=100)[98]:.2f} |", flush=True)
