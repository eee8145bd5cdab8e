"""
Run inside a network of our own: bring loopback up, start the stand-ins, pass connections in.

Nothing in there reaches beyond this machine, so a forgotten endpoint can call nobody. Outside, the same
program passes connections on to it. Standard library only.
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
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
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


def joined_to(reach: Callable[[], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[None]]:
    """Joins whoever connects to what `reach` connects to."""
    ongoing: set[Any] = set()  # the loop itself holds its tasks but weakly

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        ongoing.add(task)
        try:
            there = await reach()
        except OSError:
            writer.close()
            return
        with suppress(asyncio.CancelledError):
            await join((reader, writer), there)
        ongoing.discard(task)

    return connected


async def serve(plan: dict[str, Any]) -> None:
    """Pass connections on, from gates to ports or from doors to gates, until whoever started us is gone."""
    for port, gate in plan["gates"].items():
        await asyncio.start_unix_server(
            joined_to(partial(asyncio.open_connection, LOOPBACK, int(port))), gate
        )
    for port, gate in plan["doors"].items():
        await asyncio.start_server(
            joined_to(partial(asyncio.open_unix_connection, gate)), LOOPBACK, int(port)
        )
    print("ready", flush=True)  # whoever started us waits for it
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main(arguments: list[str]) -> int:
    """The plan is a JSON file: processes to start, ports that are reached by gates, and doors to gates."""
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
