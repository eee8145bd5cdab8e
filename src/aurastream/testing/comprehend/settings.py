"""How the stand-in behaves: its quotas, its readings of what AWS leaves open, and the trouble it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from math import isfinite
from typing import Any, Literal

Down = Literal["error", "throttled"]

_CHOICES: Mapping[str, tuple[object, ...]] = {
    "oversize": ("item", "call"),
    "language_error": ("UnsupportedLanguageException", "ValidationException"),
    "poison_answer": ("item", "call"),
    "shuffle": (True, False),
    "down": (None, "error", "throttled"),
}
_AMOUNTS = ("latency_ms", "latency_sigma", "stall_seconds", "burst_seconds")
_CALL_RATES = ("throttle_rate", "error_rate", "unavailable_rate", "reset_rate", "stall_rate")
_SHARES = (*_CALL_RATES, "item_error_rate", "reset_billed_share")
_FIXED = frozenset({"seed", "calls_kept"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ComprehendSettings:
    """One behaviour of the stand-in; the defaults are AWS's quotas and no faults."""

    tps: float | None = 20.0
    """DetectSentiment calls a second; None lifts the quota."""
    batch_tps: float | None = 10.0
    """BatchDetectSentiment calls a second; None lifts the quota."""
    burst_seconds: float = 1.0
    """How many seconds' worth of calls an idle quota saves up (one call at least)."""

    oversize: Literal["item", "call"] = "item"
    """Does a document over 5,000 bytes fail alone or with its whole batch? Only an account could tell."""
    language_error: Literal["UnsupportedLanguageException", "ValidationException"] = (
        "UnsupportedLanguageException"
    )
    """The answer to a language outside the twelve: the model declares the first, moto sends the second."""
    poison: str | Callable[[str], bool] = "⟦poison⟧"
    """Which texts cannot be scored: those that hold this marker (an empty one marks none), or a predicate."""
    poison_answer: Literal["item", "call"] = "item"
    """Does a poison text fail alone (ErrorList; 500 when sent alone) or is its whole call refused?"""
    shuffle: bool = True
    """Answers of a batch in seeded disorder, so that whoever matches by position is found out."""

    latency_ms: float = 0.0
    """The median time an admitted call takes."""
    latency_sigma: float = 0.0
    """The spread of that time: the sigma of a seeded log-normal; 0 is a fixed time."""

    throttle_rate: float = 0.0
    """Share of calls within the quota that are throttled all the same."""
    error_rate: float = 0.0
    """Share of admitted calls answered InternalServerException, 500."""
    unavailable_rate: float = 0.0
    """Share of admitted calls answered ServiceUnavailable, 503."""
    reset_rate: float = 0.0
    """Share of admitted calls whose connection is reset."""
    reset_billed_share: float = 0.5
    """Of the resets, the share where the work was done and billed and only the answer is lost."""
    stall_rate: float = 0.0
    """Share of admitted calls that are worked on and billed, and answered only after `stall_seconds`."""
    stall_seconds: float = 5.0
    item_error_rate: float = 0.0
    """Share of documents that fail by chance with INTERNAL_SERVER_ERROR; another try may well succeed."""
    down: Down | None = None
    """Every call answered with a 500 ("error") or as throttled ("throttled")."""

    seed: int = 0
    calls_kept: int = 100_000
    """How many of the latest calls are kept one by one; the sums never forget."""

    def __post_init__(self) -> None:
        for name in ("tps", "batch_tps"):
            if (rate := getattr(self, name)) is not None and not (_is_amount(rate) and rate > 0):
                raise ValueError(f"{name} must be a number above 0, or nothing for no quota")
        for name in (*_AMOUNTS, *_SHARES):
            if not _is_amount(getattr(self, name)):
                raise ValueError(f"{name} must be a number, 0 or more")
        if max(getattr(self, name) for name in _SHARES) > 1:
            raise ValueError(f"{', '.join(_SHARES)} are shares, at most 1")
        if sum(getattr(self, name) for name in _CALL_RATES) > 1 + 1e-9:
            raise ValueError(f"{', '.join(_CALL_RATES)} must not add up to more than 1")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {choices}")
        if not (isinstance(self.poison, str) or callable(self.poison)):
            raise ValueError("poison must be a marker or a predicate of a text")

    def is_poison(self, text: str) -> bool:
        """Can this text not be scored, however often one tries?"""
        if isinstance(self.poison, str):
            return self.poison != "" and self.poison in text
        return self.poison(text)

    def changed(self, changes: Mapping[str, Any]) -> "ComprehendSettings":
        """
        The behaviour after a change at run time.

        Raises:
            ValueError: a name that is unknown or fixed for a stand-in's life, or a value that makes no sense.
        """
        changeable = {field.name for field in fields(self)} - _FIXED
        if unknown := sorted(set(changes) - changeable):
            raise ValueError(
                f"cannot change {', '.join(unknown)}; what can be: {', '.join(sorted(changeable))}"
            )
        return replace(self, **changes)

    def as_json(self) -> dict[str, object]:
        """The same by name, in values that JSON knows."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values if isinstance(self.poison, str) else {**values, "poison": "a predicate"}


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0
