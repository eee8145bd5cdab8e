"""Files of texts that people have labelled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aurastream.domain.document import is_blank
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.reader import open_rows
from aurastream.domain.job import JobOptions
from aurastream.domain.sentiment import Sentiment
from aurastream.entrypoints.cli.ending import BAD_INPUT, EndedError

BLOCK = 1 << 20
LABELS = {
    **{sentiment.lower(): sentiment for sentiment in Sentiment},
    "pos": Sentiment.POSITIVE,
    "neg": Sentiment.NEGATIVE,
    "neu": Sentiment.NEUTRAL,
    "mix": Sentiment.MIXED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A text and what people said of it."""

    text: str
    label: Sentiment


def read_labelled(file: Path, *, text_column: str | None, label_column: str) -> list[Labelled]:
    """
    The labelled texts of a file of any kind that jobs read; blank and unreadable rows are left out.

    Raises:
        FileRejectedError: it cannot be read as rows.
        EndedError: there is no such column, or a label is none of the four.
    """
    options = JobOptions(text_column=text_column, filename=file.name)
    reading = open_rows(_blocks(file), options, FileLimits(max_bytes=1 << 32, max_rows=10_000_000))
    columns = reading.description.columns
    if label_column not in columns:
        raise EndedError(
            f"there is no column {label_column!r}; there are {', '.join(map(repr, columns))}", BAD_INPUT
        )
    place = columns.index(label_column)
    return [
        Labelled(text=row.text, label=_label(row.cells, place, row.line))
        for row in reading.rows
        if row.text is not None and not is_blank(row.text)
    ]


def _label(cells: Sequence[str], place: int, line: int) -> Sentiment:
    label = LABELS.get(cells[place].strip().lower()) if place < len(cells) else None
    if label is None:
        raise EndedError(f"line {line}: a label is one of {', '.join(sorted(LABELS))}", BAD_INPUT)
    return label


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while block := content.read(BLOCK):
            yield block
