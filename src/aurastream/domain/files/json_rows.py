"""JSON values as rows: which members are text, id and language, and what makes a value no row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from aurastream.domain.document import id_of, size_of
from aurastream.domain.document_lines import DOCUMENTS
from aurastream.domain.files.columns import choose_columns
from aurastream.domain.files.languages import language_of
from aurastream.domain.files.limits import MAX_COLUMNS, MAX_HEADER_BYTES, FileLimits
from aurastream.domain.files.rows import JsonRecord, LongText, Row, failed_row
from aurastream.domain.job_options import JobOptions
from aurastream.domain.language import Language, LanguageSource
from aurastream.domain.outcome import FailureCode

Element = tuple[int, str | LongText, object, FailureCode | None]
"""The line a value begins on, its text, what it means, and why it could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The names of the members that matter, and of all that the first objects have."""

    text: str = "text"
    id: str = "id"
    language: str = "language"
    columns: tuple[str, ...] = ()


def find_members(sample: Iterable[Element], options: JobOptions, *, complete: bool) -> Members:
    """
    The members as the caller named them, or by their names in the first objects of an input.

    An object's own `id` and `language` are used if nothing else was named. Objects need not have them all, so
    only a `complete` sample can say that nobody has an id or a language of the name that was given.

    Raises:
        FileRejectedError: `column_not_found`, with the members there are.
    """
    names: dict[str, None] = {}
    for _, _, value, _ in sample:
        if isinstance(value, dict):
            names.update(dict.fromkeys(value))
    usual = Members()
    id_ = usual.id if options.id_column is None else options.id_column
    language = usual.language if options.language_column is None else options.language_column
    if not names:
        text = usual.text if options.text_column is None else options.text_column
        return Members(text=text, id=id_, language=language)
    columns = tuple(names)
    asked = replace(
        options,
        id_column=id_ if id_ in names else options.id_column if complete else None,
        language_column=language if language in names else options.language_column if complete else None,
    )
    chosen = choose_columns(columns, asked)
    return Members(
        text=columns[chosen.text],
        id=id_ if chosen.id is None else columns[chosen.id],
        language=language if chosen.language is None else columns[chosen.language],
        columns=_stated(columns),
    )


def _stated(names: Sequence[str]) -> tuple[str, ...]:
    """As many names as a table may have columns: every object may have members of its own."""
    sizes = accumulate(map(size_of, names[:MAX_COLUMNS]))
    return tuple(name for name, size in zip(names, sizes, strict=False) if size <= MAX_HEADER_BYTES)


def json_rows(
    elements: Iterable[Element], members: Members, options: JobOptions, limits: FileLimits
) -> Iterator[Row]:
    """A row for every value; good ones are objects and bare strings."""
    said, caller = options.language, LanguageSource.CALLER if options.language else None
    member = LanguageSource.CALLER if options.media_type == DOCUMENTS else LanguageSource.COLUMN
    for number, (line, raw, value, unread) in enumerate(elements, 1):
        text, id_, own = told_by(value, members, number)
        record = JsonRecord(str(raw), value, members.columns) if isinstance(value, dict | str) else raw
        fault = unread or (FailureCode.FIELD_TOO_LARGE if _is_large(raw, limits) else fault_of(text, id_))
        if fault or not isinstance(text, str):
            yield failed_row(number, line, fault or FailureCode.MALFORMED_ROW, record, id_)
            continue
        yield Row(
            number=number,
            line=line,
            text=text,
            id=id_,
            language=own or said,
            source=member if own else caller,
            record=record,
        )


def told_by(value: object, members: Members, number: int) -> tuple[object, str, Language | None]:
    """
    The text, the id and the language that a value tells, good or not: `fault_of` judges them.

    A bare string is a text. In an object null is as good as nothing: an empty text, no id, no language.
    """
    if not isinstance(value, dict):
        return value, str(number), None
    text, own = value.get(members.text), value.get(members.language)
    return (
        "" if text is None else text,
        id_of(value.get(members.id), number),
        language_of(own) if isinstance(own, str) else None,
    )


def fault_of(text: object, id_: str) -> FailureCode | None:
    """What makes a value no row, if anything does."""
    if not isinstance(text, str):
        return FailureCode.MALFORMED_ROW
    return None if id_ else FailureCode.INVALID_ID


def _is_large(raw: str | LongText, limits: FileLimits) -> bool:
    """Whether a value that was held is over the limit, which only the size in UTF-8 can tell for certain."""
    return (
        isinstance(raw, str)
        and len(raw) * 4 > limits.max_field_bytes
        and size_of(raw) > limits.max_field_bytes
    )
