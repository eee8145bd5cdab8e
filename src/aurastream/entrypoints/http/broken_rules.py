"""What pydantic says of a request, in our words: where, and which rule, and nothing of what was sent."""

from collections.abc import Collection, Iterable, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from aurastream.entrypoints.http.refusals import FieldError

TOO_MANY_TO_LIST = 1_000
TAGS = ("(one)", "(many)")
"""By which pydantic tells apart what a body may be; no part of the body."""


def broken_rules(refused: ValidationError, names: Collection[str]) -> Sequence[FieldError]:
    """Each broken rule with its place; `names` are those that may be repeated, for they are ours."""
    if refused.error_count() > TOO_MANY_TO_LIST:  # spelling them out would take seconds
        return [FieldError("", "too_many_errors")]
    return [
        FieldError(_pointer(error, names), error["type"])
        for error in refused.errors(include_input=False, include_url=False, include_context=False)
    ]


def _pointer(error: ErrorDetails, names: Collection[str]) -> str:
    """Where it is wrong; names that the caller made up (unknown fields, labels) are left out."""
    parts: Iterable[int | str] = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    pointer = ""
    for part in parts:
        if part in TAGS:
            continue
        if isinstance(part, str) and part not in names:
            break
        pointer += f"/{part}"
    return pointer
