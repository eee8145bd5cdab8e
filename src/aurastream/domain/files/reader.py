"""From the bytes of a file to its rows, whatever it is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from aurastream.domain.errors import FileRejectedError
from aurastream.domain.files.binary import refuse_binary
from aurastream.domain.files.compression import PIECE, plain
from aurastream.domain.files.csv_grammar import NO_DELIMITER, QUOTE
from aurastream.domain.files.csv_records import CsvRecords
from aurastream.domain.files.csv_rows import csv_rows, read_table
from aurastream.domain.files.dialect import find_dialect, said_delimiter
from aurastream.domain.files.encoding import TextDecoder
from aurastream.domain.files.formats import Format, delimiters_of, find_format
from aurastream.domain.files.json_elements import JsonElements
from aurastream.domain.files.json_rows import Element, find_members, json_rows
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.lines import lines_of, split
from aurastream.domain.files.ndjson_rows import ndjson_elements
from aurastream.domain.files.rows import Row
from aurastream.domain.files.text_rows import text_rows
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.job_input import InputDescription
from aurastream.domain.job_options import JobOptions

WINDOW = 4 * PIECE
"""Bytes of an input's beginning, on which everything about it is found out."""
_LINE_END = re.compile(r"\r\n|\n")


@dataclass(slots=True, kw_only=True)
class Reading:
    """
    A file as rows, to be gone through once, in order.

    `newline` is how its lines end, `has_bom` whether it was marked as Unicode; an export keeps both.
    """

    rows: Iterator[Row]
    newline: str
    has_bom: bool
    found: InputDescription
    decoder: TextDecoder

    @property
    def description(self) -> InputDescription:
        """What was found out; the encoding is certain after the last row, as a file may be ASCII for long."""
        return replace(self.found, encoding=self.decoder.encoding)


@dataclass(slots=True, kw_only=True)
class _Text:
    """An input as text: its beginning to find things out on, all of it to read, and what was known before."""

    head: str
    complete: bool
    rest: Iterator[str]
    decoder: TextDecoder
    header: bool | None

    @property
    def pieces(self) -> Iterator[str]:
        return chain([self.head], self.rest)

    @property
    def whole_lines(self) -> str:
        """The beginning without a line that may go on."""
        return self.head if self.complete else self.head[: self.head.rfind("\n") + 1]


def open_rows(
    blocks: Iterable[bytes], options: JobOptions, limits: FileLimits, *, header: bool | None = None
) -> Reading:
    """
    Find out what a file is, and give its rows as they are read.

    Memory stays flat whatever the size, and reading the same bytes with the same options gives the same rows,
    however the bytes are cut into blocks. Whoever read them before says by `header` whether the first record
    of the CSV was its header: that is a guess, and must not change under a job with another release.

    Raises, at once or while rows are read:
        FileRejectedError: `column_not_found`, `duplicate_column`, `empty_file`, `undecodable_file`,
            `file_too_large` or `too_many_rows`.
    """
    compression, pieces = plain(blocks, max_bytes=limits.max_bytes)
    text = _text(pieces, header=header)
    found, rows = _READERS[find_format(text.head, complete=text.complete, options=options, limits=limits)](
        text, options, limits
    )
    first = next(rows, None)
    if first is None:
        raise _empty()
    end = _LINE_END.search(text.head)
    return Reading(
        rows=_counted(chain([first], rows), limits.max_rows),
        newline=end[0] if end else "\n",
        has_bom=text.decoder.has_bom,
        found=replace(found, compression=compression),
        decoder=text.decoder,
    )


def _text(pieces: Iterator[bytes], *, header: bool | None) -> _Text:
    head = b"".join(islice(pieces, WINDOW // PIECE))
    decoder = TextDecoder(head)
    texts = decoder.decode(chain([head], pieces))
    text = next((text for text in texts if text), "")
    if not text:
        raise _empty()
    refuse_binary(head, text, decoder.encoding)
    return _Text(head=text, complete=len(head) < WINDOW, rest=texts, decoder=decoder, header=header)


def _empty() -> FileRejectedError:
    return FileRejectedError(JobErrorCode.EMPTY_FILE, "the file has no rows; a header alone is none")


def _counted(rows: Iterable[Row], max_rows: int) -> Iterator[Row]:
    for row in rows:
        if row.number > max_rows:
            raise FileRejectedError(
                JobErrorCode.TOO_MANY_ROWS, f"the file has more than {max_rows} rows; split it"
            )
        yield row


def _csv(text: _Text, options: JobOptions, limits: FileLimits) -> tuple[InputDescription, Iterator[Row]]:
    said = said_delimiter(text.head)
    if said:
        text.head = "".join(map(str, split(text.head)[1:]))
    fit = find_dialect(
        text.head, complete=text.complete, limits=limits, delimiters=said or delimiters_of(options)
    )
    lines = lines_of(text.pieces, held=limits.held)
    records = CsvRecords(lines, fit.dialect, limits, first_line=2 if said else 1)
    table = read_table(records, options, header=text.header)
    names, columns = table.names, table.columns
    found = InputDescription(
        format=Format.CSV.value,
        encoding=text.decoder.encoding,
        delimiter=None if fit.dialect.delimiter == NO_DELIMITER else fit.dialect.delimiter,
        quote=QUOTE if fit.dialect.quoted else None,
        header=table.has_header,
        columns=names,
        text_column=names[columns.text],
        id_column=None if columns.id is None else names[columns.id],
        language_column=None if columns.language is None else names[columns.language],
    )
    return found, csv_rows(table, options, text.decoder)


def _ndjson(text: _Text, options: JobOptions, limits: FileLimits) -> tuple[InputDescription, Iterator[Row]]:
    sample = ndjson_elements(lines_of([text.whole_lines], held=limits.held))
    elements = ndjson_elements(lines_of(text.pieces, held=limits.held))
    return _values(Format.NDJSON, text, sample, elements, options, limits)


def _json(text: _Text, options: JobOptions, limits: FileLimits) -> tuple[InputDescription, Iterator[Row]]:
    sample = JsonElements([text.head], held=limits.held)
    elements = JsonElements(text.pieces, held=limits.held)
    return _values(Format.JSON, text, sample, elements, options, limits)


def _values(
    format_: Format,
    text: _Text,
    sample: Iterable[Element],
    elements: Iterable[Element],
    options: JobOptions,
    limits: FileLimits,
) -> tuple[InputDescription, Iterator[Row]]:
    members = find_members(sample, options, complete=text.complete)
    seen = members.columns
    found = InputDescription(
        format=format_.value,
        encoding=text.decoder.encoding,
        columns=seen,
        text_column=members.text if seen else None,
        id_column=members.id if members.id in seen else None,
        language_column=members.language if members.language in seen else None,
    )
    return found, json_rows(elements, members, options, limits)


def _lines(text: _Text, options: JobOptions, limits: FileLimits) -> tuple[InputDescription, Iterator[Row]]:
    found = InputDescription(format=Format.TEXT.value, encoding=text.decoder.encoding)
    return found, text_rows(lines_of(text.pieces, held=limits.held), options, limits)


_READERS = {Format.CSV: _csv, Format.NDJSON: _ndjson, Format.JSON: _json, Format.TEXT: _lines}
