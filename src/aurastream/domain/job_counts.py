"""What became of a job's rows and what they cost: what the ledger adds up."""

from dataclasses import dataclass
from decimal import Decimal

from aurastream.domain.pricing import list_price


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The ledger of a job; `pending` is what is left of `total`."""

    total: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    cancelled: int = 0

    def __post_init__(self) -> None:
        if min(self.succeeded, self.failed, self.skipped, self.cancelled, self.pending) < 0:
            raise ValueError("the ledger does not add up")

    @property
    def settled(self) -> int:
        """Rows with an outcome."""
        return self.succeeded + self.failed + self.skipped + self.cancelled

    @property
    def pending(self) -> int:
        """Rows without one."""
        return self.total - self.settled

    def figures(self) -> dict[str, int]:
        """All six of them, by the names that the world outside is told."""
        return {
            "total": self.total,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "skipped": self.skipped,
            "cancelled": self.cancelled,
            "pending": self.pending,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """Units that were really billed, and those that a cache or the cascade saved."""

    units: int = 0
    saved_units: int = 0

    @property
    def usd(self) -> Decimal:
        """At the first tier's list price."""
        return list_price(self.units)
