"""Outcomes in SQLite, beside the jobs they belong to."""

import zlib
from collections.abc import Sequence
from datetime import datetime

from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.records import addition, stamp
from aurastream.domain.job import JobStatus
from aurastream.domain.keys import JobKey
from aurastream.domain.outcome import Outcome
from aurastream.domain.outcome_lines import decode_all, encode_outcomes
from aurastream.ports.ledger import Ledger

_QUICKLY = 1
"""Most of what compression saves, at the price of little more than writing."""


class SqliteLedger(Ledger):
    """A row a chunk; the same transaction adds the chunk to its job's counts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def commit(
        self, key: JobKey, chunk: int, outcomes: Sequence[Outcome], *, now: datetime, deadline_at: datetime
    ) -> bool:
        values = {
            "tenant": key.tenant,
            "job_id": key.job_id,
            "chunk": chunk,
            "outcomes": zlib.compress(encode_outcomes(outcomes), _QUICKLY),
            **addition(outcomes),
            "running": JobStatus.RUNNING.value,
            "now": stamp(now),
            "deadline_at": stamp(deadline_at),
        }
        with self._db.transaction() as connection:
            if not connection.execute(_COUNT, values).rowcount:
                return False
            connection.execute(
                "INSERT INTO chunks (tenant, job_id, chunk, outcomes)"
                " VALUES (:tenant, :job_id, :chunk, :outcomes)",
                values,
            )
        return True

    def outcomes(self, key: JobKey, chunk: int) -> Sequence[Outcome] | None:
        with self._db.reading() as connection:
            row = connection.execute(
                "SELECT outcomes FROM chunks WHERE tenant = ? AND job_id = ? AND chunk = ?",
                (key.tenant, key.job_id, chunk),
            ).fetchone()
        return None if row is None else decode_all(zlib.decompress(row[0]))

    def erase(self, key: JobKey) -> None:
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM chunks WHERE tenant = ? AND job_id = ?", (key.tenant, key.job_id))


_COUNT = """
    UPDATE jobs SET succeeded = succeeded + :succeeded, failed = failed + :failed,
        skipped = skipped + :skipped, cancelled = cancelled + :cancelled,
        units = units + :units, saved_units = saved_units + :saved_units,
        updated_at = max(updated_at, :now), deadline_at = :deadline_at
    WHERE tenant = :tenant AND job_id = :job_id AND status = :running
        AND NOT EXISTS (
            SELECT 1 FROM chunks WHERE tenant = :tenant AND job_id = :job_id AND chunk = :chunk
        )
"""
