"""Bodies of requests: what callers may send, parsed from bytes."""

from dataclasses import replace
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError
from pydantic_core import from_json

from aurastream.domain.document import Document
from aurastream.domain.job_options import JobOptions
from aurastream.domain.language import LanguageSource
from aurastream.domain.routing import Mode
from aurastream.entrypoints.http.broken_rules import TAGS, broken_rules
from aurastream.entrypoints.http.fields import DocumentId, LanguageCode, language_or_none
from aurastream.entrypoints.http.file_options import FileOptions
from aurastream.entrypoints.http.refusals import (
    FieldError,
    InvalidFieldsError,
    InvalidJsonError,
    InvalidUnicodeError,
)

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ONE, _MANY = TAGS
Metadata = Annotated[
    dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=1_000)]],
    Field(max_length=20, description="The caller's own labels, given back with the job."),
]

T = TypeVar("T")


class _Body(BaseModel):
    """What is not named is refused, and what is refused is not repeated."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class DocumentBody(_Body):
    """One of several documents; without an id it is named by its number."""

    text: str
    id: DocumentId | None = None
    language: LanguageCode | None = None


class OneTextBody(_Body):
    """One text."""

    text: Annotated[str, Field(json_schema_extra={"pattern": r"\S"}, description="Something to see.")]
    mode: Mode = Mode.AUTO
    language: LanguageCode | None = None
    id: DocumentId | None = None

    def as_documents(self) -> list[Document]:
        """The one document."""
        return [_document(self.text, self.id, self.language, 1)]


class ManyTextsBody(_Body):
    """Several documents, answered in their order."""

    # Of two million broken documents the first one says enough.
    documents: Annotated[list[DocumentBody], Field(min_length=1, fail_fast=True)]
    mode: Mode = Mode.AUTO

    def as_documents(self) -> list[Document]:
        """The documents in order."""
        return [
            _document(one.text, one.id, one.language, number)
            for number, one in enumerate(self.documents, start=1)
        ]


def _document(text: str, id_: str | None, code: str | None, number: int) -> Document:
    language = language_or_none(code)
    source = None if language is None else LanguageSource.CALLER
    return Document(id=id_ or str(number), text=text, language=language, source=source)


def _shape(value: object) -> str:
    return _MANY if isinstance(value, dict) and "documents" in value and "text" not in value else _ONE


SENTIMENT_BODY: TypeAdapter[OneTextBody | ManyTextsBody] = TypeAdapter(
    Annotated[Annotated[OneTextBody, Tag(_ONE)] | Annotated[ManyTextsBody, Tag(_MANY)], Discriminator(_shape)]
)


class UploadOptionsBody(_Body, FileOptions):
    """How a file is to be read and scored that will be uploaded."""

    metadata: Metadata = Field(default_factory=dict)

    def options(self) -> JobOptions:
        """The same as a job keeps it."""
        return replace(super().options(), metadata=self.metadata)


UPLOAD_BODY = TypeAdapter(UploadOptionsBody)

_NAMES = frozenset(
    name
    for model in (DocumentBody, OneTextBody, ManyTextsBody, UploadOptionsBody)
    for name in model.model_fields
)


def parse_body(adapter: TypeAdapter[T], body: bytes) -> T:
    """
    A body as its model.

    Raises:
        InvalidUnicodeError, InvalidJsonError
        InvalidFieldsError: it is JSON, but not what is wanted here.
    """
    try:
        body.decode()
    except UnicodeDecodeError:
        raise InvalidUnicodeError("the body is not UTF-8") from None
    body = body.removeprefix(BYTE_ORDER_MARK)
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        refused = error
    _must_be_json(body)
    raise InvalidFieldsError(broken_rules(refused, _NAMES))


def _must_be_json(body: bytes) -> None:
    """Why the parser refused it; the models let NaN and Infinity pass the parser, and no field takes them."""
    try:
        from_json(body, allow_inf_nan=False)
        return
    except ValueError as error:
        reason = str(error)
    if "hex escape" in reason:
        raise InvalidUnicodeError("the body holds half of a surrogate pair")
    if "number out of range" in reason:  # thousands of digits are JSON, and never what is wanted
        raise InvalidFieldsError([FieldError("", "number_out_of_range")])
    raise InvalidJsonError("the body is not JSON (RFC 8259)")
