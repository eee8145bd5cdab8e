"""
Run inside a network of our own: bring loopback up, start the stand-ins, pass connections in and out.

Nothing in here reaches beyond this machine, so a forgotten endpoint can call nobody. Standard library only.
"""

import asyncio
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41


def raise_loopback() -> None:
    """A new network namespace has a loopback device, but it is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        fcntl.ioctl(probe, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Bytes from one end to the other until the first ends."""
    with suppress(ConnectionError, OSError):
        while block := await reader.read(1 << 16):
            writer.write(block)
            await writer.drain()
        writer.write_eof()


async def join(here: Any, there: Any) -> None:
    """Both ways between two connections."""
    await asyncio.gather(pass_on(here[0], there[1]), pass_on(there[0], here[1]))
    for _, writer in (here, there):
        writer.close()


async def forward(port: int, gate: Path) -> asyncio.AbstractServer:
    """What comes by the gate goes to the port."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            writer.close()
            return
        with suppress(asyncio.CancelledError):
            await join((reader, writer), there)

    return await asyncio.start_unix_server(connected, gate)


async def serve(plan: dict[str, Any]) -> None:
    """Forward until whoever started us is gone."""
    for port, gate in plan["gates"].items():
        await forward(int(port), Path(gate))
    print("ready", flush=True)  # whoever started us waits for it
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main(arguments: list[str]) -> int:
    """The plan is a JSON file: processes to start, and a gate for each port."""
    plan = json.loads(Path(arguments[0]).read_text())
    if plan["own_network"]:
        raise_loopback()
    started = []
    for process in plan["processes"]:
        with Path(process["log"]).open("ab") as log:
            started.append(
                subprocess.Popen(
                    process["command"],
                    env=process["environment"],
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
    try:
        asyncio.run(serve(plan))
    finally:
        for child in started:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
        for child in started:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
