"""What a job's outcomes say taken together, for all rows and for the groups that its columns make."""

from collections.abc import Sequence
from math import sqrt

from aurastream.domain.outcome import Outcome, OutcomeStatus
from aurastream.domain.sentiment import Sentiment

MAX_COLUMNS = 20
"""How many columns make groups, from the left."""
MAX_VALUES, MAX_VALUE_LENGTH = 200, 100
"""How many different values such a column has at most, and characters each of them."""
MAX_CANDIDATES = 100
"""How many columns are looked at, from the left; it bounds memory where a file has thousands."""

_Z = 1.959963984540054  # the 97.5th percentile of the normal distribution: 95 % lie within, on both sides
_MILLION = 1_000_000


def wilson(successes: int, n: int) -> tuple[float, float]:
    """
    The 95 % Wilson interval of a share: honest for small numbers, and never outside 0 to 1.

    Raises:
        ValueError: a share of nothing, or of less than was counted.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError("a share is of at least one, and at most of all")
    share, widening = successes / n, _Z * _Z / n
    centre = (share + widening / 2) / (1 + widening)
    half = _Z * sqrt(share * (1 - share) / n + widening / (4 * n)) / (1 + widening)
    return (centre - half if successes else 0.0), (centre + half if successes < n else 1.0)


class SummaryBuilder:
    """
    Takes outcomes row by row and holds nothing but counts, so that its memory does not grow with the rows.

    Every column but the text's makes groups, until it shows more than 200 values or one of more than 100
    characters: then it is let go.
    """

    def __init__(self, columns: Sequence[str], *, text_column: str | None = None) -> None:
        self._totals = _Tally()
        self._columns = [
            _Column(place, name) for place, name in enumerate(columns[:MAX_CANDIDATES]) if name != text_column
        ]

    def add(self, cells: Sequence[str], outcome: Outcome) -> None:
        """Count the outcome of a row of these cells; a cell that the row does not have is in no group."""
        share = _Share(outcome)
        self._totals.add(share)
        self._columns = [column for column in self._columns if column.add(cells, share)]

    def build(self) -> dict[str, object]:
        """
        Plain values as JSON has them: `totals`, and `groups` by column, the largest first.

        All in `sentiments` and `polarity` speak of the scored rows, and are null where there are none.
        """
        chosen = self._columns[:MAX_COLUMNS]
        return {
            "totals": self._totals.to_json(),
            "groups": {column.name: column.to_json() for column in chosen},
        }


class _Share:
    """What one outcome adds to every tally it belongs to."""

    __slots__ = ("polarity", "saved_units", "sentiment", "status", "units")

    def __init__(self, outcome: Outcome) -> None:
        self.status = outcome.status
        self.units = outcome.units
        self.saved_units = outcome.saved_units
        self.sentiment: Sentiment | None = None
        self.polarity = 0  # in millionths: whole numbers add up to the same in any order
        if outcome.result is not None:
            scores = outcome.result.scores
            self.sentiment = outcome.result.sentiment
            self.polarity = round((scores.positive - scores.negative) * _MILLION)


class _Tally:
    """Counts of some rows."""

    __slots__ = ("polarity", "saved_units", "sentiments", "statuses", "units")

    def __init__(self) -> None:
        self.statuses = dict.fromkeys(OutcomeStatus, 0)
        self.sentiments = dict.fromkeys(Sentiment, 0)
        self.polarity = self.units = self.saved_units = 0

    @property
    def count(self) -> int:
        return sum(self.statuses.values())

    def add(self, share: _Share) -> None:
        self.statuses[share.status] += 1
        self.units += share.units
        self.saved_units += share.saved_units
        if share.sentiment is not None:
            self.sentiments[share.sentiment] += 1
            self.polarity += share.polarity

    def to_json(self) -> dict[str, object]:
        scored = self.statuses[OutcomeStatus.SUCCEEDED]
        return {
            "count": self.count,
            **{status.lower(): count for status, count in self.statuses.items()},
            "sentiments": {
                sentiment.lower(): _shares(count, scored) for sentiment, count in self.sentiments.items()
            },
            "polarity": round(self.polarity / _MILLION / scored, 6) if scored else None,
            "units": self.units,
            "saved_units": self.saved_units,
        }


def _shares(count: int, scored: int) -> dict[str, object]:
    if not scored:
        return {"count": 0, "share": None, "low": None, "high": None}
    low, high = wilson(count, scored)
    return {
        "count": count,
        "share": round(count / scored, 6),
        "low": round(low, 6),
        "high": round(high, 6),
    }


class _Column:
    """A tally for each value of a column, as long as it qualifies."""

    __slots__ = ("_place", "_tallies", "name")

    def __init__(self, place: int, name: str) -> None:
        self.name = name
        self._place = place
        self._tallies: dict[str, _Tally] = {}

    def add(self, cells: Sequence[str], share: _Share) -> bool:
        """False if the column does not qualify, with this row or before it."""
        if self._place < len(cells):
            value = cells[self._place]
            tally = self._tallies.get(value)
            if tally is None:
                if len(value) > MAX_VALUE_LENGTH or len(self._tallies) == MAX_VALUES:
                    return False
                tally = self._tallies[value] = _Tally()
            tally.add(share)
        return True

    def to_json(self) -> list[dict[str, object]]:
        ordered = sorted(self._tallies.items(), key=lambda item: (-item[1].count, item[0]))
        return [{"value": value, **tally.to_json()} for value, tally in ordered]
