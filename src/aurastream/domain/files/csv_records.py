"""Lines to CSV records: fast while lines follow the grammar, and careful where they do not."""

import csv
from collections.abc import Iterator

from aurastream.domain.files.csv_grammar import Dialect, LineState
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.lines import Line, bare
from aurastream.domain.files.rows import LongText, Raw
from aurastream.domain.outcome import FailureCode

CsvRecord = tuple[int, list[str] | Raw | LongText, FailureCode | None]
"""The line it begins on, its cells or the text that gave none, and why it is no good row."""

_BYTES_OF_A_CHARACTER = 4


class CsvRecords:
    """
    The records of batches of lines.

    A record that breaks the grammar, or is still open after the limits or at the end, is one failed record of
    one line, and reading goes on at the next physical line. Set `width` once the header is known: records of
    another width fail then. Blank lines are no records.

    csv.reader reads what it can. Where it stops, lines are read one by one; an open quote is then followed
    through the lines after it, and what was found out about them is kept, so that a file full of open quotes
    is still read in one pass: no line is looked at more than a few times.
    """

    def __init__(
        self, batches: Iterator[list[Line]], dialect: Dialect, limits: FileLimits, *, first_line: int = 1
    ) -> None:
        self.width: int | None = None
        self._batches = batches
        self._dialect = dialect
        self._limits = limits
        self._lines: list[Line] = []
        self._number = first_line  # of the first of _lines
        self._at = 0  # where in _lines the next record begins
        self._small = True  # no line can be over the limit, whatever its characters
        self._open_to = 0  # the lines after _at and before this one leave an open quote open
        self._open_bytes = 0  # the size of the lines from _at up to there
        self._stop: LineState | None = None  # what the line there does to an open quote, if looked at

    def __iter__(self) -> Iterator[CsvRecord]:
        while self._at < len(self._lines) or self._load():
            if self._at >= self._open_to:
                yield from self._fast()
            if self._at < len(self._lines):
                record = self._careful()
                if record:
                    yield record

    def _load(self) -> bool:
        """One batch more; the lines behind are forgotten."""
        batch = next(self._batches, None)
        if batch is None:
            return False
        del self._lines[: self._at]
        self._number += self._at
        self._open_to = max(0, self._open_to - self._at)
        self._at = 0
        self._lines += batch
        longest = max((len(line) for line in self._lines if isinstance(line, str)), default=0)
        self._small = longest * _BYTES_OF_A_CHARACTER <= self._limits.max_field_bytes
        return True

    def _fast(self) -> Iterator[CsvRecord]:
        first, done = self._at, 0
        number = self._number + first
        reader = self._dialect.reader(self._ahead())
        try:
            for cells in reader:
                read = reader.line_num
                if not (self._small and read - done == 1) and not self._fits(first + done, first + read):
                    break
                if len(cells) == self.width or (self.width is None and cells):
                    yield number + done, cells, None
                elif cells and (misfit := self._misfit(cells, self._text(first + done, first + read))):
                    yield number + done, misfit, FailureCode.MALFORMED_ROW
                done = read
        except csv.Error:
            pass
        self._at = first + done

    def _ahead(self) -> Iterator[str]:
        for place in range(self._at, len(self._lines)):
            line = self._lines[place]
            if isinstance(line, LongText):
                return
            yield line

    def _fits(self, start: int, stop: int) -> bool:
        limits = self._limits
        return stop - start <= limits.max_record_lines and self._size(start, stop) <= limits.max_field_bytes

    def _size(self, start: int, stop: int) -> int:
        return sum(_size_of(line) for line in self._lines[start:stop] if isinstance(line, str))

    def _text(self, start: int, stop: int) -> str:
        return "".join([line for line in self._lines[start:stop] if isinstance(line, str)])

    def _misfit(self, cells: list[str], text: str) -> list[str] | Raw | None:
        """What is left of a record of the wrong width: a short one keeps its cells; None if it is blank."""
        text = bare(text)
        if len(cells) < 2 and not text.strip():
            return None
        return cells if self.width is None or len(cells) < self.width else Raw(text)

    def _careful(self) -> CsvRecord | None:
        line, number = self._lines[self._at], self._number + self._at
        if isinstance(line, LongText):
            self._advance(1)
            return number, line, FailureCode.FIELD_TOO_LARGE
        cells: list[str] = []
        state = self._dialect.read(line, cells)
        if state is LineState.CLOSED:
            return self._whole(number, 1, line, cells)
        count = self._lines_to_close() if state is LineState.OPEN else None
        if count is None:
            self._advance(1)
            return number, Raw(bare(line)), FailureCode.MALFORMED_ROW
        text, cells = self._text(self._at, self._at + count), []
        self._dialect.read(text, cells)
        return self._whole(number, count, text, cells)

    def _whole(self, number: int, count: int, text: str, cells: list[str]) -> CsvRecord | None:
        """A record that keeps to the grammar, whatever its size and width."""
        fits = self._fits(self._at, self._at + count)
        self._advance(count)
        if not bare(text) or (self.width is not None and len(cells) != self.width):
            misfit = self._misfit(cells, text)
            return (number, misfit, FailureCode.MALFORMED_ROW) if misfit else None
        return number, cells, None if fits else FailureCode.FIELD_TOO_LARGE

    def _lines_to_close(self) -> int | None:
        """How many lines a record takes whose first one leaves a quote open; None if it does not end well."""
        if self._open_to <= self._at:
            self._open_to, self._open_bytes, self._stop = (
                self._at + 1,
                self._size(self._at, self._at + 1),
                None,
            )
        while self._stop is None:
            if self._open_to - self._at >= self._limits.max_record_lines:
                return None
            if self._open_bytes > self._limits.max_field_bytes:
                return None
            if self._open_to == len(self._lines) and not self._load():
                return None
            line = self._lines[self._open_to]
            state = LineState.BROKEN if isinstance(line, LongText) else self._dialect.resume(line)
            if state is LineState.OPEN:
                self._open_bytes += self._size(self._open_to, self._open_to + 1)
                self._open_to += 1
            else:
                self._stop = state
        return self._open_to + 1 - self._at if self._stop is LineState.CLOSED else None

    def _advance(self, count: int) -> None:
        """The next record begins `count` lines on; what is known of an open quote beyond stays known."""
        self._open_bytes -= self._size(self._at, min(self._at + count, self._open_to))
        self._at += count


def _size_of(line: str) -> int:
    """The size in UTF-8, where a line may hold MARK, which no encoding has."""
    return len(line) if line.isascii() else len(line.encode(errors="surrogatepass"))
