"""How the cells of a CSV file are told apart, found on its beginning."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from aurastream.domain.files.csv_grammar import NO_DELIMITER, QUOTE, Dialect
from aurastream.domain.files.csv_records import CsvRecords
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.lines import Line, bare, split

DELIMITERS = ",;\t|"
_LOOKED_AT = 65_536
_RECORDS = 200
_SAYS_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """
    How well a dialect explains the beginning of a file.

    `first` are the cells of its first record, `share` is the part of the records with as many cells, `broken`
    counts those that are no CSV.
    """

    dialect: Dialect
    first: tuple[str, ...]
    records: int
    share: float
    broken: int

    @property
    def width(self) -> int:
        """How many columns there would be."""
        return len(self.first)


def said_delimiter(head: str) -> str | None:
    """The delimiter by a first line of `sep=;`, which spreadsheets write and read."""
    lines = split(head[:16])
    said = _SAYS_SEPARATOR.fullmatch(bare(str(lines[0]))) if lines else None
    return said[1] if said else None


def find_dialect(head: str, *, complete: bool, limits: FileLimits, delimiters: str = DELIMITERS) -> Fit:
    """
    The dialect that explains the beginning best; a file without a delimiter in its header has one column.
    A header that breaks the grammar stays broken, for it hides how many columns there are.

    `complete` says that the head is the whole file. Quotes are expected to hold cells together, but for a
    tab-separated file where they often do not.
    """
    lines = _beginning(head, complete=complete)
    text = "".join(lines)
    fits = [_fit(dialect, lines, limits) for dialect in _candidates(text, delimiters)]
    best = max(fits, key=lambda fit: (fit.width > 1, fit.share, fit.width), default=None)
    if best is None or best.width < 2:
        if torn := [fit for fit in fits if not fit.first and fit.dialect.delimiter in lines[0]]:
            return torn[0]
        return _fit(Dialect(delimiter=NO_DELIMITER), lines, limits)
    if best.dialect.delimiter == "\t" and best.broken > 1:
        plain = _fit(Dialect(delimiter="\t", quoted=False), lines, limits)
        if plain.share > best.share and 4 * best.broken > _cells_in_quotes(lines):
            return plain
    return best


def _beginning(head: str, *, complete: bool) -> list[str]:
    lines = [str(line) for line in split(head[:_LOOKED_AT])]
    whole = complete and len(head) <= _LOOKED_AT
    return lines if whole or len(lines) < 2 else lines[:-1]


def _candidates(text: str, delimiters: str) -> Iterator[Dialect]:
    for delimiter in delimiters:
        if delimiter in text:
            yield Dialect(delimiter=delimiter)
            if f"{delimiter} {QUOTE}" in text:
                yield Dialect(delimiter=delimiter, spaced=True)


def _fit(dialect: Dialect, lines: list[str], limits: FileLimits) -> Fit:
    batch: list[Line] = [*lines]
    records = [record for _, record, _ in islice(CsvRecords(iter([batch]), dialect, limits), _RECORDS)]
    cells = [record if isinstance(record, list) else [] for record in records]
    first = tuple(cells[0]) if cells else ()
    widths = [len(record) for record in cells]
    return Fit(
        dialect=dialect,
        first=first,
        records=len(widths),
        share=widths.count(len(first)) / len(widths) if widths else 0.0,
        broken=widths.count(0),
    )


def _cells_in_quotes(lines: list[str]) -> int:
    cells = [cell for line in lines for cell in bare(line).split("\t")]
    return sum(len(cell) > 1 and cell.startswith(QUOTE) and cell.endswith(QUOTE) for cell in cells)
