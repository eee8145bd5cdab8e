"""What Amazon Comprehend charges."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aurastream.domain.pricing import Estimate, cost_of, estimate, units_of

M = 1_000_000
units = st.integers(0, 200 * M) | st.sampled_from([10 * M, 50 * M]).flatmap(
    lambda edge: st.integers(edge - 5, edge + 5)
)


@pytest.mark.parametrize(
    ("characters", "expected"),
    [
        (0, 3),
        (1, 3),
        (100, 3),
        (299, 3),
        (300, 3),
        (301, 4),
        (400, 4),
        (401, 5),
        (5_000, 50),
        (100_001, 1_001),
    ],
)
def test_a_document_is_billed_by_begun_hundreds_and_at_least_three(characters: int, expected: int) -> None:
    assert units_of(characters) == expected


@given(one=st.integers(0, M), other=st.integers(0, M))
def test_a_longer_text_never_costs_less(one: int, other: int) -> None:
    assert units_of(min(one, other)) <= units_of(max(one, other))


@pytest.mark.parametrize(
    ("monthly", "usd"),
    [
        (0, "0"),
        (1, "0.0001"),
        (M, "100"),
        (10 * M, "1000"),
        (10 * M + 1, "1000.00005"),
        (50 * M, "3000"),
        (50 * M + 1, "3000.000025"),
        (100 * M, "4250"),
    ],
)
def test_each_tier_begins_where_the_last_ends(monthly: int, usd: str) -> None:
    assert cost_of(monthly) == Decimal(usd)


@given(monthly=st.integers(0, 100))
def test_a_million_costs_what_the_price_list_says(monthly: int) -> None:
    price = 100 if monthly < 10 else 50 if monthly < 50 else 25
    assert cost_of(M, already=monthly * M) == price


@given(one=units, other=units, already=units)
@example(one=10 * M, other=40 * M, already=0)
@example(one=100 * M, other=1, already=9 * M)
def test_what_is_used_in_two_goes_costs_the_same(one: int, other: int, already: int) -> None:
    apart = cost_of(one, already=already) + cost_of(other, already=already + one)
    assert apart == cost_of(one + other, already=already)


@given(one=units, other=units, already=units)
def test_more_never_costs_less_and_later_never_costs_more(one: int, other: int, already: int) -> None:
    fewer, more = sorted((one, other))
    assert cost_of(fewer, already=already) <= cost_of(more, already=already)
    assert cost_of(already, already=more) <= cost_of(already, already=fewer)


@given(lengths=st.lists(st.integers(0, 10_000), max_size=50), already=units)
def test_an_estimate_is_the_sum_of_its_documents(lengths: list[int], already: int) -> None:
    expected = sum(units_of(length) for length in lengths)
    assert estimate(iter(lengths), already=already) == Estimate(
        units=expected, usd=cost_of(expected, already=already)
    )


@pytest.mark.parametrize(("amount", "already"), [(-1, 0), (0, -1)])
def test_units_are_never_negative(amount: int, already: int) -> None:
    with pytest.raises(ValueError, match="never negative"):
        cost_of(amount, already=already)
