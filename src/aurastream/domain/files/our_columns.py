"""The columns that we put beside the caller's own in an export."""

from collections.abc import Sequence

NAMES = (
    "aura_id",
    "aura_status",
    "aura_sentiment",
    "aura_positive",
    "aura_negative",
    "aura_neutral",
    "aura_mixed",
    "aura_language",
    "aura_error",
)

PART = 65_536
"""About so many characters go into one part of an export."""


def names_beside(columns: Sequence[str]) -> tuple[str, ...]:
    """Our names, all with the same number behind them where a column of the caller's is called like one."""
    taken = {column.strip().casefold() for column in columns}
    number = 1
    names: tuple[str, ...] = NAMES
    while taken.intersection(names):
        number += 1
        names = tuple(f"{name}_{number}" for name in NAMES)
    return names
