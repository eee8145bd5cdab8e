"""The template, translated once."""

import json
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
