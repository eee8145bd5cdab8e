"""The service as a process of its own, and all that can happen to a process."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from tests.canary import CANARY

READY_WITHIN = 60.0
STOPS_WITHIN = 20.0


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Server:
    """`aurastream serve`: killed, stopped and started again, always on one port and one data directory."""

    def __init__(self, data_dir: Path, log: Path, *, environment: Mapping[str, str]) -> None:
        self.data_dir, self._log, self._port = data_dir, log, free_port()
        mine = {name: value for name, value in os.environ.items() if not name.startswith("AURASTREAM_")}
        self._environment = {**mine, **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self.ready_after: list[float] = []
        """Seconds from each start to the first answer."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        CANARY.hears("the log of a server", self.log)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """All that it ever wrote to stderr."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def start(self, *options: str) -> None:
        """Start it and wait for its first answer."""
        command = [sys.executable, "-m", "aurastream.entrypoints.cli", *options, "serve"]
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self._port), "--data-dir", str(self.data_dir)],
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=self._environment,
            )
        self._wait(began + READY_WITHIN)
        self.ready_after.append(time.monotonic() - began)

    def _wait(self, until: float) -> None:
        assert self._process is not None
        while time.monotonic() < until:
            assert self._process.poll() is None, f"the server ended by itself: {self.log[-2_000:]}"
            try:
                if httpx.get(f"{self.url}/v1/health", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.02)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """No warning, no goodbye; a process that is stopped can be killed as well."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(STOPS_WITHIN)

    def freeze(self, seconds: float) -> None:
        """It stands still for a while, and time goes on."""
        os.kill(self.pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(self.pid, signal.SIGCONT)

    def limit_files(self, size: int | None) -> None:
        """From now on no file of its own may grow over a size; None lifts the limit."""
        _, most = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (most if size is None else size, most))
