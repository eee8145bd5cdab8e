"""What became of one document."""

from dataclasses import dataclass, replace
from enum import StrEnum

from aurastream.domain.sentiment import SentimentResult


class OutcomeStatus(StrEnum):
    """How a document ended."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


class FailureCode(StrEnum):
    """Why a document could not be scored."""

    MALFORMED_ROW = "malformed_row"
    FIELD_TOO_LARGE = "field_too_large"
    INVALID_ID = "invalid_id"
    ENGINE_REJECTED = "engine_rejected"
    ENGINE_UNAVAILABLE = "engine_unavailable"
    NOT_PROCESSED = "not_processed"


class SkipCode(StrEnum):
    """Why a document was rightly not scored."""

    EMPTY_TEXT = "empty_text"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    DRY_RUN = "dry_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A reason, whether another try may mend it, and for an unreadable row the line it begins on."""

    code: FailureCode
    retryable: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    One of result, failure or skip; none of them means that it was cancelled before its turn.

    `row` is the 1-based number of the record in a job's file, None outside a job. `units` were really billed
    (0 if remembered or local); `saved_units` would have been, but for the cache or the cascade.
    """

    id: str
    result: SentimentResult | None = None
    failure: Failure | None = None
    skip: SkipCode | None = None
    units: int = 0
    saved_units: int = 0
    row: int | None = None

    def __post_init__(self) -> None:
        if (self.result is not None) + (self.failure is not None) + (self.skip is not None) > 1:
            raise ValueError("an outcome is one of result, failure or skip")
        if self.units < 0 or self.saved_units < 0:
            raise ValueError("units are never negative")

    @property
    def status(self) -> OutcomeStatus:
        """How the document ended."""
        if self.result is not None:
            return OutcomeStatus.SUCCEEDED
        if self.failure is not None:
            return OutcomeStatus.FAILED
        return OutcomeStatus.SKIPPED if self.skip is not None else OutcomeStatus.CANCELLED

    @property
    def retryable(self) -> bool:
        """Whether another try may end better."""
        return self.failure is not None and self.failure.retryable

    @property
    def reason(self) -> str:
        """Why there is no result: the code of its failure or skip; nothing where there is no code."""
        if self.failure is not None:
            return self.failure.code.value
        return self.skip.value if self.skip is not None else ""

    def at_row(self, row: int) -> "Outcome":
        """The same outcome, as that of a row of a job's file."""
        return replace(self, row=row)


def failed(id_: str, code: FailureCode, *, retryable: bool = False, line: int | None = None) -> Outcome:
    """The outcome of a document that could not be scored."""
    return Outcome(id=id_, failure=Failure(code=code, retryable=retryable, line=line))


def skipped(id_: str, code: SkipCode) -> Outcome:
    """The outcome of a document that was rightly not scored."""
    return Outcome(id=id_, skip=code)


def cancelled(id_: str) -> Outcome:
    """The outcome of a document whose turn never came."""
    return Outcome(id=id_)
