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
        self._quote = _OpenQuote(0)

    def __iter__(self) -> Iterator[CsvRecord]:
        while self._at < len(self._lines) or self._load():
            if self._quote.is_behind(self._at):
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
        self._quote.shift(self._at)
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
        if self._quote.is_behind(self._at):
            self._quote = _OpenQuote(self._at + 1, self._size(self._at, self._at + 1))
        while not self._quote.ended:
            # A batch that is loaded moves _at, and the quote with it.
            quote, limits = self._quote, self._limits
            if quote.to - self._at >= limits.max_record_lines or quote.size > limits.max_field_bytes:
                return None
            if quote.to == len(self._lines) and not self._load():
                return None
            line = self._lines[quote.to]
            state = LineState.BROKEN if isinstance(line, LongText) else self._dialect.resume(line)
            quote.meet(state, self._size(quote.to, quote.to + 1))
        return self._quote.lines_from(self._at)

    def _advance(self, count: int) -> None:
        """The next record begins `count` lines on; what is known of an open quote beyond stays known."""
        self._quote.lose(self._size(self._at, min(self._at + count, self._quote.to)))
        self._at += count


class _OpenQuote:
    """What was found out about lines that an open quote runs over."""

    def __init__(self, to: int, size: int = 0) -> None:
        self.to = to
        """The lines of the record before this one leave the quote open."""
        self.size = size
        """Bytes of these lines."""
        self._end: LineState | None = None  # what the line at `to` does to it, if that ends it

    @property
    def ended(self) -> bool:
        return self._end is not None

    def is_behind(self, at: int) -> bool:
        """Whether nothing is known of the lines from there on."""
        return self.to <= at

    def meet(self, state: LineState, size: int) -> None:
        """The line at `to` was looked at."""
        if state is LineState.OPEN:
            self.to += 1
            self.size += size
        else:
            self._end = state

    def lines_from(self, at: int) -> int | None:
        """How many lines a record has that begins there, if it ends well."""
        return self.to + 1 - at if self._end is LineState.CLOSED else None

    def lose(self, size: int) -> None:
        """Lines of so many bytes belong to a record that is done."""
        self.size -= size

    def shift(self, count: int) -> None:
        """So many lines at the front are forgotten."""
        self.to = max(0, self.to - count)


def _size_of(line: str) -> int:
    """The size in UTF-8, where a line may hold MARK, which no encoding has."""
    return len(line) if line.isascii() else len(line.encode(errors="surrogatepass"))
