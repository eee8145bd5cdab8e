"""
What a CSV record is, one physical line at a time.

A cell that begins with a quote runs to the next quote that is not doubled, over line ends too, and only
a delimiter or the line's end may follow. In any other cell a quote is a character like others. This is
csv.reader with strict=True, to the letter; it is written out for what csv.reader cannot do: to say whether
a line leaves a quote open, and to read cells of any size.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from aurastream.domain.files.lines import bare

QUOTE = '"'
NO_DELIMITER = "\ud800"
"""No text that was decoded holds it: the whole line is one cell."""

_QUOTES = re.compile('"+')
_SPACES = re.compile(" *")


class CsvReader(Protocol):
    """What csv.reader gives: records, and how many lines they took so far."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


class LineState(Enum):
    """Where a line leaves the record that it is part of."""

    CLOSED = "the record ends with this line"
    OPEN = "a quote is open, the record goes on"
    BROKEN = "there is text after a closing quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the cells of a file are told apart; `spaced` drops spaces before a cell."""

    delimiter: str
    quoted: bool = True
    spaced: bool = False

    def reader(self, lines: Iterable[str]) -> CsvReader:
        """The fast way, for lines that follow the grammar; csv.Error where they do not, or a cell is huge."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            skipinitialspace=self.spaced,
            strict=True,
        )

    def read(self, record: str, cells: list[str]) -> LineState:
        """Add the cells of a text that begins a record; they are the record's where it is CLOSED."""
        return self._walk(record, cells, inside=False)

    def resume(self, line: str) -> LineState:
        """Where a line leaves a record that came into it with an open quote."""
        if QUOTE not in line:
            return LineState.OPEN
        return self._walk(line, [], inside=True)

    def _walk(self, line: str, cells: list[str], *, inside: bool) -> LineState:
        text = bare(line)
        start, inside = (0, True) if inside else self._begin(text, 0)
        while True:
            end = _closing(text, start) if inside else text.find(self.delimiter, start)
            if inside:
                if end < 0:
                    return LineState.OPEN
                cells.append(text[start:end].replace('""', QUOTE))
                end += 1
                if end < len(text) and text[end] != self.delimiter:
                    return LineState.BROKEN
            else:
                cells.append(text[start:] if end < 0 else text[start:end])
            if end < 0 or end == len(text):
                return LineState.CLOSED
            start, inside = self._begin(text, end + 1)

    def _begin(self, text: str, start: int) -> tuple[int, bool]:
        """Where the content of a cell begins, and whether it stands in quotes."""
        if self.spaced:
            start = _SPACES.match(text, start).end()  # type: ignore[union-attr] # it matches nothing, too
        inside = self.quoted and text.startswith(QUOTE, start)
        return start + inside, inside


def _closing(text: str, start: int) -> int:
    """The quote that ends the cell: the last of the first odd run, since pairs of quotes are content."""
    for run in _QUOTES.finditer(text, start):
        if (run.end() - run.start()) % 2:
            return run.end() - 1
    return -1
