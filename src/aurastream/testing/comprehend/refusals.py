"""Every error the stand-in can answer with, by the name and status that AWS gives it."""

from collections.abc import Mapping

# The first five are declared by botocore's model of the two calls; the rest are common to all AWS services.
STATUS_BY_ERROR: Mapping[str, int] = {
    "BatchSizeLimitExceededException": 400,
    "InternalServerException": 500,
    "InvalidRequestException": 400,
    "TextSizeLimitExceededException": 400,
    "UnsupportedLanguageException": 400,
    "InvalidSignatureException": 400,
    "MissingAuthenticationTokenException": 403,
    "ServiceUnavailable": 503,
    "ThrottlingException": 400,
    "UnknownOperationException": 400,
    "ValidationException": 400,
}


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure of the stand-in
    """The whole call is answered with an error; the message never holds the customer's text."""

    def __init__(self, error: str, message: str, *, reason: str | None = None) -> None:
        super().__init__(f"{error}: {message}")
        self.error = error
        self.status = STATUS_BY_ERROR[error]
        self.message = message
        self.reason = reason

    def as_json(self) -> dict[str, str]:
        """The error as AWS JSON 1.1 writes it."""
        body = {"__type": self.error, "Message": self.message}
        return body if self.reason is None else {**body, "Reason": self.reason}
