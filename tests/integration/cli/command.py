"""Commands as a user runs them, in a process of their own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


def run(data_dir: Path, *arguments: str, stdin: str = "", **environment: str) -> Ran:
    """`aurastream` with these arguments, in a data directory of the test."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AURASTREAM_")}
    ran = subprocess.run(
        [sys.executable, "-m", "aurastream.entrypoints.cli", *arguments],
        input=stdin.encode("utf-8", "surrogateescape"),
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        env={**clean, "AURASTREAM_DATA_DIR": str(data_dir), **environment},
    )
    return Ran(code=ran.returncode, out=ran.stdout.decode(), err=ran.stderr.decode())
