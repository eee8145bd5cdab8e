"""What every WorkflowStarter promises, and who promises it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import NamedTuple

import pytest

from aurastream.adapters.aws.messages import read_message
from aurastream.adapters.aws.step_functions_workflow_starter import StepFunctionsWorkflowStarter
from aurastream.adapters.local.runner import Runner
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.system_clock import SystemClock
from aurastream.adapters.local.thread_workflow_starter import ThreadWorkflowStarter
from aurastream.domain.keys import JobKey
from aurastream.ports.workflow_starter import WorkflowStarter
from tests import simulated_aws as aws
from tests.contracts.cases import OTHER, key
from tests.contracts.racing import race
from tests.fakes import FakeWorkflowStarter


class StarterBench(NamedTuple):
    """
    A starter; the jobs whose work has begun, as often as it did, once all is quiet; a way to let a job's work
    come to its end; and one to start anew all that is not durable.
    """

    starter: WorkflowStarter
    runs: Callable[[], Sequence[JobKey]]
    finish: Callable[[JobKey], None]
    restart: Callable[[], None]


class WorkflowStarterContract:
    """Every starter, everywhere."""

    @pytest.fixture
    def bench(self) -> StarterBench:
        raise NotImplementedError

    def test_nothing_runs_by_itself(self, bench: StarterBench) -> None:
        assert list(bench.runs()) == []

    def test_what_is_started_runs(self, bench: StarterBench) -> None:
        bench.starter.start(key(1))
        assert list(bench.runs()) == [key(1)]

    def test_each_job_runs(self, bench: StarterBench) -> None:
        bench.starter.start(key(2))
        bench.starter.start(key(1))
        bench.starter.start(key(3, OTHER))
        assert sorted(bench.runs()) == sorted([key(1), key(2), key(3, OTHER)])

    def test_started_twice_it_runs_once(self, bench: StarterBench) -> None:
        bench.starter.start(key(1))
        bench.starter.start(key(1))
        assert list(bench.runs()) == [key(1)]
        bench.starter.start(key(1))
        assert list(bench.runs()) == [key(1)]

    def test_started_again_after_its_end_it_runs_no_more(self, bench: StarterBench) -> None:
        bench.starter.start(key(1))
        bench.runs()
        bench.finish(key(1))
        bench.starter.start(key(1))
        assert list(bench.runs()) == [key(1)]

    def test_a_job_can_be_started_after_another_ended(self, bench: StarterBench) -> None:
        bench.starter.start(key(1))
        bench.runs()
        bench.finish(key(1))
        bench.starter.start(key(2))
        assert list(bench.runs()) == [key(1), key(2)]

    def test_of_many_starts_one_counts(self, bench: StarterBench) -> None:
        assert race(lambda _: bench.starter.start(key(1))) == [None] * 20
        assert list(bench.runs()) == [key(1)]

    def test_many_may_be_started_at_once(self, bench: StarterBench) -> None:
        assert race(lambda number: bench.starter.start(key(number))) == [None] * 20
        for number in range(20):
            bench.finish(key(number))
        assert sorted(set(bench.runs())) == [key(number) for number in range(20)]

    def test_a_restart_loses_nothing_and_brings_nothing_back(self, bench: StarterBench) -> None:
        bench.starter.start(key(1))
        bench.starter.start(key(2))
        bench.runs()
        bench.finish(key(1))
        bench.restart()
        runs = list(bench.runs())
        assert runs.count(key(1)) == 1
        assert runs.count(key(2)) >= 1
        bench.starter.start(key(2))
        bench.finish(key(2))
        bench.starter.start(key(1))
        assert list(bench.runs()) == runs


class TestFakeWorkflowStarter(WorkflowStarterContract):
    @pytest.fixture
    def bench(self) -> StarterBench:
        starter = FakeWorkflowStarter()
        return StarterBench(starter, lambda: starter.started, lambda _job: None, lambda: None)


WORKERS = 20


class Machine:
    """A data directory whose jobs run until they are told to finish."""

    def __init__(self, db: Database, directory: Path) -> None:
        self.db = db
        self.lock_file = directory / "runner.lock"
        self.starter = ThreadWorkflowStarter(self.db, wake=lambda: self.runner.wake())
        self.begun: list[JobKey] = []
        self.ends = {key(number): Event() for number in range(20)} | {key(3, OTHER): Event()}
        self.switch_on()

    def switch_on(self) -> None:
        """A process begins."""
        self.runner = Runner(
            self.db, self.lock_file, self.run, clock=SystemClock(), workers=WORKERS, poll_seconds=0.2
        )
        assert self.runner.try_become_runner()

    def switch_off(self) -> None:
        """A process ends, whatever it was doing."""
        assert self.runner.stop()

    def run(self, job: JobKey) -> None:
        """The work on a job: it comes to its end, or is broken off when the process is told to stop."""
        self.begun.append(job)
        while not self.ends[job].wait(0.01):
            if self.runner.stopping():
                raise RuntimeError("broken off")

    def runs(self) -> Sequence[JobKey]:
        """What was begun, once every thread is busy or nothing is left to begin."""
        end = monotonic() + 5
        while monotonic() < end:
            unfinished = self.unfinished()
            if len(self.runner._running) == min(len(unfinished), WORKERS):
                break
            sleep(0.01)
        return self.begun

    def finish(self, job: JobKey) -> None:
        """Let the work come to its end, and see to it that it has."""
        self.ends[job].set()
        end = monotonic() + 5
        while job in self.unfinished() and monotonic() < end:
            sleep(0.01)

    def restart(self) -> None:
        """The process ends and another begins."""
        self.switch_off()
        self.switch_on()

    def unfinished(self) -> list[JobKey]:
        """What is still to be run to its end."""
        with self.db.reading() as connection:
            rows = connection.execute("SELECT tenant, job_id FROM started WHERE ended_at IS NULL").fetchall()
        return [JobKey(*row) for row in rows]


class TestThreadWorkflowStarter(WorkflowStarterContract):
    @pytest.fixture
    def bench(self, db: Database, tmp_path: Path) -> Iterator[StarterBench]:
        machine = Machine(db, tmp_path)
        yield StarterBench(machine.starter, machine.runs, machine.finish, machine.restart)
        for end in machine.ends.values():
            end.set()
        machine.switch_off()


class TestStepFunctionsWorkflowStarter(WorkflowStarterContract):
    @pytest.fixture
    def bench(self) -> Iterator[StarterBench]:
        with aws.simulated_aws():
            machine = aws.make_state_machine()
            yield StarterBench(
                StepFunctionsWorkflowStarter(aws.step_functions(), machine),
                lambda: [job for text in aws.inputs_of(machine) if (job := read_message(text))],
                lambda job: aws.stop(machine, job.job_id),
                lambda: None,
            )
