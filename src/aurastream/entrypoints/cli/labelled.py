"""Files of texts that people have labelled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aurastream.domain.document import is_blank
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.reader import open_rows
from aurastream.domain.job_options import JobOptions
from aurastream.domain.sentiment import NAMES, Sentiment, sentiment_named
from aurastream.entrypoints.cli.ending import BAD_INPUT, EndedError

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A text and what people said of it."""

    text: str
    label: Sentiment


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledFile:
    """The texts that have labels, and how many rows were left out: with no text, no label, or broken."""

    texts: Sequence[Labelled]
    left_out: int

    def __str__(self) -> str:
        left_out = f" ({self.left_out:,} rows without text or label were left out)" if self.left_out else ""
        return f"{len(self.texts):,} labelled texts{left_out}"


def read_labelled(file: Path, *, text_column: str | None, label_column: str) -> LabelledFile:
    """
    The labelled texts of a file of any kind that jobs read; a file may be labelled in part.

    Raises:
        FileRejectedError: it cannot be read as rows.
        EndedError: there is no such column, or a label is none of the four.
    """
    options = JobOptions(text_column=text_column, filename=file.name)
    reading = open_rows(_blocks(file), options, FileLimits(max_bytes=1 << 32, max_rows=10_000_000))
    columns = reading.description.columns
    if label_column not in columns:
        raise EndedError(
            f"there is no column {label_column!r}; there are {', '.join(map(repr, columns)) or 'none'}",
            BAD_INPUT,
        )
    place = columns.index(label_column)
    texts: list[Labelled] = []
    rows = 0
    for row in reading.rows:
        rows += 1
        label = row.cells[place].strip() if place < len(row.cells) else ""
        if label and row.text is not None and not is_blank(row.text):
            texts.append(Labelled(text=row.text, label=_sentiment(label, row.line)))
    return LabelledFile(texts=texts, left_out=rows - len(texts))


def _sentiment(label: str, line: int) -> Sentiment:
    sentiment = sentiment_named(label)
    if sentiment is None:
        raise EndedError(f"line {line}: a label is one of {', '.join(sorted(NAMES))}, or empty", BAD_INPUT)
    return sentiment


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while block := content.read(BLOCK):
            yield block
