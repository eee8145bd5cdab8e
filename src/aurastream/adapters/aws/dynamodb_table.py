"""
How everything lies in the one table.

| what                    | pk                    | sk                          |
|-------------------------|-----------------------|-----------------------------|
| a job: header and counts| JOB#tenant#id         | JOB                         |
| a chunk's outcomes      | JOB#tenant#id         | CHUNK#number, CHUNK#number#part |
| a request that names it | JOB#tenant#id         | REQUEST#digest              |
| a keyed request         | REQUEST#tenant#digest | REQUEST                     |
| a remembered result     | RESULT#tenant#digest  | RESULT                      |

Three indexes hold keys alone, and only of jobs: a tenant's list, the same by status, and the open deadlines.
No tenant, id or digest holds a `#`. Nothing here is a customer's text.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from zlib import crc32

from aurastream.adapters.records import moment
from aurastream.domain.idempotency import RequestKey
from aurastream.domain.job import JobStatus
from aurastream.domain.keys import JobKey, Tenant, parse_job_id, parse_tenant
from aurastream.domain.remembering import CacheKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Value: TypeAlias = "AttributeValueTypeDef"
Item: TypeAlias = "Mapping[str, AttributeValueTypeDef]"
Key: TypeAlias = "dict[str, AttributeValueTypeDef]"

JOBS_OF_TENANT, JOBS_BY_STATUS, DEADLINES = "jobs-of-tenant", "jobs-by-status", "deadlines"
MAX_ITEM_BYTES = 400_000
"""DynamoDB takes 400 KB, the names of the attributes included."""
DEADLINE_SHARDS = 8
"""A partition takes 1,000 writes a second, and every job and every commit moves a deadline."""

JOB, CHUNK, REQUEST, RESULT = "JOB", "CHUNK#", "REQUEST", "RESULT"
REQUESTS = f"{REQUEST}#"


def _index(name: str, partition: str, sort: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": partition, "KeyType": "HASH"},
            {"AttributeName": sort, "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def schema() -> dict[str, Any]:
    """What the table must be created with; TTL on the attribute `ttl` beside it."""
    attributes = ("pk", "sk", "tenant_jobs", "status_jobs", "job_id", "deadlines", "deadline_at")
    return {
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in attributes],
        "GlobalSecondaryIndexes": [
            _index(JOBS_OF_TENANT, "tenant_jobs", "job_id"),
            _index(JOBS_BY_STATUS, "status_jobs", "job_id"),
            _index(DEADLINES, "deadlines", "deadline_at"),
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }


def text(value: str) -> Value:
    """A string as the table writes it."""
    return {"S": value}


def number(value: int) -> Value:
    """A whole number as the table writes it."""
    return {"N": str(value)}


def blob(value: bytes) -> Value:
    """Bytes as the table writes them."""
    return {"B": value}


def text_of(item: Item, name: str) -> str:
    """The string under a name."""
    return item[name]["S"]


def number_of(item: Item, name: str) -> int:
    """The whole number under a name; 0 where there is none."""
    return int(item[name]["N"]) if name in item else 0


def bytes_of(item: Item, name: str) -> bytes:
    """The bytes under a name."""
    return item[name]["B"]


def moment_of(item: Item, name: str) -> datetime:
    """The moment under a name."""
    return moment(text_of(item, name))


def expiry(until: datetime) -> Value:
    """When the table may drop an item; it takes its time, so whoever reads checks for himself."""
    return number(int(until.timestamp()))


def job_partition(key: JobKey) -> Value:
    """Where all that belongs to a job lies."""
    return text(f"JOB#{key.tenant}#{key.job_id}")


def job_item(key: JobKey) -> Key:
    """The key of a job's header."""
    return {"pk": job_partition(key), "sk": text(JOB)}


def job_of(item: Item) -> JobKey:
    """Whose header or chunk an item is."""
    _, tenant, job_id = text_of(item, "pk").split("#")
    return JobKey(parse_tenant(tenant), parse_job_id(job_id))


def chunk_item(key: JobKey, chunk: int, part: int = 0) -> Key:
    """The key of a chunk's outcomes, or of a further part of them."""
    first, _ = chunk_sorts(chunk)
    return {"pk": job_partition(key), "sk": text(first if part == 0 else f"{first}#{part:02d}")}


def chunk_sorts(chunk: int) -> tuple[str, str]:
    """Between which sort keys the outcomes of a chunk lie."""
    return f"{CHUNK}{chunk:06d}", f"{CHUNK}{chunk:06d}#~"


def request_item(key: RequestKey) -> Key:
    """The key of a keyed request."""
    return {"pk": text(f"REQUEST#{key.tenant}#{key.digest}"), "sk": text(REQUEST)}


def request_mark(job: JobKey, key: RequestKey) -> Key:
    """The key of the mark that a request leaves beside the job that its answer names."""
    return {"pk": job_partition(job), "sk": text(f"{REQUESTS}{key.digest}")}


def request_of_mark(job: JobKey, mark: Item) -> Key:
    """The key of the request that left a mark."""
    digest = text_of(mark, "sk").removeprefix(REQUESTS)
    return {"pk": text(f"REQUEST#{job.tenant}#{digest}"), "sk": text(REQUEST)}


def result_item(key: CacheKey) -> Key:
    """The key of a remembered result."""
    return {"pk": text(f"RESULT#{key.tenant}#{key.digest}"), "sk": text(RESULT)}


def tenant_jobs(tenant: Tenant, status: JobStatus | None = None) -> Value:
    """Where a list of a tenant's jobs lies in its index."""
    return text(tenant if status is None else f"{tenant}#{status}")


def deadlines_of(key: JobKey) -> Value:
    """In which shard of the deadlines a job stands."""
    return text(_shard(crc32(key.job_id.encode()) % DEADLINE_SHARDS))


def deadline_shards() -> Iterator[Value]:
    """All of them."""
    return (text(_shard(number)) for number in range(DEADLINE_SHARDS))


def _shard(number: int) -> str:
    return f"DEADLINES#{number}"
