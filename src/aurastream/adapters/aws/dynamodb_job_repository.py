"""Jobs as items of the table: header and counts in one."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import nsmallest
from random import Random
from typing import TYPE_CHECKING

from aurastream.adapters.aws.dynamodb_batches import read_many
from aurastream.adapters.aws.dynamodb_table import (
    DEADLINES,
    JOBS_BY_STATUS,
    JOBS_OF_TENANT,
    Item,
    deadline_shards,
    deadlines_of,
    expiry,
    job_item,
    job_of,
    moment_of,
    number,
    number_of,
    tenant_jobs,
    text,
    text_of,
)
from aurastream.adapters.aws.dynamodb_writing import Turns, change
from aurastream.adapters.aws.errors import translated
from aurastream.adapters.records import job_from_record, job_to_record, stamp
from aurastream.domain.errors import InvalidCursorError, JobNotFoundError, StaleJobError, UnavailableError
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.keys import JobId, JobKey, Tenant, parse_job_id
from aurastream.domain.paging import Cursor, Page, open_cursor, seal_cursor
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, QueryInputTypeDef

TRIES = 10
"""How often a save gives way to commits of the job's chunks."""


class DynamoDbJobRepository(JobRepository):
    """
    Saves by condition on the version, and leaves the counts to the ledger.

    The lists and deadlines come from indexes that may lag by a moment, the jobs in a list do not.
    """

    def __init__(self, client: "DynamoDBClient", table: str, *, clock: Clock, chance: Random) -> None:
        self._client, self._table, self._turns = client, table, Turns(clock, chance)

    def get(self, key: JobKey) -> Job:
        with translated():
            answer = self._client.get_item(TableName=self._table, Key=job_item(key), ConsistentRead=True)
        if "Item" not in answer:
            raise JobNotFoundError("no such job")
        return _job_from(answer["Item"])

    def save(self, job: Job) -> None:
        mark = self._turns.mark()
        first = job.version == 1
        for _ in self._turns.take(TRIES):
            with translated():
                try:
                    saved, _item = change(
                        self._client,
                        self._table,
                        job_item(job.key),
                        _header_of(job),
                        mark=mark,
                        names=("pk",) if first else (),
                        values={} if first else {"previous": number(job.version - 1)},
                        condition="attribute_not_exists(#pk)" if first else "#version = :previous",
                    )
                except self._client.exceptions.TransactionConflictException:
                    continue
            if not saved:
                raise StaleJobError("the stored job is another version")
            return
        raise UnavailableError("the job is committed to so fast that it cannot be saved")

    def page(
        self, tenant: Tenant, *, status: JobStatus | None, after: Cursor | None, limit: int
    ) -> Page[Job]:
        scope = f"jobs of {tenant} {status}"
        last = None if after is None else _position(scope, after)
        found: list[Job] = []
        while len(found) <= limit:
            keys, more = self._listed(tenant, status, last, limit + 1 - len(found))
            found += self._jobs(keys, status)
            if not more:
                break
            last = keys[-1].job_id
        items = found[:limit]
        return Page(
            items=items, next=seal_cursor(scope, items[-1].key.job_id) if len(found) > limit else None
        )

    def overdue(self, now: datetime, limit: int) -> Sequence[JobKey]:
        return [key for _, key in nsmallest(limit, self._due(now, limit))]

    def _listed(
        self, tenant: Tenant, status: JobStatus | None, last: JobId | None, limit: int
    ) -> tuple[list[JobKey], bool]:
        """The next keys of a list, and whether there are more."""
        partition = "tenant_jobs" if status is None else "status_jobs"
        query: QueryInputTypeDef = {
            "TableName": self._table,
            "IndexName": JOBS_OF_TENANT if status is None else JOBS_BY_STATUS,
            "KeyConditionExpression": f"{partition} = :jobs",
            "ExpressionAttributeValues": {":jobs": tenant_jobs(tenant, status)},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if last is not None:
            query["KeyConditionExpression"] = f"{partition} = :jobs AND job_id < :last"
            query["ExpressionAttributeValues"] = {":jobs": tenant_jobs(tenant, status), ":last": text(last)}
        with translated():
            answer = self._client.query(**query)
        return [job_of(item) for item in answer["Items"]], "LastEvaluatedKey" in answer

    def _jobs(self, keys: Sequence[JobKey], status: JobStatus | None) -> list[Job]:
        """The jobs as they are now, in the order of their keys; what the index says of them may be old."""
        items = read_many(self._client, self._table, [job_item(key) for key in keys], self._turns)
        jobs = {job.key: job for job in map(_job_from, items)}
        found = [jobs[key] for key in keys if key in jobs]
        return [job for job in found if not job.deleted and status in (None, job.status)]

    def _due(self, now: datetime, limit: int) -> Iterator[tuple[str, JobKey]]:
        for shard in deadline_shards():
            with translated():
                answer = self._client.query(
                    TableName=self._table,
                    IndexName=DEADLINES,
                    KeyConditionExpression="deadlines = :shard AND deadline_at <= :now",
                    ExpressionAttributeValues={":shard": shard, ":now": text(stamp(now))},
                    Limit=limit,
                )
            for item in answer["Items"]:
                yield text_of(item, "deadline_at"), job_of(item)


def _header_of(job: Job) -> "dict[str, AttributeValueTypeDef | None]":
    """What a save writes of a job: all but the counts, of which it writes the total."""
    due, listed = job.deadline_at, not job.deleted
    return {
        "version": number(job.version),
        "status": text(job.status),
        "header": text(json.dumps(job_to_record(job), separators=(",", ":"))),
        "updated_at": text(stamp(job.updated_at)),
        "deadline_at": text(stamp(due)) if due else None,
        "deadlines": deadlines_of(job.key) if due else None,
        "job_id": text(job.key.job_id),
        "tenant_jobs": tenant_jobs(job.key.tenant) if listed else None,
        "status_jobs": tenant_jobs(job.key.tenant, job.status) if listed else None,
        "total": number(job.counts.total),
        "ttl": expiry(job.expires_at),
    }


def _job_from(item: Item) -> Job:
    counts = Counts(
        total=number_of(item, "total"),
        succeeded=number_of(item, "succeeded"),
        failed=number_of(item, "failed"),
        skipped=number_of(item, "skipped"),
        cancelled=number_of(item, "cancelled"),
    )
    spend = Spend(units=number_of(item, "units"), saved_units=number_of(item, "saved_units"))
    job = job_from_record(json.loads(text_of(item, "header")), counts, spend)
    # Commits move both without a new version of the header.
    due = moment_of(item, "deadline_at") if "deadline_at" in item else None
    return replace(job, updated_at=moment_of(item, "updated_at"), deadline_at=due)


def _position(scope: str, cursor: Cursor) -> JobId:
    try:
        return parse_job_id(open_cursor(scope, cursor))
    except ValueError:
        raise InvalidCursorError("the cursor was not handed out for this list") from None
