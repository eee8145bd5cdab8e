"""Query parameters, and how they are read."""

import re
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from aurastream.domain.job import JobStatus
from aurastream.domain.routing import Mode
from aurastream.entrypoints.http.broken_rules import broken_rules
from aurastream.entrypoints.http.fields import Column, PageCursor
from aurastream.entrypoints.http.file_options import FileOptions
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


class FileQuery(_Query, FileOptions):
    """How a file in the body is to be read and scored."""

    mode: Annotated[
        Literal[Mode.ASYNC, Mode.AUTO],
        Field(description="A JSON array is a file under ASYNC; others always are."),
    ] = Mode.AUTO

    _truths = field_validator("dry_run", "escape_input", mode="before")(_truth)


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
