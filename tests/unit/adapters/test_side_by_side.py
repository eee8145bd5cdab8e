"""Work in several threads: in order, and no further than the first error."""

from threading import current_thread, main_thread

import pytest

from aurastream.adapters.side_by_side import several_side_by_side, side_by_side


def test_side_by_side_keeps_the_order_and_passes_errors_on() -> None:
    assert list(side_by_side(4)(lambda n: n * n, range(20))) == [n * n for n in range(20)]

    def fails(number: int) -> int:
        if number == 3:
            raise ValueError("three")
        return number

    with pytest.raises(ValueError, match="three"):
        list(side_by_side(2)(fails, range(1_000)))


def test_a_single_item_is_worked_on_where_one_stands() -> None:
    def where(_item: int) -> bool:
        return current_thread() is main_thread()

    assert list(several_side_by_side(4)(where, [1])) == [True]
    assert list(several_side_by_side(4)(where, [1, 2])) == [False, False]
