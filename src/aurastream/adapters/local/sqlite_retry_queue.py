"""Jobs that wait for another try, in SQLite."""

from collections.abc import Sequence
from datetime import datetime

from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.records import moment, stamp
from aurastream.domain.keys import JobId, JobKey, Tenant
from aurastream.domain.tickets import MAX_ATTEMPTS, Ticket
from aurastream.ports.retry_queue import RetryQueue


class SqliteRetryQueue(RetryQueue):
    """A row a ticket; its receipt names the row and how often it changed hands."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, key: JobKey, *, now: datetime) -> None:
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO tickets (tenant, job_id, queued_at, hidden_until) VALUES (?, ?, ?, ?)",
                (key.tenant, key.job_id, stamp(now), stamp(now)),
            )

    def take(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Ticket]:
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE tickets SET resting = 1 WHERE NOT resting AND hidden_until <= ? AND attempts >= ?",
                (stamp(now), MAX_ATTEMPTS),
            )
            ids = connection.execute(
                "SELECT id FROM tickets WHERE NOT resting AND hidden_until <= ? ORDER BY id LIMIT ?",
                (stamp(now), limit),
            ).fetchall()
            connection.executemany(
                "UPDATE tickets SET attempts = attempts + 1, takings = takings + 1, hidden_until = ?"
                " WHERE id = ?",
                [(stamp(until), *row) for row in ids],
            )
            rows = [connection.execute(f"{_SELECT} WHERE id = ?", row).fetchone() for row in ids]
        return [_ticket(*row) for row in rows]

    def ack(self, ticket: Ticket) -> None:
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM tickets WHERE id = ? AND takings = ?", ticket.receipt.split("."))

    def resting(self, limit: int) -> Sequence[Ticket]:
        with self._db.reading() as connection:
            rows = connection.execute(f"{_SELECT} WHERE resting ORDER BY id LIMIT ?", (limit,)).fetchall()
        return [_ticket(*row) for row in rows]

    def redrive(self, limit: int, *, now: datetime) -> Sequence[Ticket]:
        with self._db.transaction() as connection:
            rows = connection.execute(f"{_SELECT} WHERE resting ORDER BY id LIMIT ?", (limit,)).fetchall()
            tickets = [_ticket(*row) for row in rows]
            connection.executemany(
                "UPDATE tickets SET resting = 0, attempts = 0, queued_at = ?, hidden_until = ?"
                " WHERE id = ? AND takings = ?",
                [(stamp(now), stamp(now), *ticket.receipt.split(".")) for ticket in tickets],
            )
        return tickets


_SELECT = "SELECT tenant, job_id, id || '.' || takings, attempts, queued_at FROM tickets"


def _ticket(tenant: str, job_id: str, receipt: str, attempts: int, queued_at: str) -> Ticket:
    return Ticket(
        job=JobKey(Tenant(tenant), JobId(job_id)),
        receipt=receipt,
        attempts=attempts,
        queued_at=moment(queued_at),
    )
