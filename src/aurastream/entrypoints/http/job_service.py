"""What the routes of jobs need, and how they find a job."""

from dataclasses import dataclass

from starlette.requests import Request

from aurastream.domain.errors import JobNotFoundError
from aurastream.domain.job import Job
from aurastream.domain.keys import JobKey, parse_job_id
from aurastream.domain.services.cancel import CancelJob
from aurastream.domain.services.create_upload import CreateUpload
from aurastream.domain.services.delete import DeleteJob
from aurastream.domain.services.finding import find_job
from aurastream.domain.services.read_results import ReadResults
from aurastream.domain.services.retry import RetryJob
from aurastream.entrypoints.http.operations import tenant_of
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.idempotency_store import IdempotencyStore
from aurastream.ports.job_repository import JobRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class JobService:
    """Ports for what has no rule of its own, and use cases for the rest."""

    jobs: JobRepository
    blobs: BlobStore
    create_upload: CreateUpload
    read_results: ReadResults
    cancel: CancelJob
    retry: RetryJob
    delete: DeleteJob
    requests: IdempotencyStore
    clock: Clock


def key_of(request: Request) -> JobKey:
    """
    The job that the path names, of the tenant that asks.

    Raises:
        JobNotFoundError: no job could be called that.
    """
    try:
        return JobKey(tenant_of(request), parse_job_id(request.path_params["job_id"]))
    except ValueError:
        raise JobNotFoundError("no such job") from None


def job_of(service: JobService, request: Request) -> Job:
    """
    The job that the path names.

    Raises:
        JobNotFoundError
    """
    return find_job(service.jobs, key_of(request), service.clock.now())
