"""Keyed requests in SQLite."""

import json
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any

from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.records import stamp
from aurastream.domain.errors import RequestMismatchError, RequestRunningError
from aurastream.domain.idempotency import Answer, RequestKey, Turn
from aurastream.domain.keys import JobId, JobKey
from aurastream.ports.idempotency_store import IdempotencyStore

_SWEPT_AFTER = timedelta(days=1)
"""A turn that nobody took over may still finish, so its row stays a while beyond its lease."""


class SqliteIdempotencyStore(IdempotencyStore):
    """
    A row a request, running while it has no status; the database numbers the rows and that is the fence.

    SQLite never gives an AUTOINCREMENT number twice, not even after the row is gone, so a turn that was taken
    over, released or forgotten finds no row to finish.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(
        self, key: RequestKey, fingerprint: str, *, job_id: JobId, now: datetime, until: datetime
    ) -> Turn | Answer:
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM requests WHERE until <= ?", (stamp(now - _SWEPT_AFTER),))
            row = connection.execute(
                "SELECT fingerprint, status, headers, body, job_id FROM requests"
                " WHERE digest = ? AND until > ? AND NOT released",
                (key.digest, stamp(now)),
            ).fetchone()
            if row is None:
                job_id = _known(connection, key, fingerprint) or job_id
                fence = _begun(connection, key, fingerprint, stamp(until), job_id)
                return Turn(key=key, fence=fence, job_id=job_id)
        return _answer(row, fingerprint)

    def finish(self, turn: Turn, answer: Answer, *, until: datetime) -> bool:
        with self._db.transaction() as connection:
            changed = connection.execute(
                "UPDATE requests SET until = ?, status = ?, headers = ?, body = ?, job_id = ?"
                " WHERE fence = ? AND digest = ? AND status IS NULL AND NOT released",
                (
                    stamp(until),
                    answer.status,
                    json.dumps(dict(answer.headers)),
                    answer.body,
                    answer.job_id,
                    turn.fence,
                    turn.key.digest,
                ),
            ).rowcount
        return changed == 1

    def release(self, turn: Turn) -> None:
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE requests SET released = 1 WHERE fence = ? AND digest = ? AND status IS NULL",
                (turn.fence, turn.key.digest),
            )

    def forget(self, job: JobKey) -> None:
        with self._db.transaction() as connection:
            connection.execute(
                "DELETE FROM requests WHERE tenant = ? AND job_id = ?", (job.tenant, job.job_id)
            )


def _known(connection: Connection, key: RequestKey, fingerprint: str) -> JobId | None:
    """What a job was to be called in an earlier try of this request that was never answered."""
    row = connection.execute(
        "SELECT job_id FROM requests WHERE digest = ? AND fingerprint = ? AND status IS NULL",
        (key.digest, fingerprint),
    ).fetchone()
    return row[0] if row else None


def _begun(connection: Connection, key: RequestKey, fingerprint: str, until: str, job_id: JobId) -> int:
    """The fence of a new row, which takes the place of one whose time is over."""
    connection.execute("DELETE FROM requests WHERE digest = ?", (key.digest,))
    fence = connection.execute(
        "INSERT INTO requests (digest, tenant, fingerprint, until, job_id) VALUES (?, ?, ?, ?, ?)",
        (key.digest, key.tenant, fingerprint, until, job_id),
    ).lastrowid
    assert fence is not None
    return fence


def _answer(row: tuple[Any, ...], fingerprint: str) -> Answer:
    """What a live row says to a request that came again."""
    known, status, headers, body, job_id = row
    if known != fingerprint:
        raise RequestMismatchError("the key was used before for another request; take a new key")
    if status is None:
        raise RequestRunningError("a request with this key is being worked on; try again in a moment")
    return Answer(status=status, body=body, headers=json.loads(headers), job_id=job_id)
