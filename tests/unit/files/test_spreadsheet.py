"""Cells that a spreadsheet would run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.files.spreadsheet import escape, unescape

NASTY = st.text(alphabet=" \t\r\n\0\ufeff\u200b\xa0\"'“=+-@＝＋－＠.,0159aeE", max_size=8)


def would_run(cell: str) -> bool:
    """Whether a spreadsheet might take a cell for a formula, by the characters that ASVS and OWASP name."""
    seen = cell.lstrip(" \xa0\u3000\ufeff\u200b\v\f\x1c\x1d\x1e\x1f\x85\u2028\"'“”‘’")
    if not seen or seen[0] not in "=+-@\t\r\n\0＝＋－＠":
        return False
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return True
    return not all(character in "0123456789+-.,eE" for character in cell)


@given(cell=NASTY | st.text())
def test_what_was_escaped_comes_back(cell: str) -> None:
    assert unescape(escape(cell)) == cell


@given(cell=NASTY | st.text())
def test_no_escaped_cell_begins_like_a_formula(cell: str) -> None:
    escaped = escape(cell)
    assert escaped.startswith("'") or not would_run(cell)
    assert escaped in (cell, f"'{cell}")


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        " =1",
        "\xa0=1",
        "\ufeff=1",
        '"=1"',
        "'=1",
        "“=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "-",
        "+49 30 123",
        "-5-3",
        '=HYPERLINK("http://x","y")',
        "-5\n",
    ],
)
def test_what_may_run_is_made_harmless(cell: str) -> None:
    assert escape(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    ["", "fine", "5", "-5", "+5", "-5.25", "-5,25", "1e5", "-1E-5", "a=b", "a@b.c", "'s fine", "| x", "%"],
)
def test_what_is_harmless_is_let_be(cell: str) -> None:
    assert escape(cell) == cell
    assert unescape(cell) == cell
