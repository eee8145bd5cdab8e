"""The one process that works on the jobs of a data directory, and its threads."""

import fcntl
import logging
import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Condition, Lock, Thread

from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.records import stamp
from aurastream.domain.errors import JobNotFoundError, UnavailableError, kind_of
from aurastream.domain.keys import JobId, JobKey, Tenant
from aurastream.ports.clock import Clock

_log = logging.getLogger(__name__)

Chore = tuple[float, Callable[[], None]]
"""What is to be done again and again, and the seconds between."""

POLL_SECONDS = 0.5
REMEMBERED = timedelta(days=90)
"""How long a job that ended cannot be started again."""


def nobody() -> None:
    """Nobody sleeps."""


def untold(_key: JobKey, _error: Exception) -> None:
    """Nobody wants to hear of it."""


def doubling(tries: int) -> timedelta:
    """1, 2, 4, … seconds, at most a minute."""
    return timedelta(seconds=min(60, 2 ** min(tries - 1, 6)))


class Runner:
    """
    Runs what was started, a few jobs at a time, and does the chores; at most one in a data directory.

    What was started is a row until its job was run to the end; what is being worked on is known only here, so
    after a crash the next runner begins with every row that is left, and running a job again changes nothing.
    A job whose run fails is run again after a while; `on_failed` hears why. `rouse` wakes whoever sleeps at
    work and is to stop.
    """

    def __init__(
        self,
        db: Database,
        lock_file: Path,
        run_job: Callable[[JobKey], object],
        *,
        clock: Clock,
        chores: Sequence[Chore] = (),
        workers: int = 2,
        poll_seconds: float = POLL_SECONDS,
        pause: Callable[[int], timedelta] = doubling,
        rouse: Callable[[], None] = nobody,
        on_failed: Callable[[JobKey, Exception], None] = untold,
    ) -> None:
        self._db, self._lock_file, self._run_job, self._clock = db, lock_file, run_job, clock
        self._chores, self._workers = chores, workers
        self._poll_seconds, self._pause, self._rouse = poll_seconds, pause, rouse
        self._on_failed = on_failed
        self._lock: int | None = None
        self._threads: list[Thread] = []
        self._claiming = Lock()
        self._running: set[JobKey] = set()
        self._changed = Condition()
        self._wakings = 0
        self._stopping = False

    def try_become_runner(self) -> bool:
        """
        Begin the work, unless another process does it; True as well if we do it already.

        Raises:
            UnavailableError, StorageFullError: the data directory cannot be written.
        """
        if self._lock is not None:
            return True
        lock = _locked(self._lock_file)
        if lock is None:
            return False
        try:
            self._forget_old()
        except BaseException:
            os.close(lock)
            raise
        self._lock, self._stopping = lock, False
        self._threads = [
            *(Thread(target=self._work, name=f"runner-{n}", daemon=True) for n in range(self._workers)),
            *(Thread(target=self._repeat, args=chore, name="chore", daemon=True) for chore in self._chores),
        ]
        for thread in self._threads:
            thread.start()
        return True

    def wake(self) -> None:
        """Something was started just now."""
        with self._changed:
            self._wakings += 1
            self._changed.notify_all()

    def stopping(self) -> bool:
        """Whether what runs should come to an end: the `stopped` of every engine call."""
        return self._stopping

    def stop(self, within: float = 2.0) -> bool:
        """
        Begin nothing more; True if all that ran has come to an end in so many seconds.

        What has not keeps the directory to itself until the process ends; the next runner does it again.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._rouse()
        end = self._clock.monotonic() + within
        for thread in self._threads:
            thread.join(max(0.0, end - self._clock.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            return False
        self._threads = []
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        return True

    def _work(self) -> None:
        while not self._stopping:
            seen = self._wakings
            try:
                claim = self._claim()
            except Exception as error:  # whatever it is, the thread must live to look again
                _log.warning("cannot see what was started: %s", kind_of(error))
                claim = None
            if claim is None:
                self._wait(self._poll_seconds, seen)
                continue
            try:
                self._run(*claim)
            finally:
                with self._claiming:
                    self._running.discard(claim[0])

    def _repeat(self, seconds: float, chore: Callable[[], None]) -> None:
        while not self._stopping:
            try:
                chore()
            except Exception as error:
                _log.warning("a chore failed and will be tried again: %s", kind_of(error))
            self._wait(seconds)

    def _wait(self, seconds: float, seen: int | None = None) -> None:
        """Until the time is over, all is to end, or something was started since `seen` (where given)."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._stopping or seen not in (None, self._wakings), timeout=seconds
            )

    def _claim(self) -> tuple[JobKey, int] | None:
        """
        The oldest row that is due and that no thread has, with the number of tries it has had.

        The lock spans the look into the table: a job that ends meanwhile leaves `running` only afterwards.
        """
        with self._claiming:
            with self._db.reading() as connection:
                rows = connection.execute(
                    "SELECT tenant, job_id, tries FROM started"
                    " WHERE ended_at IS NULL AND not_before <= ? ORDER BY place LIMIT ?",
                    (stamp(self._clock.now()), len(self._running) + 1),
                ).fetchall()
            for tenant, job_id, tries in rows:
                key = JobKey(Tenant(tenant), JobId(job_id))
                if key not in self._running:
                    self._running.add(key)
                    return key, tries
        return None

    def _run(self, key: JobKey, tries: int) -> None:
        try:
            self._run_job(key)
        except JobNotFoundError:
            _log.warning("a job that was started is gone: %s", key.job_id)
        except Exception as error:
            if not self._stopping:
                _log.warning("a job's run failed and will be tried again: %s %s", key.job_id, kind_of(error))
                self._on_failed(key, error)
                self._noting(lambda: self._put_off(key, tries + 1))
            return
        if not self._stopping:  # a run that was told to stop may have come back early
            self._noting(lambda: self._mark_ended(key))

    def _noting(self, note: Callable[[], None]) -> None:
        """A note that cannot be written costs another run, which changes nothing."""
        try:
            note()
        except Exception as error:  # the same
            _log.warning("cannot note what was run: %s", kind_of(error))
            self._wait(self._poll_seconds)

    def _put_off(self, key: JobKey, tries: int) -> None:
        not_before = stamp(self._clock.now() + self._pause(tries))
        self._update("tries = ?, not_before = ?", (tries, not_before), key)

    def _mark_ended(self, key: JobKey) -> None:
        self._update("ended_at = ?", (stamp(self._clock.now()),), key)

    def _update(self, changes: str, values: tuple[int | str, ...], key: JobKey) -> None:
        with self._db.transaction() as connection:
            connection.execute(
                f"UPDATE started SET {changes} WHERE tenant = ? AND job_id = ?",  # noqa: S608 - our own column names
                (*values, key.tenant, key.job_id),
            )

    def _forget_old(self) -> None:
        before: datetime = self._clock.now() - REMEMBERED
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM started WHERE ended_at <= ?", (stamp(before),))


def _locked(path: Path) -> int | None:
    """The open lock file, held until it is closed or the process ends; None if another holds it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UnavailableError("the data directory cannot be written") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            return None
        raise UnavailableError("the data directory cannot be locked") from error
    return descriptor
