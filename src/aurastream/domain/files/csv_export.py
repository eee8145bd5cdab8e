"""An export as CSV."""

import csv
from collections.abc import Callable, Iterable, Iterator

from aurastream.domain.files.formats import Format
from aurastream.domain.files.our_columns import PART, names_beside
from aurastream.domain.files.reader import Reading
from aurastream.domain.files.rows import LongText, Row
from aurastream.domain.files.spreadsheet import escape
from aurastream.domain.outcome import Outcome

_BOM = "\ufeff"
_CRLF = "\r\n"


class _Lines:
    """What a csv.writer writes to: it wants to end lines with CRLF, for then it quotes both halves of it."""

    def __init__(self, newline: str) -> None:
        self._newline = newline
        self._lines: list[str] = []
        self.size = 0

    def write(self, line: str) -> None:
        """One line, from the writer."""
        self._lines.append(line.removesuffix(_CRLF))
        self.size += len(line)

    def take(self) -> str:
        """All lines up to here, with the line ends of the caller's file."""
        text = "".join([line + self._newline for line in self._lines])
        self._lines, self.size = [], 0
        return text


def csv_lines(
    reading: Reading, pairs: Iterable[tuple[Row, Outcome]], *, escape_input: bool
) -> Iterator[bytes]:
    """
    Header and rows, with our columns behind the caller's.

    Cells come back as they were read, in quotes where they need them. A record that was too short is filled
    up; one that could not be read, or has too many cells, comes back as it stood, in the first column.
    """
    found = reading.found
    columns = found.columns if found.format == Format.CSV else ("text",)
    shown: Callable[[str], str] = escape if escape_input else str
    lines = _Lines(reading.newline)
    delimiter = found.delimiter or ","
    writer = csv.writer(lines, delimiter=delimiter, lineterminator=_CRLF)
    writer.writerow([*map(shown, columns), *names_beside(columns)])
    start = _BOM if reading.has_bom else ""
    for row, outcome in pairs:
        record, rest = row.record, ours(outcome)
        if isinstance(record, LongText):
            yield (start + lines.take()).encode()
            yield from _long_cell(record, shown)
            writer.writerow(["", *[""] * (len(columns) - 1), *rest])
            start = ""
            continue
        cells = record if isinstance(record, list) else [str(record)]
        if len(cells) < len(columns):
            cells = cells + [""] * (len(columns) - len(cells))
        writer.writerow([*map(shown, cells), *rest] if escape_input else [*cells, *rest])
        if lines.size >= PART:
            yield (start + lines.take()).encode()
            start = ""
    yield (start + lines.take()).encode()


def _long_cell(text: LongText, shown: Callable[[str], str]) -> Iterator[bytes]:
    """A cell in quotes, piece by piece; the line goes on from there as if its first cell were empty."""
    yield b'"'
    for piece in text:
        yield shown(piece).replace('"', '""').encode()
        shown = str
    yield b'"'


def ours(outcome: Outcome) -> tuple[str, ...]:
    """The cells of our columns; the id may be the caller's, and none may be run by a spreadsheet."""
    id_, result = escape(outcome.id), outcome.result
    if result is None:
        return (id_, outcome.status, "", "", "", "", "", "", outcome.reason)
    scores = result.scores
    return (
        id_,
        outcome.status,
        result.sentiment,
        f"{scores.positive:.4f}",
        f"{scores.negative:.4f}",
        f"{scores.neutral:.4f}",
        f"{scores.mixed:.4f}",
        escape(result.language.code),
        "",
    )
