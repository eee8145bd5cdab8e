"""Memory does not grow with the file."""

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from aurastream.domain.files.chunks import chunked, encode_chunk
from aurastream.domain.files.export import export_lines
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.reader import Reading
from tests.unit.files.reading import opened, outcome_of

LIMITS = FileLimits(max_bytes=10**9, max_rows=10**7, max_field_bytes=100_000)
WORDS = b"words and words " * 16
FILES = {
    "csv": (b"id,text,n\n", b'1,"' + WORDS + b'and ""words""\nand words",5\n', b""),
    "csv with open quotes": (b"id,text,n\n", b'1,"' + WORDS + b',5\n2,words,5\n3,a","b\n4,x,y,z\n', b""),
    "csv of one field": (b'id,text\n1,"', WORDS, b'"\n2,words\n'),
    "ndjson": (b"", b'{"id": 1, "text": "' + WORDS + b'", "n": 5}\n', b""),
    "json": (b"[", b'{"id": 1,\n "text": "' + WORDS + b'", "n": 5},\n', b"{}]"),
    "json that is broken": (b'["a",', b'{"text": "' + WORDS + b'", \n', b""),
    "txt": (b"", WORDS + b"\n\n", b""),
    "txt of one line": (b"a", WORDS, b""),
}


def blocks(kind: str, count: int) -> Iterator[bytes]:
    head, line, tail = FILES[kind]
    yield head
    yield from (line * 100 for _ in range(count // 100))
    yield tail


def read(kind: str, count: int) -> Reading:
    return opened(blocks(kind, count), limits=LIMITS, filename=f"a.{kind.split()[0]}")


def prepare(kind: str, count: int) -> None:
    for chunk in chunked(read(kind, count).rows):
        encode_chunk(chunk)


def export(kind: str, count: int) -> None:
    reading = read(kind, count)
    for _ in export_lines(reading, ((row, outcome_of(row)) for row in reading.rows), escape_input=False):
        pass


def peak(work: Callable[[str, int], None], kind: str, count: int) -> int:
    tracemalloc.start()
    try:
        work(kind, count)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("work", [prepare, export])
@pytest.mark.parametrize("kind", FILES)
def test_ten_times_the_lines_take_the_same_memory(work: Callable[[str, int], None], kind: str) -> None:
    assert peak(work, kind, 15_000) <= 1.5 * peak(work, kind, 1_500)


def test_a_file_is_not_read_ahead_of_its_rows() -> None:
    given = 0

    def counted() -> Iterator[bytes]:
        nonlocal given
        yield b"text\n"
        for _ in range(1_000):
            given += 10_000
            yield b"words and\n" * 1_000

    rows = opened(counted()).rows
    assert len(list(islice(rows, 10))) == 10
    assert given < 600_000
