"""Text in pieces, to physical lines."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aurastream.domain.files.lines import bare, lines_of
from aurastream.domain.files.rows import LongText

PIECES = st.lists(st.text(alphabet="ab\r\n\x0b\x0c\x1c\x85\u2028", max_size=6), max_size=12)


def read(pieces: list[str], held: int = 10**6) -> list[str]:
    """All lines, the long ones joined."""
    return [
        "".join(line) if isinstance(line, LongText) else line
        for batch in lines_of(pieces, held=held)
        for line in batch
    ]


@given(pieces=PIECES)
def test_lines_end_where_universal_newlines_do_however_the_text_is_cut(pieces: list[str]) -> None:
    assert read(pieces) == list(io.StringIO("".join(pieces), newline=""))


@given(pieces=PIECES, held=st.integers(min_value=0, max_value=8))
@example(pieces=["\r", "", "\n"], held=0)
def test_a_long_line_keeps_its_text_and_its_neighbours(pieces: list[str], held: int) -> None:
    whole = [bare(line) for line in io.StringIO("".join(pieces), newline="")]
    assert [bare(line) for line in read(pieces, held)] == whole


@given(pieces=PIECES, held=st.integers(min_value=0, max_value=8), eaten=st.integers(min_value=0, max_value=3))
def test_a_long_line_that_nobody_reads_to_its_end_is_skipped(
    pieces: list[str], held: int, eaten: int
) -> None:
    whole = [bare(line) for line in io.StringIO("".join(pieces), newline="")]
    lines = []
    for batch in lines_of(pieces, held=held):
        for line in batch:
            if isinstance(line, LongText):
                for _, _ in zip(range(eaten), line, strict=False):
                    pass
            lines.append(None if isinstance(line, LongText) else bare(line))
    assert len(lines) == len(whole)
    assert all(line in (None, expected) for line, expected in zip(lines, whole, strict=True))


def test_a_line_over_the_limit_is_never_held() -> None:
    batches = list(lines_of(["short\n", *["x" * 100] * 50, "\nshort\n"], held=1_000))
    kinds = [[type(line) for line in batch] for batch in batches]
    assert kinds == [[str], [LongText], [str]]


@pytest.mark.parametrize(
    ("line", "expected"),
    [("a\n", "a"), ("a\r\n", "a"), ("a\r", "a"), ("a", "a"), ("\n", ""), ("a\n\n", "a\n"), ("", "")],
)
def test_a_bare_line_has_lost_one_line_end(line: str, expected: str) -> None:
    assert bare(line) == expected
