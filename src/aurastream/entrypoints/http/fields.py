"""What bodies and queries have in common: the kinds of their fields."""

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
PageCursor = Annotated[str, Field(description="`next_cursor` of the page before.")]


def language_or_none(code: str | None) -> Language | None:
    """What a file's language column would make of it, so that both paths mean the same by `en-GB`."""
    return None if code is None or code == AUTO else language_of(code)
