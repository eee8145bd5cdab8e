"""Jobs in SQLite."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.records import job_from_record, job_to_record, stamp, stamp_or_none
from aurastream.domain.errors import JobNotFoundError, StaleJobError
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.keys import JobId, JobKey, Tenant
from aurastream.domain.paging import Cursor, Page, open_cursor, seal_cursor
from aurastream.ports.job_repository import JobRepository

_COLUMNS = "record, updated_at, deadline_at, total, succeeded, failed, skipped, cancelled, units, saved_units"
_AFTER_ALL = "job_~"
"""Sorts behind every job id."""


class SqliteJobRepository(JobRepository):
    """A row a job: its header as JSON, and in columns what is searched for and what the ledger counts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, key: JobKey) -> Job:
        with self._db.reading() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE tenant = ? AND job_id = ?",  # noqa: S608 - our own column names
                (key.tenant, key.job_id),
            ).fetchone()
        if row is None:
            raise JobNotFoundError("no such job")
        return _job(row)

    def save(self, job: Job) -> None:
        values = {
            "tenant": job.key.tenant,
            "job_id": job.key.job_id,
            "version": job.version,
            "status": job.status.value,
            "deleted": job.deleted,
            "updated_at": stamp(job.updated_at),
            "deadline_at": stamp_or_none(job.deadline_at),
            "record": json.dumps(job_to_record(job)),
            "total": job.counts.total,
        }
        with self._db.transaction() as connection:
            stored = connection.execute(_INSERT if job.version == 1 else _UPDATE, values).rowcount
        if not stored:
            raise StaleJobError("the stored job is not the version this one follows")

    def page(
        self, tenant: Tenant, *, status: JobStatus | None, after: Cursor | None, limit: int
    ) -> Page[Job]:
        scope = f"jobs/{tenant}/{status}"
        before = _AFTER_ALL if after is None else open_cursor(scope, after)
        chosen, values = ("", ()) if status is None else ("AND status = ? ", (status.value,))
        with self._db.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM jobs "  # noqa: S608 - our own column names
                f"WHERE tenant = ? AND job_id < ? {chosen}AND NOT deleted ORDER BY job_id DESC LIMIT ?",
                (tenant, before, *values, limit + 1),
            ).fetchall()
        items = [_job(row) for row in rows[:limit]]
        return Page(items=items, next=seal_cursor(scope, items[-1].key.job_id) if len(rows) > limit else None)

    def overdue(self, now: datetime, limit: int) -> Sequence[JobKey]:
        with self._db.reading() as connection:
            rows = connection.execute(
                "SELECT tenant, job_id FROM jobs WHERE deadline_at <= ? ORDER BY deadline_at LIMIT ?",
                (stamp(now), limit),
            ).fetchall()
        return [JobKey(Tenant(tenant), JobId(job_id)) for tenant, job_id in rows]


_INSERT = """
    INSERT INTO jobs (tenant, job_id, version, status, deleted, updated_at, deadline_at, record, total)
    VALUES (:tenant, :job_id, :version, :status, :deleted, :updated_at, :deadline_at, :record, :total)
    ON CONFLICT DO NOTHING
"""

_UPDATE = """
    UPDATE jobs SET version = :version, status = :status, deleted = :deleted, updated_at = :updated_at,
        deadline_at = :deadline_at, record = :record, total = :total
    WHERE tenant = :tenant AND job_id = :job_id AND version = :version - 1
"""


def _job(row: tuple[Any, ...]) -> Job:
    """The columns that a commit moves on are newer than the record."""
    record, updated_at, deadline_at, total, succeeded, failed, skipped, cancelled, units, saved = row
    return job_from_record(
        {**json.loads(record), "updated_at": updated_at, "deadline_at": deadline_at},
        Counts(total=total, succeeded=succeeded, failed=failed, skipped=skipped, cancelled=cancelled),
        Spend(units=units, saved_units=saved),
    )
