"""Logs and metrics of the functions: typed events only, so that a customer's text has no way in."""

from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, Metrics, MetricUnit

from aurastream.domain.engines.observed import Observation
from aurastream.domain.errors import AuraStreamError
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.keys import JobKey
from aurastream.domain.pricing import list_price

NAMESPACE = "AuraStream"
OURS = frozenset({JobErrorCode.STALLED, JobErrorCode.ENGINE_UNAVAILABLE, JobErrorCode.ENGINE_REJECTED})
"""Why a job fails through no fault of its file: what an operator has to hear of."""
T = TypeVar("T")


class InternalError(Exception):
    """Something that nobody foresaw; only its kind is told, for its words might be a customer's."""


class Telemetry:
    """What one function tells of itself."""

    def __init__(self, function: str) -> None:
        # The service is the stack's name, from Powertools' own variable; alarms look for it.
        self._log = Logger()
        self._log.append_keys(function=function)
        self._metrics = Metrics(namespace=NAMESPACE)

    def engine_called(self, seen: Observation) -> None:
        """One paid call."""
        self._count("EngineCalls", 1)
        self._count("EngineThrottles", int(seen.throttled))
        self._count("EngineErrors", int(seen.error is not None))
        self._count("Units", seen.units)
        if seen.units:
            self._metrics.add_metric("SpentUsd", MetricUnit.NoUnit, float(list_price(seen.units)))

    def documents_scored(self, seen: Observation) -> None:
        """Documents that came to be scored, and what became of them."""
        self._count("Documents", seen.documents)
        self._count("SavedUnits", seen.saved_units)
        self._count("CacheHits", seen.cached)

    def request_answered(self, path: str, status: int, seconds: float) -> None:
        """One HTTP request, by its path in the document of the API and how it was answered."""
        outcome = "promised" if status == 202 else f"{status // 100}xx"
        metrics = EphemeralMetrics(namespace=NAMESPACE)
        metrics.add_dimension("path", path)
        metrics.add_dimension("outcome", outcome)
        metrics.add_metric("Requests", MetricUnit.Count, 1)
        metrics.add_metric("Latency", MetricUnit.Milliseconds, seconds * 1000)
        metrics.flush_metrics()
        self._log.info("request answered", path=path, status=status, milliseconds=round(seconds * 1000, 1))

    def promise_aged(self, seconds: float) -> None:
        """How long a promised answer has waited for its turn."""
        self._metrics.add_metric("RetryAge", MetricUnit.Seconds, seconds)

    def job_stepped(self, step: str, key: JobKey, **facts: int | str | bool) -> None:
        """A step of a job; facts are counts, codes and statuses."""
        self._log.info(step, extra={"tenant": key.tenant, "job_id": key.job_id, **facts})

    def job_ended(self, job: Job) -> None:
        """The end of a job, whichever function brought it about."""
        failed = job.status is JobStatus.FAILED
        code = job.error.code if job.error else None
        self._count("JobsEnded", 1)
        self._count("JobsFailed", int(failed and code in OURS))
        self._count("FilesRejected", int(failed and code not in OURS))
        self.job_stepped("job ended", job.key, status=job.status, **({"code": code} if code else {}))

    def job_resisted(self, key: JobKey, kind: str) -> None:
        """An overdue job that could not be settled, and the code or the kind of what went wrong."""
        self._count("JobsResisting", 1)
        self._log.warning("job resists", extra={"tenant": key.tenant, "job_id": key.job_id, "kind": kind})

    def event_ignored(self, reason: str) -> None:
        """An event that is none of ours."""
        self._count("IgnoredEvents", 1)
        self._log.warning("event ignored", reason=reason)

    def work_failed(self, error: Exception) -> None:
        """The kind of what went wrong, and our code for it."""
        code = error.code if isinstance(error, AuraStreamError) else "internal"
        self._log.error("work failed", error=type(error).__name__, code=code, where=_where(error))

    def reported(self, work: Callable[[Any], T]) -> Callable[[Any, object], T]:
        """A handler that does the work, tells of it, and lets no stranger's words out."""

        def handler(event: Any, _context: object) -> T:
            try:
                return work(event)
            except AuraStreamError as error:
                self.work_failed(error)
                raise
            except Exception as error:
                self.work_failed(error)
                raise InternalError(type(error).__name__) from None
            finally:
                self.flush()

        return handler

    def flush(self) -> None:
        """Write what was counted."""
        if self._metrics.metric_set:
            self._metrics.flush_metrics()

    def _count(self, name: str, number: int) -> None:
        if number:
            self._metrics.add_metric(name, MetricUnit.Count, number)


def _where(error: Exception) -> str:
    """File and line where an error came up; code, never data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (
        "" if trace is None else f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
    )
