"""A few documents: answered now, or promised."""

from collections.abc import Sequence
from dataclasses import dataclass

from aurastream.domain.document import Document, size_of
from aurastream.domain.document_lines import encode_documents, options_for
from aurastream.domain.engine import Call, Priority
from aurastream.domain.errors import DeadlineError, UnavailableError
from aurastream.domain.job import Job
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobId, Tenant
from aurastream.domain.outcome import Outcome
from aurastream.domain.routing import Mode, Route, RoutingPolicy
from aurastream.domain.services.promise import PromiseAnswer
from aurastream.domain.services.submit import SubmitFile
from aurastream.ports.clock import Clock
from aurastream.ports.sentiment_engine import SentimentEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One outcome per document, in order."""

    outcomes: Sequence[Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A job that will have the outcomes."""

    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeDocuments:
    """
    Answer or promise a request as a whole, never half.

    `engine_seconds` is how long the engine may take before the promise is made instead.
    """

    engine: SentimentEngine
    policy: RoutingPolicy
    submit: SubmitFile
    promise: PromiseAnswer
    clock: Clock
    engine_seconds: float = 0.65

    def __call__(
        self,
        tenant: Tenant,
        documents: Sequence[Document],
        mode: Mode,
        *,
        job_id: JobId | None = None,
    ) -> Answered | Promised:
        """
        `job_id` is what an earlier try of the same request would have called its job.

        Raises:
            TooManyDocumentsError, TextTooLargeError: under SYNC.
            UnavailableError, StorageFullError: neither answered nor promised.
        """
        deadline = self.clock.monotonic() + self.engine_seconds
        if self.policy.route(mode, [size_of(document.text) for document in documents]) is Route.LATER:
            options = options_for(documents, JobOptions())
            return Promised(job=self.submit(tenant, options, encode_documents(documents), job_id=job_id))
        call = Call(tenant=tenant, priority=Priority.LIVE, deadline=deadline)
        try:
            outcomes = self.engine.analyze(documents, call)
        except (UnavailableError, DeadlineError):
            return Promised(job=self.promise(tenant, documents, job_id=job_id))
        if any(outcome.retryable for outcome in outcomes):
            return Promised(job=self.promise(tenant, documents, job_id=job_id))
        return Answered(outcomes=outcomes)
