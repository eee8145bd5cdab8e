"""What Amazon Comprehend charges: list price of DetectSentiment, read 2026 from the AWS price page."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

CHARACTERS_PER_UNIT, MIN_UNITS = 100, 3
"""A document is billed by begun hundreds of characters, and by three of them at least."""

TIERS: tuple[tuple[int | None, Decimal], ...] = (
    (10_000_000, Decimal("0.0001")),
    (50_000_000, Decimal("0.00005")),
    (None, Decimal("0.000025")),
)
"""Monthly units up to which a price holds, and the price of a unit in USD; the last has no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Billed units and what they cost in USD."""

    units: int
    usd: Decimal


def units_of(characters: int) -> int:
    """Units of one document: begun hundreds of characters, at least three."""
    return max(MIN_UNITS, -(-characters // CHARACTERS_PER_UNIT))


def cost_of(units: int, *, already: int = 0) -> Decimal:
    """USD for so many units, when `already` were used this month."""
    if units < 0 or already < 0:
        raise ValueError("units are never negative")
    usd, used, left = Decimal(0), already, units
    for end, price in TIERS:
        room = left if end is None else min(left, max(0, end - used))
        usd += room * price
        used, left = used + room, left - room
    return usd


def list_price(units: int) -> Decimal:
    """USD for so many units at the first tier's price, which is what a job states: nobody knows the month."""
    return units * TIERS[0][1]


def estimate(lengths: Iterable[int], *, already: int = 0) -> Estimate:
    """Units and USD for documents of so many characters each."""
    units = sum(units_of(length) for length in lengths)
    return Estimate(units=units, usd=cost_of(units, already=already))
