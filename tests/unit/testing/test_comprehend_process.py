"""The stand-in as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from aurastream.testing.comprehend import serve
from tests.unit.testing.raw import HEADERS

SOURCE = Path(__file__).parents[3] / "src"
# -S: without site-packages, so that only the standard library is there.
COMMAND = [sys.executable, "-S", "-m", "aurastream.testing.comprehend"]


def call(url: str, text: str) -> bytes:
    body = f'{{"Text": "{text}", "LanguageCode": "en"}}'.encode()
    with urlopen(Request(url, body, HEADERS), timeout=10) as answer:
        return bytes(answer.read())


def test_serving_says_where_and_ends_when_told() -> None:
    said: list[str] = []
    answers: list[bytes] = []
    serve(
        port=0,
        batch_tps=5,
        say=said.append,
        wait=lambda: answers.append(call(said[0].rpartition(" ")[2], "I love it")),
    )
    assert said[0].startswith("Comprehend stand-in listening on http://127.0.0.1:")
    assert b"POSITIVE" in answers[0]


def test_serving_recorded_answers_never_invents_one(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("text,positive,negative,neutral,mixed\nI love it,0,0,0,1\n", encoding="utf-8")
    said: list[str] = []
    answers: list[bytes] = []
    serve(
        port=0,
        recorded=file,
        say=said.append,
        wait=lambda: answers.append(call(said[0].rpartition(" ")[2], "I love it")),
    )
    assert b'"MIXED"' in answers[0]


def _heeding_ctrl_c() -> None:
    """What is started from a background job would ignore it otherwise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def ending(process: subprocess.Popen[str]) -> Iterator[None]:
    """However the test ends, the process does not outlive it."""
    try:
        yield
    finally:
        process.kill()


def test_the_module_runs_on_the_standard_library_alone() -> None:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--tps", "7", "--latency-ms", "1", "--seed", "3"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        preexec_fn=_heeding_ctrl_c,
    )
    with process, ending(process):
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        assert first.startswith("Comprehend stand-in listening on http://127.0.0.1:")
        assert b"NEGATIVE" in call(first.split()[-1], "terrible")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        assert process.stderr.read() == ""


@pytest.mark.parametrize("arguments", [["--tps", "0"], ["--error-rate", "2"], ["--recorded", "nowhere.csv"]])
def test_arguments_that_make_no_sense_are_a_usage_error(arguments: list[str]) -> None:
    ended = subprocess.run(
        [*COMMAND, "--port", "0", *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "error:" in ended.stderr
