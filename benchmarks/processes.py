"""Whole processes, timed and weighed from outside."""

import os
import subprocess
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LOOKED_AT_EVERY = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a process took: seconds by the wall and of the processor, and its largest size in MiB."""

    wall: float
    cpu: float
    peak_mib: float


def measured(
    command: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    cores: Set[int] = frozenset(),
    **environment: str,
) -> Run:
    """Run a command to its end, on these cores or any; its output is thrown away, a failure is an error."""
    everywhere = os.sched_getaffinity(0)
    began = time.monotonic()
    os.sched_setaffinity(0, cores or everywhere)  # a process starts where its parent is
    with subprocess.Popen(
        command, stdin=stdin, stdout=subprocess.DEVNULL, env={**os.environ, **environment}
    ) as process:
        os.sched_setaffinity(0, everywhere)
        peak = _peak_mib(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return Run(wall=time.monotonic() - began, cpu=usage.ru_utime + usage.ru_stime, peak_mib=peak)


def _peak_mib(pid: int) -> float:
    """
    The largest size of a process, looked at until it ends.

    What the kernel tells afterwards is never less than the size of the process that started it.
    """
    peak = 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        with Path(f"/proc/{pid}/status").open(encoding="ascii") as status:
            peak = max([peak, *(int(line.split()[1]) for line in status if line.startswith("VmHWM"))])
        time.sleep(LOOKED_AT_EVERY)
    return peak / 1024


def account(engine: str) -> dict[str, str]:
    """The environment of a process that asks Comprehend at this address, with credentials nobody checks."""
    return {
        "AURASTREAM_ENGINE": "comprehend",
        "AWS_ENDPOINT_URL_COMPREHEND": engine,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
