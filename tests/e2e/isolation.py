"""A network of our own for everything that would call AWS, and the way in for the tests."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.inside import LOOPBACK

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
    described = [
        {"command": [*each.command], "environment": {**each.environment}, "log": str(each.log)}
        for each in processes
    ]
    # A socket's path has room for a hundred characters; pytest's own folders may lie deeper.
    with TemporaryDirectory(prefix="gates-") as place:
        gates = {str(port): f"{place}/{port}" for port in ports} if make else {}
        inside = {"own_network": bool(make), "processes": described, "gates": gates, "doors": {}}
        outside = {"own_network": False, "processes": [], "gates": {}, "doors": gates}
        with (
            _running(make, inside, folder / "inside.json") as keeper,
            _running([], outside, folder / "outside.json"),
        ):
            yield Network([*enter, str(keeper.pid)] if make else [])


@contextmanager
def _running(prefix: Sequence[str], plan: object, at: Path) -> Iterator[subprocess.Popen[bytes]]:
    at.write_text(json.dumps(plan))
    command = [*prefix, sys.executable, str(INSIDE), str(at)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"]}
    ) as keeper:
        assert keeper.stdin
        assert keeper.stdout
        try:
            assert keeper.stdout.readline() == b"ready\n", "the network did not come up"
            yield keeper
        finally:
            keeper.stdin.close()
            keeper.wait(20)
