"""`python -m tests.simulation.planted`: how soon each planted bug is caught, and by which promise."""

import sys

import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.schedule import simulate
from tests.simulation.scheduler import ViolationError

SEEDS = 2_000


def caught(name: str) -> tuple[int, str] | None:
    """After how many seeds a bug is noticed, and what is said then; None if all of them pass it by."""
    with pytest.MonkeyPatch.context() as patch:
        BUGS[name](patch)
        for seed in range(SEEDS):
            try:
                simulate(seed)
            except ViolationError as violation:
                return seed + 1, str(violation).splitlines()[0]
    return None


def main() -> int:
    """Print a row a bug; 1 if one of them is not caught."""
    print("| planted bug | seeds | caught by |\n|---|---|---|")
    missed = 0
    for name in BUGS:
        found = caught(name)
        seeds, promise = found or (f"not in {SEEDS:,}", "")
        missed += found is None
        print(f"| {name.replace('_', ' ')} | {seeds} | {promise.partition(': ')[2]} |", flush=True)
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
