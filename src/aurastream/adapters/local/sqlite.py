"""One SQLite file that threads and processes share."""

import sqlite3
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from aurastream.adapters.local.sqlite_schema import MIGRATIONS
from aurastream.domain.errors import AuraStreamError, StorageFullError, UnavailableError

BUSY_SECONDS = 5.0

_FULL = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMOPEN,
    }
)
"""What a disk without room looks like: SQLite reports a file over its size limit as a failed write."""

_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
"""What may be better at the next try; by primary code, the low byte of an extended one."""


class Database:
    """
    Connections to one file: WAL, every commit on the disk before it returns, write locks taken at once.

    A connection serves one thread at a time and then waits for the next one that needs it, so there are never
    more than threads at work. Pairs of statements that must agree go into one `transaction`.

    One more connection is never lent: as long as it is open the log and its index stay, so that on a full
    disk, where an index could not be made anew, what is there can still be read.
    """

    def __init__(
        self, path: Path, *, busy_seconds: float = BUSY_SECONDS, migrations: Sequence[str] = MIGRATIONS
    ) -> None:
        self._path, self._busy_seconds, self._migrations = path, busy_seconds, migrations
        self._idle: deque[sqlite3.Connection] = deque()
        self._writing = Lock()
        self._migrating = Lock()
        self._migrated = False
        self._closed = False
        self._anchor: sqlite3.Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """
        All that happens inside is kept, or none of it if the body raises.

        Raises:
            UnavailableError, StorageFullError
        """
        with self._turn(), self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has made SQLite roll back by itself
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """
        Each statement sees one consistent state of the file.

        Raises:
            UnavailableError, StorageFullError
        """
        with self._connection() as connection:
            yield connection

    def close(self) -> None:
        """Close the connections that nobody uses; the others close when they come back."""
        self._closed = True
        if self._anchor is not None:
            self._anchor.close()
        while connection := self._idle_one():
            connection.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite lets in whoever asks at the right moment; among our own threads each one gets its turn."""
        if not self._writing.acquire(timeout=self._busy_seconds):
            raise UnavailableError("too many wait to write into the data directory")
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with _translated():
            connection = self._idle_one() or self._open()
            try:
                yield connection
            except sqlite3.Error:
                connection.close()  # after an I/O error its state is not to be trusted
                raise
            except BaseException:
                self._put_back(connection)
                raise
            self._put_back(connection)

    def _idle_one(self) -> sqlite3.Connection | None:
        with suppress(IndexError):
            return self._idle.pop()
        return None

    def _put_back(self, connection: sqlite3.Connection) -> None:
        self._idle.append(connection)
        if self._closed:
            self.close()

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UnavailableError("the data directory cannot be made") from error
        connection = self._connected()
        try:
            connection.execute("PRAGMA synchronous = FULL")
            with self._migrating:
                if not self._migrated:
                    _use_write_ahead_log(connection, self._busy_seconds)
                    _migrate(connection, self._migrations)
                    self._anchor = self._anchored()
                    self._migrated = True
        except BaseException:
            connection.close()
            raise
        return connection

    def _anchored(self) -> sqlite3.Connection:
        """A connection that has looked at the file, and so holds its log and index."""
        anchor = self._connected()
        try:
            anchor.execute("PRAGMA user_version").fetchone()
        except BaseException:
            anchor.close()
            raise
        return anchor

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )


def _use_write_ahead_log(connection: sqlite3.Connection, patience: float) -> None:
    """Alone among its statements, SQLite does not wait where another process is at this one too; so we do."""
    end = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                raise
            time.sleep(0.005)
        else:
            return


def _migrate(connection: sqlite3.Connection, migrations: Sequence[str]) -> None:
    """Bring the file to the newest schema; of two processes that begin together, one does it for both."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        [version] = connection.execute("PRAGMA user_version").fetchone()
        if version > len(migrations):
            raise RuntimeError(
                "the data directory was written by a newer AuraStream; use that one, or another"
            )
        for number, script in enumerate(migrations[version:], start=version + 1):
            for statement in script.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number:d}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _translated() -> Iterator[None]:
    """What SQLite says of its surroundings, in our words; what is our own mistake passes through."""
    try:
        yield
    except sqlite3.OperationalError as error:
        translation = _meaning(getattr(error, "sqlite_errorcode", None))
        if translation is None:
            raise
        raise translation from error


def _meaning(code: int | None) -> AuraStreamError | None:
    if code is None:
        return None
    if code in _FULL:
        return StorageFullError("the disk that holds the data directory is full")
    if code & 0xFF in _AWAY:
        return UnavailableError("the database of the data directory does not answer")
    return None
