"""From a file to numbered chunks."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from aurastream.domain.document import is_blank
from aurastream.domain.engine import never
from aurastream.domain.errors import (
    BlobChangedError,
    BlobNotFoundError,
    FileRejectedError,
    JobNotFoundError,
    StoppedError,
    UnavailableError,
)
from aurastream.domain.files.chunks import CHUNK_ROWS, chunked, encode_chunk
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.reader import open_rows
from aurastream.domain.files.rows import Row
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.job_input import Plan
from aurastream.domain.keys import JobKey, Tenant, base_key, chunk_key, plan_key
from aurastream.domain.outcome import Outcome
from aurastream.domain.outcome_lines import encode_outcomes
from aurastream.domain.pricing import list_price, units_of
from aurastream.domain.services.changing import change_job
from aurastream.domain.services.cutting import every_row, input_of, rows_to_mend
from aurastream.domain.services.effective_outcomes import effective_outcomes
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.ledger import Ledger

T = TypeVar("T")

LOOK_EVERY = 1.0
"""Seconds after which Prepare looks whether its job is still to be prepared."""


def unknown(_tenant: Tenant, _calibration: str) -> bool:
    """Where nothing can be calibrated, no calibration is known."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareJob:
    """
    Read a job's input once, front to back, and cut it into chunks; doing it again changes nothing.

    `bills` says whether the engine costs money, so that a budget can be exceeded at all; `knows_calibration`
    whether a tenant has a calibration of that name; `halted` whether this process is to end.
    """

    jobs: JobRepository
    blobs: BlobStore
    ledger: Ledger
    clock: Clock
    limits: FileLimits
    bills: bool
    knows_calibration: Callable[[Tenant, str], bool] = unknown
    halted: Callable[[], bool] = never
    chunk_rows: int = CHUNK_ROWS
    look_every: float = LOOK_EVERY

    def __call__(self, key: JobKey) -> Job:
        """
        The job, RUNNING with its plan, or FAILED with the reason why the file could not become rows.

        One that is cancelled meanwhile stays without a plan, once that is seen. One that still waits for
        its upload is left to wait, by whatever mistake its work was begun.

        Raises:
            StoppedError: halted before there was a plan.
            JobNotFoundError, UnavailableError, StorageFullError
        """
        job = change_job(self.jobs, key, self._running)
        if job.status is not JobStatus.RUNNING or job.plan is not None or job.cancel_requested:
            return job
        try:
            plan = self._plan(job)
        except _UnwantedError:
            return self.jobs.get(key)
        except FileRejectedError as error:
            return self._fail(key, JobErrorCode(error.reason), str(error), error.columns)
        except (BlobNotFoundError, JobNotFoundError):
            return self._fail(key, JobErrorCode.SOURCE_GONE, "the input is no longer there; submit it again")
        except BlobChangedError:
            return self._fail(
                key,
                JobErrorCode.SOURCE_CHANGED,
                "the input was replaced after the job began; submit it again",
            )
        return change_job(self.jobs, key, lambda job: self._planned(job, plan))

    def _running(self, job: Job) -> Job:
        return job.run(now=self.clock.now()) if job.status is JobStatus.QUEUED else job

    def _planned(self, job: Job, plan: Plan) -> Job:
        if job.is_final or job.plan is not None:
            return job
        return job.planned(plan, now=self.clock.now())

    def _fail(self, key: JobKey, code: JobErrorCode, detail: str, columns: tuple[str, ...] = ()) -> Job:
        error = JobError(code=code, detail=detail, columns=columns)

        def step(job: Job) -> Job:
            # Another may have read the input while it was still there: then there is a plan, and it holds.
            return job if job.is_final or job.plan else job.fail(error, now=self.clock.now())

        return change_job(self.jobs, key, step)

    def _plan(self, job: Job) -> Plan:
        self._check_calibration(job)
        parent = self._parent(job)
        wanted = every_row if parent is None else self._inherit(job, parent)
        header = parent.plan.input.header if parent and parent.plan else None
        blocks = self._while_wanted(job, input_of(job, self.blobs))
        reading = open_rows(blocks, job.options, self.limits, header=header)
        meter = _Meter()
        chunks = 0
        metered = meter.over(row for row in reading.rows if wanted(row))
        for rows in self._while_wanted(job, chunked(metered, max_rows=self.chunk_rows)):
            self.blobs.write(chunk_key(job.key, chunks), [encode_chunk(rows)])
            chunks += 1
        self._check_budget(job, meter.units)
        self.blobs.write(plan_key(job.key), _numbers(chunks))
        return Plan(rows=meter.rows, chunks=chunks, estimated_units=meter.units, input=reading.description)

    def _parent(self, job: Job) -> Job | None:
        """The job whose failed rows this one mends, if it does."""
        if job.retry_of is None:
            return None
        parent = self.jobs.get(JobKey(job.key.tenant, job.retry_of))
        if parent.deleted:
            raise JobNotFoundError("no such job")
        return parent

    def _inherit(self, job: Job, parent: Job) -> Callable[[Row], bool]:
        """Take over the parent's file and outcomes; wanted are the rows that another try may mend."""
        inherited = _encoded(effective_outcomes(parent, self.ledger, self.blobs))
        self.blobs.write(job.input_key, self._while_wanted(job, input_of(parent, self.blobs)))
        self.blobs.write(base_key(job.key), self._while_wanted(job, inherited))
        return rows_to_mend(effective_outcomes(parent, self.ledger, self.blobs))

    def _while_wanted(self, job: Job, parts: Iterable[T]) -> Iterator[T]:
        """
        These parts of the work, for as long as somebody wants the plan; the job is looked at now and then.

        Raises:
            StoppedError: this process is to end.
            _UnwantedError: nobody does.
        """
        looked_at = self.clock.monotonic()
        for part in parts:
            if self.halted():
                raise StoppedError("halted before there was a plan")
            if self.clock.monotonic() >= looked_at + self.look_every:
                looked_at = self.clock.monotonic()
                if not self._is_wanted(job.key):
                    raise _UnwantedError
            yield part

    def _is_wanted(self, key: JobKey) -> bool:
        with suppress(UnavailableError):  # to stop early is no promise
            job = self.jobs.get(key)
            return not (job.is_final or job.plan or job.cancel_requested)
        return True

    def _check_calibration(self, job: Job) -> None:
        named = job.options.calibration
        if named is not None and not self.knows_calibration(job.key.tenant, named):
            raise FileRejectedError(
                JobErrorCode.CALIBRATION_NOT_FOUND,
                "there is no such calibration; name one that `aurastream calibrate` made, as name@version",
            )

    def _check_budget(self, job: Job, units: int) -> None:
        budget, cost = job.options.max_cost_usd, list_price(units)
        if self.bills and budget is not None and cost > budget and not job.options.dry_run:
            raise FileRejectedError(
                JobErrorCode.BUDGET_EXCEEDED,
                f"scoring would cost up to {_dollars(cost)} USD, over max_cost_usd {_dollars(budget)}; "
                "nothing was spent, raise the budget or send fewer rows",
            )


class _UnwantedError(Exception):
    """The job was cancelled, has ended, or was planned by another."""


@dataclass(slots=True)
class _Meter:
    """Counts what streams by."""

    rows: int = 0
    units: int = field(default=0)

    def over(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.rows += 1
            if row.text is not None and not is_blank(row.text):
                self.units += units_of(len(row.text))
            yield row


def _encoded(outcomes: Iterator[Outcome]) -> Iterator[bytes]:
    while block := list(islice(outcomes, 1_000)):
        yield encode_outcomes(block)


def _numbers(count: int) -> Iterator[bytes]:
    yield b"[" + ",".join(map(str, range(count))).encode() + b"]"


def _dollars(amount: Decimal) -> str:
    return f"{amount:.4f}"
