"""Where the tools live that pin other libraries than ours, and how they are called."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
STATE_MACHINE = ROOT / "infra" / "statemachine" / "bulk.asl.json"


def tool(environment: str, name: str) -> str:
    """The path of a program in one of the environments that `make envs` builds."""
    path = ROOT / ".envs" / environment / "bin" / name
    assert path.exists(), f"{name} is missing; build the environments with `make envs`"
    return str(path)


def run(command: Sequence[str], **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a tool as on a machine without an account: dummy credentials, a region, nothing else of ours."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/tmp"),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "SAM_CLI_TELEMETRY": "0",
        **settings,
    }
    return subprocess.run(command, capture_output=True, text=True, env=environ, cwd=ROOT, check=False)
