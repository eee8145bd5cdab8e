"""Query parameters, and how they are read."""

import re
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from aurastream.domain.job import JobOptions, JobStatus
from aurastream.domain.routing import Mode
from aurastream.entrypoints.http.broken_rules import broken_rules
from aurastream.entrypoints.http.fields import (
    CalibrationName,
    Column,
    Dollars,
    DryRun,
    EscapeInput,
    Filename,
    IdColumn,
    LanguageCode,
    LanguageColumn,
    PageCursor,
    TextColumn,
    dollars_or_none,
    language_or_none,
)
from aurastream.entrypoints.http.refusals import FieldError, InvalidFieldsError

_DIGITS = re.compile(r"[0-9]{1,9}")

Model = TypeVar("Model", bound=BaseModel)


def _number(text: object) -> object:
    """Digits and nothing else: no sign, no blank, no underscore."""
    if isinstance(text, str) and not _DIGITS.fullmatch(text):
        raise PydanticCustomError("int_parsing", "a whole number")
    return text


def _truth(text: object) -> object:
    if text not in ("true", "false"):
        raise PydanticCustomError("bool_parsing", "true or false")
    return text == "true"


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
            language=language_or_none(self.language),
            filename=self.filename,
            media_type=media_type,
            max_cost_usd=dollars_or_none(self.max_cost_usd),
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
        told = broken_rules(error, model.model_fields)
    raise InvalidFieldsError([FieldError("?" + one.pointer.strip("/"), one.code) for one in told])
