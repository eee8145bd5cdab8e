"""Jobs that wait for another try."""

from dataclasses import dataclass
from datetime import datetime

from aurastream.domain.keys import JobKey

MAX_ATTEMPTS = 5
"""How often a ticket is taken before it rests and waits for an operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One taking of a queued job: `attempts` counts this one, `receipt` is good while it is hidden."""

    job: JobKey
    receipt: str
    attempts: int
    queued_at: datetime
