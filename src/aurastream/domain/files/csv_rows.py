"""CSV records as rows: the header, the columns that matter, and what makes a record no row."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from aurastream.domain.document import is_valid_id, size_of
from aurastream.domain.errors import FileRejectedError
from aurastream.domain.files.columns import (
    Columns,
    are_places,
    choose_columns,
    folded,
    is_plain_name,
    is_text_name,
    name_of_place,
    refuse_duplicates,
    said_names,
)
from aurastream.domain.files.csv_records import CsvRecord, CsvRecords
from aurastream.domain.files.encoding import TextDecoder
from aurastream.domain.files.languages import language_of
from aurastream.domain.files.limits import MAX_COLUMNS, MAX_HEADER_BYTES
from aurastream.domain.files.rows import MARK, Row, failed_row, mended
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.job_options import JobOptions
from aurastream.domain.language import LanguageSource
from aurastream.domain.outcome import FailureCode

_MAX_NAME = 100
_NUMBER = re.compile(r"[+-]?[\d.,]*\d%?")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:\d{2}.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvTable:
    """A header, found or made up, and the records after it."""

    names: tuple[str, ...]
    has_header: bool
    columns: Columns
    records: Iterable[CsvRecord]


def read_table(records: CsvRecords, options: JobOptions, *, header: bool | None = None) -> CsvTable:
    """
    Take the first record for the header, unless it may be data: then the columns are column_1 and so on.

    `header` is what was decided before, if this is not the first time.

    Raises:
        FileRejectedError: `empty_file`, `undecodable_file`, `duplicate_column` or `column_not_found`.
    """
    stream = iter(records)
    first = next((record for record in stream if not _is_blank(record)), None)
    if first is None:
        raise FileRejectedError(JobErrorCode.EMPTY_FILE, "the file has no rows; a header alone is none")
    line, cells, code = first
    if code is not None or not isinstance(cells, list):
        raise _unreadable(
            f"the header on line {line} is not CSV; mend it, or name the format by content type"
        )
    records.width = len(cells)
    has_header = _is_header(cells, options) if header is None else header
    names = [mended(cell) if has_header else name_of_place(number) for number, cell in enumerate(cells, 1)]
    _check_header(names)
    return CsvTable(
        names=tuple(names),
        has_header=has_header,
        columns=choose_columns(names, options),
        records=stream if has_header else chain([first], stream),
    )


def _is_blank(record: CsvRecord) -> bool:
    cells = record[1]
    return isinstance(cells, list) and len(cells) == 1 and not cells[0].strip()


def _is_header(cells: Sequence[str], options: JobOptions) -> bool:
    """
    Whether the first record names the columns.

    Where the caller names none and there is only one, it has to look like a name: a text taken for one would
    be lost, and a name taken for a text is one row too many.
    """
    said = said_names(options)
    if any(folded(cell) in said for cell in cells):
        return True
    if are_places(said):
        return False
    if any(is_text_name(cell) for cell in cells):
        return True
    if any(len(cell) > _MAX_NAME or _is_figure(cell.strip()) for cell in cells):
        return False
    return len(cells) > 1 or bool(said) or is_plain_name(cells[0])


def _is_figure(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell))


def _check_header(names: Sequence[str]) -> None:
    if len(names) > MAX_COLUMNS:
        raise _unreadable(f"the file has more than {MAX_COLUMNS} columns; send the columns that matter")
    if sum(map(size_of, names)) > MAX_HEADER_BYTES:
        raise _unreadable(
            f"the header has more than {MAX_HEADER_BYTES} bytes; shorten the names of the columns"
        )
    refuse_duplicates(names)


def _unreadable(message: str) -> FileRejectedError:
    return FileRejectedError(JobErrorCode.UNDECODABLE_FILE, message)


def csv_rows(table: CsvTable, options: JobOptions, decoder: TextDecoder) -> Iterator[Row]:
    """A row for every record, good or not."""
    text_at, id_at, language_at = table.columns.text, table.columns.id, table.columns.language
    said = options.language
    caller = LanguageSource.CALLER if said else None
    for number, (line, record, code) in enumerate(table.records, 1):
        if not isinstance(record, list) or len(record) != len(table.names):
            yield failed_row(number, line, code or FailureCode.MALFORMED_ROW, record)
            continue
        if decoder.damaged and any(MARK in cell for cell in record):
            yield failed_row(number, line, FailureCode.MALFORMED_ROW, record)
            continue
        id_, language, source = str(number), said, caller
        if id_at is not None and record[id_at].strip():
            id_ = record[id_at]
            if not is_valid_id(id_):
                yield failed_row(number, line, code or FailureCode.INVALID_ID, record)
                continue
        if code:
            yield failed_row(number, line, code, record, id_)
            continue
        if language_at is not None and (own := language_of(record[language_at])):
            language, source = own, LanguageSource.COLUMN
        yield Row(
            number=number,
            line=line,
            text=record[text_at],
            id=id_,
            language=language,
            source=source,
            record=record,
        )
