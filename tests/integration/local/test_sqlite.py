"""The file that threads and processes share: what it keeps, and how it says that it cannot."""

import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from aurastream.adapters.local.sqlite import Database, _meaning
from aurastream.adapters.local.sqlite_idempotency_store import SqliteIdempotencyStore
from aurastream.adapters.local.sqlite_result_cache import SqliteResultCache
from aurastream.domain.errors import StorageFullError, UnavailableError
from aurastream.domain.idempotency import LEASE, RequestKey
from aurastream.domain.keys import JobId
from aurastream.domain.remembering import CacheKey, Remembered
from tests.contracts.cases import ACME, LATER, NOON, RESULT
from tests.contracts.racing import race

NOTE = "INSERT INTO tickets (tenant, job_id, queued_at, hidden_until) VALUES ('t', 'j', ?, '')"


def notes(db: Database) -> list[str]:
    """What the transactions have left."""
    with db.reading() as connection:
        return [row[0] for row in connection.execute("SELECT queued_at FROM tickets ORDER BY id")]


def write(db: Database, *texts: str | None, fail: Exception | None = None) -> None:
    """Write notes in one transaction."""
    with db.transaction() as connection:
        for text in texts:
            connection.execute(NOTE, (text,))
        if fail is not None:
            raise fail


def test_a_commit_is_on_the_disk_before_it_returns(db: Database) -> None:
    with db.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_body_that_raises_leaves_nothing_and_the_next_one_goes_on(db: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        write(db, "a", fail=ZeroDivisionError())
    write(db, "b")
    assert notes(db) == ["b"]


def test_a_statement_that_fails_takes_the_others_back(db: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        write(db, "a", None)
    write(db, "b")
    assert notes(db) == ["b"]


def test_others_see_nothing_of_a_transaction_before_its_end(db: Database) -> None:
    with db.transaction() as connection:
        connection.execute(NOTE, ("a",))
        assert notes(db) == []
    assert notes(db) == ["a"]


def test_our_own_mistakes_pass_through(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError), db.reading() as connection:
        connection.execute("SELECT * FROM nowhere")


def test_threads_take_turns_and_connections_are_used_again(tmp_path: Path) -> None:
    db = Database(tmp_path / "patient.db")

    def add(number: int) -> None:
        for _ in range(5):
            write(db, str(number))

    assert race(add) == [None] * 20
    assert len(notes(db)) == 100
    assert 1 <= len(db._idle) <= 20
    db.close()
    assert len(db._idle) == 0


def test_one_thread_at_work_needs_one_connection(db: Database) -> None:
    for number in range(20):
        write(db, str(number))
        notes(db)
    assert len(db._idle) == 1


def test_a_connection_that_failed_is_not_used_again(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError), db.reading() as connection:
        connection.execute("SELECT * FROM nowhere")
    assert len(db._idle) == 0


def test_a_connection_that_comes_back_after_the_end_is_closed(db: Database) -> None:
    with db.reading() as connection:
        db.close()
        connection.execute("SELECT 1")
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")


def test_a_file_that_another_process_writes_to_is_unavailable_for_now(db: Database, tmp_path: Path) -> None:
    notes(db)
    other = sqlite3.connect(tmp_path / "aurastream.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError):
        write(db)
    assert notes(db) == []
    other.execute("ROLLBACK")
    other.close()
    write(db, "a")
    assert notes(db) == ["a"]


def test_a_thread_that_waits_too_long_for_its_turn_is_told_so(db: Database) -> None:
    begun, end = Event(), Event()

    def linger() -> None:
        with db.transaction():
            begun.set()
            end.wait(10)

    thread = Thread(target=linger)
    thread.start()
    begun.wait(10)
    with pytest.raises(UnavailableError):
        write(db)
    end.set()
    thread.join(10)
    write(db, "a")
    assert notes(db) == ["a"]


def test_a_full_disk_is_told_as_such_and_loses_nothing_that_was_kept(db: Database) -> None:
    write(db, "kept")
    with db.reading() as connection:
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFullError):
        write(db, "x" * 100_000)
    write(db, "after")
    assert notes(db) == ["kept", "after"]


def test_when_every_connection_has_failed_the_log_and_its_index_are_still_there(
    db: Database, tmp_path: Path
) -> None:
    write(db, "kept")
    with pytest.raises(UnavailableError), db.reading():
        raise failure(sqlite3.SQLITE_IOERR)
    assert (tmp_path / "aurastream.db-shm").exists(), "on a full disk it could not be made again"
    assert notes(db) == ["kept"]
    db.close()
    assert not (tmp_path / "aurastream.db-shm").exists()


def failure(code: int) -> sqlite3.OperationalError:
    """What SQLite raises with one of its codes."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


def test_a_directory_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError), Database(tmp_path / "file" / "aurastream.db").reading():
        pass


def test_the_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    db = Database(tmp_path / "data" / "aurastream.db")
    assert notes(db) == []
    db.close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_file_moves_on_to_a_newer_schema_with_what_it_holds(tmp_path: Path) -> None:
    path, first = tmp_path / "old.db", "CREATE TABLE notes (text TEXT); CREATE TABLE more (text TEXT)"
    old = Database(path, migrations=[first])
    with old.transaction() as connection:
        connection.execute("INSERT INTO notes VALUES ('kept')")
    old.close()
    for _ in range(2):
        new = Database(path, migrations=[first, "ALTER TABLE notes ADD COLUMN size INTEGER DEFAULT 4"])
        with new.reading() as connection:
            assert connection.execute("SELECT text, size FROM notes").fetchall() == [("kept", 4)]
        new.close()


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path, first = tmp_path / "old.db", "CREATE TABLE notes (text TEXT)"
    with (
        pytest.raises(sqlite3.OperationalError),
        Database(path, migrations=[first, "CREATE TABLE more (text TEXT); CREATE nonsense"]).reading(),
    ):
        pass
    db = Database(path, migrations=[first])
    with db.reading() as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)]
    db.close()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    newer = Database(path, migrations=["CREATE TABLE a (b)", "CREATE TABLE c (d)"])
    with newer.reading():
        pass
    newer.close()
    with (
        pytest.raises(RuntimeError, match="newer"),
        Database(path, migrations=["CREATE TABLE a (b)"]).reading(),
    ):
        pass


BEGIN = """
import sys
from pathlib import Path
from aurastream.adapters.local.sqlite import Database
db = Database(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
with db.transaction() as connection:
    connection.execute(sys.argv[2], ("a",))
db.close()
"""


def test_processes_that_begin_together_on_an_empty_directory_all_succeed(tmp_path: Path) -> None:
    path = tmp_path / "data" / "aurastream.db"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BEGIN, str(path), NOTE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 4
    db = Database(path)
    assert len(notes(db)) == 4
    db.close()


AWAY = {"BUSY", "LOCKED", "IOERR", "CANTOPEN", "PROTOCOL", "READONLY"}
FULL = {
    "FULL",
    *(f"IOERR_{what}" for what in ("WRITE", "FSYNC", "DIR_FSYNC", "TRUNCATE", "SHMSIZE", "SHMOPEN")),
}
PASSES = {
    *(
        "OK",
        "ERROR",
        "INTERNAL",
        "PERM",
        "ABORT",
        "NOMEM",
        "INTERRUPT",
        "CORRUPT",
        "NOTFOUND",
        "EMPTY",
        "SCHEMA",
    ),
    *("TOOBIG", "CONSTRAINT", "MISMATCH", "MISUSE", "NOLFS", "AUTH", "FORMAT", "RANGE", "NOTADB", "NOTICE"),
    *("WARNING", "ROW", "DONE"),
}
"""Broken files and our own mistakes: another try would not help, so they come out as they are."""
OTHERWISE = {
    "ALTER",
    "ANALYZE",
    "ATTACH",
    "DELETE",
    "DENY",
    "DETACH",
    "FUNCTION",
    "IGNORE",
    "INSERT",
    "LIMIT",
}
OTHERWISE |= {
    "CREATE",
    "DROP",
    "PRAGMA",
    "READ",
    "RECURSIVE",
    "REINDEX",
    "SAVEPOINT",
    "SELECT",
    "TRANSACTION",
}
OTHERWISE |= {"UPDATE", "DBCONFIG"}
"""Names of the module that are no result codes."""


def named(stems: set[str]) -> list[str]:
    """The constants of the module that begin with one of the names."""
    names = [name.removeprefix("SQLITE_") for name in dir(sqlite3) if name.startswith("SQLITE_")]
    return [name for name in names if any(name == stem or name.startswith(stem + "_") for stem in stems)]


def test_every_code_that_sqlite_has_is_placed() -> None:
    placed = {*named(AWAY), *named(FULL), *named(PASSES), *named(OTHERWISE)}
    assert {name for name in dir(sqlite3) if name.startswith("SQLITE_")} == {
        f"SQLITE_{name}" for name in placed
    }


@pytest.mark.parametrize("name", named(AWAY | FULL | PASSES))
def test_every_code_of_sqlite_has_its_meaning(name: str) -> None:
    meaning = _meaning(getattr(sqlite3, f"SQLITE_{name}"))
    if name in FULL:
        assert isinstance(meaning, StorageFullError)
    elif name in named(AWAY):
        assert isinstance(meaning, UnavailableError)
    else:
        assert meaning is None


def test_a_cache_that_cannot_be_reached_remembers_nothing_and_is_no_error(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache, key = SqliteResultCache(db), CacheKey(ACME, "0" * 64)
    cache.put({key: Remembered(result=RESULT, units=1, payer="p")}, until=LATER)
    other = sqlite3.connect(tmp_path / "aurastream.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    cache.put({CacheKey(ACME, "1" * 64): Remembered(result=RESULT, units=1, payer="p")}, until=LATER)
    other.execute("ROLLBACK")
    other.close()
    assert set(cache.get([key, CacheKey(ACME, "1" * 64)], now=NOON)) == {key}
    broken = SqliteResultCache(Database(tmp_path / "aurastream.db" / "nowhere.db"))
    assert broken.get([key], now=NOON) == {}
    assert [record.getMessage() for record in caplog.records] == [
        "the result cache could not be written: unavailable",
        "the result cache could not be read: unavailable",
    ]


def test_what_is_over_its_time_makes_room(db: Database) -> None:
    cache = SqliteResultCache(db)
    old, new = CacheKey(ACME, "0" * 64), CacheKey(ACME, "1" * 64)
    cache.put({old: Remembered(result=RESULT, units=1, payer="p")}, until=NOON)
    cache.put({new: Remembered(result=RESULT, units=1, payer="p")}, until=LATER)
    cache.drop_expired(NOON)
    with db.reading() as connection:
        assert connection.execute("SELECT digest FROM results").fetchall() == [(new.digest,)]


def test_requests_that_nobody_can_ask_for_any_more_make_room(db: Database) -> None:
    store = SqliteIdempotencyStore(db)
    for days in range(5):
        now = NOON + timedelta(days=days)
        store.begin(
            RequestKey(tenant=ACME, method="POST", path="/", key=str(days)),
            "",
            job_id=JobId("job"),
            now=now,
            until=now + LEASE,
        )
    with db.reading() as connection:
        assert connection.execute("SELECT count(*) FROM requests").fetchone()[0] <= 2
