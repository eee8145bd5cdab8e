"""Documents from lines of JSON as they come."""

import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.document import Document
from aurastream.domain.files.reader import open_rows
from aurastream.domain.files.rows import Row
from aurastream.domain.job_options import JobOptions
from aurastream.domain.language import Language
from aurastream.domain.outcome import Failure, FailureCode, Outcome
from aurastream.entrypoints.cli.document_stream import AT_A_TIME, READ, DocumentReader, line_batches
from tests.unit.files.reading import LIMITS

KNOWN = (
    '{"id": "first", "text": "Déjà vu: which members there are, and in UTF-8.", "language": "en"}'.encode()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
LINES = [
    b'{"text": null}',
    b"{}",
    b'{"id": "a", "text": 5}',
    b'{"id": "a", "text": ["good"]}',
    b'{"id": 1.5, "text": "good"}',
    b'{"id": "' + b"x" * 300 + b'", "text": "good"}',
    b'{"text": "good", "language": "de-AT"}',
    b'{"text": "good", "language": 5}',
    b'{"text": "good", "score": NaN}',
    b'{"text": "good", "more": "\\ud800"}',
    b'{"text": "good", "more": ' + b"[" * 200 + b"]" * 200 + b"}",
    b'"a bare string"',
    b"null",
    b"7",
    b"[]",
    b"{broken",
    b'{"text": "\xff"}',
    b"\x0b",
    b" \t\r",
]


@given(
    lines=st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b""))),
    cuts=st.lists(st.integers(1, 40)),
    most=st.integers(1, 30),
)
def test_lines_are_the_same_however_they_come_and_a_long_one_is_none(
    lines: list[bytes], cuts: list[int], most: int
) -> None:
    sent = b"\n".join(lines)

    def blocks() -> Iterator[bytes]:
        at = 0
        for cut in [*cuts, len(sent)]:
            yield sent[at : at + cut]
            at += cut

    come = [line for batch in line_batches(blocks(), max_bytes=most) for line in batch]
    assert come == [line if len(line) <= most else None for line in lines or [b""]]


def test_what_has_come_is_handed_on_before_more_is_waited_for() -> None:
    came: list[bytes] = []

    def blocks() -> Iterator[bytes]:
        for block in (b"a\nb\nbeg", b"un\n"):
            came.append(block)
            yield block

    batches = line_batches(blocks(), max_bytes=READ)
    assert (next(batches), len(came)) == ([b"a", b"b"], 1)
    assert (next(batches), len(came)) == ([b"begun"], 2)


def test_many_lines_come_in_slices() -> None:
    batches = list(line_batches([b"x\n" * (2 * AT_A_TIME + 1)], max_bytes=READ))
    assert [len(batch) for batch in batches] == [AT_A_TIME, AT_A_TIME, 1, 1]


def test_of_a_line_without_an_end_no_more_is_held_than_the_bound() -> None:
    most = 10 * READ
    tracemalloc.start()
    try:
        batches = line_batches((bytes([65]) * READ for _ in range(1_000)), max_bytes=most)
        lines = [line for batch in batches for line in batch]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert lines == [None]
    assert peak < 2 * most


def seen(one: Document | Outcome | Row) -> object:
    """What a line became, in words that a stream and a file have in common."""
    if isinstance(one, Outcome):
        return one.id, one.failure
    if isinstance(one, Row) and one.failure:
        return one.id, one.failure
    return one.id, one.text, one.language


def streamed(lines: list[bytes], language: Language | None = None) -> list[object]:
    return [seen(one) for one in map(DocumentReader(language).read, lines) if one is not None]


def from_file(lines: list[bytes], language: Language | None = None) -> list[object]:
    options = JobOptions(filename="lines.ndjson", language=language)
    return [seen(row) for row in open_rows([b"\n".join(lines)], options, LIMITS).rows]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("language", [None, Language("fr")])
def test_a_line_of_a_stream_is_what_it_is_in_a_file(line: bytes, language: Language | None) -> None:
    lines = [KNOWN, b"", line, KNOWN]
    assert streamed(lines, language) == from_file(lines, language)


@given(
    values=st.lists(JSON | st.fixed_dictionaries({}, optional={"id": JSON, "text": JSON, "language": JSON}))
)
def test_so_is_every_value(values: list[object]) -> None:
    lines = [KNOWN, *[json.dumps(value).encode() for value in values]]
    assert streamed(lines) == from_file(lines)


def test_a_mark_before_the_first_line_is_no_part_of_it() -> None:
    assert streamed([b"\xef\xbb\xbf" + KNOWN]) == streamed([KNOWN])
    [failed] = streamed([b"", b"\xef\xbb\xbf" + KNOWN])[:1]
    assert failed == ("1", Failure(code=FailureCode.MALFORMED_ROW, line=2))


def test_a_line_that_was_too_long_fails_and_is_counted() -> None:
    first, second = streamed([None, b'{"text": "good"}'])  # type: ignore[list-item] # that is what it is for
    assert first == ("1", Failure(code=FailureCode.FIELD_TOO_LARGE, line=1))
    assert second == ("2", "good", None)


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ([b'{"review": "good"}', b'{"review": "bad"}'], False),
        ([b'{"review": "good"}', b'{"text": null}'], True),
        ([b'{"text": "good"}', b'{"review": "bad"}'], True),
        ([b"id,review", b"1,good"], False),
        ([b'"good"', b"{broken", b""], True),
        ([b"5", None], True),
        ([b"", b" "], True),
    ],
)
def test_lines_none_of_which_has_a_text_are_noticed(lines: list[bytes | None], *, named: bool) -> None:
    reader = DocumentReader(None)
    for line in lines:
        reader.read(line)
    assert reader.found_nothing is not named
