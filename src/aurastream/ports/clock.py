"""Time."""

from abc import ABC, abstractmethod
from datetime import datetime


class Clock(ABC):
    """The only source of time and the only way to wait."""

    @abstractmethod
    def now(self) -> datetime:
        """Aware UTC; for what is stored."""

    @abstractmethod
    def monotonic(self) -> float:
        """Seconds from some fixed point; for deadlines and pacing."""

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait so long; zero or less returns at once."""
