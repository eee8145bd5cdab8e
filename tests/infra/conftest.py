"""The template, translated once, and the bundle, built once."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infra.environments import ROOT, TEMPLATE, run, tool


@pytest.fixture(scope="session")
def translated() -> dict[str, Any]:
    """The template as CloudFormation gets it; tests copy before they change."""
    done = run([tool("scan", "python"), str(ROOT / "tests" / "infra" / "translate.py"), str(TEMPLATE)])
    assert done.returncode == 0, done.stderr
    template: dict[str, Any] = json.loads(done.stdout)
    return template


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both archives for arm64 and the Lambda functions' own Python, whatever this machine is."""
    folder = tmp_path_factory.mktemp("bundle")
    command = [sys.executable, str(ROOT / "infra" / "package.py"), "pack", "--into", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stderr}\nfetch the wheels with `make envs`"
    return folder
