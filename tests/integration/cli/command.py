"""Commands as a user runs them, in a process of their own."""

import json
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from tests.canary import CANARY

TIMEOUT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


def run(data_dir: Path, *arguments: str, stdin: str = "", **environment: str) -> Ran:
    """`aurastream` with these arguments, in a data directory of the test."""
    for text in (*arguments, *texts_in(stdin)):
        CANARY.wrote(text)
    ran = subprocess.run(
        command_line(*arguments),
        input=stdin.encode("utf-8", "surrogateescape"),
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        env=environment_of(data_dir, **environment),
    )
    CANARY.hears("what a command said on stderr", ran.stderr.decode())
    return Ran(code=ran.returncode, out=ran.stdout.decode(), err=ran.stderr.decode())


def texts_in(stdin: str) -> Iterator[str]:
    """What a customer wrote of it: each line, and what a line of JSON says."""
    for line in stdin.splitlines():
        yield line
        with suppress(ValueError):
            value = json.loads(line)
            text = value.get("text") if isinstance(value, dict) else value
            if isinstance(text, str):
                yield text


def run_on_terminal(data_dir: Path, *arguments: str, columns: int = 80) -> Ran:
    """The same on a terminal of so many columns; all that it shows is in `out`."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, columns))
    with subprocess.Popen(
        command_line(*arguments), stdin=slave, stdout=slave, stderr=slave, env=environment_of(data_dir)
    ) as process:
        os.close(slave)
        shown = b""
        with suppress(OSError):  # the terminal is gone when the last who had it open has ended
            while block := os.read(master, 65_536):
                shown += block
        os.close(master)
        return Ran(code=process.wait(TIMEOUT), out=shown.decode(), err="")


@contextmanager
def serving(data_dir: Path, **environment: str) -> Iterator[str]:
    """`aurastream serve` on a free port, for as long as it is needed; its address."""
    with (
        TemporaryFile("w+") as said,
        subprocess.Popen(
            command_line("serve", "--port", "0"),
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env=environment_of(data_dir, **environment),
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait(TIMEOUT)
            said.seek(0)
            CANARY.hears("what a server said on stderr", said.read())


def command_line(*arguments: str) -> list[str]:
    """`aurastream` with these arguments, in this very Python."""
    return [sys.executable, "-m", "aurastream.entrypoints.cli", *arguments]


def environment_of(data_dir: Path, **environment: str) -> dict[str, str]:
    """That of the tests, in which nothing is set but what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AURASTREAM_")}
    return {**clean, "AURASTREAM_DATA_DIR": str(data_dir), **environment}
