"""What holds for every test, and how the tests are shared out between workers."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

# How long an example takes says more of the machine than of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
settings.register_profile("quick", settings.get_profile("untimed"), max_examples=20)

# As the command sets it: the workers have the cores, and numpy's own threads would wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

END_TO_END = "tests/e2e/"

pytest_plugins = ["tests.canary"]


class OneDeploymentOneWorker(LoadScopeScheduling):  # type: ignore[misc] # xdist ships no types for it
    """Every test for itself, but for those that share the deployed stack: they stay together."""

    def _split_scope(self, nodeid: str) -> str:
        return END_TO_END if nodeid.startswith(END_TO_END) else nodeid


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneDeploymentOneWorker:
    """
    Used wherever there are several workers.

    xdist's own groups would do, but they do not reach the controller with pytest 9.2.
    """
    return OneDeploymentOneWorker(config, log)
