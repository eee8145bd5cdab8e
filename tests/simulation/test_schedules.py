"""Whatever fails, repeats, stalls or dies: every promise is kept at every step, and every job ends."""

import hashlib
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.bugs import a_mark_before_the_write
from tests.simulation.schedule import Report, simulate
from tests.simulation.scheduler import ViolationError

SCHEDULES = 1_000
AT_A_TIME = 50
SOAKED = int(os.environ.get("AURASOAK_SEEDS", "10000"))


def run(seeds: range) -> int:
    """Schedules in which every promise was kept; the first in which one was not is told and ends it."""
    for seed in seeds:
        simulate(seed)
    return len(seeds)


def digest(report: Report) -> str:
    steps = "\n".join(map(str, report.trace))
    return hashlib.sha256(steps.encode()).hexdigest()


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_A_TIME))
def test_every_promise_is_kept_in_a_thousand_schedules(first: int) -> None:
    run(range(first, first + AT_A_TIME))


@pytest.mark.soak
def test_every_promise_is_kept_in_many_more() -> None:
    """Other seeds than those of every day, on all cores."""
    end = SCHEDULES + SOAKED
    parts = [range(first, min(first + AT_A_TIME, end)) for first in range(SCHEDULES, end, AT_A_TIME)]
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        assert sum(pool.map(run, parts)) == SOAKED


@pytest.mark.parametrize("seed", range(5))
def test_the_same_seed_gives_the_same_steps(seed: int) -> None:
    assert simulate(seed) == simulate(seed)


def test_another_process_takes_the_same_steps() -> None:
    program = (
        "from tests.simulation.schedule import simulate\n"
        "from tests.simulation.test_schedules import digest\n"
        "print(*[digest(simulate(seed)) for seed in range(3)], sep='\\n')\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == [digest(simulate(seed)) for seed in range(3)]


def test_a_failure_tells_its_seed_its_step_and_what_led_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    a_mark_before_the_write(monkeypatch)
    with pytest.raises(ViolationError) as failure:
        run(range(100))
    first, *steps = str(failure.value).splitlines()
    assert first.startswith("seed ")
    assert "ended without its export" in first
    assert any("jobs.save" in step for step in steps)
    seed = int(first.split()[1].rstrip(","))
    with pytest.raises(ViolationError) as again:
        simulate(seed)
    assert str(again.value) == str(failure.value)


def test_the_schedules_are_full_of_life_and_of_trouble() -> None:
    """A simulation in which little happens would find little."""
    reports = [simulate(seed) for seed in range(100)]
    trouble = [event.how or event.what for report in reports for event in report.trace]
    for kind in ("failed", "done, answer lost", "stalls", "dies", "leap", "brownout", "503"):
        assert trouble.count(kind) > 20, kind
    done = [event.what for report in reports for event in report.trace]
    assert done.count("asks to end") > 20
    for status in ("SUCCEEDED", "SUCCEEDED_WITH_ERRORS", "FAILED", "CANCELLED", "EXPIRED"):
        assert done.count(f"jobs.save {status}") > 5, status
    for call in ("ledger.erase", "workflows.start", "queue.ack", "requests.forget", "cache.put", "engine"):
        assert done.count(call) > 20, call
    assert sum(report.jobs for report in reports) > 200
