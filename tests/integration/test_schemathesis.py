"""The running server keeps what its document promises, whatever is sent to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEY = "a-key-of-acme"
EXAMPLES = 25


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A server of its own, with a key, over a fresh data directory."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AURASTREAM_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "aurastream.entrypoints.cli", "serve", "--port", "0"],
        env={
            **environ,
            "AURASTREAM_DATA_DIR": str(tmp_path),
            "AURASTREAM_API_KEYS": f"acme:{KEY}",
            "AURASTREAM_ENGINE": "lexicon",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        assert said.startswith("AuraStream listening on ")
        yield said.split()[-1]
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.mark.slow
def test_all_checks_pass_on_the_running_server(url: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "--no-color",
            "run",
            f"{url}/v1/openapi.json",
            "--checks=all",
            "--phases=examples,coverage,fuzzing,stateful",
            f"--max-examples={EXAMPLES}",
            "--seed=1",
            "--continue-on-failure",
            f"--header=X-API-Key: {KEY}",
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "tests.integration.well_behaved",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
