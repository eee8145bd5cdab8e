"""Names of tenants, jobs and blobs; each is safe as a path and as a database key."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

Tenant = NewType("Tenant", str)
JobId = NewType("JobId", str)
BlobKey = NewType("BlobKey", str)

NewJobId = Callable[[], JobId]

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_JOB_ID = re.compile(r"job_[0-9A-HJKMNP-TV-Z]{26}")
_TENANT = re.compile(r"[a-z0-9-]{1,40}|t_[0-9A-HJKMNP-TV-Z]{26}")

LOCAL_TENANT = Tenant("local")


def parse_job_id(text: str) -> JobId:
    """
    Read a job id that came from outside.

    Raises:
        ValueError: it is not one.
    """
    if not _JOB_ID.fullmatch(text):
        raise ValueError("not a job id")
    return JobId(text)


def parse_tenant(text: str) -> Tenant:
    """
    Read a tenant's name that came from outside.

    Raises:
        ValueError: it is not one.
    """
    if not _TENANT.fullmatch(text):
        raise ValueError("a tenant is 1 to 40 of a-z, 0-9 and -")
    return Tenant(text)


def crockford(number: int, digits: int) -> str:
    """The lowest `digits` * 5 bits of a number in Crockford's base 32."""
    return "".join(CROCKFORD[(number >> (5 * place)) & 31] for place in reversed(range(digits)))


def job_id_at(moment: datetime, randomness: int) -> JobId:
    """A job id that sorts by time: 48 bits of milliseconds, then 80 bits that nobody can guess."""
    milliseconds = int(moment.timestamp() * 1000)
    return JobId("job_" + crockford((milliseconds << 80) | (randomness & ((1 << 80) - 1)), 26))


@dataclass(frozen=True, slots=True, order=True)
class JobKey:
    """A job and whose it is; no port takes a bare job id."""

    tenant: Tenant
    job_id: JobId

    def __post_init__(self) -> None:
        parse_tenant(self.tenant)
        parse_job_id(self.job_id)


UPLOADS = "uploads/"
WORK = "work/"
RESULTS = "results/"


def _under(root: str, key: JobKey, name: str) -> BlobKey:
    return BlobKey(f"{root}{key.tenant}/{key.job_id}/{name}")


def upload_key(key: JobKey) -> BlobKey:
    """Where a caller's file arrives; its arrival starts the job."""
    return _under(UPLOADS, key, "source")


def job_of_upload(key: str) -> JobKey:
    """
    Whose input lies, or is to lie, under the key that `upload_key` gave.

    Raises:
        ValueError: it gave no such key.
    """
    match key.split("/"):
        case ["uploads", tenant, job_id, "source"]:
            return JobKey(Tenant(tenant), JobId(job_id))
    raise ValueError("not the key of an upload")


def copy_key(key: JobKey) -> BlobKey:
    """Where a job's input lies when nothing is to be started by its arrival."""
    return _under(WORK, key, "source")


def chunk_key(key: JobKey, chunk: int) -> BlobKey:
    """The rows of one chunk, a JSON line each."""
    return _under(WORK, key, f"chunks/{chunk:06d}.jsonl")


def plan_key(key: JobKey) -> BlobKey:
    """The JSON array of chunk numbers that the workflow maps over."""
    return _under(WORK, key, "chunks.json")


def base_key(key: JobKey) -> BlobKey:
    """The outcomes that a retry inherits from its parent."""
    return _under(WORK, key, "base.jsonl")


def export_key(key: JobKey) -> BlobKey:
    """The caller's file with our columns."""
    return _under(RESULTS, key, "export")


def summary_key(key: JobKey) -> BlobKey:
    """Totals and shares, as JSON."""
    return _under(RESULTS, key, "summary.json")


def prefixes_of(key: JobKey) -> tuple[BlobKey, ...]:
    """Everything a job has in the blob store."""
    return tuple(_under(root, key, "") for root in (UPLOADS, WORK, RESULTS))
