"""What Amazon would have billed, and for which calls."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock

UNIT_CHARACTERS = 100
MINIMUM_UNITS = 3


def units_of(text: str) -> int:
    """Billed units of a document: one for each begun 100 characters, three at least."""
    return max(MINIMUM_UNITS, -(-len(text) // UNIT_CHARACTERS))


def text_key(text: str, language: str) -> str:
    """By what a billed text is told from others; the text itself is not kept."""
    return sha256(f"{language}\0{text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as it was answered; status 0 is a connection that was reset."""

    at: float
    request_id: str
    operation: str
    access_key: str = ""
    language: str = ""
    documents: int = 0
    billed_documents: int = 0
    units: int = 0
    status: int
    error: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one operation comes to."""

    calls: int = 0
    documents: int = 0
    units: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What all calls come to."""

    operations: Mapping[str, Line]
    times_billed: Mapping[str, int]

    @property
    def units(self) -> int:
        """All that was billed, in units."""
        return sum(line.units for line in self.operations.values())

    @property
    def documents(self) -> int:
        """How many documents were billed, each as often as it was."""
        return sum(line.documents for line in self.operations.values())

    @property
    def texts(self) -> int:
        """How many different texts were billed."""
        return len(self.times_billed)

    @property
    def texts_billed_again(self) -> int:
        """How many different texts were billed more than once."""
        return sum(times > 1 for times in self.times_billed.values())


class Ledger:
    """Keeps what was asked, answered and billed."""

    def __init__(self, calls_kept: int) -> None:
        self._lock = Lock()
        self._calls: deque[Call] = deque(maxlen=calls_kept)
        self._lines: dict[str, Line] = {}
        self._times: Counter[str] = Counter()

    def record(self, call: Call, billed: Sequence[str]) -> None:
        """Add a call and the keys of the texts that it billed."""
        with self._lock:
            line = self._lines.get(call.operation, Line())
            errors = Counter(line.errors)
            if call.status != 200:
                errors[call.error or call.fault or ""] += 1
            self._lines[call.operation] = Line(
                calls=line.calls + 1,
                documents=line.documents + call.billed_documents,
                units=line.units + call.units,
                errors=dict(errors),
            )
            self._calls.append(call)
            self._times.update(billed)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The latest calls, oldest first."""
        with self._lock:
            return tuple(self._calls)

    @property
    def bill(self) -> Bill:
        """The sums so far."""
        with self._lock:
            return Bill(operations=dict(self._lines), times_billed=dict(self._times))

    def times_billed(self, text: str, language: str = "en") -> int:
        """How often this text was billed."""
        with self._lock:
            return self._times[text_key(text, language)]

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._calls.clear()
            self._lines.clear()
            self._times.clear()
