"""What the tests of files have in common: to read bytes, and to export what was read."""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

import pytest

from aurastream.domain.engine import EngineId
from aurastream.domain.errors import FileRejectedError
from aurastream.domain.files.export import export_lines
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.reader import Reading, open_rows
from aurastream.domain.files.rows import LongText, Row
from aurastream.domain.job_options import JobOptions
from aurastream.domain.language import ENGLISH, LanguageSource, TextLanguage
from aurastream.domain.outcome import Outcome, SkipCode
from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult

LIMITS = FileLimits(max_bytes=100_000_000, max_rows=1_000_000)

PRAISE = SentimentResult(
    sentiment=Sentiment.POSITIVE,
    scores=Scores(positive=0.7, negative=0.1, neutral=0.15, mixed=0.05),
    language=TextLanguage(code=ENGLISH, source=LanguageSource.DETECTOR),
    engine=EngineId(name="test", version="1"),
)

OURS = [
    "aura_id",
    "aura_status",
    "aura_sentiment",
    "aura_positive",
    "aura_negative",
    "aura_neutral",
    "aura_mixed",
    "aura_language",
    "aura_error",
]


def opened(data: bytes | Iterable[bytes], *, limits: FileLimits = LIMITS, **options: Any) -> Reading:
    """A reading of bytes, or of blocks of them."""
    blocks = [data] if isinstance(data, bytes) else data
    return open_rows(blocks, JobOptions(**options), limits)


def rows_of(data: bytes | Iterable[bytes], *, limits: FileLimits = LIMITS, **options: Any) -> list[Row]:
    """All rows of a file."""
    return list(opened(data, limits=limits, **options).rows)


def texts_of(data: bytes, **options: Any) -> list[str | None]:
    """The texts of all rows."""
    return [row.text for row in rows_of(data, **options)]


def faults_of(data: bytes, **options: Any) -> list[tuple[int, str] | None]:
    """For each row None, or the line and the code of its failure."""
    return [
        (row.failure.line or 0, row.failure.code.value) if row.failure else None
        for row in rows_of(data, **options)
    ]


def refusal_of(data: bytes, *, limits: FileLimits = LIMITS, **options: Any) -> FileRejectedError:
    """Why a file is refused as a whole."""
    with pytest.raises(FileRejectedError) as caught:
        rows_of(data, limits=limits, **options)
    return caught.value


def outcome_of(row: Row) -> Outcome:
    """A fitting outcome: praise, empty, or the failure of the row."""
    if row.failure:
        return Outcome(id=row.id, failure=row.failure, row=row.number)
    if not row.text:
        return Outcome(id=row.id, skip=SkipCode.EMPTY_TEXT, row=row.number)
    return Outcome(id=row.id, result=PRAISE, row=row.number)


def exported(
    data: bytes, *, escape_input: bool = False, limits: FileLimits = LIMITS, **options: Any
) -> bytes:
    """The whole export of a file."""
    reading = opened(data, limits=limits, **options)
    pairs = ((row, outcome_of(row)) for row in reading.rows)
    return b"".join(export_lines(reading, pairs, escape_input=escape_input))


def table(export: bytes, delimiter: str = ",") -> list[list[str]]:
    """An export as any reader of CSV sees it."""
    return list(
        csv.reader(StringIO(export.decode("utf-8-sig"), newline=""), delimiter=delimiter, strict=True)
    )


def objects(export: bytes) -> list[Any]:
    """An NDJSON export as any reader sees it."""
    return [json.loads(line) for line in export.decode().split("\n") if line]


def record_of(row: Row) -> object:
    """What the export gives back of a row, to compare."""
    return "".join(row.record) if isinstance(row.record, LongText) else row.record


def cut(data: bytes, places: Iterable[int]) -> Iterator[bytes]:
    """The same bytes in blocks that end at these places."""
    start = 0
    for place in sorted(place % (len(data) + 1) for place in places):
        yield data[start:place]
        start = place
    yield data[start:]
