"""Rows in numbered slices, as JSON lines: what workers are given."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aurastream.domain.document import size_of
from aurastream.domain.files.rows import Row
from aurastream.domain.language import Language, LanguageSource
from aurastream.domain.outcome import Failure, FailureCode

CHUNK_ROWS, CHUNK_BYTES = 1_000, 2_000_000
"""Where a chunk ends: at so many rows, or so many bytes of text in UTF-8, whichever comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkRow:
    """A row as it travels in its chunk; `text` is None exactly where `failure` says why."""

    row: int
    id: str
    text: str | None
    language: Language | None = None
    source: LanguageSource | None = None
    failure: Failure | None = None


def chunked(
    rows: Iterable[Row], *, max_rows: int = CHUNK_ROWS, max_bytes: int = CHUNK_BYTES
) -> Iterator[list[ChunkRow]]:
    """
    Slices of at most so many rows and so much text; a text over `max_bytes` is a slice of its own.

    Only what a worker needs is kept of a row, for a record may be large.
    """
    chunk: list[ChunkRow] = []
    size = 0
    for row in rows:
        more = size_of(row.text) if row.text else 0
        if chunk and (len(chunk) == max_rows or size + more > max_bytes):
            yield chunk
            chunk, size = [], 0
        chunk.append(
            ChunkRow(
                row=row.number,
                id=row.id,
                text=row.text,
                language=row.language,
                source=row.source,
                failure=row.failure,
            )
        )
        size += more
    if chunk:
        yield chunk


def encode_chunk(rows: Sequence[ChunkRow]) -> bytes:
    """A JSON line a row; a row that could not be read says why instead of its text."""
    quote = json.JSONEncoder(ensure_ascii=False).encode
    return "".join([_line(row, quote) for row in rows]).encode()


def _line(row: ChunkRow, quote: Callable[[str], str]) -> str:
    head = f'{{"row":{row.row},"id":{quote(row.id)},'
    if row.text is None:
        assert row.failure
        return f'{head}"error":"{row.failure.code}","line":{row.failure.line or "null"}}}\n'
    if row.language is None:
        return f'{head}"text":{quote(row.text)}}}\n'
    return f'{head}"text":{quote(row.text)},"language":{quote(row.language)},"source":"{row.source}"}}\n'


def decode_chunk(blocks: Iterable[bytes]) -> Iterator[ChunkRow]:
    """The rows of a chunk, from however many blocks; a chunk is small enough to be held."""
    read = json.JSONDecoder().decode
    for line in b"".join(blocks).decode().split("\n"):
        if line:
            yield _row(read(line))


def _row(said: Mapping[str, Any]) -> ChunkRow:
    if "error" in said:
        failure = Failure(code=FailureCode(said["error"]), line=said["line"])
        return ChunkRow(row=said["row"], id=said["id"], text=None, failure=failure)
    language, source = said.get("language"), said.get("source")
    return ChunkRow(
        row=said["row"],
        id=said["id"],
        text=said["text"],
        language=Language(language) if language else None,
        source=LanguageSource(source) if source else None,
    )
