"""
Every error a caller may catch.

AuraStreamError
├── UnavailableError                 a dependency did not answer in time or refused for load (retryable)
│   ├── EngineUnavailableError       the engine throttled, timed out or is down
│   └── ChunkUnfinishedError         some rows of a chunk wait for another try
├── StorageFullError                 nothing more can be written (retryable)
├── CallRejectedError                the engine refused the whole call as sent
├── DeadlineError                    no time left to begin
├── StoppedError                     asked to start no new call
├── InvalidRequestError              what the caller sent breaks a rule
│   ├── EmptyTextError
│   ├── TextTooLargeError
│   ├── TooManyDocumentsError
│   └── InvalidCursorError
├── NotFoundError
│   ├── JobNotFoundError
│   └── BlobNotFoundError
├── BlobChangedError                 the blob is not the one that was meant
├── StaleJobError                    somebody stored this version before (retryable)
├── JobNotFinishedError
├── NothingToRetryError
├── NothingToExportError
├── RequestRunningError              the keyed request is being worked on
├── RequestMismatchError             the key was used for another request
└── FileRejectedError                an input file that cannot become rows; carries the job's error
"""

from collections.abc import Sequence
from typing import ClassVar


class AuraStreamError(Exception):
    """Base of every error a caller may catch; `code` is its stable name for programs."""

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False


class UnavailableError(AuraStreamError):
    """A dependency did not answer in time or refused for load."""

    code = "unavailable"
    retryable = True


class EngineUnavailableError(UnavailableError):
    """The engine throttled, timed out or is down; the whole call got nowhere."""

    def __init__(self, message: str = "the engine is unavailable", *, throttled: bool = False) -> None:
        super().__init__(message)
        self.throttled = throttled


class ChunkUnfinishedError(UnavailableError):
    """Some rows of a chunk could not be scored yet; nothing was committed, the chunk is to be tried again."""


class StorageFullError(AuraStreamError):
    """Nothing more can be written until room is made."""

    code = "storage_full"
    retryable = True


class CallRejectedError(AuraStreamError):
    """The engine refused the whole call as sent; the caller may split it."""

    code = "engine_rejected"


class DeadlineError(AuraStreamError):
    """No time is left to begin; nothing was sent."""

    code = "unavailable"
    retryable = True


class StoppedError(AuraStreamError):
    """The call was asked to start nothing new; nothing was sent."""


class InvalidRequestError(AuraStreamError):
    """What the caller sent breaks a rule; the message says which and what to do."""

    code = "invalid_request"


class EmptyTextError(InvalidRequestError):
    """There is nothing to score."""

    code = "empty_text"


class TextTooLargeError(InvalidRequestError):
    """A text is over what is answered at once."""

    code = "text_too_large"


class TooManyDocumentsError(InvalidRequestError):
    """A list is over what is answered at once."""

    code = "too_many_documents"


class InvalidCursorError(InvalidRequestError):
    """A cursor that was not handed out for this list."""

    code = "invalid_cursor"


class NotFoundError(AuraStreamError):
    """What was asked for is not here, or not the caller's: the two look the same."""

    code = "not_found"


class JobNotFoundError(NotFoundError):
    """No such job for this tenant."""


class BlobNotFoundError(NotFoundError):
    """No blob under this key."""


class BlobChangedError(AuraStreamError):
    """The blob under this key is not the one that was meant."""


class StaleJobError(AuraStreamError):
    """The stored job is not the version this one follows."""

    code = "unavailable"
    retryable = True


class JobNotFinishedError(AuraStreamError):
    """The job has not ended yet."""

    code = "job_not_finished"


class NothingToRetryError(AuraStreamError):
    """No row of the job failed in a way that another try could mend."""

    code = "nothing_to_retry"


class NothingToExportError(AuraStreamError):
    """The job ended, and there is no file to give back."""

    code = "nothing_to_export"


class RequestRunningError(AuraStreamError):
    """A request with this key is being worked on right now."""

    code = "idempotency_in_progress"
    retryable = True


class RequestMismatchError(AuraStreamError):
    """The key was used before for another request."""

    code = "idempotency_mismatch"


class FileRejectedError(AuraStreamError):
    """
    An input file that cannot become rows; `reason` becomes the job's error code.

    The message never holds text of the file but the names of its columns.
    """

    def __init__(self, reason: str, message: str, *, columns: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.columns = tuple(columns)


def kind_of(error: Exception) -> str:
    """What may be told of an error: our code for it, or what kind of stranger it is; never its words."""
    return error.code if isinstance(error, AuraStreamError) else type(error).__name__
