"""A network of our own for everything that would call AWS, and the way in for the tests."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.inside import LOOPBACK, join

INSIDE = Path(__file__).with_name("inside.py")


@dataclass(frozen=True, kw_only=True)
class Process:
    """A program to run in there: with this environment and no other."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path


@dataclass(frozen=True)
class Network:
    """The network while it stands."""

    enter: Sequence[str]
    """What to put before a command to run it in there."""


def _ways_in() -> tuple[list[str], list[str]]:
    """How to make a network and how to enter one, where the machine allows it."""
    for make, enter in (
        (["unshare", "--net"], ["nsenter", "--net", "--target"]),
        (
            ["unshare", "--net", "--map-root-user"],
            ["nsenter", "--net", "--user", "--preserve-credentials", "--target"],
        ),
    ):
        if shutil.which("unshare") and subprocess.run([*make, "true"], capture_output=True).returncode == 0:
            return make, enter
    return [], []


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def network(processes: Sequence[Process], ports: Sequence[int], folder: Path) -> Iterator[Network]:
    """
    Run the processes in a network of their own, each of these ports reached under the same number from here.

    Where the machine allows no such thing, they run in ours.
    """
    make, enter = _ways_in()
    gates = {port: folder / f"{port}.gate" for port in ports} if make else {}
    plan = folder / "plan.json"
    described = [
        {"command": [*each.command], "environment": {**each.environment}, "log": str(each.log)}
        for each in processes
    ]
    plan.write_text(
        json.dumps({"own_network": bool(make), "processes": described, "gates": _texts(gates)}),
    )
    keeper = subprocess.Popen(
        [*make, sys.executable, str(INSIDE), str(plan)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"]},
    )
    assert keeper.stdin
    assert keeper.stdout
    try:
        assert keeper.stdout.readline() == b"ready\n", "the network did not come up"
        with ExitStack() as doors:
            for port, gate in gates.items():
                doors.enter_context(_door(port, gate))
            yield Network([*enter, str(keeper.pid)] if make else [])
    finally:
        keeper.stdin.close()
        keeper.wait(20)
        keeper.stdout.close()


def _texts(gates: Mapping[int, Path]) -> dict[str, str]:
    return {str(port): str(gate) for port, gate in gates.items()}


@contextmanager
def _door(port: int, gate: Path) -> Iterator[None]:
    """What connects to the port out here is passed on to the gate."""
    loop, opened = asyncio.new_event_loop(), threading.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await join((reader, writer), await asyncio.open_unix_connection(gate))

    async def listen() -> asyncio.AbstractServer:
        return await asyncio.start_server(connected, LOOPBACK, port)

    def serve() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(listen())
        opened.set()
        loop.run_forever()
        server.close()
        open_still = asyncio.all_tasks(loop)
        for task in open_still:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*open_still, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=serve, name=f"door-{port}", daemon=True)
    thread.start()
    assert opened.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
