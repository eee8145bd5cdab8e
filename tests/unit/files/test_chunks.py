"""Rows in numbered slices, as JSON lines."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.files.chunks import ChunkRow, chunked, decode_chunk, encode_chunk
from aurastream.domain.files.rows import Row, failed_row
from aurastream.domain.language import Language, LanguageSource
from aurastream.domain.outcome import Failure, FailureCode
from tests.unit.files.reading import cut, opened

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
GOOD = st.builds(
    ChunkRow,
    row=st.integers(min_value=1),
    id=TEXT.filter(bool),
    text=TEXT,
) | st.builds(
    ChunkRow,
    row=st.integers(min_value=1),
    id=TEXT.filter(bool),
    text=TEXT,
    language=st.sampled_from([Language("en"), Language("zh-TW")]),
    source=st.sampled_from(LanguageSource),
)
FAILED = st.builds(
    ChunkRow,
    row=st.integers(min_value=1),
    id=TEXT.filter(bool),
    text=st.none(),
    failure=st.builds(Failure, code=st.sampled_from(FailureCode), line=st.none() | st.integers(min_value=1)),
)


def row(number: int, text: str) -> Row:
    return Row(number=number, line=number, text=text, id=str(number), record=text)


@given(
    rows=st.lists(GOOD | FAILED, max_size=8),
    places=st.lists(st.integers(min_value=0, max_value=10**6), max_size=4),
)
def test_a_chunk_is_read_as_it_was_written_in_whatever_blocks(
    rows: list[ChunkRow], places: list[int]
) -> None:
    assert list(decode_chunk(cut(encode_chunk(rows), places))) == rows


def test_a_chunk_is_json_lines_and_an_unreadable_row_says_why() -> None:
    reading = opened(b'id,text,lang\n1,"good\n2,b\xc3\xa4d\r\n,fine,de-AT\n4,x,\n', language_column="lang")
    [chunk] = chunked(reading.rows)
    assert [json.loads(line) for line in encode_chunk(chunk).splitlines()] == [
        {"row": 1, "id": "1", "error": "malformed_row", "line": 2},
        {"row": 2, "id": "2", "error": "malformed_row", "line": 3},
        {"row": 3, "id": "3", "text": "fine", "language": "de", "source": "column"},
        {"row": 4, "id": "4", "text": "x"},
    ]


@given(sizes=st.lists(st.integers(min_value=0, max_value=9), max_size=30))
def test_chunks_keep_to_both_limits_and_lose_nothing(sizes: list[int]) -> None:
    rows = [row(number, "x" * size) for number, size in enumerate(sizes, 1)]
    chunks = list(chunked(rows, max_rows=4, max_bytes=8))
    assert [one.row for chunk in chunks for one in chunk] == [one.number for one in rows]
    for chunk in chunks:
        assert 1 <= len(chunk) <= 4
        assert sum(len(one.text or "") for one in chunk) <= 8 or len(chunk) == 1
    for chunk, after in itertools.pairwise(chunks):
        assert len(chunk) == 4 or sum(len(one.text or "") for one in [*chunk, after[0]]) > 8


def test_a_chunk_is_a_thousand_rows_or_two_megabytes_of_utf_8() -> None:
    assert [len(chunk) for chunk in chunked(row(n, "x") for n in range(1, 2_502))] == [1_000, 1_000, 501]
    euros = "€" * 100_000  # 300,000 bytes
    assert [len(chunk) for chunk in chunked(row(n, euros) for n in range(1, 9))] == [6, 2]


def test_unreadable_rows_count_as_rows() -> None:
    rows = [failed_row(n, n, FailureCode.MALFORMED_ROW, ["x"]) for n in range(1, 1_002)]
    assert [len(chunk) for chunk in chunked(rows)] == [1_000, 1]


@pytest.mark.parametrize("line_break", ["\x85", "\u2028", "\u2029", "\n", "\r", "\x1c", "\0"])
def test_no_line_break_of_a_text_breaks_a_line(line_break: str) -> None:
    [one] = decode_chunk([encode_chunk([ChunkRow(row=1, id="1", text=f"a{line_break}b")])])
    assert one.text == f"a{line_break}b"
