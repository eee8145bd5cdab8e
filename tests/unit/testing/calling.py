"""How the tests call a stand-in through boto3."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from botocore.exceptions import ClientError

from aurastream.testing.comprehend import ComprehendStandIn

if TYPE_CHECKING:
    from mypy_boto3_comprehend import ComprehendClient

ClientOf = Callable[..., "ComprehendClient"]
POISON = "please read ⟦poison⟧ this"


class Open(Protocol):
    """Opens a stand-in, without quotas unless the test sets some; `seams` are its other arguments."""

    def __call__(self, *, seams: dict[str, Any] | None = None, **settings: Any) -> ComprehendStandIn: ...


def code_of(call: Callable[[], Any]) -> tuple[str, int]:
    """The error code and HTTP status that a call is refused with."""
    with pytest.raises(ClientError) as refused:
        call()
    answer = refused.value.response
    assert answer["ResponseMetadata"]["RequestId"]
    assert answer["Error"]["Message"]
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def batch(client: "ComprehendClient", *texts: str, language: Any = "en") -> Any:
    return client.batch_detect_sentiment(TextList=list(texts), LanguageCode=language)


def detect(client: "ComprehendClient", text: str, language: Any = "en") -> Any:
    return client.detect_sentiment(Text=text, LanguageCode=language)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now
