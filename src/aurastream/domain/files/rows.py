"""One record of an input file, as all formats give it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aurastream.domain.language import Language, LanguageSource
from aurastream.domain.outcome import Failure, FailureCode

MARK = "\udfff"
"""Stands for bytes that no character came of; a text that was decoded never holds it otherwise."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def mended(text: str) -> str:
    """A text that can be written, with the usual sign where bytes could not be read."""
    return text.replace(MARK, REPLACEMENT)


class LongText:
    """A stretch of the input too long to be held: read it once, and before the next row, or let it go."""

    __slots__ = ("_pieces",)

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)

    def __iter__(self) -> Iterator[str]:
        return map(mended, self._pieces)

    def skip(self) -> None:
        """Let go of what nobody read."""
        for _ in self._pieces:
            pass


class Raw(str):
    """The text of a record that could not be read as one."""

    __slots__ = ()


class JsonRecord:
    """A JSON value as the caller wrote it, and what it means."""

    __slots__ = ("columns", "raw", "value")

    def __init__(self, raw: str, value: Mapping[str, object] | str, columns: Sequence[str]) -> None:
        self.raw = raw
        self.value = value
        self.columns = columns


Record = list[str] | str | Raw | JsonRecord | LongText
"""The cells of a CSV record, a line of text, a JSON value; Raw or LongText where it could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    A record by its 1-based number and the physical line it begins on (a header is line 1).

    `text` is None exactly where `failure` says why. `id` is the caller's, or the number. A language of None
    is to be found out. `record` is what the export gives back.
    """

    number: int
    line: int
    text: str | None
    id: str
    language: Language | None = None
    source: LanguageSource | None = None
    failure: Failure | None = None
    record: Record

    @property
    def cells(self) -> Sequence[str]:
        """The values in the order of the columns; none where the record could not be read."""
        if isinstance(self.record, list):
            return self.record
        if isinstance(self.record, JsonRecord) and not isinstance(self.record.value, str):
            members = self.record.value
            return [_cell(members.get(name)) for name in self.record.columns]
        return ()


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def failed_row(number: int, line: int, code: FailureCode, record: Record, id_: str | None = None) -> Row:
    """The row of a record that cannot be scored; without a readable id it goes by its number."""
    if isinstance(record, list):
        record = [mended(cell) for cell in record]
    elif isinstance(record, str):
        record = Raw(mended(record))
    return Row(
        number=number,
        line=line,
        text=None,
        id=id_ or str(number),
        failure=Failure(code=code, line=line),
        record=record,
    )
