"""The one process that works on a data directory: what it runs, again and again, and when it stops."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest

from aurastream.adapters.local.runner import REMEMBERED, Chore, Runner, doubling
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.system_clock import SystemClock
from aurastream.adapters.local.thread_workflow_starter import ThreadWorkflowStarter
from aurastream.domain.errors import JobNotFoundError, UnavailableError
from aurastream.domain.keys import JobKey
from aurastream.ports.clock import Clock
from tests.contracts.cases import MARKER, key
from tests.fakes import FakeClock

SOON = timedelta(milliseconds=20)
NEVER = 3600.0


def reached(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until something is so."""
    end = monotonic() + seconds
    while not condition():
        if monotonic() > end:
            return False
        sleep(0.005)
    return True


class Work:
    """A job's work: remembers what ran, and fails or lingers where it is told to."""

    def __init__(self) -> None:
        self.begun: list[JobKey] = []
        self.ended: list[JobKey] = []
        self.fails: Counter[JobKey] = Counter()
        self.lingers: dict[JobKey, Event] = {}
        self.error: Exception = RuntimeError(MARKER)

    def __call__(self, job: JobKey) -> None:
        self.begun.append(job)
        if job in self.lingers:
            self.lingers[job].wait(20)
        if self.fails[job]:
            self.fails[job] -= 1
            raise self.error
        self.ended.append(job)


@pytest.fixture
def work() -> Work:
    """The work on every job."""
    return Work()


@pytest.fixture
def lock_file(tmp_path: Path) -> Path:
    """What the runner of the directory holds."""
    return tmp_path / "runner.lock"


@contextmanager
def running(
    db: Database,
    lock_file: Path,
    work: Callable[[JobKey], object],
    *,
    clock: Clock | None = None,
    chores: tuple[Chore, ...] = (),
    poll_seconds: float = 0.02,
) -> Iterator[Runner]:
    """A runner that is stopped in the end."""
    runner = Runner(
        db,
        lock_file,
        work,
        clock=clock or SystemClock(),
        chores=chores,
        poll_seconds=poll_seconds,
        pause=lambda _tries: SOON,
    )
    assert runner.try_become_runner()
    yield runner
    assert runner.stop(10)


def unfinished(db: Database) -> int:
    """How many jobs are still to be run to their end."""
    with db.reading() as connection:
        return int(connection.execute("SELECT count(*) FROM started WHERE ended_at IS NULL").fetchone()[0])


def test_one_runner_a_directory_and_the_next_when_it_has_stopped(
    db: Database, lock_file: Path, work: Work
) -> None:
    second = Runner(db, lock_file, work, clock=SystemClock())
    with running(db, lock_file, work) as first:
        assert first.try_become_runner()
        assert not second.try_become_runner()
    assert second.try_become_runner()
    assert not first.try_become_runner()
    assert second.stop()
    assert first.try_become_runner()
    ThreadWorkflowStarter(db, wake=first.wake).start(key(1))
    assert reached(lambda: work.ended == [key(1)])
    assert first.stop()


def test_who_is_no_runner_runs_nothing(db: Database, lock_file: Path, work: Work) -> None:
    idle, ran = Work(), Runner(db, lock_file, Work(), clock=SystemClock())
    second = Runner(db, lock_file, idle, clock=SystemClock(), poll_seconds=0.01, chores=[(0.01, ran.wake)])
    with running(db, lock_file, work):
        assert not second.try_become_runner()
        assert second._threads == []
        ThreadWorkflowStarter(db, wake=second.wake).start(key(1))
        assert reached(lambda: work.ended == [key(1)])
    assert second.stop()
    assert idle.begun == []


HOLD = """
import sys, time
from pathlib import Path
from aurastream.adapters.local.runner import Runner
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.system_clock import SystemClock
runner = Runner(Database(Path(sys.argv[1])), Path(sys.argv[2]), print, clock=SystemClock())
print(runner.try_become_runner(), flush=True)
time.sleep(60)
"""


def test_a_killed_runner_makes_room_for_the_next(
    db: Database, lock_file: Path, tmp_path: Path, work: Work
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "aurastream.db"), str(lock_file)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"True\n"
    runner = Runner(db, lock_file, work, clock=SystemClock())
    assert not runner.try_become_runner()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert runner.try_become_runner()
    assert runner.stop()


def test_what_this_process_starts_is_run_without_waiting_for_the_next_look(
    db: Database, lock_file: Path, work: Work
) -> None:
    with running(db, lock_file, work, poll_seconds=NEVER) as runner:
        starter = ThreadWorkflowStarter(db, wake=runner.wake)
        for number in range(10):
            starter.start(key(number))
            assert reached(lambda: work.ended == [key(n) for n in range(number + 1)])  # noqa: B023 - asked at once
    assert len(work.begun) == 10


def test_what_another_process_starts_is_found_by_looking(
    db: Database, lock_file: Path, tmp_path: Path, work: Work
) -> None:
    other = Database(tmp_path / "aurastream.db")
    with running(db, lock_file, work):
        ThreadWorkflowStarter(other).start(key(1))
        assert reached(lambda: work.ended == [key(1)])
    other.close()


def test_a_runner_looks_twice_a_second_unless_told_otherwise(
    db: Database, lock_file: Path, work: Work
) -> None:
    runner = Runner(db, lock_file, work, clock=SystemClock())
    assert runner._poll_seconds <= 0.5


def test_jobs_run_side_by_side_and_a_long_one_holds_nobody_up(
    db: Database, lock_file: Path, work: Work
) -> None:
    work.lingers[key(1)] = Event()
    with running(db, lock_file, work) as runner:
        starter = ThreadWorkflowStarter(db, wake=runner.wake)
        for number in range(1, 5):
            starter.start(key(number))
        assert reached(lambda: work.ended == [key(2), key(3), key(4)])
        assert work.begun.count(key(1)) == 1
        work.lingers[key(1)].set()
        assert reached(lambda: unfinished(db) == 0)
    assert Counter(work.begun) == {key(number): 1 for number in range(1, 5)}


def test_a_run_that_fails_is_made_again_until_it_succeeds(
    db: Database, lock_file: Path, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    work.fails[key(1)] = 3
    with running(db, lock_file, work) as runner:
        starter = ThreadWorkflowStarter(db, wake=runner.wake)
        starter.start(key(1))
        starter.start(key(2))
        assert reached(lambda: unfinished(db) == 0)
    assert Counter(work.begun) == {key(1): 4, key(2): 1}
    assert len(caplog.records) == 3
    assert "RuntimeError" in caplog.text
    assert MARKER not in caplog.text


def test_the_pause_after_a_failure_grows_to_a_minute(db: Database, lock_file: Path) -> None:
    assert [doubling(tries).total_seconds() for tries in (1, 2, 3, 6, 7, 8, 1000)] == [
        1,
        2,
        4,
        32,
        60,
        60,
        60,
    ]
    work, clock = Work(), FakeClock()
    work.fails[key(1)] = 2
    runner = Runner(db, lock_file, work, clock=clock, poll_seconds=0.01)
    assert runner.try_become_runner()
    ThreadWorkflowStarter(db, wake=runner.wake).start(key(1))
    for begun, pause in ((1, 1.0), (2, 2.0)):
        assert reached(lambda: len(work.begun) == begun and not runner._running)  # noqa: B023 - asked at once
        clock.advance(pause - 0.001)
        assert not reached(lambda: len(work.begun) > begun, seconds=0.1)  # noqa: B023 - asked at once
        clock.advance(0.001)
    assert reached(lambda: unfinished(db) == 0)
    assert runner.stop()
    assert len(work.begun) == 3


def test_a_job_that_is_gone_is_not_run_again(db: Database, lock_file: Path, work: Work) -> None:
    work.fails[key(1)], work.error = 1000, JobNotFoundError("no such job")
    with running(db, lock_file, work) as runner:
        ThreadWorkflowStarter(db, wake=runner.wake).start(key(1))
        assert reached(lambda: unfinished(db) == 0)
    assert work.begun == [key(1)]


def test_work_that_a_stop_breaks_off_is_done_again_by_the_next_runner(
    db: Database, lock_file: Path, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    broken_off = []

    def until_told(job: JobKey) -> None:
        broken_off.append(job)
        while not first.stopping():
            sleep(0.005)
        if job == key(1):
            raise RuntimeError("broken off")  # the other one just comes back early

    with running(db, lock_file, until_told) as first:
        assert not first.stopping()
        for number in (1, 2):
            ThreadWorkflowStarter(db, wake=first.wake).start(key(number))
        assert reached(lambda: len(broken_off) == 2)
    assert unfinished(db) == 2
    with db.reading() as connection:
        assert connection.execute("SELECT max(tries) FROM started").fetchone() == (0,)
    assert caplog.records == []
    with running(db, lock_file, work):
        assert reached(lambda: unfinished(db) == 0)
    assert sorted(work.ended) == [key(1), key(2)]


def test_a_runner_whose_work_does_not_end_keeps_the_directory(
    db: Database, lock_file: Path, work: Work
) -> None:
    work.lingers[key(1)] = Event()
    runner = Runner(db, lock_file, work, clock=SystemClock(), poll_seconds=0.01)
    assert runner.try_become_runner()
    ThreadWorkflowStarter(db, wake=runner.wake).start(key(1))
    assert reached(lambda: work.begun == [key(1)])
    assert not runner.stop(0.05)
    second = Runner(db, lock_file, work, clock=SystemClock())
    assert not second.try_become_runner()
    work.lingers[key(1)].set()
    assert runner.stop(10)
    assert second.try_become_runner()
    assert reached(lambda: unfinished(db) == 0)
    assert second.stop()


def test_stopping_what_never_began_is_fine(db: Database, lock_file: Path, work: Work) -> None:
    assert Runner(db, lock_file, work, clock=SystemClock()).stop()


def test_chores_are_done_at_once_and_again_whatever_becomes_of_them(
    db: Database, lock_file: Path, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    done: Counter[str] = Counter()
    hold = Event()

    def chore(name: str, *, fail: bool = False, linger: bool = False) -> Callable[[], None]:
        def do() -> None:
            done[name] += 1
            if linger:
                hold.wait(20)
            if fail:
                raise UnavailableError(MARKER)

        return do

    chores = (
        (0.01, chore("often")),
        (0.01, chore("failing", fail=True)),
        (0.01, chore("lingering", linger=True)),
        (NEVER, chore("once")),
    )
    with running(db, lock_file, work, chores=chores) as runner:
        ThreadWorkflowStarter(db, wake=runner.wake).start(key(1))
        assert reached(lambda: done["often"] > 3 and done["failing"] > 3 and unfinished(db) == 0)
        runner.wake()
        assert not reached(lambda: done["once"] > 1, seconds=0.05)
        hold.set()
    assert done["once"] == 1
    assert MARKER not in caplog.text
    assert "unavailable" in caplog.text
    count = done["often"]
    sleep(0.05)
    assert done["often"] == count


def test_what_ended_is_forgotten_after_a_season_and_what_did_not_is_not(
    db: Database, lock_file: Path, work: Work
) -> None:
    def fail(job: JobKey) -> None:
        raise RuntimeError

    clock, starter = FakeClock(), ThreadWorkflowStarter(db)
    starter.start(key(1))
    with running(db, lock_file, work, clock=clock):
        assert reached(lambda: unfinished(db) == 0)
    starter.start(key(2))
    for passing, left in ((REMEMBERED - timedelta(seconds=1), [1, 2]), (timedelta(seconds=1), [2])):
        clock.advance(passing)
        with running(db, lock_file, fail, clock=clock), db.reading() as connection:
            rows = connection.execute("SELECT job_id FROM started ORDER BY place").fetchall()
            assert rows == [(key(number).job_id,) for number in left]


class Flickering(Database):
    """A file that does not answer now and then."""

    def __init__(self, path: Path, refusal: Exception) -> None:
        super().__init__(path)
        self._refusal = refusal
        self.refusals = 0

    @contextmanager
    def _turn(self) -> Iterator[None]:
        self._refuse()
        with super()._turn():
            yield

    def _idle_one(self):  # type: ignore[no-untyped-def] # whatever the database returns
        self._refuse()
        return super()._idle_one()

    def _refuse(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise self._refusal


REFUSALS = (UnavailableError("not now"), sqlite3.DatabaseError("database disk image is malformed"))


@pytest.mark.parametrize("refusal", REFUSALS, ids=["unavailable", "unforeseen"])
def test_a_database_that_does_not_answer_for_a_while_stops_nothing_for_good(
    tmp_path: Path, lock_file: Path, work: Work, refusal: Exception
) -> None:
    db = Flickering(tmp_path / "aurastream.db", refusal)
    ThreadWorkflowStarter(db).start(key(1))
    with running(db, lock_file, work):
        db.refusals = 5
        assert reached(lambda: not db.refusals and unfinished(db) == 0)
        ThreadWorkflowStarter(db).start(key(2))
        assert reached(lambda: work.ended[-1:] == [key(2)])
    db.close()


@pytest.mark.parametrize("refusal", REFUSALS, ids=["unavailable", "unforeseen"])
def test_an_end_that_cannot_be_noted_costs_another_run_and_no_more(
    tmp_path: Path, lock_file: Path, refusal: Exception
) -> None:
    db = Flickering(tmp_path / "aurastream.db", refusal)
    runs: list[JobKey] = []

    def run(job: JobKey) -> None:
        runs.append(job)
        if len(runs) == 1:
            db.refusals = 1

    ThreadWorkflowStarter(db).start(key(1))
    runner = Runner(db, lock_file, run, clock=SystemClock(), workers=1, poll_seconds=0.02)
    assert runner.try_become_runner()
    assert reached(lambda: len(runs) == 2 and unfinished(db) == 0)
    assert runner.stop(10)
    assert runs == [key(1), key(1)]
    db.close()
