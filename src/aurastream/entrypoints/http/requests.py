"""What callers may send: bodies parsed from bytes, and query parameters."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError, from_json
from starlette.requests import Request

from aurastream.domain.document import MAX_ID_BYTES, Document, is_valid_id
from aurastream.domain.files.languages import language_of
from aurastream.domain.job import JobOptions, JobStatus
from aurastream.domain.language import Language, LanguageSource
from aurastream.domain.routing import Mode
from aurastream.entrypoints.http.refusals import (
    FieldError,
    InvalidFieldsError,
    InvalidJsonError,
    InvalidUnicodeError,
)

AUTO = "auto"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
TOO_MANY_TO_LIST = 1_000
_ONE, _MANY = "(one)", "(many)"
_DIGITS = re.compile(r"[0-9]{1,9}")

Model = TypeVar("Model", bound=BaseModel)
T = TypeVar("T")


def _one_line(text: str) -> str:
    if not is_valid_id(text):
        raise PydanticCustomError("invalid_id", "an id has 1 to 256 UTF-8 bytes and no control characters")
    return text


def _number(text: object) -> object:
    """Digits and nothing else: no sign, no blank, no underscore."""
    if isinstance(text, str) and not _DIGITS.fullmatch(text):
        raise PydanticCustomError("int_parsing", "a whole number")
    return text


def _truth(text: object) -> object:
    if text not in ("true", "false"):
        raise PydanticCustomError("bool_parsing", "true or false")
    return text == "true"


DocumentId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_ID_BYTES,
        json_schema_extra={"pattern": r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"},
        description="At most 256 UTF-8 bytes on one line.",
    ),
    AfterValidator(_one_line),
]
LanguageCode = Annotated[
    str,
    Field(
        pattern="^(auto|[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})$",
        description="A code such as `en` or `zh-TW`; `auto` has it found out.",
    ),
]
Column = Annotated[str, Field(min_length=1, max_length=500)]
TextColumn = Annotated[Column, Field(description="The column to score; found by its name if absent.")]
IdColumn = Annotated[
    Column, Field(description="A column of the caller's ids; without one rows go by number.")
]
LanguageColumn = Annotated[Column, Field(description="A column of language codes.")]
CalibrationName = Annotated[
    str,
    Field(
        pattern="^[a-z0-9-]{1,40}@[0-9a-f]{12}$",
        description="A calibration of your own for the embedded engine, as `aurastream calibrate` names it.",
    ),
]
Filename = Annotated[
    str,
    Field(min_length=1, max_length=255, description="Names the export, and the format if nothing else does."),
]
Dollars = Annotated[
    float,
    Field(
        ge=0,
        le=1_000_000_000,
        allow_inf_nan=False,
        description="Refuse the file before the first paid call if it would cost more.",
    ),
]
DryRun = Annotated[bool, Field(description="Read the file and say what it would cost; score nothing.")]
EscapeInput = Annotated[
    bool, Field(description="Also neutralise formulas in the caller's own cells of the export.")
]
PageCursor = Annotated[str, Field(description="`next_cursor` of the page before.")]
Metadata = Annotated[
    dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=1_000)]],
    Field(max_length=20, description="The caller's own labels, given back with the job."),
]


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
    language = _language(code)
    source = None if language is None else LanguageSource.CALLER
    return Document(id=id_ or str(number), text=text, language=language, source=source)


def _language(code: str | None) -> Language | None:
    """What a file's language column would make of it, so that both paths mean the same by `en-GB`."""
    return None if code in (None, AUTO) else language_of(code or AUTO)


def _shape(value: object) -> str:
    return _MANY if isinstance(value, dict) and "documents" in value and "text" not in value else _ONE


SENTIMENT_BODY: TypeAdapter[OneTextBody | ManyTextsBody] = TypeAdapter(
    Annotated[Annotated[OneTextBody, Tag(_ONE)] | Annotated[ManyTextsBody, Tag(_MANY)], Discriminator(_shape)]
)


class UploadOptionsBody(_Body):
    """How a file is to be read and scored that will be uploaded."""

    text_column: TextColumn | None = None
    id_column: IdColumn | None = None
    language_column: LanguageColumn | None = None
    language: LanguageCode | None = None
    filename: Filename | None = None
    max_cost_usd: Dollars | None = None
    dry_run: DryRun = False
    escape_input: EscapeInput = False
    metadata: Metadata = Field(default_factory=dict)
    calibration: CalibrationName | None = None

    def options(self) -> JobOptions:
        """The same as a job keeps it."""
        return JobOptions(
            text_column=self.text_column,
            id_column=self.id_column,
            language_column=self.language_column,
            language=_language(self.language),
            filename=self.filename,
            max_cost_usd=_dollars(self.max_cost_usd),
            dry_run=self.dry_run,
            escape_input=self.escape_input,
            calibration=self.calibration,
            metadata=self.metadata,
        )


UPLOAD_BODY = TypeAdapter(UploadOptionsBody)


class _Query(BaseModel):
    """Parameters come as text and are read leniently, but none is overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NoQuery(_Query):
    """No parameters at all."""


class FileQuery(_Query):
    """How a file in the body is to be read and scored."""

    mode: Annotated[
        Literal[Mode.ASYNC, Mode.AUTO],
        Field(description="A JSON array is a file under ASYNC; others always are."),
    ] = Mode.AUTO
    text_column: TextColumn | None = None
    id_column: IdColumn | None = None
    language_column: LanguageColumn | None = None
    language: LanguageCode | None = None
    filename: Filename | None = None
    max_cost_usd: Dollars | None = None
    dry_run: Annotated[DryRun, BeforeValidator(_truth)] = False
    escape_input: Annotated[EscapeInput, BeforeValidator(_truth)] = False
    calibration: CalibrationName | None = None

    def options(self, media_type: str) -> JobOptions:
        """The same as a job keeps it."""
        return JobOptions(
            text_column=self.text_column,
            id_column=self.id_column,
            language_column=self.language_column,
            language=_language(self.language),
            filename=self.filename,
            media_type=media_type,
            max_cost_usd=_dollars(self.max_cost_usd),
            dry_run=self.dry_run,
            escape_input=self.escape_input,
            calibration=self.calibration,
        )


class JobsQuery(_Query):
    """Which jobs to list."""

    status: Annotated[JobStatus, Field(description="Only jobs in this status.")] | None = None
    cursor: PageCursor | None = None
    limit: Annotated[int, Field(ge=1, le=100), BeforeValidator(_number)] = 50


class ResultsQuery(_Query):
    """Which outcomes to read, and as what."""

    cursor: PageCursor | None = None
    limit: Annotated[int, Field(ge=1, le=1_000), BeforeValidator(_number)] = 100
    format: Annotated[Literal["json", "ndjson", "csv"], Field(description="How to write the page.")] = "json"


class SummaryQuery(_Query):
    """By which column to group."""

    group_by: Annotated[Column, Field(description="One of `columns`.")] | None = None


def _dollars(amount: float | None) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))


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
    raise InvalidFieldsError(_told(refused))


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


def parse_query(model: type[Model], request: Request) -> Model:
    """
    Query parameters as their model.

    Raises:
        InvalidFieldsError: one that is unknown, given twice or wrong.
    """
    given = request.query_params.multi_items()
    names = [name for name, _ in given]
    twice = [name for name in model.model_fields if names.count(name) > 1]
    if twice:
        raise InvalidFieldsError([FieldError(f"?{name}", "given_twice") for name in twice])
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        told = _told(error)
    raise InvalidFieldsError([FieldError("?" + one.pointer.strip("/"), one.code) for one in told])


def _told(refused: ValidationError) -> Sequence[FieldError]:
    if refused.error_count() > TOO_MANY_TO_LIST:  # spelling them out would take seconds
        return [FieldError("", "too_many_errors")]
    return [
        FieldError(_pointer(error), error["type"])
        for error in refused.errors(include_input=False, include_url=False, include_context=False)
    ]


def _pointer(error: ErrorDetails) -> str:
    """Where it is wrong; names that the caller made up (unknown fields, labels) are left out."""
    parts: Iterable[int | str] = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    pointer = ""
    for part in parts:
        if part in (_ONE, _MANY):
            continue
        if isinstance(part, str) and part not in _NAMES:
            break
        pointer += f"/{part}"
    return pointer


_NAMES = frozenset(
    name
    for model in (
        DocumentBody,
        OneTextBody,
        ManyTextsBody,
        UploadOptionsBody,
        FileQuery,
        JobsQuery,
        ResultsQuery,
        SummaryQuery,
    )
    for name in model.model_fields
)
