"""The simulation would notice: each of the bugs that others have shipped is caught, and soon."""

import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.schedule import simulate
from tests.simulation.scheduler import ViolationError

SEEDS = 2_000


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[name](monkeypatch)
    for seed in range(SEEDS):
        try:
            simulate(seed)
        except ViolationError as caught:
            print(f"{name}: after {seed + 1} seeds: {str(caught).splitlines()[0]}")
            return
    pytest.fail(f"{SEEDS} seeds and nobody noticed")
