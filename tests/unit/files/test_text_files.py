"""Plain text as rows."""

from typing import Any

import pytest

from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.rows import Raw
from aurastream.domain.language import Language, LanguageSource
from tests.unit.files.reading import faults_of, opened, refusal_of, rows_of, texts_of

PLAIN: dict[str, Any] = {"media_type": "text/plain"}


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\rc\n", ["a", "b", "c"]),
        (b"a\n\nb\n\n", ["a", "", "b", ""]),
        (b"\n", [""]),
        (b' a, "b" \n', [' a, "b" ']),
        ("a\u2028b\x85c\n".encode(), ["a\u2028b\x85c"]),
        (b"nul\0here\n", ["nul\0here"]),
        (b"\xef\xbb\xbfa\n", ["a"]),
    ],
)
def test_every_line_is_a_row_an_empty_one_too(data: bytes, texts: list[str]) -> None:
    assert texts_of(data, **PLAIN) == texts


def test_rows_go_by_their_number_and_speak_the_callers_language() -> None:
    rows = rows_of(b"a\nb\n", language=Language("de"), **PLAIN)
    assert [(row.id, row.number, row.line) for row in rows] == [("1", 1, 1), ("2", 2, 2)]
    assert {(row.language, row.source) for row in rows} == {("de", LanguageSource.CALLER)}
    assert rows_of(b"a\n", **PLAIN)[0].source is None


def test_there_are_no_columns() -> None:
    found = opened(b"a\n", **PLAIN).description
    assert (found.format, found.columns, found.text_column) == ("text", (), None)


def test_nothing_at_all_is_an_empty_file() -> None:
    assert refusal_of(b"", **PLAIN).reason == "empty_file"


def test_lines_that_are_too_large_or_no_text_fail_alone() -> None:
    limits = FileLimits(max_bytes=10**9, max_rows=100, max_field_bytes=10)
    data = b"fits these\neleven here\n" + "€€€\n€€€€\n".encode() + b"x" * 300_000 + b"\n\xff\nend"
    assert faults_of(data, limits=limits, **PLAIN) == [
        None,
        (2, "field_too_large"),
        None,
        (4, "field_too_large"),
        (5, "field_too_large"),
        (6, "malformed_row"),
        None,
    ]
    assert rows_of(data, limits=limits, **PLAIN)[5].record == Raw("�")
