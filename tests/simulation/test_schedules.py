"""Whatever fails, repeats, stalls or dies: every promise is kept at every step, and every job ends."""

import os

import pytest

from tests.simulation.schedule import simulate

SCHEDULES = 1_000
AT_A_TIME = 50
SOAKED = int(os.environ.get("AURASOAK_SEEDS", "10000"))


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_A_TIME))
def test_every_promise_is_kept_in_a_thousand_schedules(first: int) -> None:
    for seed in range(first, first + AT_A_TIME):
        simulate(seed)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(SCHEDULES, SCHEDULES + SOAKED, 500))
def test_every_promise_is_kept_in_many_more(first: int) -> None:
    for seed in range(first, min(first + 500, SCHEDULES + SOAKED)):
        simulate(seed)


@pytest.mark.parametrize("seed", [0, 7, 49])
def test_the_same_seed_gives_the_same_steps(seed: int) -> None:
    assert simulate(seed) == simulate(seed)


def test_schedules_have_jobs_in_them() -> None:
    reports = [simulate(seed) for seed in range(10)]
    assert sum(report.jobs for report in reports) > 10
    assert all(report.steps > 20 for report in reports)
