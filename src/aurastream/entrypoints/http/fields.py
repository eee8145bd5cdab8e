"""What bodies and queries have in common: the kinds of their fields."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from aurastream.domain.document import MAX_ID_BYTES, is_valid_id
from aurastream.domain.files.languages import language_of
from aurastream.domain.language import Language

AUTO = "auto"


def _one_line(text: str) -> str:
    if not is_valid_id(text):
        raise PydanticCustomError("invalid_id", "an id has 1 to 256 UTF-8 bytes and no control characters")
    return text


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


def language_or_none(code: str | None) -> Language | None:
    """What a file's language column would make of it, so that both paths mean the same by `en-GB`."""
    return None if code is None or code == AUTO else language_of(code)


def dollars_or_none(amount: float | None) -> Decimal | None:
    """An exact amount of what JSON has as a float."""
    return None if amount is None else Decimal(str(amount))
