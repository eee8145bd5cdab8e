"""From an HTTP request to what is asked of Comprehend, refusing everything that is not exactly that."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aurastream.testing.comprehend.refusals import Refusal
from aurastream.testing.comprehend.settings import ComprehendSettings
from aurastream.testing.comprehend.wire import AWS_JSON, Request

MAX_DOCUMENTS = 25
MAX_BYTES = 5_000
LANGUAGES = frozenset(("en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW"))
_TARGET_PREFIX = "Comprehend_20171127."
_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256\s.*?\bCredential=([^,\s]+)")


class Operation(StrEnum):
    """The two calls that tell the sentiment."""

    DETECT = "DetectSentiment"
    BATCH = "BatchDetectSentiment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A well-formed call, its limits not yet checked."""

    operation: Operation
    access_key: str
    language: str
    texts: tuple[str, ...]


def asked_of(request: Request) -> Asked:
    """
    What a request asks for.

    Raises:
        Refusal: another protocol or operation, not signed for Comprehend, or not shaped as the model says.
    """
    operation = _operation(request)
    access_key = _access_key(request.headers.get("authorization", ""))
    members = _members(request.body)
    member = "Text" if operation is Operation.DETECT else "TextList"
    language = _present(members, "LanguageCode")
    value = _present(members, member)
    texts = [value] if operation is Operation.DETECT else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in (*texts, language)):
        raise Refusal("InvalidRequestException", f"{member} or LanguageCode is of the wrong type")
    if not texts or not all(texts):
        raise Refusal("ValidationException", f"{member} failed to satisfy constraint: length of at least 1")
    if not all(_is_unicode(text) for text in texts):
        raise Refusal("InvalidRequestException", f"{member} is not valid Unicode")
    return Asked(operation=operation, access_key=access_key, language=language, texts=tuple(texts))


def check_limits(asked: Asked, settings: ComprehendSettings) -> None:
    """
    Hold a call to the limits that concern all of it.

    Raises:
        Refusal: too many documents, a language that is not served, a document too large or beyond scoring.
    """
    batch = asked.operation is Operation.BATCH
    if batch and len(asked.texts) > MAX_DOCUMENTS:
        raise Refusal(
            "BatchSizeLimitExceededException",
            f"Batch size exceeds limit: {len(asked.texts)} documents, {MAX_DOCUMENTS} are allowed",
        )
    if asked.language not in LANGUAGES:
        raise Refusal(settings.language_error, f"LanguageCode must be one of {', '.join(sorted(LANGUAGES))}")
    largest = max(bytes_of(text) for text in asked.texts)
    if largest > MAX_BYTES and (settings.oversize == "call" or not batch):
        raise Refusal("TextSizeLimitExceededException", oversize_message(largest))
    if settings.poison_answer == "call" and any(settings.is_poison(text) for text in asked.texts):
        raise Refusal("InvalidRequestException", "A document is invalid", reason="INVALID_DOCUMENT")


def bytes_of(text: str) -> int:
    """The size that counts: of the text in UTF-8, however the request wrote it."""
    return len(text.encode())


def oversize_message(size: int) -> str:
    """What AWS says of a document that is too large."""
    return f"Input text size exceeds limit. The maximum is {MAX_BYTES} bytes, this text has {size} bytes"


def _operation(request: Request) -> Operation:
    target = request.headers.get("x-amz-target", "")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if (request.method, request.path, media_type) != ("POST", "/", AWS_JSON):
        raise Refusal(
            "UnknownOperationException",
            f"This stand-in speaks AWS JSON 1.1 only (POST / as {AWS_JSON}), "
            f"not {request.method[:20]} {request.path[:200]} as {media_type[:100] or 'no content type'}",
        )
    if not target.startswith(_TARGET_PREFIX) or target.removeprefix(_TARGET_PREFIX) not in set(Operation):
        raise Refusal("UnknownOperationException", f"This stand-in does not know the target {target[:200]!r}")
    return Operation(target.removeprefix(_TARGET_PREFIX))


def _access_key(authorization: str) -> str:
    if not authorization:
        raise Refusal("MissingAuthenticationTokenException", "The request is not signed")
    credential = _CREDENTIAL.match(authorization)
    scope = credential[1].rsplit("/", 4) if credential else []
    if len(scope) != 5 or not all(scope) or scope[3:] != ["comprehend", "aws4_request"]:
        raise Refusal(
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'comprehend' (…/comprehend/aws4_request)",
        )
    return scope[0]


def _members(body: bytes) -> Mapping[str, Any]:
    try:
        members = json.loads(body.decode())
    except (ValueError, RecursionError):
        # The decoder's error holds the body, which is the customer's text.
        raise Refusal("InvalidRequestException", "The body is not JSON in UTF-8") from None
    if not isinstance(members, dict):
        raise Refusal("InvalidRequestException", "The body is not a JSON object")
    return members


def _present(members: Mapping[str, Any], name: str) -> Any:
    if (value := members.get(name)) is None:
        raise Refusal("ValidationException", f"{name} failed to satisfy constraint: Member must not be null")
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
