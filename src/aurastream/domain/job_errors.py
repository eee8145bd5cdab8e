"""Why a job ended FAILED."""

from dataclasses import dataclass
from enum import StrEnum


class JobErrorCode(StrEnum):
    """What was wrong with the input, or with the work on it."""

    COLUMN_NOT_FOUND = "column_not_found"
    DUPLICATE_COLUMN = "duplicate_column"
    EMPTY_FILE = "empty_file"
    UNDECODABLE_FILE = "undecodable_file"
    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_ROWS = "too_many_rows"
    CALIBRATION_NOT_FOUND = "calibration_not_found"
    BUDGET_EXCEEDED = "budget_exceeded"
    SOURCE_GONE = "source_gone"
    SOURCE_CHANGED = "source_changed"
    STALLED = "stalled"
    ENGINE_UNAVAILABLE = "engine_unavailable"
    ENGINE_REJECTED = "engine_rejected"
    ROWS_FAILED = "rows_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """A code for programs, a sentence that says what to do, and where it helps the columns of the file."""

    code: JobErrorCode
    detail: str
    columns: tuple[str, ...] = ()
