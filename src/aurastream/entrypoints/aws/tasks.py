"""The tasks of the state machine: events in, events out, ids and numbers only."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from aurastream.domain.keys import JobId, JobKey, Tenant, parse_job_id, parse_tenant, plan_key
from aurastream.entrypoints.aws.functions import Function

Handler = Callable[[Any, object], Any]


class ForeignEventError(Exception):
    """An event that this version of the workflow did not send."""


class JobEvent(BaseModel):
    """A job, as the workflow names it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    v: Literal[1]
    tenant: str
    job_id: str

    @property
    def key(self) -> JobKey:
        """The job's key."""
        return JobKey(Tenant(self.tenant), JobId(self.job_id))


class ChunkEvent(JobEvent):
    """A chunk of a job; `final` where no further try will be made."""

    chunk: NonNegativeInt
    final: bool


class FinishEvent(JobEvent):
    """The end of a job, with the name of the error that the workflow caught."""

    error: str | None = None


Event = TypeVar("Event", bound=JobEvent)


def prepare_handler(function: Function) -> Handler:
    """Prepare: answers with what the map needs."""
    prepare, telemetry = function.container.prepare(), function.telemetry
    bucket = function.container.settings().uploads_bucket

    def work(event: Any) -> dict[str, Any]:
        key = _read(JobEvent, event).key
        job = prepare(key)
        telemetry.job_stepped(
            "job prepared", key, status=job.status, rows=job.counts.total, chunks=job.chunks
        )
        return {
            "v": 1,
            "tenant": key.tenant,
            "job_id": key.job_id,
            "chunks": 0 if job.is_final else job.chunks,
            "bucket": bucket,
            "plan_key": plan_key(key),
        }

    return telemetry.reported(work)


def chunk_handler(function: Function) -> Handler:
    """Process one chunk: says only whether this call committed it."""
    process, telemetry = function.container.process(), function.telemetry

    def work(event: Any) -> dict[str, Any]:
        asked = _read(ChunkEvent, event)
        committed = process(asked.key, asked.chunk, final=asked.final)
        telemetry.job_stepped("chunk processed", asked.key, chunk=asked.chunk, committed=committed)
        return {"v": 1, "committed": committed}

    return telemetry.reported(work)


def finish_handler(function: Function) -> Handler:
    """Finish: settles from the ledger, whatever the workflow caught."""
    finish, telemetry = function.container.finish(), function.telemetry

    def work(event: Any) -> dict[str, Any]:
        asked = _read(FinishEvent, event)
        job = finish(asked.key)
        telemetry.job_stepped("job finished", asked.key, status=job.status, caught=asked.error or "nothing")
        return {"v": 1, "status": job.status}

    return telemetry.reported(work)


def _read(kind: type[Event], event: Any) -> Event:
    try:
        read = kind.model_validate(event)
        parse_tenant(read.tenant)
        parse_job_id(read.job_id)
    except (ValidationError, ValueError):
        raise ForeignEventError("not an event of version 1 of this workflow") from None
    return read
