"""Cursors of lists that are read a page at a time."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aurastream.domain.errors import InvalidCursorError
from aurastream.domain.paging import open_cursor, seal_cursor
from tests.unit.domain.strategies import texts

scopes = texts
positions = st.integers(0).map(str) | texts
garbage = (
    st.text(st.characters()) | st.binary().map(lambda data: data.hex()) | st.from_regex(r"[-_A-Za-z0-9=+/ ]*")
)


@given(scope=scopes, position=positions)
def test_a_cursor_stands_for_its_position(scope: str, position: str) -> None:
    assert open_cursor(scope, seal_cursor(scope, position)) == position


@given(scope=scopes, position=positions)
def test_a_cursor_fits_into_an_address(scope: str, position: str) -> None:
    assert seal_cursor(scope, position).replace("-", "").replace("_", "").isalnum()
    assert seal_cursor(scope, position).isascii()


@given(scope=scopes, other=scopes, position=positions)
def test_a_cursor_is_good_for_its_own_list_only(scope: str, other: str, position: str) -> None:
    assume(scope != other)
    with pytest.raises(InvalidCursorError):
        open_cursor(other, seal_cursor(scope, position))


@given(cursor=garbage)
def test_no_string_does_worse_than_be_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError, match="start again without one"):
        open_cursor("tenant/job", cursor)


@pytest.mark.parametrize(
    "cursor", ["", "a", "=", "====", "é", "\ud800", "\x00", "a" * 12, "%2e%2e", "A" * 100_000, "\u0661" * 20]
)
def test_typical_garbage_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        open_cursor("tenant/job", cursor)


@given(position=positions, cut=st.integers(1, 11))
def test_what_is_left_of_a_cut_cursor_is_refused(position: str, cut: int) -> None:
    with pytest.raises(InvalidCursorError):
        open_cursor("tenant/job", seal_cursor("tenant/job", position)[:cut])


@pytest.mark.parametrize("junk", ["!!!!", "    ", "\n\n\n\n", "===="])
def test_junk_within_a_cursor_is_not_overlooked(junk: str) -> None:
    whole = seal_cursor("tenant/job", "a position")
    with pytest.raises(InvalidCursorError):
        open_cursor("tenant/job", whole[:8] + junk + whole[8:])


def test_a_position_that_is_no_text_is_refused() -> None:
    whole = seal_cursor("s", "abc")
    with pytest.raises(InvalidCursorError):
        open_cursor("s", whole[:12] + "____")


def test_the_scope_and_the_cursor_stay_out_of_the_message() -> None:
    with pytest.raises(InvalidCursorError) as caught:
        open_cursor("secret-scope", "secret-cursor")
    assert "secret" not in str(caught.value)
